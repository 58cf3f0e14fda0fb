"""Before each page of the gate: carry out decided resets, and forget whoever's session has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout

from meruit.gate import resets, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

#: Where the gate's own cookie notes which session of the house it opened.
OPENED = "meruit.opened"


class Housekeeping:
    """The gate's memory of a sign-in lives no longer than the session it opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        resets.carry_out()
        if request.user.is_authenticated and (opened := request.session.get(OPENED)):
            token = sessions.token_of(request)
            if sessions.sha256(token).hex() != opened or sessions.live(token) is None:
                logout(request)
        return self.get_response(request)
