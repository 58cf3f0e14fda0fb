"""A document as a LEDES file in memory: what the writer of each format is given.

LEDES 1998B has neither tax nor currency and knows no credit note. A document that needs one of them is
refused here, since a portal would book the wrong sum without a word.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from meruit import ledes
from meruit.invoices.core.document import Document, DocumentLine, Kind, LineKind

#: The format has no escape: these would break a record. Nothing else of a narrative is touched.
_UNSENDABLE = str.maketrans({"|": "/", "\r": " ", "\n": " ", "\t": " "})
_KINDS = {
    LineKind.FEE: "F",
    LineKind.EXPENSE: "E",
    LineKind.FEE_ADJUSTMENT: "IF",
    LineKind.EXPENSE_ADJUSTMENT: "IE",
}


class NotInThisFormat(ValueError):
    """The document says something that the format cannot carry."""


def as_1998b(document: Document) -> ledes.File:
    """The document in the values of LEDES 1998B: dates as YYYYMMDD, plain decimals, totals before tax."""
    if document.kind is not Kind.INVOICE:
        raise NotInThisFormat(f"{document.number} is a credit note; LEDES 1998B carries invoices alone.")
    if any(line.tax or line.tax_rate for line in document.lines):
        raise NotInThisFormat(f"{document.number} bears {document.tax_name}; LEDES 1998B carries no tax.")
    invoice = ledes.Invoice(
        number=document.number,
        date=_day(document.issued_on),
        start=_day(document.period_from),
        end=_day(document.period_to),
        description=_text(document.description),
        total=_amount(document.net),
        firm=ledes.Firm(id=document.firm.ledes_id or document.firm.tax_id, name=document.firm.name),
        client=ledes.Client(id=document.payer.client_id, name=document.payer.name),
        matters=[_matter(document)],
    )
    return ledes.File(format="LEDES1998B", invoices=[invoice])


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
        narrative=_text(line.narrative),
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


def _text(narrative: str) -> str:
    return narrative.translate(_UNSENDABLE).replace("[]", "()")
