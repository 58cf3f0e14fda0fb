"""An e-bill laid out as a person reads an invoice: who, for what, line by line, what it comes to."""

from __future__ import annotations

import shutil
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes.text import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.ledes import Address, File, Invoice, Line, Matter

_KINDS = {"F": "Fees", "E": "Expenses", "IF": "Adjustments of fees", "IE": "Adjustments of expenses"}


def page(bill: File) -> Iterator[str]:
    """The lines of text of a whole file."""
    width = max(60, min(shutil.get_terminal_size((100, 24)).columns, 140))
    yield f"{bill.name or 'Bill'}: {bill.format}, {NAMES.get(bill.encoding, bill.encoding)}"
    for invoice in bill.invoices:
        yield ""
        yield "=" * width
        yield from _head(invoice)
        for matter in invoice.matters:
            yield ""
            yield from _matter(matter, width)
        yield ""
        yield from _totals(invoice)
    for record in bill.named:
        yield ""
        yield record.segment
        yield from (f"  {name}: {value}" for name, value in record.extra.items() if value)
    for note in bill.notes:
        yield f"Note, line {note.line}: {note.message}"


def _head(invoice: Invoice) -> Iterator[str]:
    yield f"Invoice {invoice.number or '(no number)'} of {_day(invoice, 'date')}"
    start, end = _day(invoice, "start"), _day(invoice, "end")
    yield f"  Period   {start} to {end}"
    yield f"  Firm     {_who(invoice.firm.name, invoice.firm.id, invoice.firm.address)}"
    yield f"  Client   {_who(invoice.client.name, invoice.client.id, invoice.client.address)}"
    if invoice.description:
        yield f"  For      {invoice.description}"


def _day(invoice: Invoice, key: str) -> str:
    day = invoice.day(key)
    return day.isoformat() if day else invoice.text(key) or "(no date)"


def _who(name: str, number: str, address: Address | None) -> str:
    parts = [name, f"({number})" if number else ""]
    if address:
        place = (address.address_1, address.address_2, address.city, address.state, address.postcode, address.country)
        parts.append(", ".join(part for part in place if part))
    return " ".join(part for part in parts if part) or "(not named)"


def _matter(matter: Matter, width: int) -> Iterator[str]:
    other = f", client's number {matter.client_matter_id}" if matter.client_matter_id else ""
    yield f"Matter {matter.firm_matter_id or '(no number)'} {matter.name}".rstrip() + other
    for kind, title in _KINDS.items():
        lines = [line for line in matter.lines if line.kind.upper() == kind]
        if lines:
            yield f"  {title}"
            for line in lines:
                yield from _line(line, width)
    odd = [line for line in matter.lines if line.kind.upper() not in _KINDS]
    if odd:
        yield "  Lines of no known type"
        for line in odd:
            yield from _line(line, width)


def _line(line: Line, width: int) -> Iterator[str]:
    day = line.day("date")
    when = day.isoformat() if day else line.date or "(no date)"
    codes = " ".join(code for code in (line.task_code, line.activity_code, line.expense_code) if code)
    who = line.timekeeper_name or line.timekeeper_id
    factors = f"{line.units} x {line.rate}" if line.units and line.rate else ""
    adjustment = line.decimal("adjustment")
    if adjustment:
        factors += f" {adjustment:+}"
    tax = line.decimal("tax_total")
    if tax:
        factors += f" + {line.tax_type or 'tax'} {tax}"
    left = f"    {line.number:>4}  {when}  {codes:<10}  {who:<20.20}  {factors}"
    yield f"{left:<{width - 14}}{_amount(line.decimal('total'), line.total):>14}"
    for text in textwrap.wrap(line.narrative, width - 12):
        yield " " * 10 + text


def _amount(value: Decimal | None, text: str) -> str:
    return f"{value:,.2f}" if value is not None else text


def _totals(invoice: Invoice) -> Iterator[str]:
    unit = f" {invoice.currency}" if invoice.currency else ""
    for title, key in (("Net", "net_total"), ("Tax", "tax_total"), ("Total", "total")):
        text = invoice.text(key)
        if text:
            yield f"  {title:<8} {_amount(invoice.decimal(key), text):>16}{unit}"
