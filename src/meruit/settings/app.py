"""Settings of processes that speak to the database as the login `app`: the pages, the API, the command line."""

from meruit.settings import environment, model, pages, secret
from meruit.settings.base import *  # noqa: F403 - a settings module is its base plus a few lines
from meruit.settings.base import ROOT

SECRET_KEY = secret.of("app")
DATABASES = {"default": environment.database("app")}
ADDRESSES = pages.addresses()
globals().update(pages.common(ADDRESSES))
CSRF_COOKIE_NAME = ADDRESSES.cookie("meruit_web_csrf")
CSRF_FAILURE_VIEW = "meruit.web.errors.stale_form"
TEMPLATES = pages.templates(ROOT / "web" / "templates")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "meruit.ui.security.ContentSecurityPolicy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "meruit.web.middleware.SignedIn",
    "allauth.account.middleware.AccountMiddleware",  # allauth insists; no page of it is served here
]
ROOT_URLCONF = "meruit.web.urls"
LANGUAGE_MODEL = model.endpoint()
FILE_UPLOAD_HANDLERS = ["meruit.web.uploads.Limited"]
