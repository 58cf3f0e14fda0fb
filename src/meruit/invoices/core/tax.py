"""Tax on an invoice, such as VAT: by line, or on the sum of a rate and then divided over its lines.

Rates are fractions, 0.2 for 20 percent. Portals recompute tax by line; some tax offices want it on the sum
of each rate. Both keep the promise that the lines' tax adds up to the invoice's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from meruit.money import CENTS, Precision, total


class TaxBasis(StrEnum):
    """Where tax is rounded."""

    LINE = "line"
    RATE = "rate"  # on the sum of all lines of one rate


def taxed(
    lines: Sequence[tuple[Decimal, Decimal]], basis: TaxBasis = TaxBasis.LINE, precision: Precision = CENTS
) -> list[Decimal]:
    """The tax of each (net amount, rate), in order."""
    for _, rate in lines:
        if not 0 <= rate < 1:
            raise ValueError(f"A tax rate is a fraction from 0 to below 1, such as 0.2 for 20 %; this one is {rate}.")
    if basis is TaxBasis.LINE:
        return [precision.product(net, rate) for net, rate in lines]
    return _by_rate(lines, precision)


def _by_rate(lines: Sequence[tuple[Decimal, Decimal]], precision: Precision) -> list[Decimal]:
    places: dict[Decimal, list[int]] = defaultdict(list)
    for place, (_, rate) in enumerate(lines):
        places[rate].append(place)
    tax = [Decimal(0)] * len(lines)
    for rate, own in places.items():
        whole = precision.product(total(lines[place][0] for place in own), rate)
        by_line = [precision.product(lines[place][0], rate) for place in own]
        for place, amount in zip(own, _towards(by_line, whole, precision), strict=True):
            tax[place] = amount
    return tax


def _towards(amounts: list[Decimal], whole: Decimal, precision: Precision) -> list[Decimal]:
    """The amounts with the difference to `whole` spread over the largest, a unit each."""
    gap = whole - total(amounts)
    step = precision.unit if gap > 0 else -precision.unit
    for place in sorted(range(len(amounts)), key=lambda n: -abs(amounts[n]))[: int(abs(gap) / precision.unit)]:
        amounts[place] += step
    return amounts
