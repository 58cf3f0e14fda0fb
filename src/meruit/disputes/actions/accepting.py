"""A cut is accepted by decision: a credit note over what is still cut, and the end of the dispute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.agenda import actions as agenda
from meruit.agenda.models import Deadline
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow
from meruit.disputes import access, queries
from meruit.disputes.actions.moving import move_reduction
from meruit.disputes.core import ReductionMove
from meruit.invoices import queries as invoices_queries
from meruit.invoices.actions import carry_out_credit_note
from meruit.invoices.actions.crediting import content
from meruit.money import allocate, unit_of

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision
    from meruit.disputes.models import Reduction
    from meruit.invoices.models import CreditNote

KIND = "accept-reduction"


def propose_acceptance(actor: Actor, reduction_id: int, *, reason: str) -> int:
    """Propose that the firm accepts what is still cut."""
    authority_access.require(actor, *authority_access.PREPARES)
    reduction = access.reduction(actor, reduction_id)
    _must_be_undecided(reduction)
    invoice = reduction.invoice
    return authority.propose(
        actor,
        KIND,
        content(
            invoice,
            _nets(reduction),
            kind=KIND,
            reason=reason,
            reason_code=reduction.reason_code,
            reduction_id=reduction.pk,
        ),
        subject="disputes_reduction",
        subject_id=reduction.pk,
        reason=reason,
        evidence={
            "number": invoice.number,
            "words": reduction.words,
            "line": reduction.line_id,
            "cut": reduction.amount,
        },
        due_at=due_at(reduction),
    )


def carry_out_acceptance(actor: Actor, decision: Decision) -> CreditNote:
    """Issue the credit note that accepts a cut; uses the decision once, and ends the dispute."""
    reduction = access.reduction(actor, decision.content["reduction_id"])
    _must_be_undecided(reduction)
    with acting(actor):
        made = carry_out_credit_note(actor, decision)
        open_ = Deadline.objects.filter(subject="disputes_reduction", subject_id=reduction.pk, met_at=None)
        for key in open_.values_list("natural_key", flat=True):
            agenda.meet(key, moment(), "accepted")
    return made


def restored(actor: Actor, reduction_id: int, *, reason: str) -> None:
    """The client has taken its cut back of its own accord."""
    authority_access.require(actor, *authority_access.PREPARES)
    reduction = access.reduction(actor, reduction_id)
    with acting(actor):
        move_reduction(actor, reduction, ReductionMove.RESTORE, reason=reason)
        open_ = Deadline.objects.filter(subject="disputes_reduction", subject_id=reduction.pk, met_at=None)
        for key in open_.values_list("natural_key", flat=True):
            agenda.meet(key, moment(), "restored by the client")


def due_at(reduction: Reduction) -> datetime | None:
    """When the open deadline of a cut ends."""
    found = Deadline.objects.filter(subject="disputes_reduction", subject_id=reduction.pk, met_at=None)
    return found.order_by("due_at").values_list("due_at", flat=True).first()


def _must_be_undecided(reduction: Reduction) -> None:
    if reduction.state not in queries.UNDECIDED:
        raise NotNow(f"This cut is {reduction.state.replace('_', ' ')}; there is nothing to accept.")


def _nets(reduction: Reduction) -> dict[int, Decimal]:
    """What comes off each line; a cut of the whole bill is divided by what the lines still are."""
    cut = queries.remaining(reduction)
    if reduction.line_id is not None:
        return {reduction.line_id: cut}
    weights = {s.line: s.net_left for s in invoices_queries.standing(reduction.invoice_id) if s.net_left > 0}
    return {k: v for k, v in allocate(cut, weights, unit=unit_of(reduction.currency)).items() if v}
