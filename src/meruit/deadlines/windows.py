"""Windows and the deadlines that follow from them: Deadline = start event + window.

The start event, the length and whether calendar or business days are counted come from the client's
rules. The day of the event is day 0, so a window of 30 days from 1 March ends with 31 March.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from meruit.deadlines.calendars import BusinessCalendar
from meruit.deadlines.errors import DeadlineError
from meruit.deadlines.zones import end_of_day, in_zone, zone

_FEDERAL = BusinessCalendar("US")


class Unit(StrEnum):
    """What a window is counted in."""

    CALENDAR_DAYS = "calendar days"
    BUSINESS_DAYS = "business days"
    HOURS = "hours"  # elapsed hours: a portal's silence, the wait for a stand-in


class Roll(StrEnum):
    """What happens when the last calendar day is no business day. Unsaid, it stays: the earlier reading."""

    STAYS = "stays"
    NEXT = "next business day"
    PREVIOUS = "previous business day"


@dataclass(frozen=True, slots=True)
class Window:
    """A client's or portal's rule: how long one may answer, counted from what, in whose zone, how often."""

    event: str  # notice, decision, release, payment, processing, last activity: in the client's word
    length: int
    unit: Unit = Unit.CALENDAR_DAYS
    zone: str = "America/New_York"
    calendar: BusinessCalendar = _FEDERAL
    roll: Roll = Roll.STAYS
    cut_off: time | None = None
    rounds_allowed: int | None = None  # None: no limit
    source: str = ""

    def __post_init__(self) -> None:
        zone(self.zone)
        if self.length < 1:
            raise DeadlineError(f"A window lasts at least 1 of {self.unit}; this one has {self.length}.")
        if self.rounds_allowed is not None and self.rounds_allowed < 0:
            raise DeadlineError(f"A window cannot allow {self.rounds_allowed} rounds.")

    def rounds_left(self, used: int) -> int | None:
        """How many more times one may ask; None where the client sets no limit."""
        return None if self.rounds_allowed is None else max(0, self.rounds_allowed - used)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment that still counts (UTC), and the zone of whoever set it."""

    last_moment: datetime
    zone: str

    @property
    def last_day(self) -> date:
        """The day of the last moment, on the calendar of whoever set it."""
        return in_zone(self.last_moment, self.zone).date()

    def days_left(self, now: datetime) -> int:
        """Deadline less today, in the deadline's zone; 0 is the last day, below zero is lapsed.

        On the last day after its cut-off the answer is -1 as well: nothing can be sent any more.
        """
        left = (self.last_day - in_zone(now, self.zone).date()).days
        return min(left, -1) if self.lapsed(now) else left

    def hours_left(self, now: datetime) -> float:
        """Elapsed hours until the last moment, which a clock change does not alter; below zero is lapsed."""
        return (self.last_moment - in_zone(now, "UTC")) / timedelta(hours=1)

    def lapsed(self, now: datetime) -> bool:
        """Whether the last moment has passed."""
        return in_zone(now, "UTC") > self.last_moment

    def within(self, now: datetime, hours: float) -> bool:
        """Whether the deadline is still open and no more than so many hours away."""
        return 0 <= self.hours_left(now) <= hours

    def shown(self, reader_zone: str) -> str:
        """In both zones: `Mon 16 Mar 2026 23:59 New York (Tue 17 Mar 2026 09:29 Kolkata)`."""
        theirs = _clock(self.last_moment, self.zone)
        return theirs if reader_zone == self.zone else f"{theirs} ({_clock(self.last_moment, reader_zone)})"


def deadline(window: Window, started: date | datetime) -> Deadline:
    """The deadline of a window that an event started.

    A moment counts as its day in the window's zone: a notice at 23:00 in New York is of that day, though
    the biller in Manila read it the day after. A bare day is taken as a day there.
    """
    if window.unit is Unit.HOURS:
        if not isinstance(started, datetime):
            raise DeadlineError(f"A window of hours starts at a moment; {started} is only a day.")
        return Deadline(in_zone(started, "UTC") + timedelta(hours=window.length), window.zone)
    day = in_zone(started, window.zone).date() if isinstance(started, datetime) else started
    return Deadline(end_of_day(_last_day(window, day), window.zone, window.cut_off), window.zone)


def _last_day(window: Window, day: date) -> date:
    if window.unit is Unit.BUSINESS_DAYS:
        return window.calendar.after(day, window.length)
    last = day + timedelta(days=window.length)
    if window.roll is Roll.STAYS:
        return last
    return window.calendar.nearest(last, forward=window.roll is Roll.NEXT)


def _clock(moment: datetime, name: str) -> str:
    local = in_zone(moment.astimezone(UTC), name)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} {name.rpartition('/')[2].replace('_', ' ')}"


#: Until a client's rule is entered: shorter than every appeal window found at a portal, so nothing is missed.
APPEAL_UNTIL_KNOWN = Window("notice", 30, rounds_allowed=1, source="default for a client whose rule is not entered")
