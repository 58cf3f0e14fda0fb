"""A payer's line: its units and rate as worked, and one adjustment that brings them to what is charged.

Every format wants line total = units x rate + adjustment. A write-down, a discount and a payer's share of
60 percent are all told in that one signed figure, so hours and rates stay those of the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from meruit.money import CENTS, Precision


@dataclass(frozen=True, slots=True)
class PricedLine:
    """Units times rate plus adjustment is the amount, to the cent."""

    units: Decimal
    rate: Decimal
    adjustment: Decimal
    amount: Decimal


def priced(units: Decimal, rate: Decimal, amount: Decimal, precision: Precision = CENTS) -> PricedLine:
    """The line that charges `amount` for these units at this rate."""
    return PricedLine(units, rate, precision.round(amount - precision.product(units, rate)), amount)


def share_of(whole: PricedLine, part: Decimal, precision: Precision = CENTS) -> PricedLine:
    """A payer's part of a line: same units and rate, the rest of it in the adjustment."""
    return priced(whole.units, whole.rate, part, precision)
