"""Windows, business days, zones and clock changes, told as a biller would."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.deadlines import (
    APPEAL_UNTIL_KNOWN,
    TIME_BAR_UNTIL_KNOWN,
    BusinessCalendar,
    Deadline,
    DeadlineError,
    Roll,
    Stage,
    TimeBar,
    Unit,
    Window,
    deadline,
    end_of_day,
    in_zone,
    zone,
)

NEW_YORK, KOLKATA, MANILA = "America/New_York", "Asia/Kolkata", "Asia/Manila"
US = BusinessCalendar("US", "NY")


@pytest.mark.parametrize(
    "story, window, started, last_day",
    [
        ("the day of the event is day 0", Window("notice", 30), date(2026, 3, 1), date(2026, 3, 31)),
        ("60 days from release", Window("release", 60), date(2026, 1, 15), date(2026, 3, 16)),
        ("leap day", Window("notice", 1), date(2028, 2, 28), date(2028, 2, 29)),
        ("a Saturday stays unless the rule says so", Window("notice", 2), date(2026, 3, 5), date(2026, 3, 7)),
        ("rolls on", Window("notice", 2, roll=Roll.NEXT), date(2026, 3, 5), date(2026, 3, 9)),
        ("rolls back", Window("notice", 2, roll=Roll.PREVIOUS), date(2026, 3, 5), date(2026, 3, 6)),
        (
            "rolls over a holiday Monday",
            Window("notice", 2, roll=Roll.NEXT, calendar=US),
            date(2026, 5, 21),  # Saturday 23 May, Memorial Day on the 25th
            date(2026, 5, 26),
        ),
        ("ten business days", Window("notice", 10, Unit.BUSINESS_DAYS), date(2026, 3, 2), date(2026, 3, 16)),
        ("from a weekend", Window("notice", 1, Unit.BUSINESS_DAYS), date(2026, 3, 7), date(2026, 3, 9)),
        (
            "Thanksgiving is no business day",
            Window("notice", 1, Unit.BUSINESS_DAYS, calendar=US),
            date(2026, 11, 25),
            date(2026, 11, 27),
        ),
        (
            "an observed holiday counts as one: 4 July 2026 is a Saturday",
            Window("notice", 1, Unit.BUSINESS_DAYS),
            date(2026, 7, 2),
            date(2026, 7, 6),
        ),
    ],
)
def test_where_a_window_ends(story: str, window: Window, started: date, last_day: date) -> None:
    assert deadline(window, started).last_day == last_day, story


def test_a_notice_late_at_night_is_of_the_clients_day() -> None:
    notice = datetime(2026, 3, 2, 23, 0, tzinfo=ZoneInfo(NEW_YORK))  # already 3 March in Manila
    for seen_from in (NEW_YORK, MANILA, "UTC"):
        assert deadline(Window("notice", 10), in_zone(notice, seen_from)).last_day == date(2026, 3, 12)


def test_the_last_moment_is_the_end_of_the_clients_day() -> None:
    due = deadline(Window("release", 60), date(2026, 1, 15))
    assert due.last_moment == datetime(2026, 3, 17, 3, 59, 59, 999999, tzinfo=UTC)
    assert due.shown(KOLKATA) == "Mon 16 Mar 2026 23:59 New York (Tue 17 Mar 2026 09:29 Kolkata)"
    assert due.shown(NEW_YORK) == "Mon 16 Mar 2026 23:59 New York"


def test_days_left_are_counted_where_the_deadline_lives() -> None:
    due = deadline(Window("notice", 10), date(2026, 3, 2))  # 12 March, New York
    morning_in_manila = datetime(2026, 3, 13, 9, 0, tzinfo=ZoneInfo(MANILA))
    assert due.days_left(morning_in_manila) == 0  # it is still the 12th where the client sits
    assert not due.lapsed(morning_in_manila)
    assert due.days_left(morning_in_manila + timedelta(hours=5)) == -1


def test_a_cut_off_ends_the_last_day_early() -> None:
    due = deadline(Window("notice", 10, cut_off=time(17)), date(2026, 3, 2))

    def at(hour: int) -> datetime:
        return datetime(2026, 3, 12, hour, 0, tzinfo=ZoneInfo(NEW_YORK))

    assert due.days_left(at(17)) == 0
    assert due.days_left(at(18)) == -1
    assert due.within(at(12), hours=5)
    assert not due.within(at(11), hours=5)
    assert not due.within(at(18), hours=5)


@pytest.mark.parametrize(
    "day, place, hours",
    [
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 3, 29), "Europe/London", 23),
        (date(2026, 4, 24), "Africa/Cairo", 23),  # the clock skips its midnight: the day starts at 01:00
        (date(2026, 9, 5), "America/Santiago", 24),
        (date(2026, 9, 6), "America/Santiago", 23),  # skips midnight too
        (date(2026, 7, 1), KOLKATA, 24),
    ],
)
def test_days_of_23_and_25_hours_end_where_their_clock_says(day: date, place: str, hours: int) -> None:
    length = end_of_day(day, place) - end_of_day(day - timedelta(days=1), place)
    assert length == timedelta(hours=hours)
    last = end_of_day(day, place)
    assert in_zone(last, place).date() == day
    assert in_zone(last + timedelta(microseconds=1), place).date() > day


def test_hours_are_elapsed_hours_over_a_clock_change() -> None:
    sent = datetime(2026, 3, 7, 20, 0, tzinfo=ZoneInfo(NEW_YORK))
    due = deadline(Window("transmission", 24, Unit.HOURS), sent)
    assert in_zone(due.last_moment, NEW_YORK).hour == 21  # the clock jumped an hour in the night
    assert due.hours_left(sent) == 24
    with pytest.raises(DeadlineError, match="only a day"):
        deadline(Window("transmission", 24, Unit.HOURS), date(2026, 3, 7))


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda n: datetime.fromtimestamp(n, UTC)),
    st.integers(1, 120),
    st.sampled_from([NEW_YORK, KOLKATA, "Europe/London", "Australia/Lord_Howe", "America/Santiago"]),
)
def test_any_window_closes_on_its_day_and_is_open_until_then(now: datetime, length: int, place: str) -> None:
    due = deadline(Window("notice", length, zone=place), now)
    assert due.days_left(now) == length
    assert not due.lapsed(due.last_moment)
    assert due.lapsed(due.last_moment + timedelta(microseconds=1))
    assert due.days_left(due.last_moment) == 0


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_counting_business_days_forth_and_back_agrees(day: date, count: int) -> None:
    last = US.after(day, count)
    assert US.is_open(last)
    assert US.between(day, last) == count
    assert US.between(last, day) == -count


def test_a_calendar_knows_why_a_day_does_not_count() -> None:
    own = BusinessCalendar("US", closed_on=frozenset({date(2026, 12, 24)}), open_on=frozenset({date(2026, 11, 26)}))
    assert own.why_closed(date(2026, 12, 24)) == "closed"
    assert own.why_closed(date(2026, 12, 25)) == "Christmas Day"
    assert own.why_closed(date(2026, 12, 26)) == "weekend"
    assert own.why_closed(date(2026, 11, 26)) is None
    assert US.nearest(date(2026, 12, 25), forward=False) == date(2026, 12, 24)


@pytest.mark.parametrize("rounds, used, left", [(None, 9, None), (2, 0, 2), (2, 2, 0), (1, 3, 0)])
def test_rounds_left(rounds: int | None, used: int, left: int | None) -> None:
    assert Window("notice", 30, rounds_allowed=rounds).rounds_left(used) == left


def test_an_unknown_client_gets_the_shortest_window_and_one_round() -> None:
    assert (APPEAL_UNTIL_KNOWN.length, APPEAL_UNTIL_KNOWN.rounds_allowed) == (30, 1)


@pytest.mark.parametrize(
    "age, stage, left",
    [
        (0, Stage.FRESH, 89),
        (44, Stage.FRESH, 45),
        (45, Stage.WARNED, 44),
        (74, Stage.WARNED, 15),
        (75, Stage.ESCALATED, 14),
        (89, Stage.ESCALATED, 0),
        (90, Stage.BARRED, -1),
    ],
)
def test_work_is_warned_about_escalated_and_barred(age: int, stage: Stage, left: int) -> None:
    worked_on, today = date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=age)
    assert TIME_BAR_UNTIL_KNOWN.stage(worked_on, today) is stage
    assert TIME_BAR_UNTIL_KNOWN.days_left(worked_on, today) == left


def test_a_client_with_another_bar_keeps_the_ladder() -> None:
    assert TIME_BAR_UNTIL_KNOWN.scaled(60) == TimeBar(30, 50, 60, TIME_BAR_UNTIL_KNOWN.source)
    assert TIME_BAR_UNTIL_KNOWN.scaled(1).stage(date(2026, 1, 1), date(2026, 1, 2)) is Stage.BARRED


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: zone("EST"), "write a place"),
        (lambda: zone("Mars/Olympus"), "not a time zone"),
        (lambda: zone("../etc/passwd"), "not a time zone"),
        (lambda: Window("notice", 0), "at least 1"),
        (lambda: Window("notice", 30, rounds_allowed=-1), "cannot allow"),
        (lambda: TimeBar(75, 45, 90), "rises"),
        (lambda: BusinessCalendar("ZZ"), "two-letter code"),
        (lambda: BusinessCalendar("US", "QQ"), "not a part of US"),
        (
            lambda: BusinessCalendar(closed_on=frozenset({date(2026, 1, 2)}), open_on=frozenset({date(2026, 1, 2)})),
            "both",
        ),
        (lambda: US.after(date(2026, 1, 1), 0), "counted from 1"),
        (lambda: in_zone(datetime(2026, 1, 1, 9), "UTC"), "no time zone"),  # noqa: DTZ001 - the point of the case
        (lambda: Deadline(datetime(2026, 1, 1), "UTC").last_day, "no time zone"),  # noqa: DTZ001 - the point of the case
        (lambda: end_of_day(date(2026, 1, 1), "UTC", time(9, tzinfo=UTC)), "its own zone"),
    ],
)
def test_what_gives_no_deadline_is_refused_in_a_sentence(wrong: object, says: str) -> None:
    assert callable(wrong)
    with pytest.raises(DeadlineError, match=says):
        wrong()
