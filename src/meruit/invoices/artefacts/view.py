"""A document as the page shows it: every figure and date already written, so that the template only sets type."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from meruit.invoices.core.document import Document, DocumentLine, Kind, LineKind, PersonSum
from meruit.money import Money, currency, rounded

_TITLES = {Kind.INVOICE: "Invoice", Kind.CREDIT_NOTE: "Credit note"}


def view(document: Document) -> dict[str, Any]:
    """What the template is given."""
    return {
        "kind": document.kind.value,
        "title": _TITLES[document.kind],
        "number": document.number,
        "currency": document.currency,
        "firm": _firm(document),
        "payer": {
            "name": document.payer.name,
            "attention": document.payer.attention,
            "address": list(document.payer.address),
            "tax_id": document.payer.tax_id,
        },
        "facts": _facts(document),
        "matter": _matter(document),
        "description": document.description,
        "share_note": document.share_note,
        "summary": _summary(document),
        "due_label": _due_label(document),
        "due": _shown(document, document.due),
        "fees": [_line(document, x) for x in document.lines if x.kind is LineKind.FEE],
        "fee_charges": [_line(document, x) for x in document.lines if x.kind is LineKind.FEE_ADJUSTMENT],
        "fees_total": _plain(document, document.fees),
        "hours_total": hours(document.hours),
        "people": [_person(document, p) for p in document.by_timekeeper()],
        "costs": [_line(document, x) for x in document.lines if not x.is_fee],
        "costs_total": _plain(document, document.costs),
        "tax_name": document.tax_name,
        "taxes": _taxes(document),
        "equivalent": _equivalent(document),
        "trust": [{"label": t.label, "amount": _shown(document, t.amount)} for t in document.trust],
        "earlier": _earlier(document),
        "notes": [note for note in (document.terms, *document.notes) if note],
        "remit_to": list(document.firm.remit_to) if document.kind is Kind.INVOICE else [],
    }


def long_day(on: date) -> str:
    """2 March 2026: the one way of writing a day that no country reads as another."""
    return f"{on.day} {on:%B %Y}"


def short_day(on: date) -> str:
    """2 Mar 2026, for columns."""
    return f"{on.day} {on:%b %Y}"


def hours(value: Decimal) -> str:
    """At least one decimal and no more than there are: 1.0, 0.25."""
    text = f"{value.normalize():f}"
    return text if "." in text else f"{text}.0"


def _firm(document: Document) -> dict[str, Any]:
    firm = document.firm
    contact = [firm.phone, firm.email, firm.website]
    if firm.tax_id:
        contact.append(f"{firm.tax_id_label} {firm.tax_id}")
    return {
        "name": firm.name,
        "address": list(firm.address),
        "contact": [item for item in contact if item],
        "paper": firm.paper,
    }


def _facts(document: Document) -> list[list[str]]:
    facts = [[f"{_TITLES[document.kind]} no.", document.number], ["Date", long_day(document.issued_on)]]
    if document.credits is not None:
        facts.append(["For invoice", document.credits])
    elif document.due_on is not None:
        facts.append(["Due", long_day(document.due_on)])
    facts.append(["Period", f"{short_day(document.period_from)} to {short_day(document.period_to)}"])
    facts.append(["Currency", f"{currency(document.currency).name} ({document.currency})"])
    if document.payer.tax_id:
        name = "tax ID" if document.tax_name == "Tax" else f"{document.tax_name} no."
        facts.append([f"Your {name}", document.payer.tax_id])
    return facts


def _matter(document: Document) -> list[list[str]]:
    matter = document.matter
    rows = [
        ["Client", matter.client_name],
        ["Matter", matter.name],
        ["Our reference", matter.number],
        ["Your reference", matter.client_matter_id],
        ["Purchase order", matter.po_number],
        *([label, value] for label, value in matter.ids.items()),
        ["Responsible", matter.responsible],
        ["Reason", document.reason],
    ]
    return [[label, value] for label, value in rows if value]


def _summary(document: Document) -> list[dict[str, Any]]:
    rows = [_row(document, "Professional services", document.fees)]
    if document.costs or any(not x.is_fee for x in document.lines):
        rows.append(_row(document, "Expenses and disbursements", document.costs))
    if document.tax or any(x.tax_rate for x in document.lines):
        rows.append(_row(document, document.tax_name, document.tax))
    if document.applied or len(rows) > 1:
        name = (
            "Total credited" if document.kind is Kind.CREDIT_NOTE else f"Total of this {_TITLES[document.kind].lower()}"
        )
        rows.append({**_row(document, name, document.total), "strong": True})
    rows += [_row(document, f"{a.label}, {short_day(a.on)}", -a.amount) for a in document.applied]
    return rows


def _due_label(document: Document) -> str:
    if document.kind is Kind.CREDIT_NOTE:
        return "Credited to you"
    return "Amount due" if document.due >= 0 else "In your favour"


def _row(document: Document, label: str, amount: Decimal) -> dict[str, Any]:
    return {"label": label, "amount": _shown(document, amount), "strong": False}


def _line(document: Document, line: DocumentLine) -> dict[str, Any]:
    codes = " / ".join(code for code in (line.task_code, line.activity_code, line.expense_code) if code)
    adjustment = _plain(document, line.adjustment) if line.adjustment and line.units else ""
    return {
        "number": line.number,
        "on": short_day(line.worked_on),
        "who": line.timekeeper_name,
        "initials": initials(line.timekeeper_name),
        "codes": codes,
        "narrative": line.narrative,
        "units": hours(line.units) if line.is_fee else f"{line.units.normalize():f}",
        "rate": _rate(document, line.rate),
        "adjustment": adjustment,
        "amount": _plain(document, line.amount),
    }


def initials(name: str) -> str:
    """Ben Okafor is BO; Okafor, Ben as well."""
    last, comma, first = name.partition(",")
    words = f"{first} {last}".split() if comma else name.split()
    return "".join(word[0].upper() for word in words)


def _person(document: Document, person: PersonSum) -> dict[str, str]:
    return {
        "name": person.name,
        "initials": initials(person.name),
        "title": person.title,
        "hours": hours(person.hours),
        "rate": _rate(document, person.rate),
        "amount": _plain(document, person.amount),
    }


def _taxes(document: Document) -> list[dict[str, str]]:
    if not any(line.tax_rate for line in document.lines):
        return []
    return [
        {
            "rate": f"{(tax.rate * 100).normalize():f} %",
            "net": _plain(document, tax.net),
            "tax": _plain(document, tax.tax),
        }
        for tax in document.by_tax_rate()
    ]


def _equivalent(document: Document) -> str:
    other = document.equivalent
    if other is None:
        return ""
    amount = Money(rounded(document.tax * other.rate, currency(other.currency).minor_units), other.currency)
    return (
        f"{document.tax_name} in {other.currency}: {amount.shown()}, at {other.rate:f} {other.currency} to one "
        f"{document.currency} ({other.source}, {long_day(other.rate_on)})."
    )


def _earlier(document: Document) -> dict[str, Any] | None:
    if not document.earlier:
        return None
    open_before = sum((e.owed for e in document.earlier), Decimal(0))
    return {
        "rows": [
            {"number": e.number, "on": short_day(e.issued_on), "owed": _plain(document, e.owed)}
            for e in document.earlier
        ],
        "total": _plain(document, open_before + document.due),
    }


def _rate(document: Document, rate: Decimal) -> str:
    places = max(currency(document.currency).minor_units, _places(rate))
    return f"{rate:,.{places}f}"


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _shown(document: Document, amount: Decimal) -> str:
    return document.money(amount).shown().replace("-", "\N{MINUS SIGN}")


def _plain(document: Document, amount: Decimal) -> str:
    places = currency(document.currency).minor_units
    return f"{amount:,.{places}f}".replace("-", "\N{MINUS SIGN}")
