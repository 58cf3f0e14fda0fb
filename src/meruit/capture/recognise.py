"""Which matter an event was about: by what it says, with the words that told it. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Words that tell no matter from another.
_COMMON = frozenset(
    (
        *("and", "the", "of", "for", "with", "re", "in", "v", "vs", "inc", "llc", "llp", "ltd", "plc", "co", "company"),
        *("corp", "group", "matter", "claim", "case", "dispute", "insured", "call", "meeting", "lunch", "hold", "team"),
        *("weekly", "status", "prep", "prepare", "review", "draft", "partners", "services"),
    )
)
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A matter as it may be spoken of: its number, ids at the client, its name, its client, and who belongs to it."""

    id: int
    number: str
    ids: tuple[str, ...]
    name: str
    client: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """The matter, or none, with how sure and by which words."""

    matter_id: int | None
    confidence: Decimal
    why: str


NOTHING = Recognised(None, Decimal(0), "Nothing in it names a matter.")


class Recogniser:
    """Looks events up among the matters that exist for whose calendar it is."""

    def __init__(self, matters: Sequence[Known]) -> None:
        self._matters = {m.id: m for m in matters}
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._words: dict[str, set[int]] = defaultdict(set)
        for matter in matters:
            for name in (matter.number, *matter.ids):
                if name:
                    self._exact[name.lower()].add(matter.id)
            for word in _words(f"{matter.name} {matter.client} {' '.join(matter.people)}"):
                self._words[word].add(matter.id)

    def recognise(self, text: str) -> Recognised:
        """A number or a claim id decides; else the rarest words do, where they point to one matter alone."""
        low = text.lower()
        named = {i for name, ids in self._exact.items() if _stands_in(name, low) for i in ids}
        if len(named) == 1:
            matter = self._matters[named.pop()]
            return Recognised(matter.id, Decimal("0.98"), f'It names "{self._named(matter, low)}".')
        if len(named) > 1:
            return Recognised(None, Decimal(0), f"It names {len(named)} matters.")
        scores: dict[int, Decimal] = defaultdict(Decimal)
        told: dict[int, list[str]] = defaultdict(list)
        for word in sorted(set(_words(low))):
            ids = self._words.get(word, set())
            for matter_id in ids:
                scores[matter_id] += Decimal(1) / len(ids)
                told[matter_id].append(word)
        if not scores:
            return NOTHING
        ranked = sorted(scores.items(), key=lambda s: (-s[1], s[0]))
        best, score = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else Decimal(0)
        if score - second < Decimal("0.3"):
            return Recognised(None, Decimal(0), f"Its words fit {len(ranked)} matters about alike.")
        confidence = min(Decimal("0.95"), Decimal("0.5") + (score - second) / 4).quantize(Decimal("0.001"))
        return Recognised(best, confidence, f"By {', '.join(told[best])}.")

    def _named(self, matter: Known, low: str) -> str:
        return next(name for name in (matter.number, *matter.ids) if name and _stands_in(name.lower(), low))


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None


def _words(text: str) -> list[str]:
    return [w for w in _WORD.findall(text.lower()) if w not in _COMMON and len(w) > 2]
