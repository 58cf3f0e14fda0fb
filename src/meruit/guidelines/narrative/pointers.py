"""The words of `data/task_cues.tsv` that stand in a narrative, and the task codes they point to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.guidelines.narrative.understanding import Understanding


class Pointer(NamedTuple):
    """How strongly the words point to a code, the longest of them, and where the first of them stands."""

    strength: int
    words: str
    place: int


class _Cue(NamedTuple):
    """Words that point to codes; each of `parts` with one blank on either side, all of which must occur."""

    parts: tuple[str, ...]
    words: str
    blanks: int
    hits: tuple[tuple[str, int], ...]


@cache
def _cues() -> Mapping[str, tuple[_Cue, ...]]:
    """First word -> the cues that begin with it, so that a narrative is compared with few of them."""
    hits: dict[str, dict[str, int]] = {}
    for line in (DATA / "task_cues.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, strength, words = line.split("\t")
            for word in words.split(","):
                before = hits.setdefault(" + ".join(part.strip() for part in word.split("+")), {})
                before[code] = before.get(code, 0) + int(strength)
    found: dict[str, tuple[_Cue, ...]] = {}
    for words, codes in hits.items():
        parts = tuple(f" {part} " for part in words.split(" + "))
        first = parts[0].split(maxsplit=1)[0]
        blanks = words.count(" ")
        found[first] = (*found.get(first, ()), _Cue(parts, words, blanks, tuple(codes.items())))
    return found


def pointers(u: Understanding) -> dict[str, Pointer]:
    """Code -> what points to it, of all sets alike."""
    text = f" {' '.join(u.reading.words)} "
    cues = _cues()
    found: dict[str, Pointer] = {}
    for first in dict.fromkeys(text.split()):
        for cue in cues.get(first, ()):
            place = text.find(cue.parts[0])
            if place < 0 or not all(part in text for part in cue.parts[1:]):
                continue
            for code, strength in cue.hits:
                before = found.get(code)
                if before is None:
                    found[code] = Pointer(strength + cue.blanks, cue.words, place)
                else:
                    found[code] = Pointer(
                        before.strength + strength + cue.blanks,
                        max(before.words, cue.words, key=len),
                        min(before.place, place),
                    )
    return found
