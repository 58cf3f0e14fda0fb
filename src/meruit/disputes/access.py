"""The rejections, reductions and appeals that exist for an actor: those of the invoices that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority.errors import NotFound
from meruit.disputes.models import Appeal, Reduction, Rejection
from meruit.invoices import access as invoices

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def rejections(actor: Actor) -> QuerySet[Rejection]:
    """Every rejection the actor may see."""
    found = Rejection.objects.select_related("submission", "submission__invoice")
    return found if actor.is_system else found.filter(submission__invoice__in=invoices.invoices(actor))


def rejection(actor: Actor, rejection_id: int) -> Rejection:
    """One rejection, or `NotFound`: walled off answers like never there."""
    found = rejections(actor).filter(pk=rejection_id).first()
    if found is None:
        raise NotFound(f"There is no rejection {rejection_id}.")
    return found


def reductions(actor: Actor) -> QuerySet[Reduction]:
    """Every reduction the actor may see."""
    found = Reduction.objects.select_related(
        "submission", "invoice", "invoice__payer", "invoice__matter", "invoice__matter__client", "line"
    )
    return found if actor.is_system else found.filter(invoice__in=invoices.invoices(actor))


def reduction(actor: Actor, reduction_id: int) -> Reduction:
    """One reduction, or `NotFound`."""
    found = reductions(actor).filter(pk=reduction_id).first()
    if found is None:
        raise NotFound(f"There is no reduction {reduction_id}.")
    return found


def appeal(actor: Actor, appeal_id: int) -> Appeal:
    """One appeal, or `NotFound`."""
    found = Appeal.objects.select_related("reduction", "reduction__invoice", "track").filter(
        pk=appeal_id, reduction__in=reductions(actor)
    )
    one = found.first()
    if one is None:
        raise NotFound(f"There is no appeal {appeal_id}.")
    return one
