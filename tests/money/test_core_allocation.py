"""Dividing a sum: the parts add up, the odd cent lands where it was said to land."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.money import MoneyError, allocate, cross_allocate

D = Decimal
cents = st.integers(-(10**9), 10**9).map(lambda n: D(n) / 100)
weights = st.dictionaries(st.integers(0, 20), st.integers(1, 10**6), min_size=1, max_size=9)


@pytest.mark.parametrize(
    "story, amount, shares, odd, expected",
    [
        ("even", "100.00", {"a": 60, "b": 40}, "b", {"a": "60.00", "b": "40.00"}),
        ("the odd cent to b", "100.01", {"a": 60, "b": 40}, "b", {"a": "60.00", "b": "40.01"}),
        ("the odd cent to a", "100.01", {"a": 50, "b": 50}, "a", {"a": "50.01", "b": "50.00"}),
        ("one cent in all", "0.01", {"a": 60, "b": 40}, "b", {"a": "0.00", "b": "0.01"}),
        ("thirds", "100.00", {"a": 1, "b": 1, "c": 1}, "c", {"a": "33.33", "b": "33.33", "c": "33.34"}),
        (
            "two odd cents",
            "200.00",
            {"a": 1, "b": 1, "c": 1},
            "c",
            {"a": "66.67", "b": "66.66", "c": "66.67"},
        ),
        ("a credit undoes it", "-100.01", {"a": 60, "b": 40}, "b", {"a": "-60.00", "b": "-40.01"}),
        ("nobody named", "0.05", {"a": 50, "b": 30, "c": 20}, None, {"a": "0.03", "b": "0.01", "c": "0.01"}),
        ("nothing", "0.00", {"a": 60, "b": 40}, "b", {"a": "0.00", "b": "0.00"}),
    ],
)
def test_where_the_odd_cent_goes(
    story: str, amount: str, shares: dict[str, int], odd: str | None, expected: dict[str, str]
) -> None:
    assert allocate(D(amount), shares, odd=odd) == {k: D(v) for k, v in expected.items()}, story


@given(cents, weights, st.data())
def test_the_parts_sum_to_the_whole_and_none_is_off_by_a_unit(
    amount: Decimal, shares: dict[int, int], data: st.DataObject
) -> None:
    odd = data.draw(st.sampled_from([None, *shares]))
    parts = allocate(amount, shares, odd=odd)
    assert sum(parts.values()) == amount
    for key, part in parts.items():
        assert abs(part - amount * shares[key] / sum(shares.values())) < D("0.0100001")
        assert part == 0 or (part > 0) == (amount > 0)
    assert allocate(-amount, shares, odd=odd) == {key: -part for key, part in parts.items()}


@given(st.lists(cents, max_size=12), weights)
def test_rows_and_columns_both_add_up(rows: list[Decimal], shares: dict[int, int]) -> None:
    columns = allocate(sum(rows, D(0)), shares)
    cells = cross_allocate(rows, columns, weights=shares)
    assert [sum(row.values()) for row in cells] == rows
    assert {key: sum((row[key] for row in cells), D(0)) for key in columns} == columns


@given(st.lists(cents.map(abs), min_size=1, max_size=40), weights)
def test_no_line_of_charges_becomes_a_credit(rows: list[Decimal], shares: dict[int, int]) -> None:
    for row in cross_allocate(rows, allocate(sum(rows, D(0)), shares)):
        assert all(cell >= 0 for cell in row.values())


def test_two_hundred_lines_do_not_drift() -> None:
    lines = [D("33.33")] * 200  # rounding each line by itself would give the insurer 20.00 x 200 = 4000.00
    totals = allocate(sum(lines, D(0)), {"insurer": 60, "insured": 40}, odd="insured")
    cells = cross_allocate(lines, totals)
    assert sum(c["insurer"] for c in cells) == D("3999.60")
    assert {c["insurer"] for c in cells} == {D("19.99"), D("20.00")}


def test_a_bill_that_cancels_out_still_divides_its_lines() -> None:
    cells = cross_allocate([D("10.00"), D("-10.00")], {"a": D(0), "b": D(0)}, weights={"a": 60, "b": 40})
    assert cells == [{"a": D("6.00"), "b": D("4.00")}, {"a": D("-6.00"), "b": D("-4.00")}]


@pytest.mark.parametrize(
    "amount, shares, odd, says",
    [
        ("0.005", {"a": 1}, None, "whole number of 0.01"),
        ("1.00", {"a": 0}, None, "nobody has a share"),
        ("1.00", {}, None, "nobody has a share"),
        ("1.00", {"a": 1}, "b", "has no share"),
        ("1.00", {"a": 1, "b": 0}, "b", "has no share"),
        ("1.00", {"a": -1}, None, "cannot be negative"),
        ("1.00", {"a": D("NaN")}, None, "finite"),
        ("1.00", {"a": 0.6}, None, "whole number"),
        ("NaN", {"a": 1}, None, "finite"),
    ],
)
def test_what_cannot_be_divided_is_refused(amount: str, shares: dict[str, int], odd: str | None, says: str) -> None:
    with pytest.raises(MoneyError, match=says):
        allocate(D(amount), shares, odd=odd)


def test_rows_and_columns_must_agree() -> None:
    with pytest.raises(MoneyError, match="must be equal"):
        cross_allocate([D("1.00")], {"a": D("0.99")})
    with pytest.raises(MoneyError, match="both signs"):
        cross_allocate([D("0.00")], {"a": D("1.00"), "b": D("-1.00")})


def test_yen_and_dinars_have_their_own_odd_unit() -> None:
    assert allocate(D(101), {"a": 1, "b": 1}, odd="a", unit=D(1)) == {"a": D(51), "b": D(50)}
    assert allocate(D("0.001"), {"a": 1, "b": 1}, odd="b", unit=D("0.001")) == {"a": D(0), "b": D("0.001")}
