"""Business days: the public holidays of a place, with a firm's or client's own changes to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

from meruit.deadlines.errors import DeadlineError

_DAY = timedelta(days=1)
#: A count of business days stops after this many days without one, rather than never.
_LONGEST_CLOSURE = 366


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Where business is done, and on which further days it is not (or is all the same)."""

    country: str = "US"
    subdivision: str | None = None
    closed_on: frozenset[date] = field(default_factory=frozenset)
    open_on: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        _holidays(self.country, self.subdivision)
        both = sorted(self.closed_on & self.open_on)
        if both:
            raise DeadlineError(f"{both[0]} is listed both as open and as closed.")

    def is_open(self, day: date) -> bool:
        """Whether the day counts as a business day."""
        if day in self.open_on:
            return True
        return day not in self.closed_on and bool(_holidays(self.country, self.subdivision).is_working_day(day))

    def why_closed(self, day: date) -> str | None:
        """The holiday's name, "weekend" or "closed", for whoever asks why a day did not count."""
        if self.is_open(day):
            return None
        if day in self.closed_on:
            return "closed"
        return _holidays(self.country, self.subdivision).get(day) or "weekend"

    def after(self, day: date, count: int) -> date:
        """The `count`-th business day after a day; the day itself is not counted."""
        if count < 1:
            raise DeadlineError(f"Business days are counted from 1; this asks for {count}.")
        days = (d for d in self._walk(day, _DAY) if self.is_open(d))
        return next(d for n, d in enumerate(days, start=1) if n == count)

    def nearest(self, day: date, *, forward: bool) -> date:
        """The day itself when it is a business day, else the next or previous one."""
        if self.is_open(day):
            return day
        return next(d for d in self._walk(day, _DAY if forward else -_DAY) if self.is_open(d))

    def between(self, day: date, last: date) -> int:
        """Business days after `day` up to and with `last`; below zero when `last` lies before."""
        if last < day:
            return -self.between(last, day)
        return sum(self.is_open(day + _DAY * n) for n in range(1, (last - day).days + 1))

    def _walk(self, day: date, step: timedelta) -> Iterator[date]:
        since_open = 0
        while since_open < _LONGEST_CLOSURE:
            day += step
            yield day
            since_open = 0 if self.is_open(day) else since_open + 1
        raise DeadlineError(f"No business day within a year of {day} in the calendar of {self.country}.")


@cache
def _holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        known = holidays.list_supported_countries().get(country)
        if known is None:
            raise DeadlineError(
                f'No holidays are known for "{country}"; use a two-letter code, such as "US".'
            ) from None
        raise DeadlineError(
            f'"{subdivision}" is not a part of {country}; known are {", ".join(known) or "none"}.'
        ) from None
