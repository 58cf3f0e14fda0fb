"""Deadlines: from an event and a rule to the last moment at which an answer still counts.

    from datetime import date
    from meruit.deadlines import APPEAL_UNTIL_KNOWN, BusinessCalendar, Unit, Window, deadline

    window = Window("release", 60, zone="America/New_York", rounds_allowed=2)
    due = deadline(window, date(2026, 1, 15))
    due.last_moment                      # 2026-03-17 03:59:59.999999+00:00, the end of 16 March in New York
    due.shown("Asia/Kolkata")            # both zones in one line
    due.days_left(now)                   # below zero is lapsed

The client sets the clock: a deadline is counted in the zone and on the business days of whoever set it.
Which mistake is worse: a deadline shown too late. Where a rule leaves a choice the earlier day is taken.
Nothing here asks what time it is; callers pass the moment.
"""

from meruit.deadlines.calendars import BusinessCalendar
from meruit.deadlines.errors import DeadlineError
from meruit.deadlines.escalation import TIME_BAR_UNTIL_KNOWN, Stage, TimeBar
from meruit.deadlines.windows import APPEAL_UNTIL_KNOWN, Deadline, Roll, Unit, Window, deadline
from meruit.deadlines.zones import end_of_day, in_zone, zone

__all__ = [
    "APPEAL_UNTIL_KNOWN",
    "TIME_BAR_UNTIL_KNOWN",
    "BusinessCalendar",
    "Deadline",
    "DeadlineError",
    "Roll",
    "Stage",
    "TimeBar",
    "Unit",
    "Window",
    "deadline",
    "end_of_day",
    "in_zone",
    "zone",
]
