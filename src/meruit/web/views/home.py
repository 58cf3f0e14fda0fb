"""The morning: what waits for whoever looks, what expires, what came back, what was prepared."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.views.decorators.http import require_safe

from meruit.authority import access
from meruit.capture import actions as capture
from meruit.capture.models import Suggestion
from meruit.desk import morning, stuck
from meruit.desk import queries as desk
from meruit.disputes.queries import undecided
from meruit.disputes.together import together
from meruit.people.models import Person
from meruit.prebills.access import prebills
from meruit.web import words
from meruit.web.page import actor_of, show
from meruit.web.views.entries import unreleased

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.night.digest import Digest, Waits
    from meruit.prebills.models import PreBill

LATELY = timedelta(days=7)


def _drafts(actor: Actor) -> list[PreBill]:
    """Drafts that nobody has sent on, those with the most open findings first: a specialist's day begins there."""
    findings = Count("findings", filter=Q(findings__settled_at=None))
    return list(
        prebills(actor).filter(state="draft").annotate(open_findings=findings).order_by("-open_findings", "pk")[:8]
    )


def _digest(actor: Actor) -> tuple[Digest, list[Waits], bool] | None:
    """The digest, what of it waits for others than whoever looks, and whether it is the whole firm's."""
    found = morning.digest(actor)
    if found is None:
        return None
    mine = Person.objects.values_list("name", flat=True).get(pk=actor.person_id)
    return found, [w for w in found.waits if w.whom != mine], morning.sees_everything(actor)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The digest of the morning for one person."""
    actor = actor_of(request)
    now = desk.now()
    roles = access.roles(actor)
    waiting = desk.waiting(actor)
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
            "own_count": sum(1 for w in waiting if w.own),
            "deadlines": together(desk.deadlines(actor))[:12],
            "came_back": list(desk.came_back(actor, now - LATELY)[:8]),
            "put_forward": list(desk.put_forward(actor)[:8]),
            "put_forward_count": desk.put_forward(actor).count(),
            "to_release": unreleased(actor).count(),
            "suggestions": capture.visible(actor).filter(state=Suggestion.State.OPEN).count() if prepares else 0,
            "prebill_states": states if roles - {"administrator"} else [],
            "prepares": prepares,
            "drafts": _drafts(actor) if prepares else [],
            "cuts": list(undecided(actor).select_related("invoice__matter")[:8]) if prepares else [],
            "digest": _digest(actor),
            "stuck": [(row, words.of(words.SUBMISSION, row.submission.state)) for row in stuck.of(actor)[:6]]
            if prepares
            else [],
        },
    )
