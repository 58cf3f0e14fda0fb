"""Calendars: what happened, when in whose zone, how long, and for which matter."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from meruit.capture.calendars import CalendarRefused, hours, overlaps, read
from meruit.capture.recognise import Known, Recogniser

NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nDTSTAMP:20260301T000000Z\r\n{e}\r\nEND:VEVENT\r\n" for e in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{body}END:VCALENDAR\r\n".encode()


CALL = "UID:1\r\nSUMMARY:Call with adjuster re M-1001\r\nDTSTART:20260309T150000Z\r\nDTEND:20260309T154000Z"


def test_an_event_is_dated_in_the_zone_of_whose_calendar_it_is() -> None:
    late = "UID:2\r\nSUMMARY:Late\r\nDTSTART:20260310T020000Z\r\nDTEND:20260310T030000Z"
    (call, evening), left = read(ics(CALL, late), FIRST, LAST, NEW_YORK)
    assert (call.worked_on, evening.worked_on) == (date(2026, 3, 9), date(2026, 3, 9))
    assert call.key == "ics:1:20260309T150000Z"
    assert left == []


def test_time_is_measured_across_a_change_of_clocks() -> None:
    night = "UID:3\r\nSUMMARY:Closing\r\nDTSTART;TZID=America/New_York:20260308T003000\r\nDTEND;TZID=America/New_York:20260308T033000"
    (closing,), _ = read(ics(night), FIRST, LAST, NEW_YORK)
    assert closing.measured == timedelta(hours=2)


def test_a_series_is_expanded_and_its_exceptions_left_out() -> None:
    weekly = "UID:4\r\nSUMMARY:Standing call\r\nDTSTART:20260302T150000Z\r\nDTEND:20260302T153000Z\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE:20260316T150000Z"
    events, _ = read(ics(weekly), FIRST, LAST, NEW_YORK)
    assert [e.worked_on.day for e in events] == [2, 9, 23, 30]
    assert len({e.key for e in events}) == 4


@pytest.mark.parametrize("event, why", [
    (CALL + "\r\nSTATUS:CANCELLED", "it was cancelled"),
    (CALL + "\r\nTRANSP:TRANSPARENT", "it is marked as free time"),
    (CALL + "\r\nATTENDEE;PARTSTAT=DECLINED:mailto:Ben@firm.example", "it was declined"),
    ("UID:5\r\nSUMMARY:Vacation\r\nDTSTART;VALUE=DATE:20260309\r\nDTEND;VALUE=DATE:20260312", "it lasts all day, so no time was measured"),
    ("UID:6\r\nSUMMARY:Note\r\nDTSTART:20260309T150000Z\r\nDTEND:20260309T150000Z", "it has no length"),
    ("UID:7\r\nSUMMARY:Trip\r\nDTSTART:20260309T150000Z\r\nDTEND:20260310T150000Z", "it lasts longer than 16 hours"),
])  # fmt: skip
def test_what_is_no_work_is_left_out_with_its_reason(event: str, why: str) -> None:
    events, left = read(ics(event), FIRST, LAST, NEW_YORK, "ben@firm.example")
    assert events == []
    assert [x.why for x in left] == [why]


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00\xff", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(CalendarRefused, match=r"export it again as \.ics"):
        read(data, FIRST, LAST, NEW_YORK)


@pytest.mark.parametrize(
    "minutes, up, nearest",
    [(1, "0.1", "0.1"), (6, "0.1", "0.1"), (7, "0.2", "0.1"), (40, "0.7", "0.7"), (61, "1.1", "1.0")],
)
def test_hours_are_tenths(minutes: int, up: str, nearest: str) -> None:
    assert hours(timedelta(minutes=minutes)) == Decimal(up)
    assert hours(timedelta(minutes=minutes), up=False) == Decimal(nearest)


def test_the_same_minute_is_not_worked_twice() -> None:
    other = "UID:8\r\nSUMMARY:Other\r\nDTSTART:20260309T153000Z\r\nDTEND:20260309T160000Z"
    events, _ = read(ics(CALL, other), FIRST, LAST, NEW_YORK)
    assert overlaps(events) == {events[1].key: events[0].key}


MATTERS = Recogniser(
    [
        Known(1, "M-1001", ("CL-77",), "Doe v. Trucking", "Northwind Insurance"),
        Known(2, "M-2001", (), "Charter dispute", "Harbor Freight Lines"),
        Known(3, "M-2002", (), "London lease", "Harbor Freight Lines"),
    ]
)


@pytest.mark.parametrize("text, matter, why", [
    ("Call with adjuster re M-1001", 1, 'It names "M-1001".'),
    ("claim CL-77 status", 1, 'It names "CL-77".'),
    ("Prep for charter hearing", 2, "By charter."),
    ("Harbor freight: lease comments", 3, "By freight, harbor, lease."),
    ("Harbor Freight weekly call", None, "Its words fit 2 matters about alike."),
    ("M-1001 and M-2001", None, "It names 2 matters."),
    ("Dentist", None, "Nothing in it names a matter."),
    ("M-10010 budget", None, "Nothing in it names a matter."),
])  # fmt: skip
def test_a_matter_is_recognised_by_what_names_it_alone(text: str, matter: int | None, why: str) -> None:
    found = MATTERS.recognise(text)
    assert (found.matter_id, found.why) == (matter, why)


@pytest.mark.parametrize(
    "path", sorted(Path(os.environ.get("MERUIT_FIELD", "/nowhere")).glob("samples/ics/*.ics")), ids=lambda p: p.name
)
def test_calendars_from_outside_are_read_or_refused_in_a_sentence(path: Path) -> None:
    events, left = read(path.read_bytes(), date(1999, 1, 1), date(2024, 12, 31), ZoneInfo("Europe/Berlin"))
    assert events or left
    assert all(e.measured > timedelta(0) for e in events)
