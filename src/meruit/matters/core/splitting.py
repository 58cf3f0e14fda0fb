"""Dividing a bill's lines among its payers: kinds of line, then fixed amounts, then layers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from meruit.matters.core.shares import LINE_KINDS, NOTHING, Layer, Share, ShareSet, in_force
from meruit.money import allocate, cross_allocate, total


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A line of the bill as the split sees it."""

    number: int
    worked_on: date
    kind: str  # time or expense
    amount: Decimal
    code: str = ""  # its task or expense code

    def falls_under(self, line: str) -> bool:
        """Whether a share of a kind of line takes this one."""
        return self.kind == line if line in LINE_KINDS else self.code.startswith(line)


@dataclass(frozen=True, slots=True)
class Part:
    """What one payer bears of one line."""

    number: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """The parts by payer, and how far the layers are used after this bill."""

    parts: Mapping[int, tuple[Part, ...]]
    used: Decimal
    steps: tuple[str, ...]

    def total(self, payer: int) -> Decimal:
        """The sum of a payer's parts."""
        return total(part.amount for part in self.parts.get(payer, ()))


def split(
    sets: Sequence[ShareSet],
    lines: Sequence[BillLine],
    *,
    used_before: Decimal = NOTHING,
    unit: Decimal = Decimal("0.01"),
) -> Split:
    """Divide a bill's lines among its payers; for every line the parts sum to its amount.

    Each line falls under the set in force on its day of work. `used_before` is what earlier bills of the
    matter have run through the layers.
    """
    by_set: dict[date, list[BillLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.worked_on, line.number)):
        by_set[in_force(sets, line.worked_on).from_on].append(line)
    run = _Run(used_before, unit)
    for share_set in sorted(sets, key=lambda s: s.from_on):
        if share_set.from_on in by_set:
            run.divide(share_set, by_set[share_set.from_on])
    return run.split()


class _Run:
    """One bill on its way through the passes; collects what each payer bears of each line."""

    def __init__(self, used: Decimal, unit: Decimal) -> None:
        self.used = used
        self.unit = unit
        self.borne: dict[tuple[int, int], Decimal] = defaultdict(Decimal)  # (payer, line) -> amount
        self.free: set[int] = set()  # lines of no charge, which every payer of their group sees
        self.steps: list[str] = []

    def divide(self, shares: ShareSet, lines: Sequence[BillLine]) -> None:
        self.free |= {line.number for line in lines if not line.amount}
        rest = {line.number: line for line in lines}
        for name, group in shares.line_groups().items():
            taken = {n: line.amount for n, line in rest.items() if line.falls_under(name)}
            self._by_percent(f'lines "{name}"', group, taken)
            rest = {n: line for n, line in rest.items() if n not in taken}
        left = {n: line.amount for n, line in rest.items()}
        for share in shares.fixed():
            left = self._fixed(share, left)
        self._through_layers(shares.layers(), left)

    def split(self) -> Split:
        parts: dict[int, list[Part]] = defaultdict(list)
        for (payer, number), amount in sorted(self.borne.items()):
            if amount or number in self.free:
                parts[payer].append(Part(number, amount))
        return Split({payer: tuple(own) for payer, own in parts.items()}, self.used, tuple(self.steps))

    def _by_percent(self, name: str, group: Sequence[Share], amounts: Mapping[int, Decimal]) -> None:
        if not amounts:
            return
        odd = next((share.payer for share in group if share.odd_cent), None)
        percents = {share.payer: share.percent for share in group}
        whole = total(amounts.values())
        totals = allocate(whole, percents, odd=odd, unit=self.unit)
        for number, row in zip(amounts, self._cells(amounts, totals, percents), strict=True):
            for payer, amount in row.items():
                self.borne[payer, number] += amount
        told = ", ".join(f"payer {p} {percents[p]} % = {totals[p]}" for p in percents)
        self.steps.append(f"{name[0].upper()}{name[1:]}: {whole}, of which {told}.")

    def _cells(
        self, amounts: Mapping[int, Decimal], totals: Mapping[int, Decimal], percents: Mapping[int, Decimal]
    ) -> list[dict[int, Decimal]]:
        if len(percents) == 1:  # most matters have one payer, who bears every line whole
            return [dict.fromkeys(percents, amount) for amount in amounts.values()]
        return cross_allocate(list(amounts.values()), totals, weights=percents, unit=self.unit)

    def _fixed(self, share: Share, left: Mapping[int, Decimal]) -> dict[int, Decimal]:
        """A fixed amount comes off the charges, by their value; a bill below it is borne whole."""
        charges = {n: amount for n, amount in left.items() if amount > 0}
        taken = min(share.amount or NOTHING, max(total(left.values()), NOTHING))
        if not taken:
            return dict(left)
        parts = allocate(taken, charges, unit=self.unit)
        for number, amount in parts.items():
            self.borne[share.payer, number] += amount
        self.steps.append(f"Payer {share.payer}: {taken} of a fixed {share.amount}.")
        return {n: amount - parts.get(n, NOTHING) for n, amount in left.items()}

    def _through_layers(self, layers: Sequence[Layer], left: Mapping[int, Decimal]) -> None:
        pieces: dict[int, dict[int, Decimal]] = {layer.number: {} for layer in layers}
        for number, amount in left.items():
            for reached, piece in _cut(layers, self.used, amount):
                pieces[reached][number] = piece
            self.used += amount
        for layer in layers:
            self._by_percent(f"layer {layer.number}", layer.shares, pieces[layer.number])


def _cut(layers: Sequence[Layer], used: Decimal, amount: Decimal) -> list[tuple[int, Decimal]]:
    """The pieces of an amount by layer, starting where earlier lines have come to; a credit runs back down."""
    if not amount:
        return [(next(la.number for la in layers if la.up_to is None or used < la.up_to), NOTHING)]
    low, high = min(used, used + amount), max(used, used + amount)
    sign = 1 if amount > 0 else -1
    pieces, bottom = [], low
    for layer in layers:
        top = high if layer.up_to is None else min(high, layer.up_to)
        if top > bottom:
            pieces.append((layer.number, sign * (top - bottom)))
            bottom = top
    return pieces
