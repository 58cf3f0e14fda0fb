"""Worked value becomes billable value: each arrangement as a story, and what holds for all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.firm.core.arrangements import (
    Arrangement,
    ArrangementError,
    Blended,
    Capped,
    Contingency,
    Fixed,
    Hourly,
    Hybrid,
    Phased,
    Progress,
    Subscription,
    Valuation,
    VolumeDiscount,
    Work,
    value,
)
from meruit.firm.core.terms import Term, term_for, value_matter
from meruit.money import CENTS, Precision, Rounding

D = Decimal


def work(key: str, hours: str, rate: str, *, day: int = 1, grade: str = "ASSOC", phase: str | None = None) -> Work:
    worked = CENTS.product(D(hours), D(rate))
    return Work(
        key=key,
        worked_on=date(2026, 3, day),
        timekeeper="BEN",
        hours=D(hours),
        rate_per_hour=D(rate),
        worked=worked,
        grade=grade,
        phase=phase,
    )


MARCH = [
    work("a", "2.0", "400", day=2),
    work("b", "1.5", "600", day=3, grade="PARTNR"),
    work("c", "3.0", "400", day=5),
]
# worked: 800.00 + 900.00 + 1200.00 = 2900.00


@pytest.mark.parametrize(
    "story, arrangement, progress, lines, charges",
    [
        ("hourly", Hourly(), Progress(), ["800", "900", "1200"], []),
        ("fixed, not done", Fixed(D(5000)), Progress(), ["0", "0", "0"], []),
        ("fixed, done", Fixed(D(5000)), Progress(complete=True), ["0", "0", "0"], ["5000"]),
        (
            "fixed, in parts: two due, one billed",
            Fixed(
                D(6000),
                ((date(2026, 2, 1), D(2000)), (date(2026, 3, 1), D(2000)), (date(2026, 4, 1), D(2000))),
            ),
            Progress(through=date(2026, 3, 31), billed_before=D(2000)),
            ["0", "0", "0"],
            ["2000"],
        ),
        (
            "phased: one done and part billed, one open",
            Phased({"pleadings": D(3000), "discovery": D(7000)}),
            Progress(phases_done=frozenset({"pleadings"}), billed_by_phase={"pleadings": D(1000)}),
            ["0", "0", "0"],
            ["2000"],
        ),
        ("capped, far off", Capped(D(50000)), Progress(billed_before=D(1000)), ["800", "900", "1200"], []),
        (
            "capped, crossed within a line",
            Capped(D(3000)),
            Progress(billed_before=D(2000)),
            ["800", "200", "0"],
            [],
        ),
        ("capped, used up", Capped(D(3000)), Progress(billed_before=D(3000)), ["0", "0", "0"], []),
        ("contingency, nothing won", Contingency({"trial": D(40)}), Progress(), ["0", "0", "0"], []),
        (
            "contingency, one third at settlement, rounded once",
            Contingency({"settlement": D("33.3333"), "trial": D(40)}),
            Progress(recovered=D("100000.00"), stage="settlement"),
            ["0", "0", "0"],
            ["33333.30"],
        ),
        (
            "contingency after costs",
            Contingency({"trial": D(40)}, after_costs=True),
            Progress(recovered=D(100000), costs=D(10000), stage="trial"),
            ["0", "0", "0"],
            ["36000"],
        ),
        (
            "hybrid: half the hourly value and ten percent",
            Hybrid(D(50), Contingency({"settlement": D(10)})),
            Progress(recovered=D(20000), stage="settlement"),
            ["400", "450", "600"],
            ["2000"],
        ),
        ("blended for all", Blended(D(450)), Progress(), ["900", "675", "1350"], []),
        ("blended by class", Blended(D(450), {"PARTNR": D(500)}), Progress(), ["900", "750", "1350"], []),
        (
            "volume discount, below",
            VolumeDiscount(((D(5000), D(5)),)),
            Progress(),
            ["800", "900", "1200"],
            [],
        ),
        (
            "volume discount: 1,900 falls above 10,000 and 1,000 of it above 10,900",
            VolumeDiscount(((D(10000), D(5)), (D(10900), D(10)))),
            Progress(billed_before=D(9000)),
            ["760.00", "855.00", "1140.00"],  # 45.00 and 100.00 off, spread by worked value
            [],
        ),
        ("subscription, all in", Subscription(D(2500)), Progress(periods_due=1), ["0", "0", "0"], ["2500"]),
        (
            "subscription, 3 hours in, the rest at 80 %",
            Subscription(D(2500), D(3), D(80)),
            Progress(periods_due=1),
            ["0", "240", "960"],
            ["2500"],
        ),
        (
            "subscription, two periods due with 3 hours each",
            Subscription(D(2500), D(3), D(80)),
            Progress(periods_due=2),
            ["0", "0", "160"],
            ["5000"],
        ),
        ("subscription between periods", Subscription(D(2500)), Progress(), ["0", "0", "0"], []),
    ],
)
def test_worked_becomes_billable(
    story: str, arrangement: Arrangement, progress: Progress, lines: list[str], charges: list[str]
) -> None:
    found = value(arrangement, MARCH, progress)
    assert [e.billable for e in found.entries] == [D(x) for x in lines], story
    assert [c.amount for c in found.charges] == [D(x) for x in charges], story
    assert found.worked == D(2900)
    check_explained(found)


def check_explained(found: Valuation) -> None:
    """The steps lead from worked to billable without a gap, and every cent is earned by someone."""
    assert found.steps[0].after == found.worked
    assert all(one.after == two.before for one, two in zip(found.steps, found.steps[1:], strict=False))
    assert found.steps[-1].after == found.billable
    assert all(step.says.endswith(".") for step in found.steps)
    if found.worked:
        assert sum(found.earned().values()) == found.billable


ANY = st.sampled_from(
    [
        Hourly(),
        Fixed(D("4321.09")),
        Phased({"x": D("99.99"), "y": D("1000.01")}),
        Capped(D("1234.56")),
        Contingency({"trial": D("33.33")}),
        Hybrid(D("62.5"), Contingency({"trial": D("12.345")})),
        Blended(D("333.33"), {"PARTNR": D("512.77")}),
        VolumeDiscount(((D(100), D("3.33")), (D(1000), D("7.77")))),
        Subscription(D("999.99"), D("2.5"), D("77.7")),
    ]
)


@given(
    ANY,
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 99999), st.booleans()), max_size=8),
    st.integers(0, 200000),
    st.sampled_from(list(Rounding)),
)
def test_for_every_arrangement_the_sums_hold(
    arrangement: Arrangement, entries: list[tuple[int, int, bool]], before: int, rule: Rounding
) -> None:
    lines = [
        work(
            str(n),
            str(D(tenths) / 10),
            str(D(rate) / 100),
            day=n % 28 + 1,
            grade="PARTNR" if top else "ASSOC",
        )
        for n, (tenths, rate, top) in enumerate(entries)
    ]
    progress = Progress(
        billed_before=D(before) / 100,
        complete=True,
        phases_done=frozenset({"x"}),
        recovered=D("54321.99"),
        stage="trial",
        periods_due=2,
    )
    found = value(arrangement, lines, progress, Precision(2, rule))
    check_explained(found)
    assert all(e.billable >= 0 for e in found.entries)
    if isinstance(arrangement, Capped):
        assert found.billable <= max(D(0), arrangement.cap - progress.billed_before)


def test_every_arrangement_of_the_design_is_in_the_property() -> None:
    tried: set[type] = set()
    for arrangement in get_args(Arrangement):
        tried.add(arrangement)
    assert {type(a) for a in ANY.elements} == tried  # type: ignore[attr-defined]  # hypothesis keeps the list there


def test_work_is_valued_in_the_order_it_was_done_whatever_order_it_comes_in() -> None:
    late_key_first = [work("z", "1.0", "400", day=1), work("a", "1.0", "400", day=2)]
    found = value(Capped(D(400)), late_key_first, Progress())
    assert {e.key: e.billable for e in found.entries} == {"z": D(400), "a": D(0)}
    assert value(Capped(D(1000)), MARCH[::-1], Progress()) == value(Capped(D(1000)), MARCH, Progress())


def test_a_fixed_fee_is_earned_by_the_hours_behind_it() -> None:
    found = value(Fixed(D(1000)), MARCH, Progress(complete=True))
    assert found.earned() == {"a": D("275.86"), "b": D("310.35"), "c": D("413.79")}


def test_a_subscription_month_without_work_is_earned_by_nobody() -> None:
    found = value(Subscription(D(2500)), [], Progress(periods_due=1))
    assert found.billable == D(2500)
    assert found.earned() == {}


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: Fixed(D(0)), "not a price"),
        (lambda: Fixed(D(10), ((date(2026, 1, 1), D(9)),)), "sum to another amount"),
        (lambda: Contingency({"trial": D(101)}), "between 0 and 100"),
        (lambda: VolumeDiscount(()), "rise"),
        (lambda: VolumeDiscount(((D(10), D(1)), (D(10), D(2)))), "rise"),
        (lambda: work("x", "-1", "400"), "negative figure"),
        (lambda: value(Hourly(), [MARCH[0], MARCH[0]], Progress()), "same key"),
        (lambda: value(Fixed(D(10), ((date(2026, 1, 1), D(10)),)), [], Progress()), "last day of the bill"),
        (lambda: value(Phased({"x": D(1)}), [], Progress(phases_done=frozenset({"y"}))), "Phase y"),
        (lambda: value(Contingency({"trial": D(40)}), [], Progress(recovered=D(1))), "knows trial"),
    ],
)
def test_terms_that_give_no_price_are_refused(wrong: object, says: str) -> None:
    assert callable(wrong)
    with pytest.raises(ArrangementError, match=says):
        wrong()


JANUARY, APRIL = date(2026, 1, 1), date(2026, 4, 1)
TERMS = [
    Term(key="old", arrangement=Hourly(), starts_on=JANUARY, ends_on=date(2026, 3, 2)),
    Term(key="new", arrangement=Capped(D(1000)), starts_on=date(2026, 3, 3)),
    Term(key="motion", arrangement=Fixed(D(5000)), starts_on=JANUARY, phase="L300"),
]


def test_a_phase_has_its_own_term_before_the_matters() -> None:
    assert term_for(TERMS, date(2026, 3, 2), "L300").key == "motion"
    assert term_for(TERMS, date(2026, 3, 2), "L100").key == "old"
    assert term_for(TERMS, date(2026, 3, 3), None).key == "new"


def test_a_matter_is_valued_term_by_term() -> None:
    found = value_matter(TERMS, [*MARCH, work("d", "1.0", "400", phase="L300")], {"motion": Progress(complete=True)})
    assert {key: v.billable for key, v in found.items()} == {"old": D(800), "new": D(1000), "motion": D(5000)}


def test_a_term_with_progress_is_billed_without_hours() -> None:
    terms = [Term(key="flat", arrangement=Subscription(D(2500)), starts_on=JANUARY)]
    assert value_matter(terms, [], {"flat": Progress(periods_due=1)})["flat"].billable == D(2500)
    assert value_matter(terms, [], {}) == {}


def test_terms_that_overlap_or_are_missing_are_refused() -> None:
    twice = [*TERMS, Term(key="again", arrangement=Hourly(), starts_on=JANUARY)]
    with pytest.raises(ArrangementError, match="both in force"):
        term_for(twice, date(2026, 3, 2), None)
    with pytest.raises(ArrangementError, match="No arrangement is in force"):
        term_for(TERMS, date(2025, 12, 31), "L300")
    with pytest.raises(ArrangementError, match="no term of this matter"):
        value_matter(TERMS, [], {"typo": Progress()})
    with pytest.raises(ArrangementError, match="cannot end"):
        Term(key="x", arrangement=Hourly(), starts_on=APRIL, ends_on=JANUARY)
