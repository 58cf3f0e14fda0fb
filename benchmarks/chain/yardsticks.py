"""The limits in the same server: a bare COPY of the same rows, and the two bare statements of a bill."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psycopg
import psycopg.conninfo

from meruit.postgres import logins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.timesheets.actions import NewEntry

COLUMNS = (
    "matter_id bigint, timekeeper_id bigint, worked_on date, narrative text, hours numeric(8,2), task_code text,"
    " activity_code text, rate numeric(18,4), value numeric(18,4)"
)


def copy(owner_url: str, entries: Sequence[NewEntry]) -> float:
    """Seconds for a bare COPY of what the entries say into one table without constraints."""
    rows = [
        (
            e.matter_id,
            e.timekeeper_id,
            e.worked_on,
            e.narrative,
            e.hours,
            e.task_code,
            e.activity_code,
            350,
            350 * (e.hours or 0),
        )
        for e in entries
    ]
    with psycopg.connect(owner_url) as pg:
        pg.execute("CREATE SCHEMA IF NOT EXISTS yardstick")
        pg.execute(f"CREATE TABLE yardstick.entry (id bigserial PRIMARY KEY, {COLUMNS}, invoice_id bigint)")
        pg.commit()
        start = time.perf_counter()
        names = "matter_id, timekeeper_id, worked_on, narrative, hours, task_code, activity_code, rate, value"
        with pg.cursor().copy(f"COPY yardstick.entry ({names}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        pg.commit()
        return time.perf_counter() - start


def same_tables(owner_url: str) -> dict[str, float]:
    """Seconds for a bare COPY of what an import has written into the same tables with the same indexes, by table.

    Neither references nor triggers: what is left is reading the rows in binary form, as the import sends them, and
    keeping them and their indexes.
    """
    taken = {}
    with psycopg.connect(owner_url) as pg:
        pg.execute("CREATE SCHEMA IF NOT EXISTS yardstick")
        for table in ("timesheets_entry", "timesheets_version", "imports_source"):
            with pg.cursor().copy(f"COPY public.{table} TO STDOUT (FORMAT BINARY)") as out:
                rows = b"".join(bytes(part) for part in out)
            pg.execute(f"CREATE TABLE yardstick.{table} (LIKE public.{table} INCLUDING ALL)")
            pg.commit()
            start = time.perf_counter()
            with pg.cursor().copy(f"COPY yardstick.{table} FROM STDIN (FORMAT BINARY)") as into:
                into.write(rows)
            pg.commit()
            taken[table] = time.perf_counter() - start
    drop(owner_url)
    return taken


def digests(owner_url: str, chunk: int) -> float:
    """Seconds for the digests that history keeps of the rows of an import, `chunk` rows at a time."""
    digest = "sha512(convert_to(string_agg(n::text, E'\\n'), 'UTF8'))"
    with psycopg.connect(owner_url) as pg:
        start = time.perf_counter()
        for table, key in (("timesheets_entry", "id"), ("timesheets_version", "entry_id")):
            pg.execute(f"SELECT {digest} FROM {table} n GROUP BY n.{key} / {chunk}")
        return time.perf_counter() - start


def two_statements(owner_url: str) -> float:
    """Seconds for the bare pre-bill: insert an invoice for each matter, and mark its entries billed."""
    with psycopg.connect(owner_url) as pg:
        pg.execute("CREATE TABLE yardstick.invoice (id bigserial PRIMARY KEY, matter_id bigint, total numeric(18,4))")
        pg.execute("ANALYZE yardstick.entry")
        pg.commit()
        start = time.perf_counter()
        pg.execute(
            "INSERT INTO yardstick.invoice (matter_id, total)"
            " SELECT matter_id, sum(value) FROM yardstick.entry GROUP BY matter_id"
        )
        pg.execute("CREATE INDEX ON yardstick.invoice (matter_id)")
        pg.execute(
            "UPDATE yardstick.entry e SET invoice_id = i.id FROM yardstick.invoice i WHERE i.matter_id = e.matter_id"
        )
        pg.commit()
        return time.perf_counter() - start


def open_to_app(owner_url: str) -> None:
    """Let the application's login use the bare tables."""
    app = psycopg.conninfo.conninfo_to_dict(os.environ[logins.APP.variable])["user"]
    with psycopg.connect(owner_url) as pg:
        pg.execute(f'GRANT USAGE ON SCHEMA yardstick TO "{app}"')
        pg.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA yardstick TO "{app}"')
        pg.execute(f'GRANT ALL ON ALL SEQUENCES IN SCHEMA yardstick TO "{app}"')


def drop(owner_url: str) -> None:
    """Leave the database as it was."""
    with psycopg.connect(owner_url) as pg:
        pg.execute("DROP SCHEMA IF EXISTS yardstick CASCADE")
