"""Events of an `.ics` calendar as stretches of work, in the zone of whose calendar it is. Pure: bytes in, events out.

Recurrences are expanded over a window; cancelled and declined events are no work, all-day events have no
measured time, and neither is offered as such. Whatever cannot be read is named, and the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

#: An event longer than this is a holiday or a mistake, and nobody's day of work.
LONGEST = timedelta(hours=16)


class CalendarRefused(ValueError):
    """Bytes that are no calendar; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it happened: its key is stable over exports, its hours are measured and exact."""

    key: str
    uid: str
    began_at: datetime
    ended_at: datetime
    worked_on: date
    measured: timedelta
    title: str
    where: str
    text: str
    people: tuple[str, ...]

    @property
    def words(self) -> str:
        """All that an event says, for recognising what it was about."""
        return " ".join((self.title, self.where, self.text, *self.people))


@dataclass(frozen=True, slots=True)
class Left:
    """An event that is no work, or that cannot be read, and why."""

    uid: str
    title: str
    why: str


def read(data: bytes, first: date, last: date, zone: ZoneInfo, owner_mail: str = "") -> tuple[list[Event], list[Left]]:
    """The events of the days `first` to `last` in a zone, and what was left out of them.

    Raises `CalendarRefused` where the bytes are no calendar at all.
    """
    try:
        calendars: list[Any] = list(Calendar.from_ical(data, multiple=True))
    except (ValueError, IndexError, KeyError) as error:
        raise CalendarRefused(f"This is no calendar that can be read ({error}); export it again as .ics.") from error
    if not calendars:
        raise CalendarRefused("The file holds no calendar; export it again as .ics.")
    begin = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    events: list[Event] = []
    left: list[Left] = []
    for calendar in calendars:
        for component in recurring_ical_events.of(calendar, skip_bad_series=True).between(begin, end):
            found = _event(component, zone, owner_mail)
            if isinstance(found, Left):
                left.append(found)
            elif begin <= found.began_at < end:
                events.append(found)
    events.sort(key=lambda e: (e.began_at, e.key))
    return events, left


def hours(measured: timedelta, increment: Decimal = Decimal("0.1"), *, up: bool = True) -> Decimal:
    """Measured time in increments of an hour: up to the next one, or to the nearest, and never to nothing."""
    exact = Decimal(measured // timedelta(seconds=1)) / 3600
    steps = (exact / increment).to_integral_value(ROUND_UP if up else ROUND_HALF_UP)
    return max(steps, Decimal(1)) * increment


def overlaps(events: Iterable[Event]) -> dict[str, str]:
    """Key of an event -> key of the one before that it overlaps: the same minute cannot be worked twice."""
    found: dict[str, str] = {}
    latest: Event | None = None
    for event in sorted(events, key=lambda e: (e.began_at, e.key)):
        if latest is not None and event.began_at < latest.ended_at:
            found[event.key] = latest.key
        if latest is None or event.ended_at > latest.ended_at:
            latest = event
    return found


def _event(component: Any, zone: ZoneInfo, owner_mail: str) -> Event | Left:
    uid, title = str(component.get("UID", "")), _text(component.get("SUMMARY"))
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        return Left(uid, title, "it was cancelled")
    if str(component.get("TRANSP", "")).upper() == "TRANSPARENT":
        return Left(uid, title, "it is marked as free time")
    if owner_mail and _declined(component, owner_mail):
        return Left(uid, title, "it was declined")
    start, stop = component.start, component.end
    if not isinstance(start, datetime):
        return Left(uid, title, "it lasts all day, so no time was measured")
    began, ended = _aware(start, zone), _aware(stop, zone)
    if ended <= began:
        return Left(uid, title, "it has no length")
    if ended - began > LONGEST:
        return Left(uid, title, f"it lasts longer than {LONGEST // timedelta(hours=1)} hours")
    at = began.astimezone(UTC)
    return Event(
        key=f"ics:{uid}:{at:%Y%m%dT%H%M%SZ}",
        uid=uid,
        began_at=began,
        ended_at=ended,
        worked_on=began.date(),
        measured=ended.astimezone(UTC) - at,
        title=title,
        where=_text(component.get("LOCATION")),
        text=_text(component.get("DESCRIPTION")),
        people=tuple(sorted(_person(a) for a in _attendees(component))),
    )


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """A floating time is meant in the zone of whose calendar it is."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _attendees(component: Any) -> list[Any]:
    found = component.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def _declined(component: Any, owner_mail: str) -> bool:
    return any(
        str(a).lower().removeprefix("mailto:") == owner_mail.lower()
        and str(a.params.get("PARTSTAT", "")).upper() == "DECLINED"
        for a in _attendees(component)
    )


def _person(attendee: Any) -> str:
    name = attendee.params.get("CN", "") if hasattr(attendee, "params") else ""
    return str(name) or str(attendee).lower().removeprefix("mailto:")


def _text(value: object) -> str:
    return re.sub(r"\s+", " ", str(value or "")).strip()
