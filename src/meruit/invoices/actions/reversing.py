"""Reversal: a whole bill is undone by a counter-entry, and its work is in progress again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.invoices import access
from meruit.invoices.models import Reversal

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision

KIND = "reversal"


def propose_reversal(actor: Actor, invoice_id: int, *, reason: str) -> int:
    """Propose to undo a bill on which no money and no credit stands."""
    authority_access.require(actor, *authority_access.PREPARES)
    invoice = access.invoice(actor, invoice_id)
    others = list(invoice.issue.invoices.exclude(pk=invoice.pk).values_list("number", flat=True))
    return authority.propose(
        actor,
        KIND,
        {"invoice_id": invoice.pk, "reason": reason},
        subject="invoices_invoice",
        subject_id=invoice.pk,
        reason=reason,
        evidence={"number": invoice.number, "total": str(invoice.total), "other_payers_bills": others},
    )


def carry_out_reversal(actor: Actor, decision: Decision) -> Reversal:
    """Undo the decided bill; uses the decision once.

    Its lines are billable again when no other payer's bill of the same issue stands.
    """
    decided = decision.content
    invoice = access.invoice(actor, decided["invoice_id"])
    with acting(actor):
        made = Reversal.objects.create(
            invoice=invoice,
            reason=decided["reason"],
            reversed_on=invoice.issued_on,
            reversed_at=invoice.issued_at,
            decision=decision,
        )
        made.refresh_from_db()  # day and moment as the database stamped them
        note(
            "invoice.reversed",
            "invoices_invoice",
            invoice.pk,
            before={"total": invoice.total},
            after={"total": 0},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made
