"""The named rounding rules. Rounding happens here and nowhere else.

A line of a bill is rounded once, from exact hours times exact rate, by the rule of its payer; half up
unless the payer's rules say otherwise. What each rule costs is told in docs/algorithms/rounding.md.
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from meruit.money.errors import MoneyError

# Wide enough that no product of hours, rate and percent is rounded before this module is asked to.
_EXACT = decimal.Context(prec=60, traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])


class Rounding(StrEnum):
    """How the part below the smallest unit is decided; a minus sign mirrors, it changes nothing."""

    HALF_UP = "half-up"  # a half goes away from zero: 0.125 becomes 0.13, -0.125 becomes -0.13
    HALF_EVEN = "half-even"  # a half goes to the even neighbour: 0.125 becomes 0.12, 0.135 becomes 0.14
    DOWN = "down"  # what is below the unit is dropped: 0.129 becomes 0.12


_MODES = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.DOWN: decimal.ROUND_DOWN,
}


def rounded(amount: Decimal, places: int = 2, rule: Rounding = Rounding.HALF_UP) -> Decimal:
    """The amount with exactly `places` decimals, by the named rule; never a negative zero."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise MoneyError(f"Only a finite Decimal can be rounded; this is {amount!r}.")
    result = amount.quantize(Decimal(1).scaleb(-places), rounding=_MODES[rule], context=_EXACT)
    return abs(result) if result.is_zero() else result


@dataclass(frozen=True, slots=True)
class Precision:
    """How a payer's amounts are kept: so many decimals, by this rule. Handed to whatever multiplies."""

    places: int = 2
    rule: Rounding = Rounding.HALF_UP

    @property
    def unit(self) -> Decimal:
        """The smallest amount at this precision."""
        return Decimal(1).scaleb(-self.places)

    def round(self, amount: Decimal) -> Decimal:
        """The amount at this precision."""
        return rounded(amount, self.places, self.rule)

    def product(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Quantity times price, multiplied exactly and rounded once."""
        return self.round(_EXACT.multiply(quantity, price))

    def percent(self, percent: Decimal, amount: Decimal) -> Decimal:
        """So many percent of an amount, rounded once."""
        return self.round(_EXACT.multiply(percent, amount).scaleb(-2, context=_EXACT))


CENTS = Precision()
