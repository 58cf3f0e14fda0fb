"""Dividing a sum so that the parts add up to it: the one function for shares, discounts and payments.

Each part first gets its exact share cut down to the smallest unit. The units then left over, fewer than
there are parts, go one to the named part (`odd`) and one each to the parts that lost most by the cut,
the earlier first among equals. So every part is within one unit of its exact share, and two people who
divide the same sum in the same order get the same cents.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from math import lcm
from typing import TypeVar

from meruit.money.errors import MoneyError

Key = TypeVar("Key", bound=Hashable)
CENT = Decimal("0.01")


def allocate(
    amount: Decimal, weights: Mapping[Key, Decimal | int], *, odd: Key | None = None, unit: Decimal = CENT
) -> dict[Key, Decimal]:
    """Divide `amount` by `weights` (percents, values, anything not negative) into parts that sum to it.

    `odd` names the part that takes the odd unit; it must have a share. A negative amount is divided as
    its opposite and turned, so a credit undoes its bill to the cent. Nothing to divide by is refused,
    unless there is nothing to divide.
    """
    units = _units(amount, unit)
    shares = _whole_numbers(weights)
    whole = sum(shares.values())
    if odd is not None and not shares.get(odd):
        raise MoneyError(f"The odd cent is to go to {odd!r}, who has no share; choose one of {_having(shares)}.")
    if not whole:
        if units:
            raise MoneyError(f"{amount} cannot be divided: nobody has a share of it.")
        return {key: Decimal(0) * unit for key in shares}
    return {key: part * unit for key, part in _divide(units, shares, whole, odd).items()}


def cross_allocate(
    rows: Sequence[Decimal],
    columns: Mapping[Key, Decimal],
    *,
    weights: Mapping[Key, Decimal | int] | None = None,
    unit: Decimal = CENT,
) -> list[dict[Key, Decimal]]:
    """Divide every row among the columns so that rows and columns both add up, to the cent.

    A bill split 60/40 has lines (rows) and payers' totals (columns). Rounding each line by itself lets
    the totals drift by a cent a line; this does not. Each row is divided by what each column still has
    to take, so the last row empties them all. Rows of the other sign (credits among charges) are divided
    first, by `weights` or, without them, by the columns.
    """
    if sum(rows, Decimal(0)) != sum(columns.values(), Decimal(0)):
        raise MoneyError(f"The rows sum to {sum(rows)} and the columns to {sum(columns.values())}; they must be equal.")
    if any(v < 0 for v in columns.values()):
        if any(v > 0 for v in columns.values()):
            raise MoneyError("Columns of both signs cannot be divided at once; divide charges and credits apart.")
        mirrored = {k: -v for k, v in columns.items()}
        turned = cross_allocate([-r for r in rows], mirrored, weights=weights, unit=unit)
        return [{k: -v if v else v for k, v in row.items()} for row in turned]

    credit = -sum((r for r in rows if r < 0), Decimal(0))
    back = allocate(credit, weights or columns, unit=unit)
    charges = {key: columns[key] + back[key] for key in columns}
    cells: list[dict[Key, Decimal]] = []
    for row in rows:
        left = charges if row >= 0 else back
        part = allocate(abs(row), left, unit=unit)
        for key, value in part.items():
            left[key] -= value
        cells.append({key: -value if row < 0 and value else value for key, value in part.items()})
    return cells


def _divide(units: int, shares: Mapping[Key, int], whole: int, odd: Key | None) -> dict[Key, int]:
    sign = -1 if units < 0 else 1
    parts, lost = {}, {}
    for key, share in shares.items():
        parts[key], lost[key] = divmod(abs(units) * share, whole)
    left = abs(units) - sum(parts.values())
    if left:
        lost_most_first = sorted(parts, key=lambda key: (key != odd, -lost[key]))
        for key in lost_most_first[:left]:
            parts[key] += 1
    return {key: sign * part for key, part in parts.items()}


def _units(amount: Decimal, unit: Decimal) -> int:
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise MoneyError(f"Only a finite Decimal can be divided; this is {amount!r}.")
    (top, bottom), (unit_top, unit_bottom) = amount.as_integer_ratio(), unit.as_integer_ratio()
    count, rest = divmod(top * unit_bottom, bottom * unit_top)
    if rest:
        raise MoneyError(f"{amount} is not a whole number of {unit}; round it by a named rule before dividing it.")
    return count


def _whole_numbers(weights: Mapping[Key, Decimal | int]) -> dict[Key, int]:
    """The weights as whole numbers in the same proportion, so that nothing is lost by dividing."""
    ratios = {key: _ratio(key, weight) for key, weight in weights.items()}
    common = lcm(*(bottom for _, bottom in ratios.values()))
    return {key: top * (common // bottom) for key, (top, bottom) in ratios.items()}


def _ratio(key: object, weight: Decimal | int) -> tuple[int, int]:
    if isinstance(weight, bool) or not isinstance(weight, (Decimal, int)):
        raise MoneyError(f"The share of {key!r} is {weight!r}; a share is a Decimal or a whole number.")
    if isinstance(weight, Decimal) and not weight.is_finite():
        raise MoneyError(f"The share of {key!r} is {weight}; a share is a finite number.")
    if weight < 0:
        raise MoneyError(f"The share of {key!r} is {weight}; a share cannot be negative.")
    return weight.as_integer_ratio()


def _having(shares: Mapping[Key, int]) -> str:
    return ", ".join(repr(key) for key, share in shares.items() if share) or "nobody"
