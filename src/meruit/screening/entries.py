"""An e-bill's lines and invoices as the records that guidelines judge."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import Entry, Invoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit import ledes


def invoices_of(bill: ledes.File) -> Iterator[Invoice]:
    """The facts of each invoice that rules ask for beside its lines."""
    # XML states what is due after discounts and funds of its matters, which the sum of lines is not.
    flat = "XML" not in bill.format.upper()
    for invoice in bill.invoices:
        matter = invoice.matters[0] if len(invoice.matters) == 1 else None
        yield Invoice(
            number=invoice.number,
            date=invoice.day("date"),
            period_start=invoice.day("start"),
            period_end=invoice.day("end"),
            currency=invoice.currency or None,
            total=invoice.decimal("total") if flat else None,
            tax=invoice.decimal("tax_total"),
            discount=_taken_off(invoice) if flat else None,
            client=invoice.client.id or None,
            matter=matter.firm_matter_id if matter else None,
            client_matter=matter.client_matter_id if matter else None,
            format=bill.format,
        )


def _taken_off(invoice: ledes.Invoice) -> Decimal | None:
    """What the adjustments of the invoice as a whole (lines IF and IE) take off its total."""
    amounts = [line.decimal("total") for line in invoice.lines if line.kind.strip().upper() in ("IF", "IE")]
    return -sum((amount for amount in amounts if amount is not None), Decimal(0)) if amounts else None


def entries_of(bill: ledes.File, name: str | None = None) -> Iterator[Entry]:
    """The fees and expenses of a bill in the order of the file; adjustments of an invoice are no work.

    A blank cell of an invoice is known to be blank, so texts stay empty and are not None.
    """
    for invoice, matter, line in bill.lines():
        kind = line.kind.strip().upper()
        if kind not in ("F", "E"):
            continue
        fee = kind == "F"
        units, rate = line.decimal("units"), line.decimal("rate")
        adjustment, tax = line.decimal("adjustment"), line.decimal("tax_total")
        yield Entry(
            id=line.number or line.item_number or str(line.order),
            kind="fee" if fee else "expense",
            narrative=line.narrative,
            date=line.day("date"),
            timekeeper=line.timekeeper_id,
            timekeeper_name=line.timekeeper_name or None,
            timekeeper_class=line.timekeeper_class or None,
            hours=units if fee else None,
            units=None if fee else units,
            rate=rate,
            adjustment=adjustment,
            amount=net_of(line.decimal("total"), tax, units, rate, adjustment),
            tax=tax,
            currency=invoice.currency or None,
            task_code=line.task_code,
            activity_code=line.activity_code if fee else None,
            expense_code=None if fee else line.expense_code,
            client=invoice.client.id or None,
            matter=matter.firm_matter_id,
            client_matter=matter.client_matter_id,
            invoice=invoice.number,
            vendor=line.payee or None,
            file=name,
            line=line.origin.line if line.origin else None,
        )


def net_of(
    total: Decimal | None, tax: Decimal | None, units: Decimal | None, rate: Decimal | None, adjustment: Decimal | None
) -> Decimal | None:
    """What a line comes to before tax, where its total may or may not include it."""
    if not tax or total is None or units is None or rate is None:
        return total
    worked = units * rate + (adjustment or 0)
    return total - tax if abs(total - tax - worked) <= abs(total - worked) else total
