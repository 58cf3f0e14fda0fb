"""GL-17: copying, indexing, binders, data entry, ordering, redaction, file transfer, by anyone.

"Organize", "file", "copy", "index" and "serve" have legal meanings; so a word counts only as the verb of a
task, and with an object that a clerk would have in hand. Narrower kinds (filing, scheduling, intake,
proofreading) have rules and modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, after, in_hand, of_a_compound
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    COMM,
    DOC,
    DRAFT,
    ED,
    EVENT,
    HEAP,
    ING,
    MANAGE,
    PERSON,
    PLAN,
    RESEARCH,
    REVIEW,
    STEP,
    STRONG,
    TOPIC,
    VAGUE,
    VERB,
    WEAK,
    WHOLE,
    forms,
    group,
    groups_under,
)
from meruit.utbms import Grade

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_CALENDAR, _OFFICE = cue("calendar"), cue("office")
#: Clerical whatever the object; and by verb, the objects with which a verb is clerical.
_ALWAYS, _BY_VERB = group("clerical.always"), groups_under("clerical.object-of")
#: Verbs of other rules.
_OTHERS = group("filing.acts") | group("scheduling.acts") | group("proofing.acts")
_STAMPING, _FETCHING = group("clerical.stamping"), group("clerical.fetching")
#: Legal acts on some objects: "enter" a stipulation, "mark" a claim, "sort" issues.
_BY_OBJECT = group("clerical.by-object")
_ENTERED, _NUMBERED, _MARKED = group("clerical.entered"), group("clerical.numbered"), group("clerical.marked")
_SCHEDULED = group("scheduling.scheduled")
#: Things of the office, and what is done with them that is no legal work whichever of them it is.
_HANDLING, _THINGS = group("clerical.handling"), group("clerical.things")
#: "Put exhibits in numerical order".
_PUTTING, _IN_ORDER = group("clerical.putting"), group("clerical.in-order")
_PUTTING_FORMS = frozenset(form for verb in _PUTTING for form, _ in forms(verb))
_PUT_REACH, _SHORT_LINE = 11, 8
_MACHINES = group("clerical.machines")
#: "Organize" exhibits, but not a company or an argument.
_ORGANIZING, _LEGAL_BODIES = frozenset({"organize", "organise", "reorganize"}), group("clerical.legal-bodies")
_GOES_ON = group("clerical.goes-on")
_BY_PURPOSE, _READ_CASES = group("clerical.by-purpose"), group("clerical.read-cases")
_BOUND = group("clerical.bound")
_BLACKED_OUT = group("clerical.out")
#: So far from its verb stands a thing in hand.
_REACH = 6

#: Kinds of work that are not clerical whatever the code says, or say too little.
_LEGAL = DRAFT | REVIEW | RESEARCH | ATTEND | PLAN | MANAGE | VAGUE

_WHY = "this is an assistant's work"


def clerical(u: Understanding, *, extra: frozenset[str] = frozenset()) -> Detection | None:
    """Clerical work of no narrower kind. `extra` are the client's own words for it."""
    for task in u.tasks:
        ground = _ground(u, task)
        if ground is not None:
            return at_task(u, task, ground, _WHY, CLERICAL_PASSES)
        if extra and (task.verbs[0] in extra or any(word in extra for word in after(u, task))):
            return at_task(u, task, "clerical-client", "the client's list names this as clerical", CLERICAL_PASSES)
    if not u.tasks and u.has(_OFFICE) and (_puts_away(u) or _at_machine(u) or _only_things(u)):
        return at_all(u, "clerical-order", _WHY, CLERICAL_PASSES)
    if not u.tasks and u.bits & CLERICAL:
        k = _named_act(u)
        if k >= 0:
            return at_units(u, k, k, "clerical-named", _WHY, CLERICAL_PASSES)
    return None


def _puts_away(u: Understanding) -> bool:
    """ "Put exhibits in tab order", "keyed metadata into vendor's spreadsheet": an act that no list of work holds."""
    words = u.reading.words
    if not words or words[0] not in _PUTTING_FORMS:
        return False
    return any(word in _IN_ORDER or word in _THINGS for word in words[2:_PUT_REACH])


def _only_things(u: Understanding) -> bool:
    """ "Exhibit stickers onto sixty volumes", "trial notebook assembly": a short line of nothing else."""
    r = u.reading
    if len(r) > _SHORT_LINE or u.bits & (DOC | TOPIC):
        return False
    return any(word.rpartition(" ")[2] in _THINGS for word in r.words)


def _named_act(u: Understanding) -> int:
    """The act named after its object: "exhibits 1-44, tabbing and numbering"; or -1."""
    r = u.reading
    for k, b in enumerate(r.bits):
        apart = k in (0, len(r) - 1) or bool(r.bits[k - 1] & (WEAK | STRONG))
        acts = b & CLERICAL and b & VERB and b & (ED | ING) and apart
        if acts and r.bases[k] in _ALWAYS and r.bases[k] not in _BY_OBJECT:
            return -1 if r.bases[k] == "redact" else k
    return -1


def _at_machine(u: Understanding) -> bool:
    """ "Stood at the copier most of the afternoon"."""
    return not _MACHINES.isdisjoint(u.reading.words)


