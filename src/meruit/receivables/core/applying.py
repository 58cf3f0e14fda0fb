"""What a payment pays: costs, tax and fees in the payer's order; without a remittance the oldest bill first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from meruit.money import allocate, total

NOTHING = Decimal(0)


class ReceivableError(ValueError):
    """A payment or an order of payment that cannot be applied."""


class Kind(StrEnum):
    """What a part of a payment pays."""

    COSTS = "costs"
    TAX = "tax"
    FEES = "fees"


DEFAULT_ORDER = (Kind.COSTS, Kind.TAX, Kind.FEES)


def read_order(text: str) -> tuple[Kind, ...]:
    """A payer's order, such as `costs,tax,fees`; it names each of the three once."""
    names = [name.strip() for name in text.split(",")]
    if sorted(names) != sorted(Kind):
        raise ReceivableError(f'"{text}" is no order of payment; name costs, tax and fees, each once.')
    return tuple(Kind(name) for name in names)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """What is still owed on one line of an invoice: its net amount and its tax."""

    line: int
    kind: Kind  # costs or fees
    net: Decimal
    tax: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with what is still owed on it."""

    invoice: int
    number: str
    issued_on: date
    lines: tuple[OpenLine, ...]

    @property
    def owed(self) -> Decimal:
        """Net and tax still owed."""
        return total(line.net + line.tax for line in self.lines)


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of a payment on a part of a line."""

    line: int
    kind: Kind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Applied:
    """What a payment lays on one invoice."""

    invoice: int
    amount: Decimal
    parts: tuple[LinePart, ...]


def apply_to(
    invoice: OpenInvoice,
    amount: Decimal,
    order: Sequence[Kind] = DEFAULT_ORDER,
    unit: Decimal = Decimal("0.01"),
) -> Applied:
    """Lay an amount on an invoice: each kind in its order, and within a kind by what the lines still owe."""
    if not 0 < amount <= invoice.owed:
        raise ReceivableError(
            f"Invoice {invoice.number} is owed {invoice.owed}; {amount} cannot be applied to it. "
            "Leave what is too much unapplied."
        )
    left, parts = amount, []
    for kind in order:
        owed = _owed_of(invoice, kind)
        now = min(left, total(owed.values()))
        if now > 0:
            divided = allocate(now, owed, unit=unit)
            parts += [LinePart(line, kind, part) for line, part in divided.items() if part]
            left -= now
    return Applied(invoice.invoice, amount, tuple(parts))


def oldest_first(
    invoices: Sequence[OpenInvoice],
    amount: Decimal,
    order: Sequence[Kind] = DEFAULT_ORDER,
    unit: Decimal = Decimal("0.01"),
) -> tuple[list[Applied], Decimal]:
    """Lay a payment without remittance on the oldest invoices first; the second figure stays unapplied."""
    if amount <= 0:
        raise ReceivableError(f"A payment of {amount} pays nothing; money that goes out is a refund.")
    applied, left = [], amount
    for invoice in sorted(invoices, key=lambda i: (i.issued_on, i.number)):
        now = min(left, invoice.owed)
        if now > 0:
            applied.append(apply_to(invoice, now, order, unit))
            left -= now
    return applied, left


def _owed_of(invoice: OpenInvoice, kind: Kind) -> dict[int, Decimal]:
    if kind is Kind.TAX:
        return {line.line: line.tax for line in invoice.lines if line.tax > 0}
    return {line.line: line.net for line in invoice.lines if line.kind is kind and line.net > 0}
