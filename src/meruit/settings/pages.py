"""What the two processes that show pages (gate and app) share: where they are found, templates, static files.

Both are reached under one host, so that the session's cookie reaches both. On a machine of one's own they stand
on two ports of `localhost` (a passkey needs a name, not a number). Behind a proxy `MERUIT_PUBLIC_URL` names the one
public address; the proxy sends `/gate/` to the gate and everything else to the app.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from meruit.settings import environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The cookie that carries a session's token; the gate sets it, both processes read it.
SESSION_COOKIE = "meruit_session"
#: Where the pages and the gate are found on this machine unless the environment says otherwise.
WEB_PORT, GATE_PORT = 8400, 8401
#: The largest file that the pages take, in megabytes, unless the environment says otherwise.
UPLOAD_MB = 200


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a browser finds the pages and the gate, and whether it speaks TLS to them."""

    web: str
    gate: str
    host: str
    secure: bool
    public: bool

    def cookie(self, name: str) -> str:
        """What a cookie is called here.

        Browsers keep cookies by host and not by port: two installations on one machine, each on ports of its
        own, must not sign one another out.
        """
        port = urlsplit(self.web).port
        return name if self.public or port == WEB_PORT else f"{name}_{port}"


def addresses(environ: Mapping[str, str] = os.environ) -> Addresses:
    """From `MERUIT_PUBLIC_URL`, or the two ports of this machine."""
    if public := environ.get("MERUIT_PUBLIC_URL", "").rstrip("/"):
        parts = urlsplit(public)
        if parts.scheme != "https" or not parts.hostname or parts.path:
            raise environment.WrongSetting(
                "MERUIT_PUBLIC_URL", public, "https and a name alone, for example https://billing.firm.example"
            )
        return Addresses(web=public, gate=public, host=parts.hostname, secure=True, public=True)
    return Addresses(
        web=f"http://localhost:{web_port(environ)}",
        gate=f"http://localhost:{gate_port(environ)}",
        host="localhost",
        secure=False,
        public=False,
    )


def web_port(environ: Mapping[str, str] = os.environ) -> int:
    """The port of the pages on this machine."""
    return environment.whole("MERUIT_WEB_PORT", WEB_PORT, environ)


def gate_port(environ: Mapping[str, str] = os.environ) -> int:
    """The port of the gate on this machine."""
    return environment.whole("MERUIT_GATE_PORT", GATE_PORT, environ)


def upload_limit(environ: Mapping[str, str] = os.environ) -> int:
    """How many bytes of a file the pages take; what is larger is refused while it arrives."""
    return environment.whole("MERUIT_UPLOAD_MB", UPLOAD_MB, environ) * 1_000_000


def templates(own: Path) -> list[dict[str, Any]]:
    """Django's templates; those of the folder `own` stand before everybody else's of the same name."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [own],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ]


def common(where: Addresses) -> dict[str, Any]:
    """The settings that are the same for both processes."""
    found: dict[str, Any] = {
        "ALLOWED_HOSTS": [where.host, "localhost", "127.0.0.1", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": [where.web],
        "CSRF_COOKIE_SECURE": where.secure,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_MAX_AGE": 3600,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
        "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
    }
    if where.public:
        found |= {
            "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
            "SECURE_HSTS_SECONDS": 31_536_000,
        }
    return found
