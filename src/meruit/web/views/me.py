"""One's own place: who one is here, the sessions that are open, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from meruit.authority import access
from meruit.authority.acts import moment
from meruit.authority.errors import NotFound, sentences
from meruit.authority.models import StandIn
from meruit.people.models import Session
from meruit.settings.pages import SESSION_COOKIE
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: What the database lets this process read of a session; the token's digest is not among it.
READABLE = ("id", "person_id", "method", "address", "agent", "country", "opened_at", "expires_at", "ended_at")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Roles, limits, stand-ins and sessions."""
    actor = actor_of(request)
    now = moment()
    return show(
        request,
        "web/me.html",
        "me",
        {
            "grants": access.grants(actor.person_id, now).select_related("client", "matter").order_by("role"),
            "sessions": Session.objects.filter(person=actor.person_id, ended_at=None, expires_at__gt=now)
            .order_by("-opened_at")
            .only(*READABLE),
            "current": _current(request),
            "stand_ins": StandIn.objects.filter(stand_in=actor.person_id, ended_at=None, until_at__gt=now)
            .select_related("decider", "kind")
            .order_by("from_at"),
            "named": StandIn.objects.filter(decider=actor.person_id, ended_at=None, until_at__gt=now)
            .select_related("stand_in", "kind")
            .order_by("from_at"),
            "gate": settings.ADDRESSES.gate,
        },
    )


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions, from another."""
    with sentences(), connection.cursor() as cursor:
        cursor.execute("SELECT gate.end_own_session(%s, %s)", [_token(request), session_id])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise NotFound(f"There is no open session {session_id} of yours.")
    tell(request, "The session has ended.")
    return redirect("me")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session in the database, forget the cookie, and let the gate forget the sign-in."""
    with sentences(), connection.cursor() as cursor:
        cursor.execute("SELECT gate.end_own_session(%s, %s)", [_token(request), _current(request)])
    response = HttpResponseRedirect(f"{settings.ADDRESSES.gate}/gate/signed-out/")
    response.delete_cookie(settings.ADDRESSES.cookie(SESSION_COOKIE), samesite="Lax")
    return response


def _current(request: HttpRequest) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_id FROM authority.whoami(%s)", [_token(request)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("This session has ended.")
    return int(row[0])


def _token(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.ADDRESSES.cookie(SESSION_COOKIE), "")
