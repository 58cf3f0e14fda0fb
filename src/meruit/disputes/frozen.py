"""Final bills as guidelines see them: the lines as they were billed, and the facts of each bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.deadlines import in_zone
from meruit.disputes.models import Appeal
from meruit.guidelines import Entry, Invoice
from meruit.guidelines.context import Appeal as Appealed
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
        ),
        appeals=_appeals(payer, bills),
    )


def _appeals(payer: Payer, bills: Sequence[Bill]) -> tuple[Appealed, ...]:
    """The first appeal of each cut of these bills that went out, by the days of the payer's zone.

    Each answers its one cut with an argument of its own, so that the lines cut and answered are one and the same.
    """
    sent = Appeal.objects.filter(reduction__invoice__in=bills, round=1, track__packet__isnull=False)
    rows = sent.order_by("pk").values_list(
        "reduction__invoice__number", "reduction__received_on", "track__packet__kept_at"
    )
    return tuple(
        Appealed(
            invoice=number,
            processed_on=told_on,
            appealed_on=in_zone(left_at, payer.zone).date(),
            lines_cut=1,
            lines_answered=1,
        )
        for number, told_on, left_at in rows
        if left_at is not None
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
