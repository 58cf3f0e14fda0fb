"""The LEDES bytes of a document: 1998B, and 98BI V2 where there is tax or a currency to be told.

LEDES 1998B has neither tax nor currency. A document that needs them is refused in it, since a portal would
book the wrong sum without a word. Characters that a format cannot hold are put another way by the LEDES
library, each repair told; a file that its rules then still find wrong is not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from meruit import ledes
from meruit.findings import ABOVE_ADVICE
from meruit.invoices.core.document import Document, DocumentLine, Kind, LineKind
from meruit.ledes.convert.mend import mend
from meruit.ledes.convert.report import Reporter
from meruit.ledes.dialects import NONE, dialect
from meruit.ledes.refusals import CannotWrite
from meruit.money import currency, rounded

PLAIN, WITH_TAX = "LEDES1998B", "LEDES98BI V2"
_KINDS = {
    LineKind.FEE: "F",
    LineKind.EXPENSE: "E",
    LineKind.FEE_ADJUSTMENT: "IF",
    LineKind.EXPENSE_ADJUSTMENT: "IE",
}


class NotInThisFormat(ValueError):
    """The document says something that the format cannot carry."""


@dataclass(frozen=True, slots=True)
class EBill:
    """The exact bytes to send, and what was put another way to make them."""

    data: bytes
    repairs: tuple[str, ...]


def render_1998b(document: Document, portal: str | None = None) -> EBill:
    """The document as LEDES 1998B, in the dialect of a portal where one is named."""
    return _render(document, as_1998b(document), portal)


def render_98bi(document: Document, portal: str | None = None) -> EBill:
    """The document as LEDES 98BI V2, with its currency and tax."""
    return _render(document, as_98bi(document), portal)


def _render(document: Document, bill: ledes.File, portal: str | None) -> EBill:
    """Mended, written and judged; `CannotWrite` carries what the format or the portal would refuse."""
    chosen, listed = dialect(portal) if portal else NONE, Reporter()
    mend(bill, bill.format, listed, dialect=chosen, ascii_only=True)
    data = ledes.to_bytes(bill)
    wrong = [f for f in ledes.check(data, portal=chosen, name=document.number) if f.severity in ABOVE_ADVICE]
    if wrong:
        what = f"{document.number} is not sent as {bill.format}: {len(wrong)} findings"
        raise CannotWrite(f"{what}, the first: {wrong[0].message}", wrong)
    return EBill(data, tuple(f"{entry.field}: {entry.says} {entry.value}".strip() for entry in listed.entries))


def as_1998b(document: Document) -> ledes.File:
    """The document in the values of LEDES 1998B: dates as YYYYMMDD, plain decimals, totals before tax."""
    if any(line.tax or line.tax_rate for line in document.lines):
        raise NotInThisFormat(f"{document.number} bears {document.tax_name}; {PLAIN} carries no tax, {WITH_TAX} does.")
    return ledes.File(format=PLAIN, invoices=[_invoice(document)])


def as_98bi(document: Document) -> ledes.File:
    """The document in the values of LEDES 98BI V2: the same with currency and tax, and totals with tax in them."""
    invoice = _invoice(document)
    invoice.total, invoice.tax_total = _amount(document.total), _amount(document.tax)
    invoice.net_total, invoice.currency = _amount(document.net), document.currency
    if document.equivalent is not None:
        other = document.equivalent
        places = currency(other.currency).minor_units
        invoice.reported_tax_total = _amount(rounded(document.tax * other.rate, places))
        invoice.tax_currency = other.currency
    invoice.client.tax_id = document.payer.tax_id
    (matter,) = invoice.matters
    matter.po_number = document.matter.po_number
    matter.account_type = "T" if document.payer.third_party else "O"
    for line, written in zip(document.lines, matter.lines, strict=True):
        last, _, first = written.timekeeper_name.partition(", ")
        written.timekeeper_last_name, written.timekeeper_first_name = last, first
        written.total = _amount(line.amount + line.tax)
        written.tax_rate, written.tax_total = f"{line.tax_rate.normalize():f}", _amount(line.tax)
        written.tax_type = document.tax_name if line.tax_rate else ""
    return ledes.File(format=WITH_TAX, invoices=[invoice])


def _invoice(document: Document) -> ledes.Invoice:
    if document.kind is not Kind.INVOICE:
        raise NotInThisFormat(f"{document.number} is a credit note; flat LEDES formats carry invoices alone.")
    return ledes.Invoice(
        number=document.number,
        date=_day(document.issued_on),
        start=_day(document.period_from),
        end=_day(document.period_to),
        description=document.description,
        total=_amount(document.net),
        firm=ledes.Firm(id=document.firm.ledes_id or document.firm.tax_id, name=document.firm.name),
        client=ledes.Client(id=document.payer.client_id, name=document.payer.name),
        matters=[_matter(document)],
    )


def family_name_first(name: str) -> str:
    """Okafor, Ben: the form most portals match people by. A name that has a comma is left as it is."""
    if "," in name or " " not in name.strip():
        return name.strip()
    first, _, last = name.strip().rpartition(" ")
    return f"{last}, {first}"


def _matter(document: Document) -> ledes.Matter:
    matter = document.matter
    return ledes.Matter(
        firm_matter_id=matter.number,
        client_matter_id=matter.client_matter_id,
        name=matter.name,
        lines=[_line(line, order) for order, line in enumerate(document.lines)],
    )


def _line(line: DocumentLine, order: int) -> ledes.Line:
    of_whole_bill = line.kind in (LineKind.FEE_ADJUSTMENT, LineKind.EXPENSE_ADJUSTMENT)
    by_person = line.kind is LineKind.FEE
    return ledes.Line(
        number=str(line.number),
        kind=_KINDS[line.kind],
        date=_day(line.worked_on),
        # A charge on the whole bill stands in the adjustment; units and rate stay blank.
        units="" if of_whole_bill else _number(line.units),
        rate="" if of_whole_bill else _amount(line.rate),
        adjustment=_amount(line.amount if of_whole_bill else line.adjustment),
        total=_amount(line.amount),
        narrative=line.narrative,
        task_code=line.task_code if line.is_fee else "",
        activity_code=line.activity_code if by_person else "",
        expense_code=line.expense_code if line.kind is LineKind.EXPENSE else "",
        timekeeper_id=line.timekeeper_id if by_person else "",
        timekeeper_name=family_name_first(line.timekeeper_name) if by_person else "",
        timekeeper_class=line.timekeeper_class if by_person else "",
        order=order,
    )


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"


def _amount(value: Decimal) -> str:
    """At least two decimals, more only where the value has them: 600.00, 417.505."""
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return f"{value:.{places}f}"


def _number(value: Decimal) -> str:
    """Hours and units with at least one decimal: 1.5, 2.0, 0.25."""
    text = f"{value.normalize():f}"
    return text if "." in text else f"{text}.0"
