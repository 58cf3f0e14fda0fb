"""Sessions of the house: opened after sign-in, known to the database by the SHA-256 of their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from meruit.authority.errors import sentences
from meruit.people.models import Login
from meruit.settings.pages import SESSION_COOKIE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Live:
    """A session that is open: whose it is, and its number."""

    person_id: int
    session_id: int


def open_for(request: HttpRequest, response: HttpResponse, person_id: int, method: str) -> bytes:
    """Open a session, put its token into the cookie, and return what the database knows it by."""
    token = secrets.token_urlsafe(32)
    digest = sha256(token)
    with sentences(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT people.open_session(%s, %s, %s, %s, %s, '', make_interval(secs => %s))",
            [
                person_id,
                digest,
                method,
                request.META.get("REMOTE_ADDR", ""),
                request.headers.get("User-Agent", "")[:200],
                LASTS.total_seconds(),
            ],
        )
    response.set_cookie(
        settings.ADDRESSES.cookie(SESSION_COOKIE),
        token,
        max_age=int(LASTS.total_seconds()),
        secure=settings.ADDRESSES.secure,
        httponly=True,
        samesite="Lax",
    )
    return digest


def sha256(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def token_of(request: HttpRequest) -> str:
    """The token a browser sent; empty when it sent none."""
    return request.COOKIES.get(settings.ADDRESSES.cookie(SESSION_COOKIE), "")


def live(token: str) -> Live | None:
    """The open session behind a token."""
    if not token:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, session_id FROM authority.whoami(%s)", [token])
        row = cursor.fetchone()
    return None if row is None else Live(*row)


def end(digest: bytes) -> None:
    """End a session; one that has ended already stays so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people.end_session(%s)", [digest])


def login_of(person_id: int) -> Login | None:
    """How a person signs in; None before enrolment."""
    return Login.objects.filter(person_id=person_id).first()
