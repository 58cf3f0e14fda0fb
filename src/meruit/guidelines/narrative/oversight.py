"""GL-25: supervising and assigning, and looking at the file for its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CLIENT, COMM, DOC, INSIDE, MANAGE, OUTSIDE, REVIEW, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_SUPERVISE = cue("supervise")
_TEACHING, _ASSIGNING, _OF_STAFF = (
    group("oversight.teaching"), group("oversight.assigning"), group("oversight.of-staff"),
)  # fmt: skip
_BARE = group("oversight.bare")
#: What of a colleague is looked at when the colleague is supervised, not the paper: "associate's work".
_WORK_OF, _FEEDBACK = group("oversight.work-of"), group("oversight.feedback-verbs")
_ROUTINE, _THE_FILE = group("oversight.routine"), group("oversight.the-file")
#: Dividing work among people, and telling a junior what to do.
_GIVING, _GIVEN = group("oversight.giving"), group("oversight.given")
_ALLOTTING, _TELLING, _TOLD_WHAT, _JUNIORS = (
    group("oversight.allotting"), group("oversight.telling"), group("oversight.told-what"), group("oversight.juniors"),
)  # fmt: skip
#: A look at the file that tells more than three details is work on something.
_MUCH = 12

_OWN = "nothing: this is the firm's own cost"


def supervision(u: Understanding) -> Detection | None:
    """Supervising, assigning, instructing staff; routine review of the file."""
    if not u.has(_SUPERVISE):
        return None
    for task in u.tasks:
        if _supervises(u, task):
            return at_task(u, task, "supervision", "supervision is overhead", _OWN)
        if task.kinds & REVIEW and _reads_the_file(u, task) and any(w in _ROUTINE for w in u.reading.words):
            return at_task(u, task, "supervision-file", "looking at the file for its status is overhead", _OWN)
    k = _allots(u)
    if k >= 0:
        return at_units(u, k, k, "supervision", "supervision is overhead", _OWN)
    k = u.where(_SUPERVISE)
    if not u.tasks and any(word in _BARE for word in u.reading.words):
        return at_units(u, k, k, "supervision-diary", "looking at the file for its status is overhead", _OWN)
    return None


def _allots(u: Understanding) -> int:
    """The unit that tells of dividing work or watching how it goes, with nobody from outside; or -1."""
    if any(task.persons & (CLIENT | OUTSIDE) for task in u.tasks):
        return -1
    words = u.reading.words
    k = next((k for k, word in enumerate(words) if word in _ALLOTTING), -1)
    if k >= 0:
        return k
    k = next((k for k, word in enumerate(words) if word in _GIVEN), -1)
    if k >= 0 and any(word in _GIVING for word in words[max(0, k - 3) : k]):
        return k
    if words[0] in ("showed", "showing") and any(w in _JUNIORS for w in words[1:4]) and "how" in words:
        return 0
    for task in u.tasks:
        if task.verbs[0] in _TELLING:
            for k in range(task.at + 1, min(task.end - 1, task.at + 5)):
                junior = words[k] in _JUNIORS or words[k].rpartition(" ")[2] in _JUNIORS
                if junior and words[k + 1] in _TOLD_WHAT:
                    return task.at
    return -1


def _supervises(u: Understanding, task: Task) -> bool:
    outsiders = task.persons & (CLIENT | OUTSIDE)
    insiders = task.persons & INSIDE
    verb = task.verbs[0]
    if task.kinds & MANAGE:
        if (outsiders and not insiders) or verb in _TEACHING:
            return False
        bits = u.reading.bits
        if verb == "supervision" and task.at + 1 < len(bits) and bits[task.at + 1] & DOC:
            return False  # "supervision agreement for probationer"
        if verb == "direct":
            return bool(insiders)
        return not (verb in _OF_STAFF and not insiders and task.doc not in ("projects", None))
    if task.kinds & COMM and verb in _ASSIGNING and not outsiders:
        if verb in _FEEDBACK:
            return any(u.inside_at(k) for k in range(len(u.reading)))
        return any(u.inside_at(k) for k in range(task.at, task.end))
    return not outsiders and bool(u.bits & INSIDE) and _looks_at_work(u, task)


def _looks_at_work(u: Understanding, task: Task) -> bool:
    """ "Review associate's work on motion"; the review of an associate's draft is legal work."""
    words = u.reading.words
    if not task.kinds & REVIEW:
        return False
    for k in range(task.at + 1, min(task.end, task.at + 6)):
        if u.reading.bits[k] & INSIDE and k + 1 < task.end:
            if words[k].endswith("'s") or words[k].endswith("s'"):
                return words[k + 1].partition(" ")[0] in _WORK_OF
            return words[k - 1] in ("of", "by") and words[k - 2].partition(" ")[0] in _WORK_OF
    return False


def _reads_the_file(u: Understanding, task: Task) -> bool:
    near = u.reading.words[task.start : min(task.end, task.at + 5)]
    return any(word in _THE_FILE for word in near) and u.weight <= _MUCH
