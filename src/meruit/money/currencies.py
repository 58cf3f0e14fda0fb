"""ISO 4217 currencies and their minor units, as data.

The minor unit decides what one odd cent is: 0.01 for the dollar, 1 for the yen, 0.001 for the dinar.
A code withdrawn from the standard stays known, since old bills and payments still carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from meruit.money.errors import MoneyError

_COLUMNS = ("code", "number", "minor_units", "withdrawn_on", "name")


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency: its three letters, three digits, decimals of an amount, and name in English."""

    code: str
    number: str
    minor_units: int
    withdrawn_on: date | None
    name: str

    @property
    def unit(self) -> Decimal:
        """The smallest amount that can be paid: 0.01, 1 or 0.001."""
        return Decimal(1).scaleb(-self.minor_units)


@cache
def currencies() -> dict[str, Currency]:
    """Every known currency by its code."""
    text = resources.files("meruit.money").joinpath("data/currencies.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    if tuple(rows[0]) != _COLUMNS:
        raise MoneyError(f"The table of currencies has the columns {rows[0]}; expected {list(_COLUMNS)}.")
    return {
        code: Currency(code, number, int(minor), date.fromisoformat(gone) if gone else None, name)
        for code, number, minor, gone, name in rows[1:]
    }


def currency(code: str) -> Currency:
    """The currency of a code, written in capitals as the standard has it."""
    found = currencies().get(code)
    if found is None:
        near = code.strip().upper()
        hint = f' Did you mean "{near}"?' if near in currencies() else ' Use an ISO 4217 code, such as "USD".'
        raise MoneyError(f'"{code}" is not a currency.{hint}')
    return found


def unit_of(code: str) -> Decimal:
    """The smallest payable amount of a currency."""
    return currency(code).unit
