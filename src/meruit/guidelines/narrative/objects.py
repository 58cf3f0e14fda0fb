"""What a task has in hand: whether one of some words stands near its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.words import (
    AMBIGUOUS,
    CAPITAL,
    ED,
    EVENT,
    NUMBER,
    PERSON,
    PREP,
    STRONG,
    TIME,
    TOPIC,
    WEAK,
    group,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

#: Nothing passes: the work is the firm's overhead, whoever does it.
CLERICAL_PASSES = "nothing: clerical work is the firm's overhead, whoever does it"


def in_hand(u: Understanding, task: Task, wanted: Collection[str], reach: int) -> bool:
    """Whether one of the words `wanted` stands within `reach` units after the verb, or before a noun head."""
    words, bases = u.reading.words, u.reading.bases
    first = task.start if task.at > task.start else task.at + 1
    last = min(task.end, task.at + 1 + reach)
    for k in range(first, last):
        word = words[k]
        if k != task.at and (word in wanted or bases[k] in wanted or (" " in word and _part_in(word, wanted))):
            return True
    return False


#: Nouns that make a noun of a clerical verb before them.
COMPOUNDS = group("clerical.compounds")


def stands_alone(u: Understanding, k: int) -> bool:
    """Whether no other noun goes on from unit `k`: "training", "training on tool", not "training program license"."""
    bits = u.reading.bits
    if k + 1 >= len(bits):
        return True
    return bool(bits[k + 1] & (PREP | TOPIC | STRONG | WEAK | TIME | NUMBER | CAPITAL | EVENT | PERSON)) and not (
        u.reading.words[k + 1].endswith(("'s", "s'"))
    )


#: Verbs in -ing that are nouns as often.
_NOUNS = frozenset({"scheduling", "recording", "mailing", "e-filing", "docketing", "copying", "redaction", "indexing"})


def of_a_compound(u: Understanding, task: Task) -> bool:
    """Whether the verb is only the first half of a noun: "filing basis", "calendar year", "messenger service"."""
    words, k = u.reading.words, task.at + 1
    if k >= task.end:
        return False
    if words[task.at].endswith("ing") and not (u.reading.bits[task.at] & AMBIGUOUS or words[task.at] in _NOUNS):
        return False
    if u.reading.bits[task.at] & ED and words[task.at].endswith("ed"):
        return False
    if words[k] in COMPOUNDS:
        return True
    return words[k] == "service" and k + 1 < task.end and words[k + 1].endswith("'s")


def _part_in(phrase: str, wanted: Collection[str]) -> bool:
    return any(word in wanted for word in phrase.split(" "))


def after(u: Understanding, task: Task) -> tuple[str, ...]:
    """The words after the verb."""
    return u.reading.words[task.at + 1 : task.end]
