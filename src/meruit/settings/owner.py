"""Settings of processes that speak to the database as the login `owner`."""

from meruit.settings import environment, secret
from meruit.settings.base import *  # noqa: F403 - a settings module is its base plus a few lines

SECRET_KEY = secret.of("owner")
DATABASES = {"default": environment.database("owner")}
