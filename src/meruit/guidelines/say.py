"""How findings write figures: money with two places at least, hours as entered, dates by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal


def money(amount: Decimal, currency: str | None = None) -> str:
    """`1,234.50`, with the currency where it is known; more places only where they are there."""
    exponent = amount.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    text = f"{amount:,.{places}f}"
    while places > 2 and text.endswith("0"):
        text, places = text[:-1], places - 1
    return f"{text} {currency}" if currency else text


def plain(number: Decimal) -> str:
    """A number without an exponent or trailing zeros: `0.5`, `12`, `100`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def hours(number: Decimal) -> str:
    return f"{plain(number)} h"


def day(on: date) -> str:
    """`3 January 2026`."""
    return f"{on.day} {on:%B %Y}"


def listed(items: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    names = list(items)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
