"""What a narrative says: `understand(text)`, the door of this package.

Deterministic and without a model file: words by class (`words`), units with their place (`reading`), tasks
(`tasks`), pieces of work (`pieces`). What rules ask for is worked out when first asked and then kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Literal

from meruit.guidelines.narrative.opinion import Heard, listen
from meruit.guidelines.narrative.pieces import allocated, pieces
from meruit.guidelines.narrative.reading import Reading, read
from meruit.guidelines.narrative.tasks import Task, segment
from meruit.guidelines.narrative.words import (
    ANY_KIND,
    CAPITAL,
    CLERICAL,
    CLIENT,
    COMM,
    DET,
    DOC,
    EVENT,
    FUNC,
    GENERIC,
    HEAP,
    INSIDE,
    INTERNAL,
    KINDS,
    NUMBER,
    OUTSIDE,
    PERSON,
    PREP,
    STRONG,
    TIME,
    TOPIC,
    TRAVEL,
    WEAK,
    cue_bits,
    group,
)
from meruit.utbms import Grade, grade_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Side = Literal["inside", "client", "outside", "named"]

#: What a rule may hang on stands in one number, the signs of a line: the cues of its words lowest, above them the
#: kinds of its tasks, the classes of its words, and what else decides whether a rule can speak at all.
_KINDS_FROM, _CLASSES_FROM, _ELSE_FROM = 64, 80, 128
NO_KIND, NO_GRADE, CODED_INSIDE, CODED_TRAVEL = (1 << (_ELSE_FROM + i) for i in range(4))


def of_kind(kinds: int) -> int:
    """The signs that stand for kinds of tasks."""
    return kinds << _KINDS_FROM


def of_class(classes: int) -> int:
    """The signs that stand for classes of words."""
    return classes << _CLASSES_FROM


@dataclass(frozen=True, slots=True)
class Part:
    """One task as a person would tell it."""

    kind: str
    verb: str
    object: str
    counterpart: str
    purpose: str
    hours: Decimal | None
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody the text says took part, and on which side; "named" when only a name is given."""

    words: str
    side: Side
    span: tuple[int, int]


