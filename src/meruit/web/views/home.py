"""The morning: what waits for whoever looks, what expires, what came back, what was prepared."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from meruit.authority import access
from meruit.capture import actions as capture
from meruit.capture.models import Suggestion
from meruit.desk import queries as desk
from meruit.prebills.access import prebills
from meruit.web import words
from meruit.web.page import actor_of, show
from meruit.web.views.entries import unreleased

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LATELY = timedelta(days=7)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The digest of the morning for one person."""
    actor = actor_of(request)
    now = desk.now()
    roles = access.roles(actor)
    waiting = desk.waiting(actor)
    by_kind: dict[str, int] = {}
    for one in waiting:
        by_kind[one.proposal.kind.title] = by_kind.get(one.proposal.kind.title, 0) + 1
    prepares = bool(roles & {"specialist", "lead"})
    states = [
        (words.of(words.PREBILL, state), state, prebills(actor).filter(state=state).count())
        for state in ("draft", "in review", "held", "approved")
    ]
    return show(
        request,
        "web/home.html",
        "home",
        {
            "waiting": waiting[:8],
            "waiting_count": len(waiting),
            "by_kind": sorted(by_kind.items()),
            "deadlines": desk.deadlines(actor)[:12],
            "came_back": list(desk.came_back(actor, now - LATELY)[:8]),
            "put_forward": list(desk.put_forward(actor)[:8]),
            "put_forward_count": desk.put_forward(actor).count(),
            "to_release": unreleased(actor).count(),
            "suggestions": capture.visible(actor).filter(state=Suggestion.State.OPEN).count() if prepares else 0,
            "prebill_states": states if roles - {"administrator"} else [],
            "prepares": prepares,
        },
    )
