"""Stated amounts against what they follow from, and how a difference is worded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.xml.sums import ZERO

if TYPE_CHECKING:
    from meruit.ledes.model import Record
    from meruit.ledes.xml.judge import Judge


def half_unit(currency: str) -> Decimal:
    """Half of the smallest amount of the currency: how far a rounded product may be from the exact one."""
    return Decimal(5).scaleb(-iso.currencies().get(currency, 2) - 1)


def differs(
    bench: Judge,
    rule: str,
    record: Record,
    key: str,
    field: str,
    right: Decimal,
    because: str,
    within: Decimal = ZERO,
) -> bool:
    """Report the stated amount where it is further than `within` from `right`; empty values are LR01's."""
    stated = record.decimal(key)
    if stated is None or abs(stated - right) <= within:
        return False
    tag = field.rpartition(".")[2]
    bench.find(
        rule,
        f"{tag} is {record.text(key)}; {because} gives {plain(right)}.",
        record,
        key,
        field,
        expected=plain(right),
    )
    return True


def plain(value: Decimal) -> str:
    """A number as a person writes it: no exponent, no tail of zeros beyond two places."""
    text = f"{value:f}"
    if "." in text:
        whole, _, part = text.partition(".")
        part = part.rstrip("0").ljust(2, "0")
        text = f"{whole}.{part}"
    return "0.00" if text in ("-0.00", "-0") else text
