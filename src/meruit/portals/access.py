"""The submissions that exist for an actor: those of the invoices that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.invoices import access as invoices
from meruit.matters.models import Matter
from meruit.portals.models import Attempt, StatusEvent, Submission

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def submissions(actor: Actor) -> QuerySet[Submission]:
    """Every submission the actor may see."""
    found = Submission.objects.select_related("invoice", "invoice__payer", "invoice__matter", "revision")
    return found if actor.is_system else found.filter(invoice__in=invoices.invoices(actor))


def submission(actor: Actor, submission_id: int) -> Submission:
    """One submission, or `NotFound`: walled off answers like never there."""
    found = submissions(actor).filter(pk=submission_id).first()
    if found is None:
        raise NotFound(f"There is no submission {submission_id}.")
    return found


def attempt(actor: Actor, attempt_id: int) -> Attempt:
    """One attempt, or `NotFound`."""
    found = Attempt.objects.filter(pk=attempt_id, submission__in=submissions(actor)).first()
    if found is None:
        raise NotFound(f"There is no attempt {attempt_id}.")
    return found


def events(actor: Actor) -> QuerySet[StatusEvent]:
    """What portals said of bills the actor may see; of bills nobody knows, to whom nothing is walled off."""
    found = StatusEvent.objects.select_related("submission", "submission__invoice")
    if actor.is_system:
        return found
    mine = Q(submission__in=submissions(actor))
    if not Matter.objects.exclude(pk__in=authority_access.matters(actor)).exists():
        mine |= Q(submission=None)
    return found.filter(mine)


def event(actor: Actor, event_id: int) -> StatusEvent:
    """One thing a portal said, or `NotFound`."""
    found = events(actor).filter(pk=event_id).first()
    if found is None:
        raise NotFound(f"There is no status {event_id}.")
    return found
