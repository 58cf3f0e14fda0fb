"""How the clients of the demonstration that get their bills on paper pay them: in time, too much, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.demo.plan import NEVER_PAYS, OVERPAID, OVERPAYS
from meruit.invoices.models import Invoice
from meruit.receivables import actions as receivables

if TYPE_CHECKING:
    from meruit.demo.build import Build

#: When the bills issued in September are paid.
PAID_AT, ISSUED_BEFORE = datetime(2026, 10, 7, 15, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)


def pay(build: Build) -> None:
    """Enter the checks for the first month's bills; one payer sends too much, and one nothing."""
    build.at(PAID_AT)
    paper = Invoice.objects.filter(payer__delivery="pdf", issued_at__lt=PAID_AT, total__gt=0).select_related(
        "payer__client"
    )
    for number, invoice in enumerate(paper.order_by("pk"), start=1):
        client = invoice.payer.client.number
        if client == NEVER_PAYS:
            continue
        amount = invoice.total + (OVERPAID if client == OVERPAYS else Decimal(0))
        reference = f"check {4100 + number}"
        payment = receivables.enter_payment(
            build.specialist, invoice.payer_id, amount, invoice.currency, PAID_AT.date(), reference
        )
        receivables.apply_payment(build.specialist, payment.pk, invoice_id=invoice.pk)
    build.say("checks of October", 1, 1)
