"""Who is at the page: the cookie's token becomes an actor, and what a room refuses becomes a page with its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect

from meruit.authority.acts import Actor
from meruit.authority.errors import Invalid, NotSignedIn, Refused
from meruit.imports.core.problems import FileRefused
from meruit.people.models import Session
from meruit.settings.pages import SESSION_COOKIE
from meruit.web.errors import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class Signed(HttpRequest if TYPE_CHECKING else object):  # type: ignore[misc]  # a name for requests that came this far
    """A request of somebody who has signed in."""

    actor: Actor


class SignedIn:
    """No page without a session: whoever has none is sent to the gate and comes back to where he wanted to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            token = request.COOKIES.get(settings.ADDRESSES.cookie(SESSION_COOKIE), "")
            if not token:
                raise NotSignedIn("Sign in first.")
            request.actor = at_a_page(token)  # type: ignore[attr-defined]  # see `Signed`
        except NotSignedIn:
            return to_the_gate(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Every refusal is a full sentence; it is shown, and nothing was done."""
        if isinstance(exception, NotSignedIn):
            return to_the_gate(request)
        if isinstance(exception, Refused):
            return refused(request, exception)
        if isinstance(exception, FileRefused):
            return refused(request, Invalid(str(exception)))
        return None


def at_a_page(token: str) -> Actor:
    """The actor behind the token of a browser. One that was issued to the command line opens no page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.person_id FROM authority.whoami(%s) w JOIN people_session s ON s.id = w.session_id"
            " WHERE s.method <> %s",
            [token, Session.Method.COMMAND_LINE.value],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotSignedIn("The session is unknown, ended or expired: sign in again.")
    return Actor(person_id=row[0], token=token)


def to_the_gate(request: HttpRequest) -> HttpResponse:
    """Sign in, and come back here. A part of a page (htmx) asks for the whole to be loaded anew."""
    here = request.get_full_path() if request.method == "GET" else "/"
    address = f"{settings.ADDRESSES.gate}/gate/open/?next={quote(here)}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
