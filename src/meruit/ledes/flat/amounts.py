"""Amounts as whole numbers of 1/10000: exact, and quick enough for millions of lines.

Four decimals are the most a LEDES amount has (Currency 12.4, Number 10.4). What is not in the strict
form, or has more digits than any bill, is left to `values.decimal_of` and slower arithmetic.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_STRICT = re.compile(rb"-?[0-9]{1,6}(?:\.[0-9]{1,4})?")
UNIT = 10_000
#: Every byte as itself, digits as 0.
_SHAPE = bytes(48 if 48 <= byte < 58 else byte for byte in range(256))
#: More distinct amounts than this are not remembered: memory stays bounded on any input.
_MOST = 1 << 18


class Odd(Exception):
    """A cell that is not an amount in the strict form."""


class Amounts(dict[bytes, int]):
    """Cell -> amount in 1/10000, remembered; empty is 0; `Odd` for what is not in the strict form."""

    def __missing__(self, cell: bytes) -> int:
        if not cell:
            amount = 0
        elif cell[-3:-2] == b"." and len(cell) <= 9 and cell[:-3].isdigit() and cell[-2:].isdigit():
            amount = int(cell[:-3] + cell[-2:]) * 100
        elif _STRICT.fullmatch(cell):
            amount = strict_amount(cell)
        else:
            raise Odd(cell)
        if len(self) >= _MOST:
            self.clear()
        self[cell] = amount
        return amount


def strict_amount(cell: bytes) -> int:
    """A cell in the strict form as 1/10000."""
    whole, _, part = cell.partition(b".")
    amount = int(whole) * UNIT
    if part:
        fraction = int(part.ljust(4, b"0"))
        return amount - fraction if whole.startswith(b"-") else amount + fraction
    return amount


def cents(column: Sequence[bytes]) -> list[int] | None:
    """A column in which every cell has exactly two decimals, as cents; None where one has not.

    The column is read as one text in which every cell ends in a comma. Its shape has 0 for each digit: each
    cell must end in a point and two digits, and before them stand one to six digits and perhaps a minus, and
    nothing else. What `int` then takes is an amount in the strict form, for a minus it would not take stands
    elsewhere than in front.
    """
    text = b",".join(column) + b","
    shape = text.translate(_SHAPE)
    if shape.count(b".00,") != len(column) or b"0000000" in shape:
        return None
    wholes = b"," + shape.replace(b".00,", b",")
    if wholes.translate(None, b"0-") != b"," * (len(column) + 1) or b",," in wholes or b"-," in wholes:
        return None
    try:
        return list(map(int, text[:-1].translate(None, b".").split(b",")))
    except ValueError:
        return None


def scaled(value: Decimal) -> int | None:
    """`value` in 1/10000, or None where it has more decimals."""
    if not -(10**30) < value < 10**30:
        return None
    times = value * UNIT
    return int(times) if times == times.to_integral_value() else None


def roundings(exact: Decimal, places: int) -> tuple[Decimal, Decimal]:
    """`exact` to `places` decimals, a tie once away from zero and once to the even digit."""
    step = Decimal(1).scaleb(-places)
    return exact.quantize(step, ROUND_HALF_UP), exact.quantize(step, ROUND_HALF_EVEN)


def agrees(stated: Decimal, exact: Decimal, places: int) -> bool:
    """Whether `stated` is `exact`, or `exact` rounded to the currency's unit in either usual way.

    The standard does not say how ties are rounded, so both ways are right here; a portal that takes
    only one is the business of its dialect (LA05).
    """
    if stated == exact:
        return True
    return stated in roundings(exact, places)


def plain(value: Decimal) -> str:
    """An amount as the formats write one: two decimals, more only where the value has them, no exponent."""
    text = f"{value:f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"
