"""The arithmetic of the books without a database: what a month did to an account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


class Side(StrEnum):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"

    def shown(self, debit_positive: Decimal) -> Decimal:
        """A balance as this account shows it: what it normally holds is positive."""
        return debit_positive if self is Side.DEBIT or not debit_positive else -debit_positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One account, in one currency, over one month: opening + in - out = closing."""

    account: str
    currency: str
    month: date
    opening: Decimal
    came_in: Decimal
    went_out: Decimal
    closing: Decimal

    @property
    def holds(self) -> bool:
        """Whether the month's own figures add up."""
        return self.opening + self.came_in - self.went_out == self.closing


def breaks(months: Sequence[Month]) -> list[str]:
    """Where successive months of one account do not roll forward, each as a sentence; empty when they do."""
    found = [
        f"{m.account} in {m.currency}, {m.month:%B %Y}: {m.opening} + {m.came_in} - {m.went_out} is not {m.closing}."
        for m in months
        if not m.holds
    ]
    found += [
        f"{b.account} in {b.currency}: {a.month:%B %Y} closed at {a.closing}, {b.month:%B %Y} opens at {b.opening}."
        for a, b in pairwise(months)
        if a.closing != b.opening
    ]
    return found
