"""What somebody must look at: bills stuck at portals, words nobody understood, windows that closed, reviews owed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from meruit.authority import access
from meruit.authority import actions as authority
from meruit.authority import queries as mechanism
from meruit.authority.errors import NotFound
from meruit.disputes import queries as disputes
from meruit.portals import actions as portals
from meruit.portals import queries
from meruit.web import words
from meruit.web.page import actor_of, said, show, tell

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision

PLACE = "attention"
#: Who may read that a decision was taken alone, and review it.
REVIEWS = ("billing partner", "administrator", "auditor", "manager")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Four lists, each with what to do about it."""
    actor = actor_of(request)
    stuck = queries.stuck(actor).select_related("invoice", "invoice__matter", "invoice__payer")
    return show(
        request,
        "web/attention.html",
        PLACE,
        {
            "stuck": [(s, words.of(words.SUBMISSION, s.state)) for s in stuck],
            "unclear": queries.not_understood(actor).select_related("submission__invoice")[:200],
            "lapsed": disputes.lapsed(actor),
            "reviews": reviews(actor),
            "prepares": bool(access.roles(actor) & set(access.PREPARES)),
        },
    )


@require_POST
def note(request: HttpRequest, event_id: int) -> HttpResponse:
    """Take note of a portal's word that nobody understood, and say what was done."""
    portals.take_note(actor_of(request), event_id, said(request, "how", "what was done about it"))
    tell(request, "Taken note of.")
    return redirect("attention")


@require_POST
def review(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Review a decision that was taken alone."""
    actor = actor_of(request)
    if not reviews(actor).filter(pk=decision_id).exists():
        raise NotFound(f"There is no decision {decision_id} that owes a review.")
    authority.review(actor, decision_id, said(request, "found", "what the review found"))
    tell(request, "Reviewed; it stands in the audit trail.")
    return redirect("attention")


def reviews(actor: Actor) -> QuerySet[Decision]:
    """The reviews still owed of decisions on what exists for the actor."""
    if not access.roles(actor) & set(REVIEWS):
        return mechanism.owed_reviews().none()
    seen = Q(proposal__matter__in=access.matters(actor)) | Q(proposal__matter=None)
    known = Q(proposal__client__in=access.clients(actor)) | Q(proposal__client=None)
    return mechanism.owed_reviews().filter(seen, known)
