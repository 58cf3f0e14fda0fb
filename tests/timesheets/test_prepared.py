"""Rows checked and priced by columns are the rows checked and priced one by one, to the byte."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meruit.desk import takers
from meruit.imports.core.block import Block, Taken
from meruit.imports.core.problems import Problem
from meruit.timesheets import bulk
from meruit.timesheets.imports import EntryTaker
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

ROWS = {
    "matter": ["M-1001", "m-1001", "M-1002", "M-9999"],
    "timekeeper": ["TK-BEN", "tk-ine", "TK-NOBODY"],
    "worked_on": [date(2026, 1, 14), date(2026, 1, 15), date(2015, 1, 1), date(2999, 1, 1)],
    "narrative": ["Draft answer", "ü — ☃\n\t\\N", "x" * 5000],
    "hours": [Decimal("1.5"), Decimal("0.25"), Decimal(3)],
    "units": [Decimal(12), Decimal("0.5"), Decimal(0), Decimal(-1), None],
    "unit_cost": [Decimal("0.10"), Decimal("-17.335"), Decimal(4)],
    "task_code": ["L120", "L210", None],
    "activity_code": ["A103", None],
    "expense_code": ["E101", None],
    "hard_cost": [True, False, None],
    "billable": [True, False, None],
}
FIELDS = {
    "time": ("matter", "timekeeper", "worked_on", "narrative", "hours", "task_code", "activity_code", "billable"),
    "expenses": (
        "matter", "timekeeper", "worked_on", "narrative", "units", "unit_cost", "expense_code", "hard_cost", "billable",
    ),
}  # fmt: skip


def rows(record: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    weights = {name: [*choices[:2], *choices] for name, choices in ROWS.items()}
    return st.lists(st.fixed_dictionaries({n: st.sampled_from(weights[n]) for n in FIELDS[record]}), max_size=8)


@pytest.fixture
def taking(firm: Firm) -> dict[str, EntryTaker]:
    agree_rates(firm)
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("UPDATE matters_matter SET closed_on = '2026-01-14' WHERE number = 'M-1002'")
    found = {record: takers.taker(firm.cleo, record) for record in FIELDS}
    return {record: taker for record, taker in found.items() if isinstance(taker, EntryTaker)}


@pytest.mark.parametrize("record", list(FIELDS))
def test_rows_prepared_by_columns_are_the_rows_prepared_one_by_one(taking: dict[str, EntryTaker], record: str) -> None:
    taker = taking[record]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(said=rows(record))
    def check(said: list[dict[str, Any]]) -> None:
        block = Block.of(
            Taken(line, {n: v for n, v in values.items() if v is not None}, str(line), b"", {})
            for line, values in enumerate(said, start=2)
        )
        alone = [(row, taker._entry(row)) for row in block]
        good = [new for _, new in alone if not isinstance(new, Problem)]
        made = taker.prepare(block)
        assert made.refused == [(row, found) for row, found in alone if isinstance(found, Problem)]
        assert made.entries == [bulk.named(new) for new in good]
        assert made.versions == [bulk.said(new, *taker.prices.of(new)) for new in good]

    check()


def test_a_day_without_a_rate_is_worth_nothing_and_says_so(taking: dict[str, EntryTaker]) -> None:
    values = {name: ROWS[name][0] for name in FIELDS["time"]}
    early = values | {"worked_on": date(1999, 1, 1) + timedelta(days=1)}
    made = taking["time"].prepare(Block.of([Taken(2, early, "2", b"", {}), Taken(3, values, "3", b"", {})]))
    assert ["is in force for" in version.decode("latin-1") for version in made.versions] == [True, False]
