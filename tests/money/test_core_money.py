"""Exactness at the door, the three rounding rules, currencies and their minor units."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.money import (
    CENTS,
    Money,
    MoneyError,
    Precision,
    Rounding,
    currencies,
    currency,
    exact,
    rounded,
    total,
    unit_of,
)

D = Decimal


@pytest.mark.parametrize("value", [0.1, math.nan, True, None, [1], 1 + 0j])
def test_only_exact_numbers_come_in(value: object) -> None:
    with pytest.raises(MoneyError, match="write money as text or Decimal"):
        exact(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-inf"])
def test_nan_and_infinity_are_not_amounts(text: str) -> None:
    with pytest.raises(MoneyError):
        exact(text)


@pytest.mark.parametrize("text", ["", "12,50", "$5", "1.2.3", "one"])
def test_what_is_not_a_number_is_named(text: str) -> None:
    with pytest.raises(MoneyError, match="is not a number"):
        exact(text)


@pytest.mark.parametrize(
    "amount, half_up, half_even, down",
    [
        ("0.125", "0.13", "0.12", "0.12"),
        ("0.135", "0.14", "0.14", "0.13"),
        ("-0.125", "-0.13", "-0.12", "-0.12"),
        ("0.129", "0.13", "0.13", "0.12"),
        ("2.675", "2.68", "2.68", "2.67"),  # the float 2.675 would round to 2.67
        ("-0.001", "0.00", "0.00", "0.00"),
    ],
)
def test_the_three_rules(amount: str, half_up: str, half_even: str, down: str) -> None:
    for rule, expected in zip(Rounding, (half_up, half_even, down), strict=True):
        result = rounded(D(amount), 2, rule)
        assert str(result) == expected


def test_a_long_product_is_rounded_once_and_exactly() -> None:
    # 30 nines: the default context of 28 digits would round before we do.
    assert rounded(D("9" * 30 + ".994")) == D("9" * 30 + ".99")


def test_a_float_is_not_rounded_either() -> None:
    with pytest.raises(MoneyError):
        rounded(0.125)  # type: ignore[arg-type]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_rounding_is_symmetric_and_within_a_unit(amount: Decimal) -> None:
    for rule in Rounding:
        result = rounded(amount, 2, rule)
        assert rounded(-amount, 2, rule) == -result
        assert abs(result - amount) < D("0.01") if rule is Rounding.DOWN else abs(result - amount) <= D("0.005")


@pytest.mark.parametrize(
    "code, unit", [("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001"), ("HRK", "0.01")]
)
def test_minor_units_follow_iso_4217(code: str, unit: str) -> None:
    assert unit_of(code) == D(unit)


def test_the_table_of_currencies_is_sound() -> None:
    table = currencies()
    assert len(table) > 160
    assert all(
        len(c.code) == 3 and c.code.isupper() and len(c.number) == 3 and c.number.isdigit() for c in table.values()
    )
    in_force = [c.number for c in table.values() if c.withdrawn_on is None]
    assert len(in_force) == len(set(in_force))  # a number is given again only after its code was withdrawn


def test_an_unknown_currency_names_what_was_meant() -> None:
    with pytest.raises(MoneyError, match='Did you mean "USD"'):
        currency("usd")
    with pytest.raises(MoneyError, match="ISO 4217"):
        currency("XXX")


def test_money_keeps_its_currency_and_its_decimals() -> None:
    assert str(Money(exact("5"), "USD").amount) == "5.00"
    assert Money.of("2.675", "USD") == Money(D("2.68"), "USD")
    assert Money.of("2.5", "JPY").amount == D(3)
    with pytest.raises(MoneyError, match="more than 0 decimals"):
        Money(D("0.5"), "JPY")


def test_two_currencies_never_meet() -> None:
    dollars, euros = Money(D(5), "USD"), Money(D(5), "EUR")
    for attempt in (lambda: dollars + euros, lambda: dollars - euros, lambda: dollars < euros):
        with pytest.raises(MoneyError, match="two currencies"):
            attempt()
    assert dollars + dollars == Money(D(10), "USD")
    assert -dollars < dollars


@pytest.mark.parametrize(
    "amount, code, shown",
    [
        ("1234.5", "USD", "$1,234.50"),
        ("-20", "EUR", "-€20.00"),
        ("75", "CAD", "CAD 75.00"),
        ("1200", "JPY", "¥1,200"),
    ],
)
def test_money_as_a_person_reads_it(amount: str, code: str, shown: str) -> None:
    assert str(Money(D(amount), code)) == shown


def test_an_empty_sum_has_the_decimals_of_its_currency() -> None:
    assert str(total([], "USD")) == "0.00"
    assert total([D("0.1"), D("0.2")]) == D("0.3")


def test_a_precision_multiplies_exactly_and_rounds_once() -> None:
    assert CENTS.product(D("0.35"), D("417.50")) == D("146.13")
    assert CENTS.percent(D("33.3333"), D("1000.00")) == D("333.33")
    assert Precision(0).percent(D(15), D(1010)) == D(152)
    assert Precision(2, Rounding.DOWN).product(D("0.35"), D("417.50")) == D("146.12")
    assert Precision(3).unit == D("0.001")
