"""Which values a format can carry, by its table, and the sweep that drops and reports all others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from meruit.ledes.convert.walk import values, walk
from meruit.ledes.model import Adjustment, ExtendHeader, File, Line, Record
from meruit.ledes.tables import table

if TYPE_CHECKING:
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
def reach_all(format_name: str) -> Reach:
    return Reach(table(format_name), unseen=True)


def sweep(file: File, source: str, to: str, report: Reporter) -> None:
    """Take out of `file` whatever `to` cannot carry, and report each value under its name in `source`."""
    target, origin = reach(to), reach_all(source)
    for segment, record, invoice, line in list(walk(file)):
        report.on(invoice)
        kind = type(record).__name__
        for path, value in list(values(record)):
            if segment == "" or target.name(segment, kind, path) is not None:
                continue
            known = origin.name(segment, kind, path)
            name = known or _MOVED.get((kind, path)) or f"{kind}.{path}"
            fate: Kind = "derived" if (kind, path) in DERIVED else "lost"
            if fate == "lost" and says_nothing(kind, path, value):
                fate = "derived"
            if known or fate == "lost":  # a sum that the source has no field for was made on the way
                report.add(fate, name, _why(fate), line=line, value=value)
            _clear(record, path)
        _other(record, segment, kind, target, origin, report, line)
    report.on(None)
    _drop_segments(file, target)


def says_nothing(kind: str, path: str, value: str) -> bool:
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
