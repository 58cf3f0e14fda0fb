"""Final bills as guidelines see them: the lines as they were billed, and the facts of each bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines import Entry, Invoice
from meruit.invoices.models import InvoiceLine
from meruit.screening import known as registers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.guidelines import Context
    from meruit.invoices.models import Invoice as Bill
    from meruit.matters.models import Payer


def entries(bills: Sequence[Bill]) -> list[Entry]:
    """The fees and expenses of final bills, each known by the key of its line. Adjustments are no work."""
    by_id = {bill.pk: bill for bill in bills}
    lines = InvoiceLine.objects.filter(invoice__in=by_id, kind__in=["time", "expense"]).select_related("timekeeper")
    return [_entry(line, by_id[line.invoice_id]) for line in lines.order_by("invoice_id", "number")]


def context(payer: Payer, bills: Sequence[Bill]) -> Context:
    """What is on file for a payer, and what its final bills tell of themselves."""
    matters = list({bill.matter_id: bill.matter for bill in bills}.values())
    known = registers.known(payer, matters, max(bill.issued_on for bill in bills))
    return known.replace(
        invoices=tuple(
            Invoice(
                number=bill.number,
                date=bill.issued_on,
                period_start=bill.period_from,
                period_end=bill.period_to,
                currency=bill.currency,
                client=bill.matter.client.number,
                matter=bill.matter.number,
            )
            for bill in bills
        )
    )


def _entry(line: InvoiceLine, bill: Bill) -> Entry:
    is_time = line.kind == "time"
    who = line.timekeeper
    return Entry(
        id=str(line.pk),
        kind="fee" if is_time else "expense",
        narrative=line.narrative,
        date=line.worked_on,
        timekeeper=who.number if who else None,
        timekeeper_name=f"{who.first_name} {who.last_name}".strip() if who else None,
        timekeeper_class=who.classification if who else None,
        hours=line.units if is_time else None,
        units=None if is_time else line.units,
        rate=line.rate,
        adjustment=line.adjustment,
        amount=line.amount,
        currency=bill.currency,
        task_code=line.task_code,
        activity_code=line.activity_code if is_time else None,
        expense_code=None if is_time else line.expense_code,
        client=bill.matter.client.number,
        matter=bill.matter.number,
        invoice=bill.number,
    )
