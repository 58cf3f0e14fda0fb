"""The words of `data/task_cues.tsv` that stand in a narrative, and the task codes they point to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meruit.guidelines.narrative.understanding import Understanding


class Pointer(NamedTuple):
    """How strongly the words point to a code, the longest of them, and where the first of them stands."""

    strength: int
    words: str
    place: int


@cache
def _cues() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """words -> (code, strength), with one blank on either side of the words."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for line in (DATA / "task_cues.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, strength, words = line.split("\t")
            for word in words.split(","):
                key = " + ".join(f" {part.strip()} " for part in word.split("+"))
                found[key] = (*found.get(key, ()), (code, int(strength)))
    return found


def pointers(u: Understanding, allowed: Callable[[str], bool]) -> dict[str, Pointer]:
    """Allowed code -> what points to it."""
    text = f" {' '.join(u.reading.words)} "
    found: dict[str, Pointer] = {}
    for words, hits in _cues().items():
        parts = words.split(" + ")
        if all(part in text for part in parts):
            place = text.find(parts[0])
            for code, strength in hits:
                if allowed(code):
                    before = found.get(code, Pointer(0, "", place))
                    found[code] = Pointer(
                        before.strength + strength + words.strip().count(" "),
                        max(before.words, words, key=len),
                        min(before.place, place),
                    )
    return found
