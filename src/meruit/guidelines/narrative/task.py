"""One task of a narrative: its head, and what is said with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.heads import OUTWARD
from meruit.guidelines.narrative.words import (
    ANAPHOR,
    ANY_KIND,
    ATTEND,
    CAPITAL,
    COMM,
    DET,
    DOC,
    ED,
    EVENT,
    HEAP,
    NUMBER,
    PERSON,
    PREP,
    SOFT,
    STRONG,
    TIME,
    TOPIC,
    VERB,
    WEAK,
    WHOLE,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.reading import Reading


class Task:
    """One head and what hangs on it: units [start, end), the head at `at`."""

    __slots__ = (
        "anaphoric",
        "at",
        "bits",
        "doc",
        "end",
        "event",
        "form",
        "hours",
        "kinds",
        "named",
        "persons",
        "separator",
        "start",
        "subject",
        "thing",
        "topic_at",
        "verbs",
        "weight",
    )

    def __init__(self, start: int, at: int, kinds: int, verb: str, form: int, separator: str) -> None:
        self.start = start
        self.at = at
        self.end = at + 1
        self.kinds = kinds
        self.verbs = [verb]
        self.form = form
        self.separator = separator
        self.event: str | None = None
        self.anaphoric = False
        self.hours: list[int] = []

    # What `describe` finds once the task is whole.
    bits: int
    doc: str | None
    #: The last word of the object before any preposition, whatever it is.
    thing: str | None
    persons: int
    named: bool
    weight: int
    subject: int
    topic_at: int


_CALLING = group("tasks.calling")
_MEETINGS = frozenset({"meeting", "meetings", "conference", "session"})

#: Heads that end so lead to the people at once: "telephone attendance on".
_LEADS_TO = (" with", " from", " on", " upon")
#: What makes the object of a task, the people in it and its subject, and is not merely weighed.
_SPECIAL = TIME | TOPIC | PREP | STRONG | WEAK | ANAPHOR | PERSON | DOC | HEAP | EVENT | CAPITAL | ANY_KIND
# Put together once and not at every unit.
_TURNS, _SUMMED = TIME | TOPIC | PREP | STRONG | WEAK, EVENT | HEAP | TIME
_PAPER, _NO_NAME, _NO_PERSON = DOC | HEAP, ANY_KIND | DOC | HEAP | EVENT | NUMBER, DOC | HEAP | ANY_KIND
_NO_THING = DET | VERB
_HALF = WHOLE // 2


def describe(r: Reading, task: Task) -> None:
    """Object, people, event and weight of what is said in the task."""
    bits, words, bases, weights = r.bits, r.words, r.bases, r.weights
    at, end = task.at, task.end
    talk = bool(task.kinds & COMM)
    meets = bool(task.kinds & ATTEND)
    lively = talk or meets
    calls = talk and task.verbs[0] in _CALLING
    seen = weight = subject = persons = 0
    topic_at = -1
    doc = thing = None
    event = task.event
    named = False
    in_object = True
    aside = talk and words[at].endswith(_LEADS_TO)  # after with/to/from: the people
    reached = False  # somebody has been named there
    first = True
    for k, b in enumerate(bits[task.start : end], task.start):
        if k == at:
            first = True
            seen |= b & _SUMMED
            if b & EVENT:
                event = bases[k]
            continue
        if not (b or aside or lively):  # a word of no class, as most are
            w = weights[k]
            weight += w
            subject += w
            if in_object and k > at:
                thing = bases[k]
            first = False
            continue
        seen |= b
        if not (in_object or aside or lively or b & _SPECIAL):
            w = weights[k]
            weight += w
            subject += w or (_HALF if b & SOFT else 0)
            first = False
        elif b & _TURNS:
            if b & TIME:
                task.hours.append(k)
            elif b & TOPIC:
                if topic_at < 0 and k > at:
                    topic_at = k
                in_object = aside = False
            elif b & PREP:
                in_object = reached = False
                aside = words[k] in OUTWARD and (words[k] != "to" or _reaches_someone(r, k + 1))
        else:
            w = weights[k]
            if first and b & ANAPHOR:
                task.anaphoric = True
            if b & PERSON and not b & _PAPER:
                if topic_at < 0:
                    persons |= b & PERSON
                reached = aside
            elif aside and w and not b & _NO_NAME:
                if b & CAPITAL or not reached or k + 1 == end:
                    named = reached = True
                    w = 0
                else:
                    aside = False
            elif reached and aside and b & _NO_PERSON and not b & PERSON:
                aside = False
            elif talk and topic_at < 0 and b == CAPITAL and (calls or bits[k - 1] & PERSON):
                named = True
                w = 0  # "called Dr. Roe", "telephone call expert Roe"
            elif talk and b & NUMBER and ":" in words[k]:
                w = 0  # "dial-in 9:30"
            elif talk and w and topic_at < 0 and k + 1 < end and bits[k + 1] & PERSON:
                w = 0  # "damages expert", "debtors counsel": part of who it is
            elif in_object and b & _PAPER:
                doc = bases[k]
            if event is None and (b & EVENT or (meets and words[k] in _MEETINGS)):
                event = bases[k]
            if in_object and k > at and not b & _NO_THING:
                thing = bases[k]
            weight += w
            if topic_at >= 0 or not aside:
                subject += w or (_HALF if b & SOFT and not b & PERSON else 0)
            first = False
    task.bits = seen
    task.weight = weight
    task.subject = subject
    task.persons = persons
    task.topic_at = topic_at
    task.doc, task.thing, task.event, task.named = doc, thing, event, named
    if end <= at + 1 or (bits[at + 1] & WEAK and all(bits[k] & (WEAK | ED) for k in range(at + 2, end))):
        task.anaphoric = True


def _reaches_someone(r: Reading, k: int) -> bool:
    """Whether "to" leads to a person and not to a purpose."""
    return k < len(r.bits) and bool(r.bits[k] & (PERSON | CAPITAL | DET | WEAK))