def clerical_by_code(u: Understanding) -> Detection | None:
    """What is coded as managing files (A110) and tells of no legal work, in words that no table holds.

    The caller asks only where no narrower rule speaks.
    """
    if u.activity_code != "A110" or u.kinds & _LEGAL or u.weight <= WHOLE or not len(u.reading):
        return None
    if u.kinds & COMM and (u.grade is None or u.grade.is_lawyer):
        return None
    return at_units(u, 0, len(u.reading) - 1, "clerical-code", _WHY, CLERICAL_PASSES)


def _ground(u: Understanding, task: Task) -> str | None:
    verb = task.verbs[0]
    if task.kinds & CLERICAL:
        always = next((v for v in task.verbs if v in _ALWAYS), None)
        if always is not None:
            if verb in _BY_PURPOSE and _to_find_out(u, task):
                return None
            if any(v in _OTHERS for v in task.verbs) or of_a_compound(u, task) or not _clerks_object(u, task, always):
                return None
            return "clerical-verb"
    if task.kinds & DRAFT and "by" in u.reading.words:
        said = after(u, task)
        if "by" in said and not _STAMPING.isdisjoint(said):
            return "clerical-means"
    if verb in _HANDLING and u.has(_OFFICE) and not _goes_on(u, task) and _handles_things(u, task):
        return "clerical-things"
    if verb in _PUTTING and in_hand(u, task, _IN_ORDER, 8):
        return "clerical-order"
    wanted = _BY_VERB.get(verb)
    if wanted is None or _goes_on(u, task) or not in_hand(u, task, wanted, 5):
        return None
    if task.topic_at >= 0 and in_hand(u, task, _READ_CASES, 3):
        return None  # "pulled cases on constructive eviction"
    if verb == "maintain" and u.reading.words[task.at] == "maintained" and task.at > task.start:
        return None  # "file maintained at counsel's office"
    if verb in _FETCHING and len(task.verbs) > 1 and task.kinds & REVIEW:
        return None  # "obtain and read transcript" is reading
    if verb == "set up" and u.has(_CALENDAR) and in_hand(u, task, _SCHEDULED, 5):
        return None
    return "clerical-object"


def _to_find_out(u: Understanding, task: Task) -> bool:
    """ "Indexed file to identify missing assignments": what is found, not the order, is the work."""
    words, bits = u.reading.words, u.reading.bits
    return any(
        words[k] == "to" and bits[k + 1] & VERB and bits[k + 1] & (REVIEW | STEP) and not bits[k + 1] & (DOC | HEAP)
        for k in range(task.at + 1, task.end - 1)
    )


def _goes_on(u: Understanding, task: Task) -> bool:
    """Whether the thing is only the first half of a paper: "witness binder outline"."""
    words = u.reading.words
    near = range(task.at + 1, min(task.end - 1, task.at + _REACH))
    return any(words[k].rpartition(" ")[2] in _THINGS and words[k + 1] in _GOES_ON for k in near)


def _handles_things(u: Understanding, task: Task) -> bool:
    """Whether what is made, sought, moved or seen to is a thing of the office and the text says no more of it.

    "Set up exhibit folders", "hunted for missing redweld", "chased signature pages"; not "create data room index of
    defects" or "prepare signature page provisions".
    """
    words, bits = u.reading.words, u.reading.bits
    for k in range(task.start if task.at > task.start else task.at + 1, min(task.end, task.at + 1 + _REACH)):
        if bits[k] & TOPIC:
            return False
        if words[k] in _THINGS or (" " in words[k] and words[k].rpartition(" ")[2] in _THINGS):
            after = bits[k + 1] if k + 1 < len(bits) else 0
            return not after & (DOC | HEAP)  # "folder log" goes on
    return False


def _clerks_object(u: Understanding, task: Task, verb: str) -> bool:
    if verb == "tabulate" and u.grade in (Grade.PARTNER, Grade.COUNSEL):
        return False  # a fault of level
    if verb == "redact" and task.end == task.at + 1 and len(task.verbs) == 1:
        return False  # "hull no. redacted", "call with [redacted]": of this very text
    if verb in _ORGANIZING:
        return not in_hand(u, task, _LEGAL_BODIES, 4)
    if verb not in _BY_OBJECT:
        return True
    if verb in ("enter", "log"):
        return in_hand(u, task, _ENTERED, 8)
    if verb == "bind":
        return in_hand(u, task, _BOUND, 6)
    if verb == "back up":
        return not in_hand(u, task, ("hearing", "trial", "deposition", "mediation"), 6)
    if verb == "number":
        return in_hand(u, task, _NUMBERED, 4)
    if verb in ("black out", "blank out"):
        return in_hand(u, task, _BLACKED_OUT, 6)
    if verb == "mark":
        return in_hand(u, task, _MARKED, 4)
    if task.end == task.at + 1:
        return True
    near = range(task.at + 1, min(task.end, task.at + 7))
    bits = u.reading.bits
    return any(bits[k] & (DOC | HEAP | EVENT) or bits[k] == 0 for k in near) or not bits[task.at + 1] & PERSON
