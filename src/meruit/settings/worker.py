"""Settings of processes that speak to the database as the login `worker`."""

from meruit.settings import environment, mail, secret
from meruit.settings.base import *  # noqa: F403 - a settings module is its base plus a few lines

SECRET_KEY = secret.of("worker")
DATABASES = {"default": environment.database("worker")}
DIGEST_MAIL = mail.outgoing()
