"""Many entries at once: a COPY for the entries, a COPY for what they say, while their text is still being written.

A month end brings a hundred thousand of them. The checks are the database's own, for a whole statement
(`sql/10_entries.sql`, `sql/15_references.sql`), and hold here as for a single row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from meruit.postgres.copying import copied, copy, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from meruit.timesheets.actions import NewEntry
    from meruit.timesheets.prices import Price

_ENTRIES = (
    "COPY timesheets_entry (id, kind, matter_id, timekeeper_id, version, source_key, suggestion_id, batch_id,"
    " prepared_by_id, entered_at) FROM STDIN"
)
_VERSIONS = (
    "COPY timesheets_version (entry_id, number, worked_on, narrative, hours, units, unit_cost, task_code,"
    " activity_code, expense_code, hard_cost, billable, standard_rate, agreed_rate, rate_source, standard_value,"
    " worked_value, currency, made_by_id, made_at, batch_id, reason) FROM STDIN"
)


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
    if not rows:
        return []
    made = Made(by, at, batch_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT timesheets.numbers(%s)", [len(rows)])
        ids = [row[0] for row in cursor.fetchall()]
    copy(_ENTRIES, _entries(ids, rows, made))
    write_versions((Next(key, 1, *row) for key, row in zip(ids, rows, strict=True)), made)
    return ids


def write_versions(rows: Iterable[Next], made: Made) -> None:
    """Write what entries say from now on."""
    copy(_VERSIONS, _versions(rows, made))


def _entries(ids: Sequence[int], rows: Sequence[tuple[NewEntry, Price, str]], made: Made) -> Iterator[str]:
    tail = f"{_or_null(made.batch_id)}\t{made.by}\t{made.at.isoformat()}\n"
    for key, (new, _, _) in zip(ids, rows, strict=True):
        source = r"\N" if new.source_key is None else copied(new.source_key)
        suggestion = r"\N" if new.suggestion_id is None else new.suggestion_id
        yield f"{key}\t{new.kind}\t{new.matter_id}\t{new.timekeeper_id}\t1\t{source}\t{suggestion}\t{tail}"


def _versions(rows: Iterable[Next], made: Made) -> Iterator[str]:
    tail = f"{made.by}\t{made.at.isoformat()}\t{_or_null(made.batch_id)}\t{copied(made.reason)}\n"
    for key, number, new, price, currency in rows:
        texts = (new.narrative, new.task_code, new.activity_code, new.expense_code, price.source)
        narrative, task, activity, expense, source = texts if plain("".join(texts)) else map(copied, texts)
        yield (
            f"{key}\t{number}\t{new.worked_on}\t{narrative}\t{_or_null(new.hours)}\t{_or_null(new.units)}"
            f"\t{_or_null(new.unit_cost)}\t{task}\t{activity}\t{expense}\t{new.hard_cost}\t{new.billable}"
            f"\t{_or_null(price.standard_rate)}\t{_or_null(price.agreed_rate)}\t{source}\t{price.standard_value!s}"
            f"\t{price.worked_value!s}\t{currency}\t{tail}"
        )


def _or_null(value: object) -> str:
    return r"\N" if value is None else str(value)
