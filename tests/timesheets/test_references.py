"""What entries name exists, and stays: the database asks by the statement, for a single row as for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.timesheets import actions
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

ENTRY = (
    "INSERT INTO timesheets_entry (kind, matter_id, timekeeper_id, version, suggestion_id, prepared_by_id, entered_at)"
    " VALUES ('time', {matter}, {timekeeper}, 1, {suggestion}, {person}, now())"
)
GOOD = {"matter": "1", "timekeeper": "2", "suggestion": "NULL", "person": "1"}
SOURCE = "INSERT INTO imports_source (record, key, row_sha256, target_id, batch_id) VALUES ('time', 'x', '', 1, 9999)"


@pytest.fixture
def pg(firm: Firm) -> psycopg.Connection:
    agree_rates(firm)
    actions.prepare(firm.ben, [hours()])
    return firm.sql("owner")


def test_what_is_named_and_does_not_exist_is_refused(pg: psycopg.Connection) -> None:
    statements = [(ENTRY.format(**(GOOD | {what: "9999"})), what) for what in GOOD]
    statements += [(SOURCE, "batch"), ("UPDATE timesheets_entry SET matter_id = 9999", "matter")]
    for statement, what in statements:
        with pytest.raises(psycopg.errors.ForeignKeyViolation, match=f"no {what} 9999"), pg.transaction():
            pg.execute(statement)
    with pg.transaction():
        pg.execute(ENTRY.format(**GOOD))


@pytest.mark.parametrize("table", ["matters_matter", "people_timekeeper", "people_person", "timesheets_entry"])
def test_what_entries_name_is_neither_deleted_nor_numbered_anew(pg: psycopg.Connection, table: str) -> None:
    for statement in (f"DELETE FROM {table} WHERE id = 1", f"UPDATE {table} SET id = 9999 WHERE id = 1"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="neither deleted nor numbered"), pg.transaction():
            pg.execute(statement)


def test_what_an_entry_says_is_digested_alike_whatever_the_caller_has_set(pg: psycopg.Connection) -> None:
    found = set()
    for style, zone in (("ISO, YMD", "UTC"), ("SQL, DMY", "Asia/Manila"), ("German", "America/New_York")):
        pg.execute(f"SET datestyle = '{style}'; SET timezone = '{zone}'")
        found.add(pg.execute("SELECT encode(timesheets.digest(1), 'hex')").fetchone())
        content = "jsonb_build_object('entries', '[[1, 1]]'::jsonb)"
        found.add(pg.execute(f"SELECT encode((timesheets.describe_release({content})).sha256, 'hex')").fetchone())
    assert len(found) == 2
