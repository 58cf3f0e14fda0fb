"""A remittance becomes a payment, and each of its rows pays the bill that it names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit import deadlines
from meruit.authority import access as authority_access
from meruit.authority.acts import acting
from meruit.authority.errors import NotNow
from meruit.invoices import queries as invoices_queries
from meruit.money import total
from meruit.receivables import queries
from meruit.receivables.actions.paying import apply_payment, enter_payment

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.receivables.models import Payment


def post_remittance(actor: Actor, key: str) -> Payment:
    """Enter the payment that remittances announce under a key, and lay it on their bills; all of it or nothing.

    What a bill is not owed any more stays unapplied and is shown.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    rows = list(queries.remitted(key))
    if not rows:
        raise NotNow(f"No remittance tells of payment {key}.")
    bills = [(row.submission.invoice, Decimal(row.detail["amount"])) for row in rows if row.submission is not None]
    first = bills[0][0]
    if any(invoice.currency != first.currency for invoice, _ in bills):
        raise NotNow(f"Payment {rows[0].detail['reference']} is of bills in several currencies; enter it by hand.")
    with acting(actor):
        payment = enter_payment(
            actor,
            first.payer_id,
            total(amount for _, amount in bills),
            first.currency,
            deadlines.in_zone(rows[0].at, first.payer.zone).date(),
            rows[0].detail["reference"],
        )
        for invoice, amount in bills:
            now = min(amount, invoices_queries.owed([invoice.pk]).get(invoice.pk, Decimal(0)))
            if now > 0:
                apply_payment(actor, payment.pk, invoice.pk, now)
    return payment
