"""Whether a sentence says nothing an outsider could check, however long it is.

"Giving consideration to all outstanding points so as to be in a position to advance the client's interests": no
name, no figure, and each word is one that fits any matter (`groups.tsv`, emptiness.words).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.words import (
    CAPITAL,
    CLERICAL,
    COMM,
    DOC,
    DRAFT,
    MANAGE,
    NUMBER,
    RESEARCH,
    TRAVEL,
    WAIT,
    WHOLE,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.understanding import Understanding

#: Shorter entries are weighed by their words alone.
_A_SENTENCE = 8
#: Of these kinds other rules say what is lacking.
_OTHERS_SPEAK = COMM | RESEARCH | CLERICAL | TRAVEL | WAIT | MANAGE
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly")


@cache
def _fitting_anything() -> frozenset[str]:
    """The words with their usual endings."""
    found = set(group("emptiness.words"))
    for word in group("emptiness.words"):
        stem = word.removesuffix("e")
        found.update(word + ending for ending in _ENDINGS)
        found.update((stem + "ing", word[:-1] + "ies" if word.endswith("y") else word))
    return frozenset(found)


def says_nothing(u: Understanding) -> bool:
    """Whether a sentence names nothing: no figure, no name, no word that would not fit any other matter."""
    r = u.reading
    if len(r) < _A_SENTENCE or u.bits & NUMBER or u.kinds & _OTHERS_SPEAK:
        return False
    if any(task.persons and task.kinds & DRAFT for task in u.tasks):
        return False  # "Wrote back to mediator with our last number"
    if "says-nothing" not in u.kept:
        u.kept["says-nothing"] = _nothing_told(u)
    return bool(u.kept["says-nothing"])


def _nothing_told(u: Understanding) -> bool:
    r = u.reading
    empty = _fitting_anything()
    told = 0
    for k, weight in enumerate(r.weights):
        if weight and r.words[k] not in empty and r.bases[k] not in empty:
            told += weight
            if told >= WHOLE or r.bits[k] & DOC or (r.bits[k] & CAPITAL and k):
                return False
    return True
