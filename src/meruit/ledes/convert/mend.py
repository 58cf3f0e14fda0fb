"""Repairs that change no meaning, each listed: `meruit convert --mend`.

What is mended has one right answer: characters a format cannot hold, a number or day written another
way, a code in the wrong case, blanks, a repeated value that the lines decide, an empty total that
follows from its lines. Never mended: a code that is missing, an amount that is stated, a narrative's words.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes.convert.carried import reach
from meruit.ledes.convert.walk import values, walk
from meruit.ledes.dialects import NONE, Dialect
from meruit.ledes.values import STRICT, day_of, decimal_of
from meruit.ledes.xml.complete import complete
from meruit.ledes.xml.sums import ZERO, amount
from meruit.ledes.xml.write import ILLEGAL

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.model import File, Invoice, Line, Record
    from meruit.ledes.tables import Column

#: Typographic characters and the plain ones they stand for.
PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ",
    "™": "(TM)", "®": "(R)", "©": "(C)", "€": "EUR", "£": "GBP",
    "§": "Sec.", "×": "x", "ß": "ss", "Æ": "AE", "æ": "ae",
    "Ø": "O", "ø": "o", "Œ": "OE", "œ": "oe", "ł": "l", "Ł": "L", "½": "1/2", "¼": "1/4",
    "¾": "3/4", "\u200b": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_RUNS = re.compile(r"[ \t]{2,}")


def mend(file: File, to: str, report: Reporter, *, dialect: Dialect = NONE, ascii_only: bool | None = None) -> None:
    """Mend `file`, which is in the shape of `to`, in place; every repair becomes an entry of the report."""
    target = reach(to)
    plain = ascii_only if ascii_only is not None else (target.flat or dialect.characters == "ascii")
    by_place = {
        ("" if target.flat else column.segment, column.record, column.key): column for column in target.table.columns
    }
    for segment, record, invoice, line in walk(file):
        report.on(invoice)
        for path, value in list(values(record)):
            key = ("" if target.flat else segment, type(record).__name__, path)
            column = by_place.get(key)
            if target.name(segment, type(record).__name__, path) is None:
                continue
            name = target.name(segment, type(record).__name__, path) or path
            better = _better(value, column, to, plain, target.flat, dialect)
            if better != value:
                _set(record, path, better)
                report.add("mended", name, _how(column), line=line, value=f"{value[:60]} -> {better[:60]}")
    for invoice in file.invoices:
        report.on(invoice)
        if target.flat:
            _repeats(invoice, report)
            _flat_totals(invoice, to, report)
    report.on(None)
    if not target.flat and to != "LEDES2000":
        for filled in complete(file):
            name = f"{type(filled.record).__name__}.{filled.key}"
            report.add("mended", name, "it was empty and follows from the lines", value=filled.value)


def _how(column: Column | None) -> str:
    if column is not None and column.type == "date":
        return "the day is written in the format's pattern"
    if column is not None and column.type in ("number", "currency", "decimal", "integer"):
        return "the number is written in digits alone"
    if column is not None and (column.values or column.codes):
        return "the code is written as the list has it"
    return "characters that the format cannot hold were replaced"


def _better(value: str, column: Column | None, to: str, plain: bool, flat: bool, dialect: Dialect) -> str:
    if column is not None and column.type == "date":
        day = day_of(value)
        if day is None:
            return value
        return day.isoformat() if to.startswith("LEDESXML") else day.strftime("%Y%m%d")
    if column is not None and column.type in ("number", "currency", "decimal"):
        number = decimal_of(value)
        return value if number is None or STRICT.fullmatch(value) else f"{number:f}"
    if column is not None and column.values and value not in column.values:
        return next((legal for legal in column.values if legal.lower() == value.lower()), value)
    better = legal_text(value, plain=plain, flat=flat)
    limit = dialect.lengths.get(column.name, column.length) if column is not None else None
    if limit and len(better) > limit:
        better = _RUNS.sub(" ", better).strip()
    return better


def legal_text(text: str, *, plain: bool, flat: bool) -> str:
    """`text` with what the format cannot hold put another way; words stay as they are."""
    text = (_CONTROL if flat else ILLEGAL).sub(" ", text)
    if flat:
        text = text.replace("[]", "()").replace("|", "/")
    if plain and not text.isascii():
        text = "".join(PLAIN.get(c, c) for c in text)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text


def _set(record: Record, path: str, value: str) -> None:
    holder = record
    *parts, last = path.split(".")
    for part in parts:
        holder = getattr(holder, part)
    setattr(holder, last, value)


# --- flat formats: repeated values and totals -----------------------------------------------------------


def _repeats(invoice: Invoice, report: Reporter) -> None:
    """A total that records repeat differently: the one the lines come to, where one of them is that."""
    total = _sum(invoice)
    for line in invoice.lines:
        for name, value in list(line.differs.items()):
            if name == "INVOICE_TOTAL":
                right = _decides(invoice, total, value)
                if right is None:
                    continue
                invoice.total = right
            elif value.strip().lower() != _first(invoice, name).strip().lower():
                continue
            del line.differs[name]
            report.add("mended", name, "every record repeats the one right value", line=line, value=value)


def _decides(invoice: Invoice, total: Decimal, other: str) -> str | None:
    """Which of two stated totals the lines come to; None when neither."""
    for stated in (invoice.total, other):
        if decimal_of(stated) == total:
            return stated
    return None


def _first(invoice: Invoice, name: str) -> str:
    """The value of the first record, as it would stand in the column `name`."""
    from_columns = {
        "INVOICE_DATE": invoice.date,
        "INVOICE_DESCRIPTION": invoice.description,
        "BILLING_START_DATE": invoice.start,
        "BILLING_END_DATE": invoice.end,
        "INVOICE_CURRENCY": invoice.currency,
        "LAW_FIRM_ID": invoice.firm.id,
        "LAW_FIRM_NAME": invoice.firm.name,
        "CLIENT_NAME": invoice.client.name,
        "CLIENT_ID": invoice.client.id,
    }
    return from_columns.get(name, "\0")


def _sum(invoice: Invoice) -> Decimal:
    lines: list[Line] = invoice.lines
    return sum((amount(line, "total") for line in lines), ZERO)


def _flat_totals(invoice: Invoice, to: str, report: Reporter) -> None:
    if any(not line.total for line in invoice.lines) or not invoice.lines:
        return
    total = _sum(invoice)
    tax = sum((amount(line, "tax_total") for line in invoice.lines), ZERO)
    wanted = [("total", "INVOICE_TOTAL", total)]
    if to != "LEDES1998B":
        wanted += [("tax_total", "INVOICE_TAX_TOTAL", tax), ("net_total", "INVOICE_NET_TOTAL", total - tax)]
    for key, name, value in wanted:
        if not getattr(invoice, key):
            setattr(invoice, key, f"{value:f}")
            report.add("mended", name, "it was empty and follows from the lines", value=f"{value:f}")
