"""Exact amounts: how a number comes in, and money as an amount with its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from meruit.money.currencies import currency, unit_of
from meruit.money.errors import MoneyError
from meruit.money.rounding import Rounding, rounded

__all__ = ["Money", "MoneyError", "exact", "total"]

#: Signs that stand for one currency only in what a law firm prints; all others are shown by their code.
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def exact(value: Decimal | int | str) -> Decimal:
    """A finite Decimal from a Decimal, whole number or plain text; a float is refused.

    0.1 + 0.2 as floats is not 0.3, so a float that reaches money has already lost what was meant.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise MoneyError(f"{value!r} is a {type(value).__name__}; write money as text or Decimal, such as '12.50'.")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise MoneyError(f'"{value}" is not a number; write digits and one point, such as 1250.00.') from None
    if not number.is_finite():
        raise MoneyError(f'"{value}" is not an amount; NaN and infinity cannot be billed or paid.')
    return number


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, held to no more decimals than the currency has."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        amount = exact(self.amount)
        places = currency(self.currency).minor_units
        settled = rounded(amount, places)
        if settled != amount:
            raise MoneyError(
                f"{amount} {self.currency} has more than {places} decimals; round it by a named rule first."
            )
        object.__setattr__(self, "amount", settled)

    @classmethod
    def of(cls, amount: Decimal | int | str, code: str, rule: Rounding = Rounding.HALF_UP) -> Money:
        """Money from an amount with any number of decimals, rounded by the rule."""
        return cls(rounded(exact(amount), currency(code).minor_units, rule), code)

    def __add__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._must_match(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._must_match(other)
        return self.amount < other.amount

    def shown(self) -> str:
        """As a person reads it: `$1,234.50`, `-€20.00`, `CAD 75.00`."""
        places = currency(self.currency).minor_units
        sign = "-" if self.amount < 0 else ""
        mark = _SIGNS.get(self.currency, f"{self.currency} ")
        return f"{sign}{mark}{abs(self.amount):,.{places}f}"

    def __str__(self) -> str:
        return self.shown()

    def _must_match(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.shown()} and {other.shown()} are in two currencies and cannot be added.")


def total(amounts: Iterable[Decimal], code: str | None = None) -> Decimal:
    """The exact sum; with a currency the empty sum has its decimals."""
    start = Decimal(0) if code is None else Decimal(0) * unit_of(code)
    return sum(amounts, start)
