"""Credit notes: a final bill is lowered, by line and reason, with its tax."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid
from meruit.invoices import access, core, queries
from meruit.invoices.models import CreditNote
from meruit.money import Precision, total
from meruit.money.currencies import currency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision
    from meruit.invoices.models import Invoice

KIND = "credit-note"


def content(
    invoice: Invoice,
    nets: Mapping[int, Decimal],
    *,
    kind: str,
    reason: str,
    reason_code: str,
    reduction_id: int | None = None,
) -> dict[str, Any]:
    """The content of a decision over a credit: net amounts by invoice line, each with the tax that goes with it."""
    try:
        lines = core.credit(queries.standing(invoice.pk), nets, Precision(currency(invoice.currency).minor_units))
    except core.CreditError as error:
        raise Invalid(f"Invoice {invoice.number}: {error}") from error
    return {
        "invoice_id": invoice.pk,
        "kind": kind,
        "lines": [
            {"invoice_line_id": x.line, "amount": str(x.net), "tax": str(x.tax), "reason_code": reason_code}
            for x in lines
        ],
        "amount": str(total(x.gross for x in lines)),
        "tax": str(total(x.tax for x in lines)),
        "reason": reason,
        "reduction_id": reduction_id,
    }


def propose_credit_note(
    actor: Actor, invoice_id: int, nets: Mapping[int, Decimal], *, reason: str, reason_code: str = ""
) -> int:
    """Propose that a bill is lowered; `nets` names net amounts by invoice line."""
    authority_access.require(actor, *authority_access.PREPARES)
    invoice = access.invoice(actor, invoice_id)
    return authority.propose(
        actor,
        KIND,
        content(invoice, nets, kind=KIND, reason=reason, reason_code=reason_code),
        subject="invoices_invoice",
        subject_id=invoice.pk,
        reason=reason,
        evidence={"number": invoice.number, "total": str(invoice.total)},
    )


def carry_out_credit_note(actor: Actor, decision: Decision) -> CreditNote:
    """Issue the decided credit note; uses the decision once. Number and day are the database's."""
    decided = decision.content
    invoice = access.invoice(actor, decided["invoice_id"])
    with acting(actor):
        made = CreditNote.objects.create(
            invoice=invoice,
            kind=decided["kind"],
            lines=decided["lines"],
            amount=Decimal(decided["amount"]),
            tax=Decimal(decided["tax"]),
            reason=decided["reason"],
            reduction_id=decided["reduction_id"],
            issued_on=invoice.issued_on,
            issued_at=invoice.issued_at,
            decision=decision,
        )
        made.refresh_from_db()  # number, day and moment as the database stamped them
        note(
            "invoice.credited",
            "invoices_invoice",
            invoice.pk,
            after={"credit_note": made.number, "amount": made.amount},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made
