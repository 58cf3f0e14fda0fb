"""What each payer is asked for: a pre-bill's lines divided by the matter's shares, with each payer's tax.

Pure. The pre-bill's content (what is approved) and the invoices made from it come from this one function, so
that they cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.matters.core import BillLine, ShareSet, split
from meruit.money import CENTS, Precision, total
from meruit.prebills.core import PayerTotal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal


class SharingError(ValueError):
    """A bill that cannot be divided among its payers as things stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerTerms:
    """What a payer brings to the arithmetic."""

    payer: int
    name: str
    currency: str
    tax_rate: Decimal  # a fraction: 0.2 is 20 %
    precision: Precision = CENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Billable:
    """A line that goes on the bill."""

    line: int
    number: int
    kind: str  # time, expense, adjustment
    worked_on: date
    amount: Decimal
    code: str = ""


@dataclass(frozen=True, slots=True)
class PayerPart:
    """What one payer bears of one line, net, and the tax on it."""

    line: int
    kind: str
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class PayerBill:
    """One payer's bill: its parts and their sums."""

    payer: int
    parts: tuple[PayerPart, ...]

    @property
    def totals(self) -> PayerTotal:
        """The sums as the approval names them."""
        fees = total(p.amount for p in self.parts if p.kind != "expense")
        costs = total(p.amount for p in self.parts if p.kind == "expense")
        tax = total(p.tax for p in self.parts)
        return PayerTotal(self.payer, fees, costs, tax, fees + costs + tax)


@dataclass(frozen=True, slots=True)
class Division:
    """The bills by payer, what ran through the layers, and how it was divided, told in steps."""

    bills: tuple[PayerBill, ...]
    layered: Decimal
    steps: tuple[str, ...]


def divide(
    lines: Sequence[Billable],
    shares: Sequence[ShareSet],
    payers: Mapping[int, PayerTerms],
    *,
    currency: str,
    layered_before: Decimal,
    unit: Decimal,
) -> Division:
    """Divide a bill. A matter without shares is paid by its client's only payer in its currency."""
    if shares:
        cut = split(
            shares,
            [
                BillLine(number=x.number, worked_on=x.worked_on, kind=_kind(x), amount=x.amount, code=x.code)
                for x in lines
            ],
            used_before=layered_before,
            unit=unit,
        )
        borne = {payer: {part.number: part.amount for part in parts} for payer, parts in cut.parts.items()}
        layered, steps = cut.used - layered_before, cut.steps
    else:
        borne = {_only(payers, currency): {x.number: x.amount for x in lines}}
        layered, steps = layered_before - layered_before, ()
    by_number = {x.number: x for x in lines}
    parts: dict[int, list[PayerPart]] = defaultdict(list)
    for payer, amounts in sorted(borne.items()):
        terms = payers.get(payer)
        if terms is None or terms.currency != currency:
            raise SharingError(f"Payer {payer} does not pay in {currency}; the bill is kept in that currency.")
        for number, amount in sorted(amounts.items()):
            line = by_number[number]
            tax = terms.precision.product(amount, terms.tax_rate)
            parts[payer].append(PayerPart(line.line, line.kind, amount, tax))
    return Division(tuple(PayerBill(payer, tuple(own)) for payer, own in parts.items()), layered, steps)


def _kind(line: Billable) -> str:
    """Shares know time and expenses; a charge of the arrangement is a fee."""
    return "expense" if line.kind == "expense" else "time"


def _only(payers: Mapping[int, PayerTerms], currency: str) -> int:
    able = [p for p in payers.values() if p.currency == currency]
    if len(able) != 1:
        named = ", ".join(p.name for p in able) or "nobody"
        raise SharingError(f"Who pays is not recorded, and {named} could pay in {currency}: record the shares first.")
    return able[0].payer
