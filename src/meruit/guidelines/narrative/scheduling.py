"""GL-23: arranging dates, calendaring, docket checks.

A letter that proposes dates is advocacy; a call to find one is not. A scheduling order and Schedule 3.12 are
papers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, COMPOUNDS, in_hand, of_a_compound, stands_alone
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import ATTEND, CLERICAL, COMM, DRAFT, PLAN, RESEARCH, REVIEW, VAGUE, group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_CALENDAR = cue("calendar")
_DOCKETING, _ACTS, _SCHEDULED = group("scheduling.docketing"), group("scheduling.acts"), group("scheduling.scheduled")
_TO_SCHEDULE, _DATE_NOUNS, _BARE = (
    group("scheduling.to-schedule"), group("scheduling.date-nouns"), group("scheduling.bare"),
)  # fmt: skip
_WATCHING, _DOCKETS = group("scheduling.watching"), group("scheduling.dockets")
_SETTING, _SET = group("scheduling.setting"), group("scheduling.set")
_KEEPING, _CALENDARS = group("scheduling.keeping"), group("scheduling.calendars")
#: What is computed is a deadline, not the date of a loss; a reminder of a litigation hold is advice.
_DEADLINES, _COMPUTING, _HOLDS = (
    group("scheduling.deadlines"), group("scheduling.computing"), group("scheduling.holds"),
)  # fmt: skip
_ARRANGED_SERVICE = group("filing.arranged")
_FREE, _DAYS, _FINDING = group("scheduling.free"), group("scheduling.days"), group("scheduling.finding")
_SLOTS, _JUGGLING = group("scheduling.slots"), group("scheduling.juggling")
_PUTTING, _CALENDAR_THINGS, _REMINDERS = (
    group("scheduling.putting"), group("scheduling.calendar-things"), group("scheduling.reminders"),
)  # fmt: skip
_COURTS, _STANDING = group("scheduling.courts"), group("scheduling.standing")
_WHETHER = frozenset({"if", "whether", "is", "was", "has", "when", "see"})
#: Beside legal work a date is only part of it; a line of more details than this tells of more than a date.
_LEGAL, _LONG = DRAFT | REVIEW | RESEARCH | ATTEND | PLAN, 24
#: A talk with more than four details of subject is about more than a date.
_MUCH = 16

_WHY_DATES = "arranging dates is clerical"


def scheduling(u: Understanding) -> Detection | None:
    """Scheduling, calendaring, reminders, checks of the docket."""
    if not u.has(_CALENDAR):
        return None
    for task in u.tasks:
        found = _schedules(u, task)
        if found is not None:
            return at_task(u, task, *found, CLERICAL_PASSES)
    if not u.tasks:
        k = next((k for k, word in enumerate(u.reading.words) if word in _BARE), -1)
        goes_on = k + 1 < len(u.reading) and u.reading.words[k + 1] in COMPOUNDS
        if k >= 0 and not goes_on and (stands_alone(u, k) or " " in u.reading.words[k]):
            return at_units(u, k, k, "scheduling-bare", _WHY_DATES, CLERICAL_PASSES)
    if u.weight <= _LONG:
        place = _asked_of_court(u) or _put_on_calendar(u) or (None if u.kinds & _LEGAL else _date_sought(u))
        if place is not None:
            return at_units(u, *place, "scheduling-date", _WHY_DATES, CLERICAL_PASSES)
    return None


def _put_on_calendar(u: Understanding) -> tuple[int, int] | None:
    """ "Put hearing on everybody's calendar", "marked cut-off in diary", "reminder emails re Friday deadline"."""
    words = u.reading.words
    for k, word in enumerate(words):
        if word not in _CALENDAR_THINGS or words[0] not in _PUTTING or words[k + 1 : k + 2] == ("year",):
            continue
        if any(w in ("on", "in", "to", "into") for w in words[max(0, k - 4) : k]):
            return 0, k
    if not u.kinds & ~(COMM | CLERICAL) and _HOLDS.isdisjoint(words):
        k = next((k for k, word in enumerate(words) if word in _REMINDERS), -1)
        if k >= 0 and any(w in _DEADLINES or w in _SCHEDULED for w in words):
            return k, k
    return None


def _date_sought(u: Understanding) -> tuple[int, int] | None:
    """The units that tell of finding a day: "what dates are open", "give me another day", "hearing date change"."""
    words = u.reading.words
    for k, word in enumerate(words):
        first, _, day = word.rpartition(" ")
        if (day not in _DAYS and word not in _DAYS) or words[k + 1 : k + 2] == ("of",):
            continue
        near = (*words[max(0, k - 3) : k + 4], *first.split(" "))
        sought = any(w in _FINDING for w in words[max(0, k - 6) : k + 4])
        if day in _SLOTS or any(w in _JUGGLING for w in words[max(0, k - 2) : k]):
            return max(0, k - 2), k
        if sought and any(w in _FREE for w in near):
            return max(0, k - 2), min(k + 1, len(words) - 1)
    return None


def _asked_of_court(u: Understanding) -> tuple[int, int] | None:
    """The units that tell of asking the court's staff whether a paper has been entered or a motion is on."""
    words = u.reading.words
    if u.kinds & ~(COMM | CLERICAL) and not _checks_with(words):
        return None
    asked = next((k for k, word in enumerate(words) if word in _COURTS), len(words))
    whether = next((k for k in range(asked + 1, len(words)) if words[k] in _WHETHER), len(words))
    for k in range(whether + 1, len(words)):
        if words[k] in _STANDING or words[k : k + 2] == ("on", "for"):
            return asked, k
    return None


