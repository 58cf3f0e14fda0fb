"""Time zones by their IANA name, and where a day ends in one, on clock-change days as well."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from meruit.deadlines.errors import DeadlineError

#: The step of a PostgreSQL timestamp: the last moment and the first one too late are neighbours.
_STEP = timedelta(microseconds=1)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `America/New_York`; an abbreviation (EST) is ambiguous and refused."""
    try:
        found = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = None
    if found is None or ("/" not in name and name != "UTC"):
        raise DeadlineError(f'"{name}" is not a time zone; write a place, such as "America/New_York", or "UTC".')
    return found


def in_zone(moment: datetime, name: str) -> datetime:
    """The same moment on another clock; a moment without a zone is refused, since it could be any of 24."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise DeadlineError(f"{moment.isoformat()} has no time zone; a moment must say where its clock stands.")
    return moment.astimezone(zone(name))


def end_of_day(day: date, name: str, cut_off: time | None = None) -> datetime:
    """The last moment of a day in a zone, in UTC; with a cut-off, that time of day (the earlier of two).

    Counted back from the first moment of the next day, so that a day of 23 or 25 hours ends where its
    clock says it does. A midnight that the clock skips becomes the moment of the skip.
    """
    where = zone(name)
    if cut_off is not None:
        if cut_off.tzinfo is not None:
            raise DeadlineError(f"The cut-off {cut_off} carries its own zone; it is a time of day in {name}.")
        return datetime.combine(day, cut_off, tzinfo=where).astimezone(UTC)
    following = datetime.combine(day + timedelta(days=1), time(0), tzinfo=where)
    return following.astimezone(UTC) - _STEP
