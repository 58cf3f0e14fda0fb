"""What a narrative says that may tell its code: the features that code tables are learnt from and read by.

Plain words by their base and their beginning, pairs of them, what the understanding found in the first task (verb,
paper, event), and the codes that cues point to. Numbers and filling words tell nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.words import (
    ANAPHOR,
    AUX,
    DET,
    FUNC,
    KINDS,
    NUMBER,
    PREP,
    STRONG,
    TIME,
    WEAK,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.guidelines.narrative.pointers import Pointer
    from meruit.guidelines.narrative.understanding import Understanding

#: Features that are words of the text, which a reason may name.
WORD, PAIR = "w ", "p "

_SILENT = FUNC | NUMBER | STRONG | WEAK | TIME | DET | PREP | AUX | ANAPHOR
_KINDS = tuple("kind " + name for name in KINDS)
#: Words longer than this also tell by their beginning, so that "depositions" and "depositional" meet.
_LONG = 5
#: From these strengths on, cues that point to a code tell more.
_STRENGTHS = (1, 4, 6)


def telling(u: Understanding, said: Mapping[str, Pointer]) -> list[str]:
    """The features of a narrative, each once; `said` is what `pointers(u)` found in it."""
    r = u.reading
    words = [base for base, bits in zip(r.bases, r.bits, strict=True) if not bits & _SILENT and len(base) > 1]
    found = [WORD + word for word in words]
    found += [f"{PAIR}{a} {b}" for a, b in pairwise(words)]
    for word in words:
        if " " in word:
            found += [WORD + part for part in word.split()]
        elif len(word) > _LONG:
            found.append("s " + word[:_LONG])
    if u.tasks:
        task = u.tasks[0]
        found += [name for i, name in enumerate(_KINDS) if task.kinds >> i & 1]
        found.append("verb " + task.verbs[0])
        if task.doc:
            found.append("paper " + task.doc)
        if task.event:
            found.append("event " + task.event)
    else:
        found.append("no act")
    if u.separate > 1:
        found.append("several")
    if said:
        found += [f"to {code} {least}" for code, one in said.items() for least in _STRENGTHS if one.strength >= least]
        found.append("most to " + max(said, key=lambda code: (said[code].strength, code)))
    return list(dict.fromkeys(found))
