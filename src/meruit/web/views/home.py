"""The morning: what waits for whoever looks, what expires, what came back, what was prepared."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.views.decorators.http import require_safe

from meruit.authority import access
from meruit.capture import actions as capture
from meruit.capture.models import Suggestion
from meruit.desk import nightly
from meruit.desk import queries as desk
from meruit.disputes.queries import undecided
from meruit.prebills.access import prebills
from meruit.steps.models import Run
from meruit.web import words
from meruit.web.page import actor_of, show
from meruit.web.views.entries import unreleased

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.prebills.models import PreBill
    from meruit.steps.models import Step

LATELY = timedelta(days=7)


def _drafts(actor: Actor) -> list[PreBill]:
    """Drafts that nobody has sent on, those with the most open findings first: a specialist's day begins there."""
    findings = Count("findings", filter=Q(findings__settled_at=None))
    return list(
        prebills(actor).filter(state="draft").annotate(open_findings=findings).order_by("-open_findings", "pk")[:8]
    )


def _night() -> tuple[Run, list[tuple[str, Step]]] | None:
    """What the last night did, step by step; counts alone, which tell nothing of any matter."""
    run = Run.objects.exclude(finished_at=None).order_by("-pk").first()
    if run is None:
        return None
    titles = {step.name: step.title for step in nightly.table()}
    return run, [(titles.get(s.name, s.name), s) for s in run.steps.order_by("pk") if s.done or s.failed]


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
            "deadlines": desk.deadlines(actor)[:12],
            "came_back": list(desk.came_back(actor, now - LATELY)[:8]),
            "put_forward": list(desk.put_forward(actor)[:8]),
            "put_forward_count": desk.put_forward(actor).count(),
            "to_release": unreleased(actor).count(),
            "suggestions": capture.visible(actor).filter(state=Suggestion.State.OPEN).count() if prepares else 0,
            "prebill_states": states if roles - {"administrator"} else [],
            "prepares": prepares,
            "drafts": _drafts(actor) if prepares else [],
            "cuts": list(undecided(actor).select_related("invoice__matter")[:8]) if prepares else [],
            "night": _night() if roles & {"specialist", "lead", "manager", "administrator", "auditor"} else None,
        },
    )
