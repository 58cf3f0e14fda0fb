"""A format's table seen from the tree: which tag is which field or segment, and which list holds it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from meruit.ledes.tables import table

if TYPE_CHECKING:
    from meruit.ledes.tables import Column, Segment, Table

#: segment -> the list of its parent record (or of the file) that holds it
LISTS = {
    "invoice": "invoices",
    "matter": "matters",
    "regulatory_statement": "regulatory_statements",
    "tax_tier_summary": "tier_summaries",
    "tax_summary": "tax_summaries",
    "matter_disc_cred": "adjustments",
    "fee_item_disc_cred": "adjustments",
    "expense_item_disc_cred": "adjustments",
    "tksum": "timekeepers",
    "fee": "lines",
    "expense": "lines",
    "tax": "taxes",
    "tax_tier_detail": "tiers",
}


@cache
def layout(format_name: str) -> Layout:
    """The index of a format's table, built once."""
    return Layout(table(format_name))


class Layout:
    """A table seen from the tree: fields and child segments by tag, other spellings included."""

    def __init__(self, of: Table) -> None:
        self.table = of
        self.segments: dict[str, Segment] = {s.name: s for s in of.segments}
        #: the fields of a segment in their order, and by tag with other spellings
        self.columns: dict[str, tuple[Column, ...]] = {s.name: of.of_segment(s.name) for s in of.segments}
        self.fields: dict[str, dict[str, Column]] = {s.name: {} for s in of.segments}
        for column in of.columns:
            self.fields[column.segment][column.name] = column
        for column in of.columns:
            for other in column.also:
                self.fields[column.segment].setdefault(other, column)
        self.below: dict[str, dict[str, Segment]] = {name: {} for name in ("file", *self.segments)}
        for segment in of.segments:
            for under in (segment.under, *segment.also_under):
                if under:
                    self.below[under] |= dict.fromkeys((segment.tag, *segment.also), segment)
        self._children: dict[str, list[Segment]] = {}
        for segment in of.segments:
            self._children.setdefault(segment.under, []).append(segment)
        #: whether the format numbers its items (2.x does, 2000 does not)
        self.numbered = any(column.key == "item_number" for column in of.columns)
        self.by_tag = {tag: s for s in of.segments if s.under for tag in (s.tag, *s.also)}

    def children(self, segment: str) -> list[Segment]:
        """The segments that stand in `segment`, in their order."""
        return self._children.get(segment, [])
