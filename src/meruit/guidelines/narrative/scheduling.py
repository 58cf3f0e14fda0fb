"""GL-23: arranging dates, calendaring, docket checks.

A letter that proposes dates is advocacy; a call to find one is not. A scheduling order and Schedule 3.12 are
papers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, in_hand
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CLERICAL, COMM, REVIEW, VAGUE, group

if TYPE_CHECKING:
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
_ARRANGED_SERVICE = group("filing.arranged")
#: A talk with more than three details of subject is about more than a date.
_MUCH = 12

_WHY_DATES = "arranging dates is clerical"


def scheduling(u: Understanding) -> Detection | None:
    """Scheduling, calendaring, reminders, checks of the docket."""
    if not u.has(_CALENDAR):
        return None
    for task in u.tasks:
        found = _schedules(u, task)
        if found is not None:
            return at_task(u, task, *found, CLERICAL_PASSES)
    if not u.tasks and any(word in _BARE for word in u.reading.words):
        k = u.where(_CALENDAR)
        return at_units(u, k, k, "scheduling-bare", _WHY_DATES, CLERICAL_PASSES)
    return None


def _schedules(u: Understanding, task: Task) -> tuple[str, str] | None:
    """(ground, reason) where a task is about dates."""
    verb = task.verbs[0]
    if task.kinds & (CLERICAL | VAGUE) and any(v in _ACTS for v in task.verbs):
        if any(v in _DOCKETING for v in task.verbs):
            if verb == "schedule" and _schedule_is_paper(u, task):
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
    if verb in _KEEPING and in_hand(u, task, _CALENDARS, 5):
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
            named = task.topic_at == k - 1 and words[k] in _DATE_NOUNS
            if words[k] in _SETTING and not any(word in _SET for word in words[k + 1 : k + 5]):
                continue
            if words[k - 1] == "to" or inflected or named:
                return True
    return False
