"""Many entries at once: a COPY for the entries, a COPY for what they say, while their cells are still put together.

A month end brings a hundred thousand of them. The checks are the database's own, for a whole statement
(`sql/10_entries.sql`, `sql/15_references.sql`), and hold here as for a single row.
"""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from meruit.postgres import cells
from meruit.postgres.copying import copy_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from meruit.timesheets.actions import NewEntry
    from meruit.timesheets.prices import Price

#: What all rows of a statement have in common stands before what each says.
_ENTRIES = (
    "COPY timesheets_entry (version, batch_id, prepared_by_id, entered_at, id,"
    " kind, matter_id, timekeeper_id, source_key, suggestion_id) FROM STDIN (FORMAT BINARY)"
)
_VERSIONS = (
    "COPY timesheets_version (made_by_id, made_at, batch_id, reason, entry_id, number,"
    " worked_on, narrative, hours, units, unit_cost, task_code, activity_code, expense_code, hard_cost, billable,"
    " standard_rate, agreed_rate, rate_source, standard_value, worked_value, currency) FROM STDIN (FORMAT BINARY)"
)
_FIRST = cells.integer(1)


class Made(NamedTuple):
    """Who writes these rows, when, from which batch, and why where they replace others."""

    by: int
    at: datetime
    batch_id: int | None = None
    reason: str = ""


class Next(NamedTuple):
    """The next version of an entry that exists: which one, its number, what it says, its price and currency."""

    entry_id: int
    number: int
    new: NewEntry
    price: Price
    currency: str


def write(
    rows: Sequence[tuple[NewEntry, Price, str]], *, by: int, at: datetime, batch_id: int | None = None
) -> list[int]:
    """Write new entries, each with its price and currency, and their first versions; the ids in the order of `rows`."""
    return write_cells([named(new) for new, _, _ in rows], [said(*row) for row in rows], Made(by, at, batch_id))


def write_cells(entries: Sequence[bytes], versions: Sequence[bytes], made: Made) -> list[int]:
    """The same of rows that stand as `named` and `said` make them."""
    if not entries:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT first, last, apart FROM timesheets.numbers(%s)", [len(entries)])
        first, last, apart = cursor.fetchone()
    ids: list[int] = apart or list(range(first, last + 1))
    keys = cells.bigints(ids)
    batch, by, at = cells.bigint(made.batch_id), cells.bigint(made.by), cells.moment(made.at)
    copy_rows(_ENTRIES, 10, _FIRST + batch + by + at, map(add, keys, entries))
    copy_rows(_VERSIONS, 22, _alike(made), map(add, (key + _FIRST for key in keys), versions))
    return ids


def write_versions(rows: Iterable[Next], made: Made) -> None:
    """Write what entries say from now on."""
    numbered = (
        cells.bigint(row.entry_id) + cells.integer(row.number) + said(row.new, row.price, row.currency) for row in rows
    )
    copy_rows(_VERSIONS, 22, _alike(made), numbered)


def _alike(made: Made) -> bytes:
    return cells.bigint(made.by) + cells.moment(made.at) + cells.bigint(made.batch_id) + cells.text(made.reason)


def named(new: NewEntry) -> bytes:
    """The cells of an entry behind its id."""
    return (
        kept(new.kind, new.matter_id)
        + cells.bigint(new.timekeeper_id)
        + cells.text(new.source_key)
        + cells.bigint(new.suggestion_id)
    )


def kept(kind: str, matter_id: int) -> bytes:
    """The cells of its kind and matter."""
    return cells.text(kind) + cells.bigint(matter_id)


def said(new: NewEntry, price: Price, currency: str) -> bytes:
    """The cells of a version behind its number."""
    return (
        cells.day(new.worked_on)
        + cells.text(new.narrative)
        + cells.numeric(new.hours)
        + cells.numeric(new.units)
        + cells.numeric(new.unit_cost)
        + coded(new.task_code, new.activity_code, new.expense_code, new.hard_cost, new.billable)
        + rated(price)
        + valued(price, currency)
    )


def coded(task: str, activity: str, expense: str, hard_cost: bool, billable: bool) -> bytes:
    """The cells of the codes, and of what is to be done with them."""
    codes = cells.text(task) + cells.text(activity) + cells.text(expense)
    return codes + cells.boolean(hard_cost) + cells.boolean(billable)


def rated(price: Price) -> bytes:
    """The cells of the rates and where they came from."""
    return cells.numeric(price.standard_rate) + cells.numeric(price.agreed_rate) + cells.text(price.source)


def valued(price: Price, currency: str) -> bytes:
    """The cells of what it is worth."""
    return cells.numeric(price.standard_value) + cells.numeric(price.worked_value) + cells.text(currency)
