"""Which values a format can carry, by its table, and the sweep that drops and reports all others."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

from meruit.ledes.convert.names import full_name, names_of
from meruit.ledes.model import Adjustment, ExtendHeader, File, Invoice, Line, Matter, Record, Timekeeper
from meruit.ledes.tables import table
from meruit.ledes.values import STRICT, day_of, decimal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.ledes.convert.report import Kind, Reporter
    from meruit.ledes.tables import Table

#: Sums that follow from the lines: dropping them loses nothing, and `complete` brings them back.
DERIVED = frozenset(
    {
        ("Matter", key)
        for key in (
            "detail_fees", "detail_expenses", "credit_fees", "credit_expenses", "credit_total", "tax_on_fees",
            "tax_on_expenses", "net_fees", "net_expenses", "total_due", "has_lines", "funds_applied",
            "bill_discount_fees", "bill_discount_expenses", "share_fees", "share_expenses",
        )
    }
    | {("Line", "base_amount"), ("Invoice", "net_total"), ("Invoice", "tax_total")}
    | {("Timekeeper", "hours"), ("Timekeeper", "cost")}
    | {("TaxSummary", key) for key in ("tax_id", "fees_base", "fees_tax", "expenses_base", "expenses_tax")}
    | {("TierSummary", key) for key in ("tax_id", "taxable_amount", "tax_amount")}
)  # fmt: skip
#: Amounts that change between net and gross; that none is lost is held by the sum due, not by their text.
_MONEY = frozenset(
    {("Line", "total"), ("Line", "tax_total"), ("Line", "adjustment"), ("Invoice", "total"), ("Adjustment", "amount")}
)
#: Bookkeeping of the records, and records that are walked for themselves.
_NOT_VALUES = frozenset(
    {"item_number", "origin", "order", "extra", "extend", "differs", "tax_ids", "kind", "firm", "client"}
)
#: Every list of records and the segment names it may be written as.
_SEGMENTS = {
    "regulatory_statements": ("regulatory_statement",),
    "tier_summaries": ("tax_tier_summary",),
    "tax_summaries": ("tax_summary",),
    "timekeepers": ("tksum",),
    "taxes": ("tax",),
    "tiers": ("tax_tier_detail",),
}


#: Values that stand under another key on the way from the flat formats, and their columns there.
_MOVED = {
    ("Invoice", "other_currency"): "INVOICE_TAX_CURRENCY",
    ("Invoice", "tax_total_other_currency"): "INVOICE_REPORTED_TAX_TOTAL",
}


class Reach:
    """What one format carries: paths by record, and which segments it has."""

    def __init__(self, of: Table, *, unseen: bool = False) -> None:
        self.table = of
        self.flat = of.heading.carrier == "pipe"
        self.segments = {s.name for s in of.segments}
        self.names: dict[tuple[str, str, str], str] = {}
        for column in of.columns:
            if "unseen" in column.marks and not unseen:
                continue
            self._add(column.segment, column.record, column.key, column.name, column.struct)

    def _add(self, segment: str, record: str, key: str, name: str, struct: str) -> None:
        shown = f"{segment.upper()}.{name}" if segment else name
        self.names[segment, record, key] = shown
        if not struct or struct == "extend_header":
            return
        for inner in self.table.of_segment(struct):
            path = key if inner.key == "." else f"{key}.{inner.key}"
            self._add(segment, record, path, f"{name}/{inner.name}", inner.struct)

    def name(self, segment: str, record: str, path: str) -> str | None:
        """The field that carries the value, or None."""
        return self.names.get(("" if self.flat else segment, record, path))


@cache
def reach(format_name: str) -> Reach:
    return Reach(table(format_name))


@cache
def _reach_all(format_name: str) -> Reach:
    return Reach(table(format_name), unseen=True)


def walk(file: File) -> Iterator[tuple[str, Record, Invoice | None, Line | None]]:
    """Every record with the segment it belongs to, its invoice and its line."""
    seen: set[int] = set()
    for invoice in file.invoices:
        for segment, shared in (("firm", invoice.firm), ("client", invoice.client)):
            if id(shared) not in seen:
                seen.add(id(shared))
                yield segment, shared, invoice, None
        yield "invoice", invoice, invoice, None
        for statement in invoice.regulatory_statements:
            yield "regulatory_statement", statement, invoice, None
        for tier in invoice.tier_summaries:
            yield "tax_tier_summary", tier, invoice, None
        for matter in invoice.matters:
            yield from _of_matter(matter, invoice)
    for tax in file.taxes:
        yield "tax", tax, None, None
    for step in file.tiers:
        yield "tax_tier_detail", step, None, None


def _of_matter(matter: Matter, invoice: Invoice) -> Iterator[tuple[str, Record, Invoice | None, Line | None]]:
    yield "matter", matter, invoice, None
    for summary in matter.tax_summaries:
        yield "tax_summary", summary, invoice, None
    for entry in matter.adjustments:
        yield "matter_disc_cred", entry, invoice, None
    for person in matter.timekeepers:
        yield "tksum", person, invoice, None
    for line in matter.lines:
        kind = "fee" if line.kind in ("F", "IF") else "expense"
        yield kind, line, invoice, line
        for entry in line.adjustments:
            yield f"{kind}_item_disc_cred", entry, invoice, line


def values(record: Record, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every non-empty text of a record by its path, inner records included."""
    for spec in fields(record):
        if spec.name in _NOT_VALUES:
            continue
        value = getattr(record, spec.name)
        if isinstance(value, str) and value:
            yield prefix + spec.name, value
        elif isinstance(value, Record):
            yield from values(value, f"{prefix}{spec.name}.")


