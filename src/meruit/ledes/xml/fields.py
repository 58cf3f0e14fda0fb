"""Every value of an XML bill against its row of the table: there, of its type, within its length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.ledes import codes, iso
from meruit.ledes.model import Address, Adjustment, Contact, Record
from meruit.ledes.values import STRICT, day_of, decimal_of
from meruit.ledes.xml.judge import Judge, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from meruit.ledes.model import Invoice
    from meruit.ledes.tables import Column
    from meruit.ledes.xml.layout import Layout

#: UTBMS kinds -> (the rule on codes of that kind, the portals' reason)
_UTBMS = {"task": ("LR04", "COD-TASK"), "activity": ("LR04", "COD-ACTIVITY"), "expense": ("LR03", "COD-EXPENSE")}
#: required by the table, and judged by a rule of its own
_ELSEWHERE = frozenset({"item_number"})
#: Countries whose addresses have both a state or province and a postal code.
_WITH_STATES = frozenset({"US", "USA", "CA", "CAN", "AU", "AUS", "MX", "MEX", "BR", "BRA", "IN", "IND"})
_LOOSE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def judge(bench: Judge, of: Layout, _as_of: date | None) -> None:
    """All records of the file, each against the fields of its segment."""
    seen: set[int] = set()
    for invoice in bench.file.invoices:
        bench.invoice = invoice
        for segment, record in _shared(invoice):
            if id(record) not in seen:
                seen.add(id(record))
                _record(bench, of, segment, record)
        for segment, record in of_invoice(invoice, of):
            _record(bench, of, segment, record)
    bench.invoice = None
    for tax in bench.file.taxes:
        _record(bench, of, "tax", tax)
    for tier in bench.file.tiers:
        _record(bench, of, "tax_tier_detail", tier)


def _shared(invoice: Invoice) -> Iterator[tuple[str, Record]]:
    yield "firm", invoice.firm
    yield "client", invoice.client


def of_invoice(invoice: Invoice, of: Layout) -> Iterator[tuple[str, Record]]:
    """The records of an invoice with the segment each is written as."""
    yield "invoice", invoice
    for statement in invoice.regulatory_statements:
        yield "regulatory_statement", statement
    for matter in invoice.matters:
        yield "matter", matter
        for summary in matter.tax_summaries:
            yield "tax_summary", summary
        for entry in matter.adjustments:
            yield "matter_disc_cred", entry
        for person in matter.timekeepers:
            yield "tksum", person
        for line in matter.lines:
            kind = "fee" if line.kind == "F" else "expense"
            yield kind, line
            for entry in line.adjustments:
                yield f"{kind}_item_disc_cred", entry
    for tier in invoice.tier_summaries:
        yield "tax_tier_summary", tier


def _record(bench: Judge, of: Layout, segment: str, record: Record) -> None:
    for column in of.columns[segment]:
        holder, key = _reach(record, column.key)
        name = f"{segment.upper()}.{column.name}"
        if column.type == "struct":
            _structure(bench, of, column, holder, key, name)
        elif key not in _ELSEWHERE:
            _value(bench, column, holder, key, name)
    if isinstance(record, Address):
        _address(bench, record, segment)


def _reach(record: Record, key: str) -> tuple[Record | None, str]:
    """The record that holds the value and its own key; None where that record is absent."""
    holder: Record | None = record
    while "." in key.strip("."):
        part, _, key = key.partition(".")
        holder = getattr(holder, part)
        if holder is None:
            break
    return holder, key


def _structure(bench: Judge, of: Layout, column: Column, holder: Record | None, key: str, name: str) -> None:
    if column.struct == "extend_header":
        return
    inner = holder if key == "." else getattr(holder, key, None)
    if isinstance(inner, Address | Contact):
        if key == "." or column.struct in of.fields:
            _record(bench, of, column.struct, inner)
    elif _required(bench, column):
        bench.find("LR01", f"{column.name} is missing; the format requires it.", holder, None, name)


def _required(bench: Judge, column: Column) -> bool:
    if column.name in bench.dialect.optional:
        return False
    marks = {*column.marks, "single-source"} if column.source == "T" else set(column.marks)
    if marks & set(bench.dialect.doubts):
        return column.name in bench.dialect.required
    return column.required == "R" or column.name in bench.dialect.required


def _value(bench: Judge, column: Column, holder: Record | None, key: str, name: str) -> None:
    text = getattr(holder, key) if holder is not None else ""
    if not isinstance(text, str):  # lists of tax ids are judged by their references
        return
    if not text:
        if _required(bench, column):
            bench.find("LR01", f"{column.name} is empty; the format requires it.", holder, key, name)
        return
    if holder is None:
        return
    limit = bench.dialect.lengths.get(column.name, column.length)
    if limit and len(text) > limit:
        own = column.length is None or limit < column.length
        bench.find(
            "LT03",
            f"{column.name} has {len(text)} characters; the most is {limit}.",
            holder,
            key,
            name,
            severity="portal" if own and column.name in bench.dialect.lengths else None,
            expected=f"at most {limit} characters",
        )
    if column.type == "date":
        _date(bench, column, holder, key, name, text)
    elif column.type in ("number", "currency", "decimal"):
        _number(bench, column, holder, key, name, text)
    elif column.type == "integer":
        if not re.fullmatch("[0-9]{1,18}", text):
            bench.find(
                "LT02", f"{column.name} is {shown(text)}; it must be a whole number.", holder, key, name,
                expected="a whole number",
            )  # fmt: skip
    elif column.codes:
        _coded(bench, column, holder, key, name, text)
    elif column.values and text not in column.values:
        _listed(bench, column, holder, key, name, text)


def _date(bench: Judge, column: Column, holder: Record, key: str, name: str, text: str) -> None:
    flat = bench.file.format == "LEDES2000"
    pattern = r"[0-9]{8}" if flat else r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    day = day_of(text)
    if day is None:
        bench.find(
            "LT01", f"{column.name} is {shown(text)}, which is no day of the calendar that can be read.",
            holder, key, name, expected="YYYYMMDD" if flat else "YYYY-MM-DD",
        )  # fmt: skip
    elif not re.fullmatch(pattern, text):
        right = day.strftime("%Y%m%d") if flat else day.isoformat()
        bench.find(
            "LT01", f"{column.name} is {shown(text)}; this format writes it as {right}.",
            holder, key, name, expected=right, mend=f"Write {right}.",
        )  # fmt: skip


def _number(bench: Judge, column: Column, holder: Record, key: str, name: str, text: str) -> None:
    if key == "maximum" and text == "TOP":
        return
    value = decimal_of(text)
    if value is None:
        bench.find(
            "LT02", f"{column.name} is {shown(text)}, which is no number.", holder, key, name,
            expected="digits, one point, a leading minus",
        )  # fmt: skip
        return
    if not STRICT.fullmatch(text):
        harmless = bool(_LOOSE.fullmatch(text)) and not text.startswith("+")
        bench.find(
            "LT02", f"{column.name} is {shown(text)}; a number is written with digits, one point and a leading minus.",
            holder, key, name, severity="advice" if harmless else None, expected=f"{value:f}",
            mend=f"Write {value:f}.",
        )  # fmt: skip
    if column.type == "decimal" and not 0 <= value <= 1:
        bench.find(
            "LT02",
            f"{column.name} is {text}; percentages are fractions from 0 to 1, so 15 % is 0.15.",
            holder,
            key,
            name,
            expected="a fraction from 0 to 1",
        )


def _coded(bench: Judge, column: Column, holder: Record, key: str, name: str, text: str) -> None:
    """Values whose list is kept elsewhere: currencies, countries, classes, UTBMS codes."""
    portal = bench.dialect
    if column.codes == "country":
        _country(bench, column, holder, key, name, text)
    elif column.codes == "currency":
        if text not in iso.currencies():
            bench.find(
                "LT05", f"{column.name} is {shown(text)}; it must be a currency code of ISO 4217, such as USD.",
                holder, key, name, expected="an ISO 4217 code",
            )  # fmt: skip
    elif column.codes == "class":
        if text not in codes.classes() and text not in portal.classes and portal.unknown_class != "off":
            bench.find(
                "LT04",
                f"{column.name} is {shown(text)}, which is on no published list; the client may have its own.",
                holder, key, name, severity="portal" if portal.unknown_class == "refuse" else "advice",
                reason="TK-ROLE",
            )  # fmt: skip
    elif portal.unknown_codes != "off" and (wrong := codes.objection(text, column.codes)):
        rule, reason = _UTBMS[column.codes]
        bench.find(
            rule, f"{column.name} {shown(text)} {wrong}.", holder, key, name,
            severity="portal" if portal.unknown_codes == "refuse" else "advice", reason=reason,
        )  # fmt: skip


def _country(bench: Judge, column: Column, holder: Record, key: str, name: str, text: str) -> None:
    letters = bench.dialect.country_letters
    if text in iso.country_codes(2) or text in iso.country_codes(3):
        if letters and len(text) != letters:
            bench.find(
                "LT05", f"{column.name} is {shown(text)}; this portal takes the code of {letters} letters.",
                holder, key, name, severity="portal", expected=f"a code of {letters} letters",
            )  # fmt: skip
        return
    bench.find(
        "LT05", f"{column.name} is {shown(text)}, which is no country code of ISO 3166.",
        holder, key, name, expected="an ISO 3166 code",
    )  # fmt: skip


def _listed(bench: Judge, column: Column, holder: Record, key: str, name: str, text: str) -> None:
    near = next((value for value in column.values if value.lower() == text.lower()), None)
    rule = "LX06" if key == "code" and isinstance(holder, Adjustment) else "LT04"
    if near:
        bench.find(
            rule, f"{column.name} is {shown(text)}; the format writes {near}.", holder, key, name,
            severity="advice", expected=near, mend=f"Write {near}.",
        )  # fmt: skip
        return
    where = " here" if rule == "LX06" else ""
    bench.find(
        rule, f"{column.name} is {shown(text)}; allowed{where} are {', '.join(column.values)}.",
        holder, key, name, expected=", ".join(column.values),
    )  # fmt: skip


def _address(bench: Judge, address: Address, segment: str) -> None:
    if address.country not in _WITH_STATES:
        return
    for key, tag in (("state", "state_province"), ("postcode", "zip_postal_code")):
        if not getattr(address, key):
            bench.find(
                "LX16",
                f"{tag} is empty, and addresses in {address.country} have one.",
                address,
                key,
                f"{segment.upper()}.{tag}",
            )
