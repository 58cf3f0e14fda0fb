"""GL-19: opening and closing files, conflict checks, intake, storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, in_hand
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    COLON,
    COMM,
    DRAFT,
    EVENT,
    PREP,
    RESEARCH,
    REVIEW,
    STRONG,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_ADMIN = cue("file-admin")
_CHECKING, _FORMS, _STORAGE, _BOXES = (
    group("intake.checking"), group("intake.forms"), group("intake.storage"), group("intake.boxes"),
)  # fmt: skip
_LETTERS, _NUMBERS, _FILES = group("intake.letters"), group("intake.numbers"), group("intake.files")

#: Words that by themselves say nothing of the firm's files.
_LOOSE = group("intake.loose")
#: Words of the firm's own registers, whatever is done with them.
_SURE = group("intake.sure")

_WHY_CHECK = "conflict checks are the firm's own cost"
_WHY_FILE = "setting up and closing files are the firm's own cost"


def file_administration(u: Understanding) -> Detection | None:
    """Conflicts, engagement set-up, file closing, storage; not a conflict of laws or of interests in the case."""
    if not u.has(_ADMIN):
        return None
    for task in u.tasks:
        for k in range(task.start, task.end):
            if not u.reading.unit_cues[k] & _ADMIN:
                continue
            if "conflict" in u.reading.words[k]:
                if " " in u.reading.words[k] or task.verbs[0] in _CHECKING:
                    return at_task(u, task, "admin-conflicts", _WHY_CHECK, CLERICAL_PASSES)
            elif u.reading.words[k] in _SURE and not task.kinds & (RESEARCH | ATTEND):
                return at_task(u, task, "admin-conflicts", _WHY_CHECK, CLERICAL_PASSES)
            elif _of_the_firm(u, task, k):
                return at_task(u, task, "admin-file", _WHY_FILE, CLERICAL_PASSES)
    for task in u.tasks:
        if task.verbs[0] in ("open", "close") and task.kinds & CLERICAL and in_hand(u, task, _FILES, 4):
            return at_task(u, task, "admin-open", _WHY_FILE, CLERICAL_PASSES)
    if not u.tasks:
        k = u.where(_ADMIN)
        if u.reading.words[k] == "conflicts" and u.reading.words[k + 1 : k + 2] in (("between",), ("of",), ("in",)):
            return None
        if u.reading.words[k] in _LOOSE and "file" not in u.reading.words:
            return None
        return at_units(u, k, k, "admin-bare", _WHY_FILE, CLERICAL_PASSES)
    return None


def _of_the_firm(u: Understanding, task: Task, k: int) -> bool:
    """Whether intake, storage, a letter of engagement or a number is the firm's and not the case's."""
    word = u.reading.words[k]
    if word.startswith(("open", "clos")) and " " not in word:
        return False  # asked below, with a file or matter as the object
    if word in _FORMS:
        return not task.kinds & REVIEW or task.verbs[0] == "complete"
    if word in _STORAGE:
        return not task.kinds & (DRAFT | REVIEW | RESEARCH) and in_hand(u, task, _BOXES, 8)
    if word in _LETTERS:
        if any(u.reading.bits[j] & (PREP | STRONG | COLON | EVENT) for j in range(task.at + 1, k)):
            return False  # "prepare witness for deposition: duties, fee agreement"
        experts = any("expert" in other for other in u.reading.words)
        return bool(task.kinds & (DRAFT | COMM | CLERICAL)) and not experts
    return word not in _NUMBERS or bool(task.kinds & CLERICAL)
