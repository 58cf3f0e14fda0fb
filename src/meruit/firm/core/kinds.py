"""The kinds of fee arrangement, each with the terms that a client agrees to. What they do is in `arrangements`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from meruit.firm.core.valuation import ArrangementError
from meruit.money import total


@dataclass(frozen=True, slots=True)
class Hourly:
    """Hours times agreed rate."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One price for a job: on completion, or in dated parts that sum to it."""

    fee: Decimal
    parts: tuple[tuple[date, Decimal], ...] = ()

    def __post_init__(self) -> None:
        _positive("fixed fee", self.fee)
        if self.parts and total(amount for _, amount in self.parts) != self.fee:
            raise ArrangementError(f"The parts of a fixed fee of {self.fee} sum to another amount.")


@dataclass(frozen=True, slots=True)
class Phased:
    """A price per phase, charged when the phase is done."""

    fees: Mapping[str, Decimal]

    def __post_init__(self) -> None:
        for phase, fee in self.fees.items():
            _positive(f"fee of phase {phase}", fee)


@dataclass(frozen=True, slots=True)
class Capped:
    """Hourly up to a ceiling; what is worked above it is recorded and not charged."""

    cap: Decimal

    def __post_init__(self) -> None:
        _positive("cap", self.cap)


@dataclass(frozen=True, slots=True)
class Contingency:
    """A percent of the recovery, by the stage at which it came, before or after costs; else nothing."""

    percent_by_stage: Mapping[str, Decimal]
    after_costs: bool = False

    def __post_init__(self) -> None:
        for stage, percent in self.percent_by_stage.items():
            _percent(f"share at {stage}", percent)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """A reduced hourly rate plus a success fee."""

    hourly_percent: Decimal
    success: Contingency

    def __post_init__(self) -> None:
        _percent("hourly part", self.hourly_percent)


@dataclass(frozen=True, slots=True)
class Blended:
    """One rate for whoever does the work, or one per class."""

    rate_per_hour: Decimal
    by_grade: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rate in (self.rate_per_hour, *self.by_grade.values()):
            _positive("blended rate", rate)


@dataclass(frozen=True, slots=True)
class VolumeDiscount:
    """A percent off that grows with the fees of the period, by tier.

    Each tier takes its percent off the fees that fall into it; nothing is taken back from earlier bills.
    """

    tiers: tuple[tuple[Decimal, Decimal], ...]  # (fees of the period above this, percent off)

    def __post_init__(self) -> None:
        for above, percent in self.tiers:
            _percent(f"discount above {above}", percent)
        if not self.tiers or any(low >= high for (low, _), (high, _) in pairwise(self.tiers)):
            raise ArrangementError("The tiers of a volume discount rise, each from a higher amount.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A fee per period; hours beyond those included are charged at a percent of the agreed rate."""

    fee: Decimal
    included_hours: Decimal | None = None  # None: all of them
    beyond_percent: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        _positive("subscription fee", self.fee)
        _percent("rate beyond the included hours", self.beyond_percent)


Arrangement = Hourly | Fixed | Phased | Capped | Contingency | Hybrid | Blended | VolumeDiscount | Subscription


def _positive(what: str, amount: Decimal) -> None:
    if amount <= 0:
        raise ArrangementError(f"A {what} of {amount} is not a price; it must be above zero.")


def _percent(what: str, percent: Decimal) -> None:
    if not 0 <= percent <= 100:
        raise ArrangementError(f"The {what} is {percent} %; a percent lies between 0 and 100.")