def _checks_with(words: Sequence[str]) -> bool:
    """ "Check with clerk if ...": asking, not reading."""
    return len(words) > 1 and words[0].startswith("check") and words[1] == "with"


def _schedules(u: Understanding, task: Task) -> tuple[str, str] | None:
    """(ground, reason) where a task is about dates."""
    verb = task.verbs[0]
    if task.kinds & (CLERICAL | VAGUE) and any(v in _ACTS for v in task.verbs):
        if any(v in _DOCKETING for v in task.verbs):
            if of_a_compound(u, task) or (verb == "schedule" and _schedule_is_paper(u, task)):
                return None
            return "scheduling", "scheduling and docketing are clerical"
        if in_hand(u, task, _SCHEDULED, 9) and not in_hand(u, task, _ARRANGED_SERVICE, 4):
            return "scheduling-arrange", "arranging dates and rooms is clerical"
    if verb in _SETTING and in_hand(u, task, _SET, 3):
        return "scheduling-set", _WHY_DATES
    if task.kinds & COMM and task.subject <= _MUCH and u.internal(task) < 0 and _about_dates(u, task):
        return "scheduling-talk", "arranging dates is clerical, also by telephone"
    if task.kinds & REVIEW and verb in _WATCHING and task.weight <= _MUCH and in_hand(u, task, _DOCKETS, 3):
        return "scheduling-docket", "docket checks are clerical"
    wanted = _DEADLINES if verb in _COMPUTING else _CALENDARS
    if verb in _KEEPING and in_hand(u, task, wanted, 5) and not in_hand(u, task, _HOLDS, 3):
        return "scheduling-calendar", "keeping the calendar is clerical"
    return None


def _schedule_is_paper(u: Understanding, task: Task) -> bool:
    """ "Schedule 3.12", "schedules A, B": a list annexed to a paper."""
    words, k = u.reading.words, task.at + 1
    return words[task.at].startswith("schedule") and k < len(words) and (words[k][:1].isdigit() or len(words[k]) == 1)


def _about_dates(u: Understanding, task: Task) -> bool:
    """Whether a talk is to schedule: "call to reschedule"; not "mediation scheduled June 14"."""
    words, bases = u.reading.words, u.reading.bases
    for k in range(task.at + 1, task.end):
        if words[k] in _TO_SCHEDULE:
            inflected = task.topic_at in (k - 1, k - 2) and bases[k] != words[k]
            named = 0 <= k - 1 - task.topic_at <= 2 and task.topic_at >= 0 and words[k] in _DATE_NOUNS
            if words[k] in _SETTING and not any(word in _SET for word in words[k + 1 : k + 5]):
                continue
            if words[k - 1] == "to" or inflected or named:
                return True
    return False
