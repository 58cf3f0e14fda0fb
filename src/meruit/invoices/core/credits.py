"""Credit notes and reversals. An issued invoice is never changed: it is answered.

A credit lowers a line by a net amount and by the tax that goes with it. Several credits of one line never
exceed it, and the one that uses up its net takes the rest of its tax, so that what is credited in full is
zero to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from meruit.money import CENTS, Precision

NOTHING = Decimal(0)


class CreditError(ValueError):
    """A credit that the invoice cannot bear."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice line as it stands: what was billed and what earlier credits took off."""

    line: int
    net: Decimal
    tax: Decimal
    credited_net: Decimal = NOTHING
    credited_tax: Decimal = NOTHING

    @property
    def net_left(self) -> Decimal:
        """The net amount that can still be credited."""
        return self.net - self.credited_net

    @property
    def tax_left(self) -> Decimal:
        """The tax that has not been credited yet."""
        return self.tax - self.credited_tax


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One line of a credit note: positive amounts that lower the invoice."""

    line: int
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and tax together."""
        return self.net + self.tax


def credit(lines: Sequence[Standing], nets: Mapping[int, Decimal], precision: Precision = CENTS) -> list[CreditLine]:
    """The lines of a credit note that lowers these lines by these net amounts."""
    if not nets:
        raise CreditError("A credit note lowers at least one line.")
    by_line = {line.line: line for line in lines}
    unknown = nets.keys() - by_line.keys()
    if unknown:
        raise CreditError(f"The invoice has no line {min(unknown)}.")
    return [_credit_line(by_line[number], net, precision) for number, net in sorted(nets.items())]


def reverse(lines: Sequence[Standing]) -> list[CreditLine]:
    """What undoes the whole invoice: all that is left of every line, also of those below zero."""
    rest = [CreditLine(line.line, line.net_left, line.tax_left) for line in lines]
    return [line for line in rest if line.net or line.tax]


def _credit_line(line: Standing, net: Decimal, precision: Precision) -> CreditLine:
    if precision.round(net) != net:
        raise CreditError(f"A credit of {net} on line {line.line} has more decimals than its currency.")
    if not 0 < net <= line.net_left:
        raise CreditError(f"Line {line.line} has {line.net_left} left; it cannot be credited by {net}.")
    if net == line.net_left:
        return CreditLine(line.line, net, line.tax_left)
    by_share = precision.round(line.tax * net / line.net)
    return CreditLine(line.line, net, min(by_share, line.tax_left))
