"""GL-21, GL-22: learning the field, and learning a file again after a change of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.objects import stands_alone
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLIENT,
    COMM,
    DET,
    INSIDE,
    MANAGE,
    OUTSIDE,
    PERSON,
    PLAN,
    REVIEW,
    VAGUE,
    group,
)
from meruit.utbms import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_TRAINING, _RAMP = cue("training"), cue("ramp-up")
_TEACHING, _COURSES, _OWN_COURSES = group("learning.teaching"), group("learning.courses"), group("learning.own-courses")
_BASICS, _NEWCOMERS, _FACTS = group("learning.basics"), group("learning.newcomers"), group("learning.facts")
_PURPOSES = group("learning.purposes")
_TOOLS = group("learning.tools")
#: Training materials and manuals are often evidence.
_EVIDENCE = group("learning.evidence")
_WATCHED, _ABOUT_THE_CASE = group("learning.watched"), group("learning.about-the-case")
_SURE, _OF_TEAM, _IN_CASES = (
    group("learning.ramp-up-sure"), group("learning.ramp-up-of-team"), group("learning.ramp-up-in-cases"),
)  # fmt: skip
_OF_THE_FILE = group("learning.of-the-file")

_OWN = "nothing: this is the firm's own cost"
_COURSE = ("training-course", "courses are the firm's own cost")
_LEARNING = ("training-basics", "learning the field is the firm's own cost")
_WATCHING = ("training-watching", "watching to learn is the firm's own cost")
_TRAINED = ("training-others", "training is the firm's own cost")
_STAFFING = "the cost of a change of staff is the firm's own"


def training(u: Understanding) -> Detection | None:
    """Seminars, learning the basics, shadowing."""
    if not u.has(_TRAINING):
        return None
    for task in u.tasks:
        for k in range(task.start, task.end):
            found = _learns(u, task, k) if u.reading.unit_cues[k] & _TRAINING else None
            if found is not None:
                return at_task(u, task, *found, _OWN)
    how = _how_a_tool_works(u)
    if how >= 0:
        return at_units(u, how, len(u.reading) - 1, *_LEARNING, _OWN)
    if _for_training(u) or _sees_how(u):
        return at_all(u, "training-purpose", "the text says that the purpose was training", _OWN)
    k = u.where(_TRAINING)
    words = u.reading.words
    if not u.tasks and not any(word in _EVIDENCE for word in words):
        course = next((j for j, word in enumerate(words) if word in _COURSES or word in _OWN_COURSES), -1)
        if course >= 0 and stands_alone(u, course) and not words[course].endswith(("'s", "s'")):
            return at_units(u, course, course, *_COURSE, _OWN)
    opens = k == 0 or (k == 1 and not u.tasks)
    if (
        opens
        and words[k].startswith(_LEARNING_STEMS)
        and not _a_train(u, k)
        and _of_itself(u, k)
        and not any(word in _EVIDENCE for word in words)
    ):
        return at_units(u, k, k, "training-bare", "training is the firm's own cost", _OWN)
    return None


def _of_itself(u: Understanding, k: int) -> bool:
    """ "Training", "training on tool", "training session", but not "training program license"."""
    nouns = ("session", "class", "sessions", "day", "meeting", "lunch", "exercise", "call")
    word = u.reading.words[k]
    acts = word.startswith(("learn", "familiar", "observ", "shadow", "mentor"))
    return acts or stands_alone(u, k) or u.reading.words[k + 1] in nouns


def _a_train(u: Understanding, k: int) -> bool:
    """ "Train home from Philadelphia", "train lease": what runs on rails, or things taken from it."""
    words, bits = u.reading.words, u.reading.bits
    if words[k] != "train":
        return False
    return k + 1 >= len(words) or not bits[k + 1] & (PERSON | DET)


_LEARNING_STEMS = ("train", "familiar", "learn", "cle", "webinar", "seminar", "shadow", "observ", "mentor")


def _learns(u: Understanding, task: Task, k: int) -> tuple[str, str] | None:
    """(ground, reason) where the word at `k` makes `task` learning or teaching."""
    r = u.reading
    word = r.words[k]
    if task.kinds & MANAGE and task.verbs[0] in _TEACHING:
        of_client = task.persons & CLIENT or any(w in ("reviewers", "client's", "department") for w in r.words)
        return None if of_client else _TRAINED
    if word in _COURSES and task.kinds & (ATTEND | REVIEW | VAGUE | PLAN | COMM):
        read = task.kinds & REVIEW and task.verbs[0] not in ("watch", "view")
        aside = read or (task.kinds & COMM and k - task.at > 2)
        return None if aside else _COURSE
    if word == "training" and task.kinds & ATTEND and 0 < k - task.at <= 3 and not task.persons & CLIENT:
        return _COURSE
    if (word.startswith(("keep ", "stay ", "become ")) and word not in _BASICS) or word in _OWN_COURSES:
        return _LEARNING
    if word == "bar association" and task.kinds & ATTEND:
        return _COURSE
    if word.startswith(("observ", "shadow")):
        return _watches(u, task, k)
    if word.startswith(("familiari", "learn", "educat")) or word in _BASICS:
        return _LEARNING if _learns_the_field(u, task, k) else None
    return _TRAINED if word in _NEWCOMERS and task.persons & INSIDE else None


def _watches(u: Understanding, task: Task, k: int) -> tuple[str, str] | None:
    """ "Observe deposition" as an act of one's own is attendance, unless it says that it is to learn."""
    word = u.reading.words[k]
    if k != task.at and not task.kinds & ATTEND:
        return None
    if k == task.at and task.kinds & ATTEND and not (_for_training(u) or "argument" in u.reading.words):
        learner = u.grade in (Grade.SUMMER, Grade.CLERK) or word.startswith("shadow")
        return _WATCHING if learner else None
    after = u.reading.words[k + 1 : k + 4]
    return _WATCHING if not after or any(w in _WATCHED for w in after) or not task.kinds & ATTEND else None


