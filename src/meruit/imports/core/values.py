"""Dates, numbers and words in a cell, in the styles that are met."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

#: Style -> pattern with groups y, m, d. Which one a column is written in is told by all of its cells.
STYLES: dict[str, re.Pattern[str]] = {
    "year-month-day": re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ].*)?"),
    "compact": re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    "month/day/year": re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})"),
    "day/month/year": re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
    "day-month-name-year": re.compile(r"(?P<d>\d{1,2})[- ](?P<mon>[A-Za-z]{3})[a-z]*[- ,]+(?P<y>\d{4})"),
}
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_NAMES, start=1)}
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?|[+-]?\.\d+")
_ENGLISH = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d+,\d+")
_BRACKETS = re.compile(r"\((.+)\)")
_SIGNS = "$€£ \u00a0"


class Unreadable(ValueError):
    """A cell that is not what its column is; the text says what would be."""


def read_date(text: str, style: str) -> date:
    """A day, in the style of its column."""
    found = STYLES[style].fullmatch(text.strip())
    if not found:
        raise Unreadable(f"a date written {style} is wanted, for example {example(style)}")
    parts = found.groupdict()
    month = _MONTHS.get((parts.get("mon") or "").lower()) if "mon" in parts else int(parts["m"])
    try:
        return date(int(parts["y"]), month or 0, int(parts["d"]))
    except ValueError:
        raise Unreadable("there is no such day") from None


def example(style: str) -> str:
    """The last of January 2026 in a style."""
    return {
        "year-month-day": "2026-01-31",
        "compact": "20260131",
        "month/day/year": "01/31/2026",
        "day/month/year": "31/01/2026",
        "day-month-name-year": "31 Jan 2026",
    }[style]


def styles_of(cells: Iterable[str]) -> list[str]:
    """The styles in which every non-blank cell is a day that exists; two or none mean that a person has to say.

    A column without a day above 12 reads in two styles: that is told, not guessed.
    """
    possible = list(STYLES)
    for cell in cells:
        if not cell.strip():
            continue
        possible = [style for style in possible if _reads(cell, style)]
        if not possible:
            break
    return possible


def _reads(cell: str, style: str) -> bool:
    try:
        read_date(cell, style)
    except Unreadable:
        return False
    return True


def read_number(text: str) -> Decimal:
    """An exact decimal: 1234.5, 1,234.50, 1.234,50, (12.00) for minus, with or without a currency sign."""
    plain = text.strip().strip(_SIGNS)
    negative = bool(inside := _BRACKETS.fullmatch(plain))
    if inside:
        plain = inside[1].strip(_SIGNS)
    if _PLAIN.fullmatch(plain):
        normal = plain
    elif _ENGLISH.fullmatch(plain):
        normal = plain.replace(",", "")
    elif _CONTINENTAL.fullmatch(plain):
        normal = plain.replace(".", "").replace(",", ".")
    else:
        raise Unreadable("a number is wanted, for example 1234.50")
    try:
        value = Decimal(normal)
    except InvalidOperation:  # a sign alone
        raise Unreadable("a number is wanted, for example 1234.50") from None
    if abs(value) >= Decimal("1e12"):
        raise Unreadable("the number is too large for an amount or hours")
    return -value if negative else value


def read_yes(text: str) -> bool:
    """Yes or no, in the words that exports use."""
    word = text.strip().lower()
    if word in ("yes", "y", "true", "1", "x"):
        return True
    if word in ("no", "n", "false", "0", ""):
        return False
    raise Unreadable("yes or no is wanted")
