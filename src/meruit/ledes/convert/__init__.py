"""One format into another, with a report of every value's fate before a byte is written.

    from meruit import ledes
    from meruit.ledes.convert import convert

    result = convert(ledes.read("bill.txt"), "LEDESXML2.1")
    for entry in result.entries:
        print(entry.kind, entry.field, entry.value, entry.says)
    if not result.refused:
        ledes.write(result.file, "bill.xml")

Bias: losing money or tax in silence is the worst mistake. What a client is asked to pay is the same
before and after, or the conversion is refused; whoever means it names what to give up (`accept`).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from meruit.ledes.convert import between
from meruit.ledes.convert.account import account
from meruit.ledes.convert.carried import reach, sweep
from meruit.ledes.convert.dress import dress
from meruit.ledes.convert.mend import mend
from meruit.ledes.convert.report import MONEY, Conversion, Entry, Money, Reporter, grouped
from meruit.ledes.convert.supply import SupplyError, supply
from meruit.ledes.convert.to_flat import to_flat
from meruit.ledes.convert.to_xml import to_xml
from meruit.ledes.convert.walk import walk
from meruit.ledes.dialects import NONE, Dialect
from meruit.ledes.tables import table
from meruit.ledes.values import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from meruit.ledes.model import File
    from meruit.ledes.tables import Column

__all__ = ["MONEY", "Conversion", "Entry", "Money", "SupplyError", "convert", "grouped"]


def convert(
    file: File,
    to: str,
    *,
    accept: Iterable[Money] = (),
    supplied: Mapping[str, Any] | None = None,
    mending: bool = False,
    dialect: Dialect = NONE,
) -> Conversion:
    """The bill in the shape of `to`; `file` itself is not touched.

    `mending` applies the repairs of `mend`, for the portal of `dialect` where one is given.
    """
    target = table(to).heading
    source = file.format
    out = deepcopy(file)
    report = Reporter(accept)
    _kinds(out, source, to, report)
    if source != to:
        _shape(out, source, to, report)
    if supplied:
        supply(out, supplied, report)
    sweep(out, source, to, report)
    out.format = to
    if source != to:
        out.identifier = target.identifier or target.root
        out.newline = "\r\n" if target.carrier == "pipe" else "\n"
        out.indent, out.ends_in_newline = "  ", True
        out.encoding = "ascii" if target.carrier == "pipe" else "utf-8"
        _dates(out, to)
    if mending:
        mend(out, to, report, dialect=dialect)
        if target.carrier == "pipe":
            dress(out, dialect, report)
    account(file, out, source, report)
    _missing(out, to, report)
    return Conversion(out, to, report.entries)


def _kinds(file: File, source: str, to: str, report: Reporter) -> None:
    """Types of lines in capitals; a line of no known type has a place in its own format alone."""
    for invoice in file.invoices:
        report.on(invoice)
        for line in invoice.lines:
            if line.kind != line.kind.strip().upper():
                report.add(
                    "mended", "EXP/FEE/INV_ADJ_TYPE", "the type is written in capitals", line=line, value=line.kind
                )
                line.kind = line.kind.strip().upper()
            if source != to and line.kind not in ("F", "E", "IF", "IE"):
                report.add(
                    "refused", "EXP/FEE/INV_ADJ_TYPE", "the line is neither fee nor expense nor adjustment", line=line,
                    value=line.kind, amount=line.decimal("total"),
                )  # fmt: skip
    report.on(None)


def _shape(file: File, source: str, to: str, report: Reporter) -> None:
    """The one step between two families of formats."""
    flat = not source.startswith(("LEDESXML", "LEDES2000"))
    into_flat = table(to).heading.carrier == "pipe"
    if flat and into_flat:
        (between.narrow if to == "LEDES1998B" else between.widen)(file, report)
    elif flat:
        to_xml(file, to, report)
        if to == "LEDESXML2.0":
            between.versions(file, "LEDESXML2.1", to, report)
    elif into_flat:
        if source == "LEDESXML2.0":
            between.versions(file, source, "LEDESXML2.1", report)
        to_flat(file, to, report)
    elif to == "LEDES2000":
        between.to_2000(file, report)
    elif source == "LEDES2000":
        between.from_2000(file, report)
        if to == "LEDESXML2.0":
            between.versions(file, "LEDESXML2.1", to, report)
    else:
        between.versions(file, source, to, report)


def _dates(file: File, to: str) -> None:
    """Every readable day in the target's pattern."""
    dashes = to.startswith("LEDESXML")
    keys = {(c.record, c.key) for c in table(to).columns if c.type == "date"}
    for _, record, _, _ in walk(file):
        for kind, key in keys:
            if type(record).__name__ == kind and (day := day_of(getattr(record, key))):
                setattr(record, key, day.isoformat() if dashes else day.strftime("%Y%m%d"))


def _missing(file: File, to: str, report: Reporter) -> None:
    """What the new format requires and the bill does not know."""
    target = reach(to)
    required: dict[tuple[str, str], list[Column]] = {}
    for column in target.table.columns:
        if column.required == "R" and column.key not in ("item_number", "tax_ids", "kind"):
            required.setdefault((column.segment, column.record), []).append(column)
    for segment, record, invoice, line in walk(file):
        report.on(invoice)
        for column in required.get(("" if target.flat else segment, type(record).__name__), ()):
            value: object = record
            for part in column.key.split("."):
                value = getattr(value, part, None)
            if not value:
                name = target.name(segment, column.record, column.key) or column.name
                report.add("missing", name, "the format requires it", line=line)
    report.on(None)
