"""The order of precedence of rates, rung by rung, and what the answer says about itself."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.firm.core.rates import (
    LADDER,
    Comparison,
    Level,
    NoRate,
    Question,
    Rate,
    RateError,
    RateRow,
    RateTable,
    Standing,
    compare,
)
from meruit.money import Precision, Rounding

D = Decimal
ASKED = Question(
    on=date(2026, 3, 2),
    currency="USD",
    matter="M1",
    client="C1",
    person="BEN",
    grade="ASSOC",
    task_code="L310",
)
VALUES = {"matter": "M1", "client": "C1", "person": "BEN", "grade": "ASSOC", "task_code": "L310"}


def row(level: Level, keys: tuple[str, ...], amount: str, **more: object) -> RateRow:
    """A row of the fixed matter, client, person and class; a discount takes the amount as its percent."""
    price = {"percent_off": D(amount)} if level is Level.DISCOUNT else {"rate_per_hour": D(amount)}
    given = {
        "currency": "USD",
        "starts_on": date(2026, 1, 1),
        **price,
        **{k: VALUES[k] for k in keys},
        **more,
    }
    return RateRow(level=level, **given)  # type: ignore[arg-type]  # the table of the test fills the fields by name


def answer(*rows: RateRow, asked: Question = ASKED) -> Rate:
    found = RateTable(rows).rate_for(asked)
    assert isinstance(found, Rate), found
    return found


@pytest.mark.parametrize("upper, lower", list(itertools.combinations(range(len(LADDER)), 2)))
def test_every_rung_stands_above_every_lower_one(upper: int, lower: int) -> None:
    standard = row(Level.STANDARD, ("person",), "500")
    rows = [row(*LADDER[upper], "10"), row(*LADDER[lower], "20")]
    needs_standard = Level.STANDARD not in (LADDER[upper][0], LADDER[lower][0])
    found = answer(*rows, *([standard] if needs_standard else []))
    assert (found.level, found.row.keys) == LADDER[upper]


def test_the_ladder_is_the_written_order() -> None:
    levels = list(dict.fromkeys(level for level, _ in LADDER))
    assert levels == list(Level)


def test_a_discount_comes_off_the_standard_rate_and_is_rounded_by_the_payers_rule() -> None:
    rows = [row(Level.STANDARD, ("person",), "417.50"), row(Level.DISCOUNT, ("client",), "7.5")]
    found = answer(*rows)
    assert (found.rate_per_hour, found.standard_per_hour) == (D("386.19"), D("417.50"))
    down = RateTable(rows).rate_for(ASKED, Precision(2, Rounding.DOWN))
    assert isinstance(down, Rate)
    assert down.rate_per_hour == D("386.18")


def test_the_answer_keeps_the_standard_rate_beside_the_agreed_one() -> None:
    found = answer(row(Level.STANDARD, ("grade",), "500"), row(Level.CLIENT_CLASS, ("client", "grade"), "425"))
    assert (found.rate_per_hour, found.standard_per_hour) == (D("425"), D("500"))


def test_the_answer_explains_every_step() -> None:
    found = answer(
        row(Level.STANDARD, ("person",), "500"),
        row(
            Level.CLIENT_PERSON,
            ("client", "person"),
            "450",
            source="letter of 5 January",
            ends_on=date(2026, 6, 30),
        ),
    )
    assert found.steps == (
        "No rate by matter and person (matter M1, person BEN).",
        "No rate by matter and class (matter M1, class ASSOC).",
        (
            "450 USD by client and person (client C1, person BEN), in force from 2026-01-01 to 2026-06-30, "
            "letter of 5 January."
        ),
    )
    assert found.says == found.steps[-1]


@pytest.mark.parametrize(
    "on, expected",
    [
        (date(2025, 12, 31), "400"),
        (date(2026, 1, 1), "450"),
        (date(2026, 6, 30), "450"),
        (date(2026, 7, 1), "400"),
    ],
)
def test_a_rate_holds_from_its_first_to_its_last_day(on: date, expected: str) -> None:
    asked = Question(on=on, currency="USD", matter="M1", client="C1", person="BEN")
    found = answer(
        row(Level.STANDARD, ("person",), "400", starts_on=date(2020, 1, 1)),
        row(Level.MATTER_PERSON, ("matter", "person"), "450", ends_on=date(2026, 6, 30)),
        asked=asked,
    )
    assert found.rate_per_hour == D(expected)


def test_two_rates_of_one_rung_on_one_day_are_not_guessed_between() -> None:
    twice = [
        row(Level.CLIENT_CLASS, ("client", "grade"), "425"),
        row(Level.CLIENT_CLASS, ("client", "grade"), "430", starts_on=date(2026, 2, 1)),
    ]
    found = RateTable([*twice, row(Level.STANDARD, ("person",), "500")]).rate_for(ASKED)
    assert isinstance(found, NoRate)
    assert found.says.startswith("Two rates by client and class")
    assert "2026-01-01 and 2026-02-01" in found.says


def test_a_discount_without_a_standard_rate_is_no_rate() -> None:
    found = RateTable([row(Level.DISCOUNT, ("client",), "10")]).rate_for(ASKED)
    assert isinstance(found, NoRate)
    assert any("no standard rate to take it off" in step for step in found.steps)


def test_a_rate_in_another_currency_is_not_taken() -> None:
    found = RateTable([row(Level.STANDARD, ("person",), "500", currency="EUR")]).rate_for(ASKED)
    assert isinstance(found, NoRate)
    assert found.says == "No rate in USD is in force for BEN on matter M1 on 2026-03-02."


def test_a_person_without_a_class_or_a_line_without_a_task_skips_those_rungs() -> None:
    bare = Question(on=date(2026, 3, 2), currency="USD", matter="M1", client="C1", person="BEN")
    rows = [row(level, keys, "10") for level, keys in LADDER if "grade" in keys or "task_code" in keys]
    assert answer(*rows, row(Level.STANDARD, ("person",), "500"), asked=bare).rate_per_hour == D("500")


@pytest.mark.parametrize(
    "agreed, approved, standing, difference",
    [
        ("450", "450", Standing.APPROVED, "0"),
        ("450", "425", Standing.ABOVE_APPROVED, "25"),
        ("450", "475", Standing.BELOW_APPROVED, "-25"),
        ("450", None, Standing.NOT_APPROVED, None),
    ],
)
def test_agreed_and_approved_are_two_facts(
    agreed: str, approved: str | None, standing: Standing, difference: str | None
) -> None:
    rate = answer(row(Level.STANDARD, ("person",), agreed))
    found = compare(rate, D(approved) if approved else None, "CounselLink")
    assert isinstance(found, Comparison)
    assert found.standing is standing
    assert found.agreed_per_hour == D(agreed)
    assert found.difference_per_hour == (D(difference) if difference else None)
    assert "CounselLink" in found.says


@pytest.mark.parametrize(
    "change, says",
    [
        ({"matter": None}, "names matter and person"),
        ({"task_code": "L310"}, "names matter and person"),
        ({"ends_on": date(2025, 1, 1)}, "cannot end"),
        ({"rate_per_hour": D(-1)}, "not negative"),
        ({"rate_per_hour": None}, "amount per hour"),
        ({"percent_off": D(5)}, "no percent"),
        ({"level": Level.DISCOUNT}, "names matter or client"),
        ({"level": Level.DISCOUNT, "person": None}, "percent off"),
        ({"level": Level.DISCOUNT, "person": None, "rate_per_hour": None, "percent_off": D(101)}, "0 to 100"),
    ],
)
def test_a_row_that_could_never_answer_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(RateError, match=says):
        row(**{"level": Level.MATTER_PERSON, "keys": ("matter", "person"), "amount": "450", **change})  # type: ignore[arg-type]


DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))


@st.composite
def rate_rows(draw: st.DrawFn) -> RateRow:
    """A row that could answer for the fixed matter, client, person and class, or just misses one of them."""
    level, keys = draw(st.sampled_from(LADDER))
    starts_on = draw(DAYS)
    ends_on = draw(st.none() | st.dates(starts_on, date(2026, 2, 28)))
    missed = {key: "another" for key in keys if draw(st.integers(0, 9)) == 0}
    return row(level, keys, str(draw(st.integers(1, 90))), starts_on=starts_on, ends_on=ends_on, **missed)


@given(st.lists(rate_rows(), max_size=8), DAYS)
def test_on_every_day_of_an_unchanged_stretch_the_same_row_answers(rows: list[RateRow], on: date) -> None:
    table = RateTable(rows)
    asked = replace(ASKED, on=on)
    found = table.rate_for(asked)
    first, last = table.unchanged_around(asked)
    assert first <= on <= last
    for n in range(59):
        day = date(2026, 1, 1) + timedelta(days=n)
        then = table.rate_for(replace(asked, on=day))
        if first <= day <= last:
            assert isinstance(then, Rate) == isinstance(found, Rate)
            if isinstance(then, Rate) and isinstance(found, Rate):
                assert (then.row, then.rate_per_hour, then.standard_per_hour, then.says) == (
                    found.row, found.rate_per_hour, found.standard_per_hour, found.says
                )  # fmt: skip


def test_a_stretch_ends_where_a_row_begins_or_ends() -> None:
    table = RateTable([
        row(Level.STANDARD, ("person",), "300", ends_on=date(2026, 3, 31)),
        row(Level.MATTER_PERSON, ("matter", "person"), "250", starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 20)),
    ])  # fmt: skip
    around = {n: table.unchanged_around(replace(ASKED, on=date(2026, 3, n))) for n in (2, 15, 25)}
    assert around == {
        2: (date(2026, 1, 1), date(2026, 3, 9)),
        15: (date(2026, 3, 10), date(2026, 3, 20)),
        25: (date(2026, 3, 21), date(2026, 3, 31)),
    }
