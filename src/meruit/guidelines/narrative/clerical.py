"""GL-17: copying, indexing, binders, data entry, ordering, redaction, file transfer, by anyone.

"Organize", "file", "copy", "index" and "serve" have legal meanings; so a word counts only as the verb of a
task, and with an object that a clerk would have in hand. Narrower kinds (filing, scheduling, intake,
proofreading) have rules and modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, after, in_hand
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    DOC,
    DRAFT,
    EVENT,
    HEAP,
    PERSON,
    REVIEW,
    group,
    groups_under,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_CALENDAR = cue("calendar")
#: Clerical whatever the object; and by verb, the objects with which a verb is clerical.
_ALWAYS, _BY_VERB = group("clerical.always"), groups_under("clerical.object-of")
#: Verbs of other rules.
_OTHERS = group("filing.acts") | group("scheduling.acts") | group("proofing.acts")
_STAMPING, _FETCHING = group("clerical.stamping"), group("clerical.fetching")
#: Legal acts on some objects: "enter" a stipulation, "mark" a claim, "sort" issues.
_BY_OBJECT = group("clerical.by-object")
_ENTERED, _NUMBERED, _MARKED = group("clerical.entered"), group("clerical.numbered"), group("clerical.marked")
_SCHEDULED = group("scheduling.scheduled")

_WHY = "this is an assistant's work"


def clerical(u: Understanding, *, extra: frozenset[str] = frozenset()) -> Detection | None:
    """Clerical work of no narrower kind. `extra` are the client's own words for it."""
    for task in u.tasks:
        ground = _ground(u, task)
        if ground is not None:
            return at_task(u, task, ground, _WHY, CLERICAL_PASSES)
        if extra and (task.verbs[0] in extra or any(word in extra for word in after(u, task))):
            return at_task(u, task, "clerical-client", "the client's list names this as clerical", CLERICAL_PASSES)
    return None


def _ground(u: Understanding, task: Task) -> str | None:
    verb = task.verbs[0]
    if task.kinds & CLERICAL:
        always = next((v for v in task.verbs if v in _ALWAYS), None)
        if always is not None:
            if any(v in _OTHERS for v in task.verbs) or not _clerks_object(u, task, always):
                return None
            return "clerical-verb"
    if task.kinds & DRAFT and "by" in u.reading.words:
        said = after(u, task)
        if "by" in said and not _STAMPING.isdisjoint(said):
            return "clerical-means"
    wanted = _BY_VERB.get(verb)
    if wanted is None or not in_hand(u, task, wanted, 5):
        return None
    if verb in _FETCHING and len(task.verbs) > 1 and task.kinds & REVIEW:
        return None  # "obtain and read transcript" is reading
    if verb == "set up" and u.has(_CALENDAR) and in_hand(u, task, _SCHEDULED, 5):
        return None
    return "clerical-object"


def _clerks_object(u: Understanding, task: Task, verb: str) -> bool:
    if verb not in _BY_OBJECT:
        return True
    if verb in ("enter", "log"):
        return in_hand(u, task, _ENTERED, 8)
    if verb == "number":
        return in_hand(u, task, _NUMBERED, 4)
    if verb == "mark":
        return in_hand(u, task, _MARKED, 4)
    if task.end == task.at + 1:
        return True
    near = range(task.at + 1, min(task.end, task.at + 7))
    bits = u.reading.bits
    return any(bits[k] & (DOC | HEAP | EVENT) or bits[k] == 0 for k in near) or not bits[task.at + 1] & PERSON