def _learns_the_field(u: Understanding, task: Task, k: int) -> bool:
    """Not "learn whether the valve leaked", and not the file itself, which is GL-22's."""
    words = u.reading.words
    word = words[k]
    if any(w in _ABOUT_THE_CASE for w in words) or (task.kinds & COMM and not word.startswith("educat")):
        return False
    if word.startswith("learn"):
        if words[k - 1] != "to" and k != task.at and word != "learning":
            return False
        return not (k + 1 < len(words) and words[k + 1] in _FACTS)
    return True


def _how_a_tool_works(u: Understanding) -> int:
    """The unit "how" in "how deal room software works", where no client is told it; or -1."""
    words = u.reading.words
    if any(task.persons & (CLIENT | OUTSIDE) for task in u.tasks):
        return -1
    for k, word in enumerate(words):
        if word != "how" or _TOOLS.isdisjoint(words[k + 1 : k + 8]):
            continue
        works = any(w in ("works", "work", "operates") for w in words[k + 2 : k + 9])
        if works or words[k + 1 : k + 3] == ("to", "use"):
            return k
    return -1


def _sees_how(u: Understanding) -> bool:
    """ "Watched witness examined to see how it is done", "attend argument to watch the panel", "lunch & learn"."""
    words = u.reading.words
    for k, word in enumerate(words):
        if word == "watch" and words[k - 1 : k] == ("to",) and any(w in _WATCHED for w in words[k + 1 : k + 4]):
            return True
        if word in ("watched", "watching", "watch", "sat in", "sat") and words[k + 1 :].count("how"):
            return words[words.index("how", k) - 1] in ("see", "learn", "observe", "on", "understand")
        if word in ("lunch", "brown") and words[k + 2 : k + 3] == ("learn",):
            return True
    return False


def _for_training(u: Understanding) -> bool:
    words = u.reading.words
    for k in range(1, len(words)):
        if words[k] in _PURPOSES and words[k - 1] in ("for", "as", "of", "the", "gain", "get"):
            after = words[k + 1] if k + 1 < len(words) else ";"
            if after in ("purposes", "purpose", "and", ",", ";"):
                return True
        if words[k] == "observe" and words[k - 1] == "to" and any(w in _WATCHED for w in words[k + 1 : k + 4]):
            return True
    return False


def _takes_over(words: Sequence[str], k: int) -> bool:
    """ "I have taken this matter over from Ms. Lane"."""
    return words[k + 1 : k + 2] == ("from",) and not _TAKING.isdisjoint(words[max(0, k - 4) : k])


_TAKING = frozenset({"take", "took", "taken", "taking", "pick", "picked", "picking"})


def ramp_up(u: Understanding) -> Detection | None:
    """Getting up to speed after a change of staff; handing over."""
    if not u.has(_RAMP):
        return None
    r = u.reading
    outsiders = any(task.persons & (CLIENT | OUTSIDE) for task in u.tasks)
    of_the_team = not outsiders and (u.bits & INSIDE != 0 or any(word in _OF_THE_FILE for word in r.words))
    for k, found in enumerate(r.unit_cues):
        if not found & _RAMP:
            continue
        word = r.words[k]
        if word.startswith("outgoing") and "firm" in r.words:
            return at_units(u, k, k, "ramp-up", _STAFFING, _OWN)
        if word in ("over", "up") and of_the_team and _takes_over(r.words, k):
            return at_units(u, k, k, "ramp-up-team", _STAFFING, _OWN)
        if word in _SURE and (of_the_team or word not in _IN_CASES):
            return at_units(u, k, k, "ramp-up", _STAFFING, _OWN)
        if word in _OF_TEAM and of_the_team:
            return at_units(u, k, k, "ramp-up-team", _STAFFING, _OWN)
    return None
