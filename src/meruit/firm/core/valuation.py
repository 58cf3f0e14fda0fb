"""Worked value and what becomes of it: entries, charges that belong to no entry, and the steps between.

A valuation keeps three things apart: what was worked, what each entry's line will charge, and further
charges (a fixed fee, a success fee). `earned` then spreads the whole over the entries, so that realization
can be asked by timekeeper under every arrangement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from meruit.money import CENTS, Precision, allocate, total

NOTHING = Decimal(0)


class ArrangementError(ValueError):
    """Terms that contradict themselves, or facts under which they give no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One entry as it was worked: its value is hours times the agreed rate, already rounded once."""

    key: str
    worked_on: date
    timekeeper: str
    hours: Decimal
    rate_per_hour: Decimal
    worked: Decimal
    grade: str | None = None  # the timekeeper's class
    phase: str | None = None

    def __post_init__(self) -> None:
        if self.hours < 0 or self.rate_per_hour < 0 or self.worked < 0:
            raise ArrangementError(f"Entry {self.key} has a negative figure; a correction is an entry's new version.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What has happened under the arrangement so far, as the rooms know it. Pure code never looks it up."""

    billed_before: Decimal = NOTHING  # fees billed under this arrangement (volume discount: in its period)
    billed_by_phase: Mapping[str, Decimal] = field(default_factory=dict)
    through: date | None = None  # the last day of the bill
    complete: bool = False  # the job of a fixed fee is done
    phases_done: frozenset[str] = frozenset()
    recovered: Decimal = NOTHING  # won for the client and not yet charged on
    costs: Decimal = NOTHING  # costs that come off the recovery first, where the agreement says so
    stage: str | None = None  # the stage at which the recovery came: settlement, trial, appeal
    periods_due: int = 0  # subscription periods begun and not yet billed


@dataclass(frozen=True, slots=True)
class EntryValue:
    """What an entry was worth and what its own line charges."""

    key: str
    worked: Decimal
    billable: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that belongs to no single entry: a fixed fee, a phase, a success fee, a subscription."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One step from worked to billable, with the sum before and after it."""

    says: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Valuation:
    """The outcome: every entry, every further charge, and the steps that led from one sum to the other."""

    entries: tuple[EntryValue, ...]
    charges: tuple[Charge, ...]
    steps: tuple[Step, ...]
    precision: Precision = CENTS

    @property
    def worked(self) -> Decimal:
        """The value of all work at agreed rates."""
        return total(e.worked for e in self.entries)

    @property
    def billable(self) -> Decimal:
        """What the bill will charge in fees."""
        return total(e.billable for e in self.entries) + total(c.amount for c in self.charges)

    def earned(self) -> dict[str, Decimal]:
        """The whole billable value spread over the entries: own lines as they are, charges by worked value.

        Empty where nothing was worked: a subscription month without work was earned by nobody's hours.
        """
        charged = total(c.amount for c in self.charges)
        weights = {e.key: e.worked for e in self.entries}
        if not any(weights.values()):
            return {}
        share = allocate(charged, weights, unit=self.precision.unit)
        return {e.key: e.billable + share[e.key] for e in self.entries}
