"""Shares: who pays which part of a bill, so that the payers' invoices together are the bill.

A set of shares is read in three passes. First, shares of a kind of line take what they name (the insured
pays all costs). Then fixed amounts are taken off each bill. What remains runs through layers, each with
percents that sum to 100: a deductible is a first layer up to 5,000 paid by the insured, above which the
insurer pays 60 and the insured 40. Layers count what the matter has run through them since it began, in
the order of work, so a bill that crosses a limit is divided at the very cent. Each group of shares names
who takes its odd cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from meruit.money import MoneyError, allocate, cross_allocate, exact, total

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
#: What a share of a kind of line may name beside a code or its beginning ("E110", "L3").
LINE_KINDS = ("time", "expense")


class ShareError(ValueError):
    """Shares that do not make up a whole, or a bill that they do not cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One payer's part: a percent of a layer or of a kind of line, or a fixed amount of each bill."""

    payer: int
    percent: Decimal = HUNDRED
    layer: int = 1
    up_to: Decimal | None = None  # the layer ends here, counted since the matter began; None: it has no end
    line: str | None = None  # "time", "expense", or the beginning of a code
    amount: Decimal | None = None  # a fixed amount of each bill, before layers
    odd_cent: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.percent <= HUNDRED:
            raise ShareError(f"Payer {self.payer} has {self.percent} %; a share is above 0 and at most 100 percent.")
        if self.amount is not None and (self.amount <= 0 or self.line or self.up_to is not None):
            raise ShareError(f"Payer {self.payer}: a fixed amount is above zero and has neither line nor limit.")
        if self.up_to is not None and (self.up_to <= 0 or self.line):
            raise ShareError(f"Payer {self.payer}: a layer ends above zero and is not a share of a kind of line.")


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


@dataclass(frozen=True, slots=True)
class _Layer:
    number: int
    up_to: Decimal | None
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class ShareSet:
    """All shares of a matter from a day on, checked to make up a whole."""

    from_on: date
    shares: tuple[Share, ...]

    def __post_init__(self) -> None:
        for name, group in self.groups():
            _check_group(name, group)
        layers = self.layers()
        if not layers:
            raise ShareError(f"The shares from {self.from_on} leave the rest of the bill to nobody.")
        *limits, last = (layer.up_to for layer in layers)
        if last is not None:
            raise ShareError(f"The last layer ends at {last}; somebody must pay what lies above it.")
        if None in limits or any(low >= high for low, high in pairwise(filter(None, limits))):
            raise ShareError("The layers must end at rising amounts, and only the last has no end.")

    def line_groups(self) -> dict[str, tuple[Share, ...]]:
        """Shares of kinds of line, the longest name first, so that E110 is taken before E1."""
        groups: dict[str, list[Share]] = defaultdict(list)
        for share in self.shares:
            if share.line:
                groups[share.line].append(share)
        ordered = sorted(groups, key=lambda name: (name in LINE_KINDS, -len(name), name))
        return {name: tuple(groups[name]) for name in ordered}

    def fixed(self) -> tuple[Share, ...]:
        """Fixed amounts of each bill, in the order given."""
        return tuple(share for share in self.shares if share.amount is not None)

    def layers(self) -> tuple[_Layer, ...]:
        """The layers from the lowest, each with its shares."""
        rest = [share for share in self.shares if share.line is None and share.amount is None]
        numbers = sorted({share.layer for share in rest})
        layers = []
        for number in numbers:
            own = tuple(share for share in rest if share.layer == number)
            if len({share.up_to for share in own}) > 1:
                raise ShareError(f"The shares of layer {number} end at different amounts.")
            layers.append(_Layer(number, own[0].up_to, own))
        return tuple(layers)

    def groups(self) -> list[tuple[str, tuple[Share, ...]]]:
        """Every group of percents that must sum to 100, with its name."""
        lines = [(f'lines "{name}"', shares) for name, shares in self.line_groups().items()]
        return lines + [(f"layer {layer.number}", layer.shares) for layer in self.layers()]


def read_shares(from_on: date, rows: Iterable[Mapping[str, object]]) -> ShareSet:
    """A set as it is kept: rows of payer_id, percent, layer, up_to, line, amount, odd_cent; numbers as text."""
    return ShareSet(from_on, tuple(_read(row) for row in rows))


def _read(row: Mapping[str, object]) -> Share:
    known = {"payer_id", "percent", "layer", "up_to", "line", "amount", "odd_cent"}
    unknown = row.keys() - known
    if unknown or "payer_id" not in row:
        what = f'does not know "{min(unknown)}"' if unknown else 'lacks "payer_id"'
        raise ShareError(f"A share {what}; it may have {', '.join(sorted(known))}.")
    percent = _number(row, "percent")
    return Share(
        payer=_count(row, "payer_id"),
        percent=HUNDRED if percent is None else percent,
        layer=_count(row, "layer") if row.get("layer") else 1,
        up_to=_number(row, "up_to"),
        line=str(row["line"]) if row.get("line") else None,
        amount=_number(row, "amount"),
        odd_cent=_flag(row, "odd_cent"),
    )


def in_force(sets: Sequence[ShareSet], on: date) -> ShareSet:
    """The latest set that has begun."""
    begun = [s for s in sets if s.from_on <= on]
    if not begun:
        raise ShareError(f"No shares are in force on {on}; record who pays for this matter first.")
    return max(begun, key=lambda s: s.from_on)


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

    def _through_layers(self, layers: Sequence[_Layer], left: Mapping[int, Decimal]) -> None:
        pieces: dict[int, dict[int, Decimal]] = {layer.number: {} for layer in layers}
        for number, amount in left.items():
            for reached, piece in _cut(layers, self.used, amount):
                pieces[reached][number] = piece
            self.used += amount
        for layer in layers:
            self._by_percent(f"layer {layer.number}", layer.shares, pieces[layer.number])


def _cut(layers: Sequence[_Layer], used: Decimal, amount: Decimal) -> list[tuple[int, Decimal]]:
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


def _check_group(name: str, group: Sequence[Share]) -> None:
    payers = [share.payer for share in group]
    if len(set(payers)) != len(payers):
        raise ShareError(f"A payer is named twice in {name}.")
    whole = total(share.percent for share in group)
    if whole != HUNDRED:
        raise ShareError(f"The shares of {name} sum to {whole} %, not 100.")
    if len(group) > 1 and sum(share.odd_cent for share in group) != 1:
        raise ShareError(f"The shares of {name} must name exactly one payer who takes the odd cent.")


def _number(row: Mapping[str, object], key: str) -> Decimal | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        return exact(value)  # type: ignore[arg-type]  # whatever else it is, `exact` refuses it by name
    except MoneyError as trouble:
        raise ShareError(f"The {key} of a share: {trouble}") from trouble


def _flag(row: Mapping[str, object], key: str) -> bool:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise ShareError(f'The {key} of a share is "{value}"; it is true or false.')
    return bool(value)


def _count(row: Mapping[str, object], key: str) -> int:
    value = str(row[key])
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise ShareError(f'The {key} of a share is "{value}"; it is a whole number from 1.')
    return int(value)