def sweep(file: File, source: str, to: str, report: Reporter) -> None:
    """Take out of `file` whatever `to` cannot carry, and report each value under its name in `source`."""
    target, origin = reach(to), _reach_all(source)
    for segment, record, invoice, line in list(walk(file)):
        report.on(invoice)
        kind = type(record).__name__
        for path, value in list(values(record)):
            if segment == "" or target.name(segment, kind, path) is not None:
                continue
            known = origin.name(segment, kind, path)
            name = known or _MOVED.get((kind, path)) or f"{kind}.{path}"
            fate: Kind = "derived" if (kind, path) in DERIVED else "lost"
            if fate == "lost" and _says_nothing(kind, path, value):
                fate = "derived"
            if known or fate == "lost":  # a sum that the source has no field for was made on the way
                report.add(fate, name, _why(fate), line=line, value=value)
            _clear(record, path)
        _other(record, segment, kind, target, origin, report, line)
    report.on(None)
    _drop_segments(file, target)


def _says_nothing(kind: str, path: str, value: str) -> bool:
    """Values that are what a reader assumes anyway."""
    return (kind, path, value) in {
        ("Line", "charge_type", "U"),
        ("Matter", "billing_type", "TM"),
        ("Tax", "tiered", "N"),
    }


def _why(fate: Kind) -> str:
    return "it follows from the lines" if fate == "derived" else "the format has no field for it"


def _clear(record: Record, path: str) -> None:
    holder = record
    *parts, last = path.split(".")
    for part in parts:
        holder = getattr(holder, part)
    setattr(holder, last, "")


def _other(
    record: Record, segment: str, kind: str, target: Reach, origin: Reach, report: Reporter, line: Line | None
) -> None:
    """Values beside the fields: unknown ones, agreed ones, tax references, differing repeats."""
    for key, value in record.extra.items():
        report.add("lost", f"{segment.upper()}.{key}", "no format knows it", line=line, value=value)
    record.extra = {}
    if isinstance(record.extend, ExtendHeader) and target.name(segment, kind, "extend") is None:
        for key, value in record.extend.pairs:
            report.add("lost", f"{segment.upper()}.extend_header/{key}", _why("lost"), line=line, value=value)
        record.extend = None
    if isinstance(record, Line) and record.differs and not target.flat:
        for key, value in record.differs.items():
            report.add(
                "lost", key, "this record states it differently from the first of its invoice; the first is used",
                line=line, value=value,
            )  # fmt: skip
        record.differs = {}
    if isinstance(record, Line | Adjustment) and record.tax_ids:
        tag = {"fee": "tax_item_fee", "expense": "tax_item_expense", "matter_disc_cred": "tax_matter_disc_cred"}
        if tag.get(segment) not in target.segments:
            for tax_id in record.tax_ids:
                report.add("lost", f"{segment.upper()}.tx_id", _why("lost"), line=line, value=tax_id)
            record.tax_ids = []


def _drop_segments(file: File, target: Reach) -> None:
    """Empty the lists for which the target has no segment; their values were reported one by one."""
    for name, segments in _SEGMENTS.items():
        if target.segments.intersection(segments):
            continue
        if hasattr(file, name):
            setattr(file, name, [])
        for invoice in file.invoices:
            if hasattr(invoice, name):
                setattr(invoice, name, [])
            for matter in invoice.matters:
                if hasattr(matter, name):
                    setattr(matter, name, [])
    for invoice in file.invoices:
        for matter in invoice.matters:
            if "matter_disc_cred" not in target.segments:
                matter.adjustments = []
            for line in matter.lines:
                kind = "fee" if line.kind in ("F", "IF") else "expense"
                if f"{kind}_item_disc_cred" not in target.segments:
                    line.adjustments = []


def account(before: File, after: File, source: str, report: Reporter) -> None:
    """The last word on loss: whatever `before` said and neither `after` nor the report says is reported.

    Each step of a conversion reports what it drops; this holds them to it, so that nothing vanishes
    because a step forgot.
    """
    said: set[str] = set()
    for _, record, _, _ in walk(after):
        said |= {_plain(value) for _, value in values(record)}
        said |= {_plain(value) for _, value in record.extend.pairs} if record.extend is not None else set()
        if isinstance(record, Timekeeper):
            said.add(full_name(record.last_name, record.first_name))
        elif isinstance(record, Line):
            said |= set(names_of(record))
    told = "\n".join({entry.value for entry in report.entries if entry.value})
    said |= {_plain(entry.value) for entry in report.entries if entry.value}
    origin = _reach_all(source)
    for segment, record, invoice, line in walk(before):
        kind = type(record).__name__
        for path, value in values(record):
            if (kind, path) in DERIVED | _MONEY or _says_nothing(kind, path, value):
                continue
            if _plain(value) in said or value in told:
                continue
            report.on(invoice)
            name = origin.name(segment, kind, path) or f"{kind}.{path}"
            report.add("lost", name, "nothing in the new file says it", line=line, value=value)
            said.add(_plain(value))
    report.on(None)


def _plain(value: str) -> str:
    """A value apart from how it is written: 400 and 400.00, 20260305 and 2026-03-05 are the same."""
    day = day_of(value)
    if day is not None:
        return day.isoformat()
    number = decimal_of(value) if STRICT.fullmatch(value) else None
    return value if number is None else f"{number.normalize():f}"
