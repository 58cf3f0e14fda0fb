"""Settings of the gate, the small process that signs people in; it speaks to the database as the login `gate`."""

from meruit.settings import environment, pages, secret
from meruit.settings.base import *  # noqa: F403 - a settings module is its base plus a few lines
from meruit.settings.base import ROOT

SECRET_KEY = secret.of("gate")
DATABASES = {"default": environment.database("gate")}
ADDRESSES = pages.addresses()
globals().update(pages.common(ADDRESSES))
TEMPLATES = pages.templates(ROOT / "gate" / "templates")
ROOT_URLCONF = "meruit.gate.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "meruit.ui.security.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "meruit.gate.middleware.Housekeeping",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_COOKIE_NAME = ADDRESSES.cookie("meruit_gate_csrf")
CSRF_COOKIE_PATH = "/gate/"
SESSION_COOKIE_NAME = ADDRESSES.cookie("meruit_gate")
SESSION_COOKIE_PATH = "/gate/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ADDRESSES.secure
SESSION_COOKIE_AGE = 14 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "gate-open"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "meruit.gate.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # a mail address is decided with the person, not claimed by whoever signs in
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False

MFA_ADAPTER = "meruit.gate.adapters.SecondFactors"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a signature counts only from a person who was verified
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Meruit"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "meruit.gate.forms.Authenticate",
    "reauthenticate": "meruit.gate.forms.Reauthenticate",
    "activate_totp": "meruit.gate.forms.ActivateTOTP",
    "add_webauthn": "meruit.gate.forms.AddPasskey",
}