class Understanding:
    """A narrative understood, with the cells of its line that help (each may be None)."""

    def __init__(
        self,
        reading: Reading,
        hours: Decimal | None,
        timekeeper_class: str | None,
        task_code: str | None,
        activity_code: str | None,
    ) -> None:
        self.text = reading.text
        self.reading = reading
        self.hours = hours
        self.timekeeper_class = timekeeper_class
        self.task_code = task_code
        self.activity_code = activity_code
        self.tasks: list[Task] = segment(reading)
        self.pieces: list[list[Task]] = pieces(reading, self.tasks)
        self.cues = reading.cues
        #: Class bits of all words, and kinds of all tasks: what is in neither need not be looked for.
        self.bits: int = reduce(or_, reading.bits, 0)
        self.kinds = 0
        for task in self.tasks:
            self.kinds |= task.kinds
        #: What kind of timekeeper did it.
        self.grade: Grade | None = grade_of(timekeeper_class)
        signs = reading.cues | self.kinds << _KINDS_FROM | self.bits << _CLASSES_FROM
        if not self.kinds:
            signs |= NO_KIND
        if self.grade is None:
            signs |= NO_GRADE
        if activity_code == "A105":
            signs |= CODED_INSIDE
        elif activity_code == "A112":
            signs |= CODED_TRAVEL
        #: Rules without one of whose signs here need not be asked (`detectors.needs`).
        self.signs = signs
        #: How much the whole text tells an outsider, in quarters of a detail.
        self.weight: int = sum(reading.weights)
        #: What detectors have worked out already, by rule id (see `detectors`).
        self.kept: dict[str, Any] = {}
        #: What the second opinion, learnt from labelled entries, says.
        self.opinion: Heard = listen(self)
        if self.opinion.spoken:
            self.signs |= self.opinion.signs

    @cached_property
    def allocated(self) -> bool:
        """Whether the text shows time for each task."""
        return bool(self.bits & (TIME | NUMBER)) and allocated(self.tasks, self.reading)

    @cached_property
    def separate(self) -> int:
        """How many pieces of work could be described apart."""
        return len(self.pieces)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The tasks, told."""
        return tuple(self._told(task) for task in self.tasks)

    @cached_property
    def participants(self) -> tuple[Participant, ...]:
        """Who took part or was reached, in order of mention."""
        return tuple(self._people())

    @property
    def clerical(self) -> bool:
        """Whether any task is by its verb the work of an assistant."""
        return bool(self.kinds & CLERICAL)

    @property
    def travel(self) -> bool:
        """Whether any task is travelling."""
        return bool(self.kinds & TRAVEL)

    @property
    def sets_out(self) -> bool:
        """Whether the first task is travelling."""
        return bool(self.tasks) and bool(self.tasks[0].kinds & TRAVEL)

    @property
    def names_travel(self) -> bool:
        """Whether any word is of a journey, be it only "flight"."""
        travel = cue("travel")
        named = zip(self.reading.words, self.reading.unit_cues, strict=True)
        return any(cues & travel and not word.startswith("return") for word, cues in named)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """The kinds of documents worked on."""
        return tuple(task.doc for task in self.tasks if task.doc)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The events prepared for or attended."""
        return tuple(task.event for task in self.tasks if task.event)

    def has(self, cue: int) -> bool:
        """Whether any word with one of the bits `cue` occurs."""
        return bool(self.cues & cue)

    def where(self, cue: int, task: Task | None = None) -> int:
        """The first unit with one of the bits `cue` (in `task`), or -1."""
        found = self.reading.unit_cues
        first, last = (task.start, task.end) if task else (0, len(found))
        for k in range(first, last):
            if found[k] & cue:
                return k
        return -1

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Characters of the units from `first` to `last` inclusive."""
        r = self.reading
        return r.place(first)[0], r.place(first if last is None else last)[1]

    def task_span(self, task: Task) -> tuple[int, int]:
        """Characters of a task."""
        return self.span(task.start, task.end - 1)

    def inside_at(self, k: int) -> bool:
        """Whether unit `k` is somebody of the billing firm: "associate", but not "associate dean", "county staff"."""
        bits, words = self.reading.bits, self.reading.words
        if not bits[k] & INSIDE:
            return False
        if k + 1 < len(bits):
            after = bits[k + 1]
            if not after & ~FUNC and words[k + 1].isalpha() and after == 0:
                return False
            if after & CLIENT and not after & (PREP | DET):
                return False
            if words[k] in ("attorney", "attorneys", "lawyer") and after & CAPITAL:
                return False
        if (
            k + 2 < len(bits)
            and words[k + 1] in ("from", "at", "of")
            and bits[k + 2] & CAPITAL
            and words[k] in _SHARED_WORDS
        ):
            return False  # "team from Deloitte"
        if k and words[k] in ("partner", "partners") and words[k - 1] in _OTHER_PARTNERS:
            return False
        if k and words[k].removesuffix("'s") in _SHARED_WORDS:
            before = bits[k - 1]
            alone = DET | PREP | WEAK | STRONG | INSIDE | TOPIC | TIME | COMM
            if words[k] == "team":
                alone |= GENERIC  # "weekly team huddle"
            if not before & alone or words[k - 1].endswith("'s"):
                return False
        return True

    def _people(self) -> Iterator[Participant]:
        r = self.reading
        aside = False
        for k, b in enumerate(r.bits):
            if b & PERSON and not b & (DOC | HEAP):
                side: Side = "inside" if self.inside_at(k) else ("client" if b & CLIENT else "outside")
                yield Participant(self.text[slice(*r.place(k))], side, r.place(k))
            elif aside and b & CAPITAL and not b & (ANY_KIND | DOC | EVENT | FUNC | NUMBER):
                yield Participant(self.text[slice(*r.place(k))], "named", r.place(k))
            if b & PREP or b & TOPIC:
                aside = r.words[k] in ("with", "to", "from", "w/")

    def _told(self, task: Task) -> Part:
        r = self.reading
        kind = next((name for i, name in enumerate(KINDS) if task.kinds >> i & 1), "other")
        first = task.at + 1
        turn = next((k for k in range(first, task.end) if r.bits[k] & (PREP | TOPIC)), task.end)
        aside = next((k for k in range(first, task.end) if r.words[k] in ("with", "from", "w/")), None)
        topic = task.topic_at if task.topic_at >= 0 else None
        purpose = topic if topic is not None else self._purpose(task, first)
        upto = next((k for k in range((aside or 0) + 1, task.end) if r.bits[k] & TOPIC), task.end)
        hours = None
        if len(task.hours) == 1:
            hours = Decimal("".join(c for c in r.words[task.hours[0]] if c in "0123456789.").rstrip("."))
        return Part(
            kind,
            " ".join(task.verbs),
            self._slice(first, turn),
            self._slice(aside + 1, upto) if aside is not None else "",
            self._slice(purpose, task.end) if purpose is not None else "",
            hours,
            self.task_span(task),
        )

    def _purpose(self, task: Task, first: int) -> int | None:
        words = self.reading.words
        return next((k for k in range(first, task.end) if words[k] in ("to", "for")), None)

    def _slice(self, first: int, end: int) -> str:
        if end <= first:
            return ""
        start, stop = self.span(first, end - 1)
        return self.text[start:stop].strip(" ,;")

    def internal(self, task: Task) -> int:
        """The unit that shows `task` to be talk inside the firm, or -1."""
        r = self.reading
        if not self.bits & (INTERNAL | INSIDE) and self.activity_code != "A105":
            return -1
        outsiders = task.persons & (CLIENT | OUTSIDE)
        for k in range(task.start, task.end):
            if r.bits[k] & INTERNAL:
                return k
        if outsiders:
            return -1
        for k in range(task.start, task.topic_at if task.topic_at > 0 else task.end):
            if r.bits[k] & INSIDE and self.inside_at(k):
                return k
        by_code = self.activity_code == "A105" and task.kinds & COMM and task.verbs[0] not in TURNED_OUTWARD
        return task.at if by_code else -1


#: People words that mean the firm's own only when nobody else's name stands before them.
#: Talk that is never among colleagues, whatever the code says.
TURNED_OUTWARD = frozenset({"interview", "negotiate", "advise", "respond", "reply", "depose"})
_SHARED_WORDS = group("understanding.shared")
#: Partners who are no lawyers of the firm: "limited partner".
_OTHER_PARTNERS = group("understanding.other-partners")


def understand(
    text: str,
    hours: Decimal | None = None,
    timekeeper_class: str | None = None,
    task_code: str | None = None,
    activity_code: str | None = None,
) -> Understanding:
    """What `text` says. Cells that are blank stay None, and what needs them is then left open."""
    return Understanding(read(text), hours, timekeeper_class or None, task_code or None, activity_code or None)


def cue(name: str) -> int:
    """The bit of one cue list, by its name in `data/cues.tsv`."""
    bits: Mapping[str, int] = cue_bits()
    return bits[name]
