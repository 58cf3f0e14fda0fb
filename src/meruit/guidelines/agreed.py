"""The rate a client approved for a line: the narrowest row of the table that covers its date.

Order of precedence: person and matter, class and matter, person and client, class and client, person
alone, class alone; among equals the latest start.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from meruit.guidelines.outcome import Unjudged, blank
from meruit.guidelines.people import class_of
from meruit.utbms import grade_of

if TYPE_CHECKING:
    from meruit.guidelines.context import Context, Rate
    from meruit.guidelines.entry import Entry


def agreed_rate(context: Context, entry: Entry) -> Rate | Unjudged | None:
    """The approved row; None where there is none, unjudged where only the line's date could tell."""
    rows = history(context, entry)
    if not rows:
        return None
    if entry.date is None:
        if len({r.amount for r in rows}) == 1:
            return rows[0]
        return blank("date")
    valid = [r for r in rows if (r.from_ is None or r.from_ <= entry.date) and (r.to is None or entry.date <= r.to)]
    return max(valid, key=_narrowness) if valid else None


def history(context: Context, entry: Entry) -> list[Rate]:
    """All rows that could speak of this line, whatever their dates."""
    grade = class_of(entry, context)
    rows = [
        *context.rates_of.get(entry.timekeeper or "", ()),
        *(r for r in context.rates_of.get("", ()) if r.class_ and grade and grade_of(r.class_) is grade),
    ]
    return [r for r in rows if r.matter in (None, entry.matter) and r.client in (None, entry.client)]


def _narrowness(rate: Rate) -> tuple[bool, bool, bool, date]:
    return (
        rate.matter is not None,
        rate.client is not None,
        rate.timekeeper is not None,
        rate.from_ or date.min,
    )
