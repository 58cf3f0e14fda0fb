"""Every record of a bill and every value in it, whatever the format."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from meruit.ledes.model import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.ledes.model import File, Invoice, Line, Matter

#: Bookkeeping of the records, and records that are walked for themselves.
_NOT_VALUES = frozenset(
    {"item_number", "origin", "order", "extra", "extend", "differs", "tax_ids", "kind", "firm", "client"}
)


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
