"""Codes learnt from coded entries: a table of counts, no more.

Naive Bayes over what a narrative says: its telling words and pairs of them, the act, the paper and the event in
hand, who was reached, and the codes its words point to. A firm's own entries are added to the table shipped with
the library (`data/coded.json`, made by `python -m training.codes` from entries of our own), so that the firm's way
of coding outweighs ours where it has one. All of it is plain data, JSON out and in; words and pairs of words stand
in it, so a firm's table is kept where its narratives are.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from meruit import utbms
from meruit.guidelines.narrative.acts import activity_of
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.understanding import understand
from meruit.guidelines.narrative.words import (
    ANAPHOR,
    AUX,
    DATA,
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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from meruit.guidelines.narrative.understanding import Understanding

Kind = Literal["task", "activity"]
KINDS_OF_CODE: tuple[Kind, ...] = ("task", "activity")
#: Narrative, task code, activity code; a code that is not known is None or empty.
Row = tuple[str, "str | None", "str | None"]
#: feature -> code -> in how many entries.
Counts = dict[str, dict[str, int]]

_SILENT = FUNC | NUMBER | STRONG | WEAK | TIME | DET | PREP | AUX | ANAPHOR
#: The words of one entry are not independent, so each counts for less than a whole word of evidence.
_DAMPING = 0.3
#: So many entries of the background are added to each code, so that a rare code is not believed at once.
_BACKGROUND = 6.0
#: Of two entries, one of the firm's own counts for so many of the shipped ones.
_OWN_WEIGHT = 3
#: A feature seen less often tells nothing.
_SEEN = 2


class Learnt(NamedTuple):
    """How often the learnt table was right where it answered, and how often it answered."""

    right: float
    answered: float
    entries: int


class Guess(NamedTuple):
    """The likeliest code, how likely, and the words that speak for it most."""

    code: str
    share: float
    because: str


@dataclass(frozen=True, slots=True)
class Model:
    """Counts by kind of code. `entries`: code -> entries; `counts`: feature -> code -> entries."""

    entries: Mapping[Kind, Mapping[str, int]]
    counts: Mapping[Kind, Mapping[str, Mapping[str, int]]]

    def guess(self, kind: Kind, u: Understanding, allowed: Callable[[str], bool]) -> Guess | None:
        """The likeliest of the allowed codes; None where the table knows none of the words."""
        entries, counts = self.entries.get(kind, {}), self.counts.get(kind, {})
        codes = [code for code in entries if allowed(code)]
        told = [(feature, counts[feature]) for feature in sorted(features(u, allowed)) if feature in counts]
        if not codes or not any(feature.startswith("word ") for feature, _ in told):
            return None
        whole = sum(entries.values())
        scores = {code: math.log(entries[code] + 0.5) for code in codes}
        best_word: dict[str, tuple[float, str]] = {}
        for feature, of_code in told:
            share = sum(of_code.values()) / whole
            for code in codes:
                here = (of_code.get(code, 0) + _BACKGROUND * share) / (entries[code] + _BACKGROUND)
                evidence = _DAMPING * math.log(here / share)
                scores[code] += evidence
                if feature.startswith(("word ", "pair ")):
                    best_word[code] = max(best_word.get(code, (0.0, "")), (evidence, feature[5:]))
        code = max(scores, key=lambda one: (scores[one], one))
        share = 1 / sum(math.exp(score - scores[code]) for score in scores.values())
        return Guess(code, share, best_word.get(code, (0.0, ""))[1])

    def to_json(self) -> str:
        """The table as JSON, the same text for the same counts."""
        table = {
            kind: {"entries": self.entries.get(kind, {}), "counts": self.counts.get(kind, {})} for kind in KINDS_OF_CODE
        }
        return json.dumps({"version": 1, **table}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Model:
        """The inverse of `to_json`; a table of another version is refused with a ValueError."""
        table = json.loads(text)
        if not isinstance(table, dict) or table.get("version") != 1:
            raise ValueError("This is no table of coded entries of version 1; learn it anew from the entries.")
        return cls(
            {kind: table[kind]["entries"] for kind in KINDS_OF_CODE},
            {kind: table[kind]["counts"] for kind in KINDS_OF_CODE},
        )


@cache
def shipped() -> Model:
    """The table that comes with the library."""
    return Model.from_json((DATA / "coded.json").read_text(encoding="utf-8"))


def features(u: Understanding, allowed: Callable[[str], bool]) -> set[str]:
    """What a narrative says that may tell its code."""
    r = u.reading
    words = [base for base, bits in zip(r.bases, r.bits, strict=True) if not bits & _SILENT and len(base) > 1]
    found = {f"word {word}" for word in words}
    found |= {f"pair {a} {b}" for a, b in pairwise(words)}
    for word in words:
        if " " in word:
            found |= {f"word {part}" for part in word.split()}
        elif len(word) > 5:
            found.add(f"stem {word[:5]}")
    if u.tasks:
        task = u.tasks[0]
        kinds = [name for i, name in enumerate(KINDS) if task.kinds >> i & 1]
        found |= {f"act {name}" for name in kinds}
        found |= {f"verb {task.verbs[0]}", f"people {task.persons}", f"activity {activity_of(u, task)[0]}"}
        for name, value in (("paper", task.doc), ("event", task.event), ("thing", task.thing)):
            if value:
                found.add(f"{name} {value}")
        if task.doc:
            found.add(f"done {'+'.join(kinds)} {task.doc}")
    said = pointers(u, allowed)
    for code, pointer in said.items():
        found |= {f"points {code} {least}" for least in (1, 4, 6) if pointer.strength >= least}
    if said:
        found.add("most " + max(said, key=lambda code: (said[code].strength, code)))
    return found


def learn(rows: Iterable[Row], base: Model | None = None) -> Model:
    """A table from coded entries, added to `base` (mostly `shipped()`) when given.

    Entries of several pieces of work teach nothing, for their code fits one of the pieces at best; nor do codes
    that stand in no set.
    """
    weight = 1 if base is None else _OWN_WEIGHT
    entries: dict[Kind, Counter[str]] = {kind: Counter() for kind in KINDS_OF_CODE}
    counts: dict[Kind, dict[str, Counter[str]]] = {kind: {} for kind in KINDS_OF_CODE}
    if base is not None:
        for kind in KINDS_OF_CODE:
            entries[kind].update(base.entries.get(kind, {}))
            counts[kind] = {feature: Counter(of_code) for feature, of_code in base.counts.get(kind, {}).items()}
    for text, *codes in rows:
        u = understand(text)
        if u.separate != 1:
            continue
        said = features(u, _beside(codes[0]))
        for kind, code in zip(KINDS_OF_CODE, codes, strict=True):
            if code and utbms.known(code):
                entries[kind][code] += weight
                for feature in said:
                    counts[kind].setdefault(feature, Counter())[code] += weight
    return Model(
        {kind: dict(found) for kind, found in entries.items()},
        {
            kind: {feature: dict(of_code) for feature, of_code in found.items() if sum(of_code.values()) >= _SEEN}
            for kind, found in counts.items()
        },
    )


def measure(model: Model, rows: Sequence[Row]) -> dict[Kind, Learnt]:
    """How good suggestions by `model` are on entries it was not learnt from.

    The sets a matter may take its codes from are known in practice; here they are those of the code given.
    """
    from meruit.guidelines.narrative.coding import suggest

    right, answered, entries = (dict.fromkeys(KINDS_OF_CODE, 0) for _ in range(3))
    for text, *codes in rows:
        coding = suggest(understand(text), sets=utbms.kindred(codes[0] or "") or None, history=model)
        for kind, code, found in zip(KINDS_OF_CODE, codes, (coding.task, coding.activity), strict=True):
            if code and utbms.known(code):
                entries[kind] += 1
                answered[kind] += found is not None
                right[kind] += found is not None and found.code == code
    return {
        kind: Learnt(
            right[kind] / answered[kind] if answered[kind] else 0.0,
            answered[kind] / entries[kind] if entries[kind] else 0.0,
            entries[kind],
        )
        for kind in KINDS_OF_CODE
    }


def measure_by_parts(rows: Sequence[Row], base: Model | None = None, *, parts: int = 5) -> dict[Kind, Learnt]:
    """`measure` where each part in turn is left out of learning, so that all entries can be learnt from and told of."""
    found = [
        measure(learn((row for i, row in enumerate(rows) if i % parts != part), base), rows[part::parts])
        for part in range(parts if len(rows) >= parts else 0)
    ]
    return {kind: _together([part[kind] for part in found]) for kind in KINDS_OF_CODE}


def _together(parts: Sequence[Learnt]) -> Learnt:
    entries = sum(part.entries for part in parts)
    answered = sum(part.answered * part.entries for part in parts)
    right = sum(part.right * part.answered * part.entries for part in parts)
    return Learnt(right / answered if answered else 0.0, answered / entries if entries else 0.0, entries)


def _beside(task_code: str | None) -> Callable[[str], bool]:
    """The codes of the sets that a matter with this task code may use."""
    sets = utbms.kindred(task_code or "")
    return (lambda code: utbms.known(code, sets)) if sets else (lambda _: True)
