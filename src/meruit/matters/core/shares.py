"""A matter's shares and whether they make up a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from meruit.money import total

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


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of what runs through them, with the shares of it."""

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

    def layers(self) -> tuple[Layer, ...]:
        """The layers from the lowest, each with its shares."""
        rest = [share for share in self.shares if share.line is None and share.amount is None]
        numbers = sorted({share.layer for share in rest})
        layers = []
        for number in numbers:
            own = tuple(share for share in rest if share.layer == number)
            if len({share.up_to for share in own}) > 1:
                raise ShareError(f"The shares of layer {number} end at different amounts.")
            layers.append(Layer(number, own[0].up_to, own))
        return tuple(layers)

    def groups(self) -> list[tuple[str, tuple[Share, ...]]]:
        """Every group of percents that must sum to 100, with its name."""
        lines = [(f'lines "{name}"', shares) for name, shares in self.line_groups().items()]
        return lines + [(f"layer {layer.number}", layer.shares) for layer in self.layers()]


def in_force(sets: Sequence[ShareSet], on: date) -> ShareSet:
    """The latest set that has begun."""
    begun = [s for s in sets if s.from_on <= on]
    if not begun:
        raise ShareError(f"No shares are in force on {on}; record who pays for this matter first.")
    return max(begun, key=lambda s: s.from_on)


def _check_group(name: str, group: Sequence[Share]) -> None:
    payers = [share.payer for share in group]
    if len(set(payers)) != len(payers):
        raise ShareError(f"A payer is named twice in {name}.")
    whole = total(share.percent for share in group)
    if whole != HUNDRED:
        raise ShareError(f"The shares of {name} sum to {whole} %, not 100.")
    if len(group) > 1 and sum(share.odd_cent for share in group) != 1:
        raise ShareError(f"The shares of {name} must name exactly one payer who takes the odd cent.")
