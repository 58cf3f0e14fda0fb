"""Write-offs: bad debt on an invoice, or work that will never be billed. Two losses, never merged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, today
from meruit.invoices import access, queries
from meruit.invoices.models import WriteOff
from meruit.timesheets import access as timesheets
from meruit.timesheets.models import Version

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision

KIND = "write-off"
#: What the firm paid out to others is cash lost, and has a kind and a limit of its own.
HARD_COST = "hard-cost"


def propose_bad_debt(actor: Actor, invoice_id: int, amount: Decimal, *, reason: str) -> int:
    """Propose that so much of an invoice will never be collected."""
    authority_access.require(actor, *authority_access.PREPARES)
    invoice = access.invoice(actor, invoice_id)
    owed = queries.owed([invoice.pk]).get(invoice.pk, Decimal(0))
    return authority.propose(
        actor,
        KIND,
        {
            "loss": WriteOff.Loss.BAD_DEBT.value,
            "invoice_id": invoice.pk,
            "entry_id": None,
            "amount": str(amount),
            "currency": invoice.currency,
            "hard_cost": False,
            "reason": reason,
        },
        subject="invoices_invoice",
        subject_id=invoice.pk,
        reason=reason,
        evidence={"number": invoice.number, "owed": str(owed), "due_on": invoice.due_on},
    )


def propose_wip_write_off(actor: Actor, entry_id: int, *, reason: str) -> int:
    """Propose that a released entry or cost, on no bill or on one that can still change, will never be billed."""
    authority_access.require(actor, *authority_access.PREPARES)
    entry = timesheets.entry(actor, entry_id)
    says = Version.objects.get(entry=entry, number=entry.version)
    return authority.propose(
        actor,
        HARD_COST if says.hard_cost else KIND,
        {
            "loss": WriteOff.Loss.WIP.value,
            "invoice_id": None,
            "entry_id": entry.pk,
            "amount": str(says.worked_value),
            "currency": says.currency,
            "hard_cost": says.hard_cost,
            "reason": reason,
        },
        subject="timesheets_entry",
        subject_id=entry.pk,
        reason=reason,
        evidence={"narrative": says.narrative, "worked_on": says.worked_on, "hard_cost": says.hard_cost},
    )


def carry_out_write_off(actor: Actor, decision: Decision) -> WriteOff:
    """Give up what was decided; uses the decision once."""
    decided = decision.content
    if decided["invoice_id"] is not None:
        subject, subject_id = "invoices_invoice", access.invoice(actor, decided["invoice_id"]).pk
    else:
        subject, subject_id = "timesheets_entry", timesheets.entry(actor, decided["entry_id"]).pk
    with acting(actor):
        made = WriteOff.objects.create(
            loss=decided["loss"],
            invoice_id=decided["invoice_id"],
            entry_id=decided["entry_id"],
            amount=Decimal(decided["amount"]),
            currency=decided["currency"],
            hard_cost=decided["hard_cost"],
            reason=decided["reason"],
            written_off_on=today(),
            decision=decision,
        )
        note(
            "invoice.written_off" if made.invoice_id else "entry.written_off",
            subject,
            subject_id,
            after={"amount": made.amount, "currency": made.currency, "hard_cost": made.hard_cost},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made
