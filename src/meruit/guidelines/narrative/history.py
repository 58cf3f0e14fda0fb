"""Codes learnt from coded entries: tables of weights, read in microseconds and learnt anew at night.

One table for each family of code sets, since a matter takes its tasks from one; one that tells the families apart,
for a narrative whose matter is not known; one for activities. The tables shipped with the library
(`data/coded.json`) are made by `python -m training.codes` from entries of our own. A firm's own entries are learnt on
top of them: what the firm codes otherwise moves the weights, and the more entries it has, the further. All of it is
plain data, JSON out and in; words and pairs of words stand in it, so a firm's table is kept where its narratives are.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from meruit import utbms
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.telling import telling
from meruit.guidelines.narrative.understanding import understand
from meruit.guidelines.narrative.weights import Guess, Weights
from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from meruit.guidelines.narrative.fitting import Example

__all__ = [
    "KINDS_OF_CODE",
    "Guess",
    "Kind",
    "Learnt",
    "Model",
    "Row",
    "learn",
    "measure",
    "measure_by_parts",
    "shipped",
]

Kind = Literal["task", "activity"]
KINDS_OF_CODE: tuple[Kind, ...] = ("task", "activity")
#: Narrative, task code, activity code; a code that is not known is None or empty.
Row = tuple[str, "str | None", "str | None"]
#: What each sign of a guess adds to how sure it is.
Trust = tuple[float, ...]

VERSION = 2
_ACTIVITY, _FAMILY, _TASK = "activity", "family", "task "
#: Where nothing was measured: the share is believed as it is, and answered with from this on.
LEAST, PLAIN_TRUST = 0.6, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_SUREST = 0.99
#: A family of sets less likely than this is not looked at.
_UNLIKELY = 0.1


class Learnt(NamedTuple):
    """How often the learnt table was right where it answered, and how often it answered."""

    right: float
    answered: float
    entries: int


@dataclass(frozen=True, slots=True)
class Model:
    """Tables of weights by what they tell, and by kind of code how far their guesses are to be believed."""

    tables: Mapping[str, Weights]
    #: How sure it must be to answer.
    least: Mapping[Kind, float]
    trust: Mapping[Kind, Trust]
    #: Tells from which entries the shipped tables were made; empty in a firm's own.
    made_from: str = ""

    def guess(
        self,
        kind: Kind,
        told: Sequence[str],
        permitted: frozenset[str] | None,
        earlier: Mapping[str, float] | None = None,
    ) -> Guess | None:
        """The likeliest of the permitted codes; None where the tables know no word of the text.

        `earlier` is what speaks for a code besides the text, in the units of a score.
        """
        best: Guess | None = None
        for name, weight in self._looked_at(kind, told, permitted):
            found = self.tables[name].likeliest(told, permitted, earlier)
            if found is not None and (best is None or found.share * weight > best.share):
                best = found._replace(share=found.share * weight, next=found.next * weight)
        return best

    def sure(self, kind: Kind, signs: Sequence[float]) -> float:
        """How likely a guess with these signs (see `coding`) is right, as measured on authors left out of learning."""
        trust = self.trust[kind]
        said = sum(weight * sign for weight, sign in zip(trust, signs, strict=True))
        return min(_SUREST, 1 / (1 + math.exp(-said)))

    def _looked_at(self, kind: Kind, told: Sequence[str], permitted: frozenset[str] | None) -> list[tuple[str, float]]:
        """The tables that may answer, with how likely it is that theirs is the family."""
        if kind == "activity":
            return [(_ACTIVITY, 1.0)] if _ACTIVITY in self.tables else []
        names = [
            name
            for name, table in self.tables.items()
            if name.startswith(_TASK) and (permitted is None or not permitted.isdisjoint(table.codes))
        ]
        families = self.tables.get(_FAMILY)
        if len(names) < 2 or families is None:
            return [(name, 1.0) for name in names]
        likely = families.shares(told, frozenset(name.removeprefix(_TASK) for name in names))
        return [(_TASK + family, share) for family, share in likely.items() if share >= _UNLIKELY]

    def to_json(self) -> str:
        """The tables as JSON, the same text for the same weights."""
        plain = {
            "version": VERSION,
            "made_from": self.made_from,
            "least": self.least,
            "trust": self.trust,
            "tables": {name: table.to_plain() for name, table in self.tables.items()},
        }
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Model:
        """The inverse of `to_json`; a table of another version is refused with a ValueError."""
        plain = json.loads(text)
        if not isinstance(plain, dict) or plain.get("version") != VERSION:
            raise ValueError(f"This is no table of coded entries of version {VERSION}; learn it anew from the entries.")
        return cls(
            {name: Weights.from_plain(table) for name, table in plain["tables"].items()},
            plain["least"],
            {kind: tuple(trust) for kind, trust in plain["trust"].items()},
            plain["made_from"],
        )


@cache
def shipped() -> Model:
    """The tables that come with the library."""
    return Model.from_json((DATA / "coded.json").read_text(encoding="utf-8"))


def learn(rows: Iterable[Row], base: Model | None = None) -> Model:
    """Tables from coded entries, on top of `base` (mostly `shipped()`) when given.

    Entries of several pieces of work teach nothing, for their code fits one of the pieces at best; nor do codes
    that stand in no set.
    """
    from meruit.guidelines.narrative.fitting import fit

    examples = _examples(rows, families=base is None)
    before = {} if base is None else base.tables
    tables = {name: fit(found, before.get(name)) for name, found in examples.items()}
    if base is None:
        return Model(tables, dict.fromkeys(KINDS_OF_CODE, LEAST), dict.fromkeys(KINDS_OF_CODE, PLAIN_TRUST))
    return Model({**before, **tables}, base.least, base.trust)


def _examples(rows: Iterable[Row], *, families: bool) -> dict[str, list[Example]]:
    """What each table is to be learnt from."""
    found: dict[str, list[Example]] = {}
    for text, task, activity in rows:
        u = understand(text)
        if u.separate > 1:
            continue
        told = telling(u, pointers(u))
        if task and (family := _family(task)):
            found.setdefault(_TASK + family, []).append((told, task))
            if families:
                found.setdefault(_FAMILY, []).append((told, family))
        if activity and utbms.known(activity):
            found.setdefault(_ACTIVITY, []).append((told, activity))
    return found


def _family(code: str) -> str | None:
    row = utbms.lookup(code)
    return utbms.sets()[row.set].family if row and row.kind == "task" else None


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
    return {kind: together([part[kind] for part in found]) for kind in KINDS_OF_CODE}


def together(parts: Sequence[Learnt]) -> Learnt:
    """What several measurements come to."""
    entries = sum(part.entries for part in parts)
    answered = sum(part.answered * part.entries for part in parts)
    right = sum(part.right * part.answered * part.entries for part in parts)
    return Learnt(right / answered if answered else 0.0, answered / entries if entries else 0.0, entries)
