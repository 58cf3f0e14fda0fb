"""Refunds: money that pays nothing goes back to its payer, by decision of two people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.receivables import access, queries
from meruit.receivables.models import Refund

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision

KIND = "refund"


def propose_refund(actor: Actor, payment_id: int, amount: Decimal, *, reason: str) -> int:
    """Propose that unapplied money goes back."""
    authority_access.require(actor, *authority_access.PREPARES)
    payment = access.payment(actor, payment_id)
    return authority.propose(
        actor,
        KIND,
        {"payment_id": payment.pk, "amount": str(amount), "currency": payment.currency, "reason": reason},
        subject="receivables_payment",
        subject_id=payment.pk,
        reason=reason,
        evidence={"reference": payment.reference, "unapplied": str(queries.unapplied(payment))},
    )


def carry_out_refund(actor: Actor, decision: Decision) -> Refund:
    """Enter the decided refund; uses the decision once. Its day is the database's."""
    decided = decision.content
    payment = access.payment(actor, decided["payment_id"])
    with acting(actor):
        made = Refund.objects.create(
            payment=payment,
            amount=Decimal(decided["amount"]),
            currency=decided["currency"],
            refunded_on=payment.received_on,
            reason=decided["reason"],
            decision=decision,
        )
        made.refresh_from_db()
        note(
            "payment.refunded",
            "receivables_payment",
            payment.pk,
            after={"amount": made.amount, "currency": made.currency},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made
