"""Many new entries at once: one statement for the entries, one COPY for what they say.

A month end brings a hundred thousand of them. The checks are the database's own, for a whole statement
(`sql/10_entries.sql`), and hold here as for a single row.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.db import connection

from meruit.postgres.arrays import array

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from meruit.timesheets.actions import NewEntry, Price

#: How NULL is written; columns of text are named by FORCE_NOT_NULL, so that they may say the same.
_NULL = r"\N"
_TEXTS = "narrative, task_code, activity_code, expense_code, rate_source, currency, reason"
_COPY = (
    "COPY timesheets_version (entry_id, number, worked_on, narrative, hours, units, unit_cost, task_code,"
    " activity_code, expense_code, hard_cost, billable, standard_rate, agreed_rate, rate_source, standard_value,"
    " worked_value, currency, made_by_id, made_at, reason, batch_id) FROM STDIN"
    f" WITH (FORMAT csv, NULL '{_NULL}', FORCE_NOT_NULL ({_TEXTS}))"
)
_ENTRIES = (
    "INSERT INTO timesheets_entry (kind, matter_id, timekeeper_id, version, source_key, suggestion_id, batch_id,"
    " prepared_by_id, entered_at)"
    " SELECT x.kind, x.matter, x.timekeeper, 1, x.source, x.suggestion, %s::bigint, %s::bigint, %s::timestamptz"
    " FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[])"
    " WITH ORDINALITY AS x (kind, matter, timekeeper, source, suggestion, place) ORDER BY x.place RETURNING id"
)


def write(
    rows: Sequence[tuple[NewEntry, Price, str]], *, by: int, at: datetime, batch_id: int | None = None
) -> list[int]:
    """Write new entries, each with its price and currency, and their first versions; the ids in the order of `rows`."""
    if not rows:
        return []
    news = [new for new, _, _ in rows]
    columns = (
        array(new.kind for new in news),
        array(new.matter_id for new in news),
        array(new.timekeeper_id for new in news),
        array(new.source_key for new in news),
        array(new.suggestion_id for new in news),
    )
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [batch_id, by, at, *columns])
        ids = sorted(row[0] for row in cursor.fetchall())  # numbered in the order of their place
    _copy(_lines(ids, rows, by, at, batch_id))
    return ids


def _lines(
    ids: Sequence[int], rows: Sequence[tuple[NewEntry, Price, str]], by: int, at: datetime, batch_id: int | None
) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    stamp, batch = at.isoformat(), _or_null(batch_id)
    for key, (new, price, currency) in zip(ids, rows, strict=True):
        writer.writerow(
            (
                key,
                1,
                new.worked_on,
                new.narrative,
                _or_null(new.hours),
                _or_null(new.units),
                _or_null(new.unit_cost),
                new.task_code,
                new.activity_code,
                new.expense_code,
                new.hard_cost,
                new.billable,
                _or_null(price.standard_rate),
                _or_null(price.agreed_rate),
                price.source,
                price.standard_value,
                price.worked_value,
                currency,
                by,
                stamp,
                "",
                batch,
            )
        )
    return out.getvalue()


def _or_null(value: Any) -> Any:
    return _NULL if value is None else value


def _copy(lines: str) -> None:
    """Over Django's own connection, so within the transaction that is sealed to whoever acts."""
    connection.ensure_connection()
    assert connection.connection is not None  # just made sure
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
