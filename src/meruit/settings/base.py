"""What all processes share."""

from __future__ import annotations

from pathlib import Path

from meruit.settings import environment

ROOT = Path(__file__).resolve().parent.parent
HOME = environment.home()

#: The rooms in the order in which money flows, lowest first; their SQL is installed in this order.
ROOMS = [
    "ui",
    "audit",
    "people",
    "steps",
    "imports",
    "agenda",
    "documents",
    "matters",
    "authority",
    "ledger",
    "firm",
    "screening",
    "capture",
    "timesheets",
    "prebills",
    "invoices",
    "portals",
    "disputes",
    "receivables",
    "night",
    "desk",
    "demo",
    "gate",
    "web",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *[f"meruit.{room}" for room in ROOMS if (ROOT / room / "apps.py").exists()],
]
AUTH_USER_MODEL = "people.Login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
SILENCED_SYSTEM_CHECKS = ["account.W001"]  # the gate alone signs people in; its settings hold the rest of allauth
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "meruit.web.urls"
STATIC_URL = "/static/"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": environment.choice("MERUIT_LOG", ("DEBUG", "INFO", "WARNING", "ERROR"), "WARNING"),
    },
}
