"""Time bars on work: how old an entry may grow before it is warned about, escalated and lost.

Clients set a maximum age for what may be billed, and what is older can only be written off. Until a
client's own rule is entered the bar is 90 days, warned at 45 and escalated at 75.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from meruit.deadlines.errors import DeadlineError


class Stage(StrEnum):
    """How near the bar an entry is."""

    FRESH = "fresh"
    WARNED = "warned"
    ESCALATED = "escalated"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class TimeBar:
    """The ages in days at which an entry is warned about, escalated and barred."""

    warn_days: int
    escalate_days: int
    bar_days: int
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.warn_days <= self.escalate_days <= self.bar_days:
            raise DeadlineError(
                f"A time bar rises from warning to escalation to bar; this one has {self.warn_days}, "
                f"{self.escalate_days} and {self.bar_days} days."
            )

    def stage(self, worked_on: date, today: date) -> Stage:
        """The stage of an entry today. At exactly the bar's age it is treated as barred: the safe reading."""
        age = (today - worked_on).days
        if age >= self.bar_days:
            return Stage.BARRED
        if age >= self.escalate_days:
            return Stage.ESCALATED
        return Stage.WARNED if age >= self.warn_days else Stage.FRESH

    def last_day(self, worked_on: date) -> date:
        """The last day on which work of that day is not yet barred."""
        return worked_on + timedelta(days=self.bar_days - 1)

    def days_left(self, worked_on: date, today: date) -> int:
        """Days until the last day; 0 is the last one, below zero is barred."""
        return (self.last_day(worked_on) - today).days

    def scaled(self, bar_days: int) -> TimeBar:
        """The same ladder for a client with another bar: warned and escalated at the same fractions of it."""
        return TimeBar(
            max(1, bar_days * self.warn_days // self.bar_days),
            max(1, bar_days * self.escalate_days // self.bar_days),
            bar_days,
            self.source,
        )


TIME_BAR_UNTIL_KNOWN = TimeBar(45, 75, 90, source="default for a client whose rule is not entered")
