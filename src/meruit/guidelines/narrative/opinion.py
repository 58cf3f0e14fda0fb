"""The second opinion: what entries of the same kind were marked with, learnt from labelled entries.

The grammar understands words of its tables; where an entry tells of a fault in words of no table, or of payable work
in a way the grammar reads wrongly, what labelled entries had in common still tells. `data/opinion.json` holds, per
feature of a narrative, how much it speaks for each family of faults and for each rule (`python -m training.opinion`
learns it). One pass over the words sums them; no library is needed.

It speaks where the grammar is silent and is itself sure, and it silences the grammar where it is sure of the
contrary; from which share on, per family, stands in the table. It is asked with the defaults of a rule alone: a
client's own settings are for the grammar.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from meruit.guidelines.narrative.words import (
    BARE,
    CAPITAL,
    CLIENT,
    DATA,
    DOC,
    EVENT,
    GENERIC,
    HEAP,
    INSIDE,
    INTERNAL,
    OUTSIDE,
    SOFT,
    TOPIC,
    cue_bits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from meruit.guidelines.narrative.understanding import Understanding

#: Weights are kept in hundredths.
UNIT = 0.01
#: The scores of all families are summed at once, as one number: so many bits for each.
_LANE = 24
_HALF = 1 << (_LANE - 1)
_MASK = (1 << _LANE) - 1

#: Classes of words whose presence tells.
_CLASSES: Mapping[str, int] = {
    "event": EVENT, "doc": DOC, "heap": HEAP, "bare": BARE, "inside": INSIDE, "internal": INTERNAL, "client": CLIENT,
    "outside": OUTSIDE, "generic": GENERIC, "soft": SOFT, "topic": TOPIC,
}  # fmt: skip
#: What is counted, and from which counts on it tells more.
_LADDERS: Mapping[str, Sequence[float]] = {
    "detail": (2, 4, 6, 8, 12, 16, 24, 32, 48),
    "length": (2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 40),
    "capitals": (1, 2, 3, 5),
    "hours": (0, 0.2, 0.3, 0.5, 1, 2, 3, 5),
    "tasks": (1, 2, 3, 4, 5),
    "pieces": (1, 2, 3, 4),
}
#: Words longer than these also tell by so many letters of their beginning.
_BEGINNINGS = (4, 5)
_LONG = 4


def of_word(base: str) -> Iterator[str]:
    """The features of one unit of the text."""
    yield "w " + base
    parts = base.split()
    for part in parts:
        if len(parts) > 1:
            yield "w " + part
        for size in _BEGINNINGS:
            if len(part) > size:
                yield f"s {part[:size]}"


def features(u: Understanding) -> list[str]:
    """All that is looked at in a narrative, for learning; `_Table.sums` sums the same without making it."""
    bases = u.reading.bases
    found = [feature for base in bases for feature in of_word(base)]
    if bases:
        found += ["first " + bases[0], "last " + bases[-1]]
    found += [f"kinds {task.kinds}" if not k else f"more {task.kinds}" for k, task in enumerate(u.tasks)]
    found += [f"done {task.kinds} {task.doc or task.event}" for task in u.tasks]
    if not u.tasks:
        found.append("no act")
    for name, count in _counted(u):
        found += [f"{name} {step}" for step in _LADDERS[name] if count >= step]
    found += ["class " + name for name, bit in _CLASSES.items() if u.bits & bit]
    found += ["cue " + name for name, bit in cue_bits().items() if u.cues & bit]
    found += [f"grade {u.grade}", f"code {u.activity_code}", f"code {u.activity_code} by {u.grade}"]
    return found


def _counted(u: Understanding) -> Iterator[tuple[str, float]]:
    """What of the narrative is counted."""
    bits = u.reading.bits
    yield "detail", u.weight
    yield "length", len(bits)
    yield "capitals", sum(map(CAPITAL.__and__, bits)) // CAPITAL
    yield "tasks", len(u.tasks)
    yield "pieces", len(u.pieces)
    if u.hours is not None:
        yield "hours", float(u.hours)


def evened(units: int) -> float:
    """By what sums are divided, so that a long narrative is not believed more for its length alone."""
    return math.sqrt(2 * units + 30)


#: Family -> the rules it is made of; each family has one bit.
SPOKEN_FOR: Mapping[str, tuple[str, ...]] = {
    family: tuple(f"GL-{number}" for number in numbers.split())
    for family, numbers in {
        "VAGUE": "03 04 05 06 07",
        "CLER": "17 19 23 24 28",
        "NONB": "18 20 21 22 25 27 29 30 31 32 33",
        "STAFF": "35 36 41",
        "TRAV": "49 50",
        "BLOCK": "02",
    }.items()
}
#: Faults of one line are mostly of one family; only this one stands beside others.
_BESIDE_OTHERS = frozenset({"BLOCK"})
_BITS = {rule: 1 << k for k, rules in enumerate(SPOKEN_FOR.values()) for rule in rules}


def rivals(rule: str) -> Iterator[str]:
    """The rules that the grammar must be silent of where the second opinion is to speak for `rule`."""
    own = next(family for family, rules in SPOKEN_FOR.items() if rule in rules)
    for family, rules in SPOKEN_FOR.items():
        if family == own or not (own in _BESIDE_OTHERS or family in _BESIDE_OTHERS):
            yield from rules


def family_bit(rule: str) -> int:
    """The bit of the rule's family in `Heard.doubted`, 0 where the second opinion knows nothing of the rule."""
    return _BITS.get(rule, 0)


#: Above all other signs of a line stand those of the rules that the second opinion speaks for.
_SIGNS_FROM = 160


def sign_of(rule: str) -> int:
    """The sign of a line (`Understanding.signs`) that the second opinion speaks for a rule."""
    return 1 << (_SIGNS_FROM + int(rule[3:])) if rule in _BITS else 0


class Heard(NamedTuple):
    """What the second opinion says of a narrative: families it rules out, and rules it speaks for with their share."""

    doubted: int
    spoken: Mapping[str, float]

    @property
    def signs(self) -> int:
        """The signs of the rules spoken for."""
        found = 0
        for rule in self.spoken:
            found |= sign_of(rule)
        return found


NOTHING = Heard(0, {})


class _Family(NamedTuple):
    """One family of faults: its bit, its place in the sums, and the scores from which it is spoken for or doubted."""

    name: str
    bit: int
    shift: int
    base: float
    speaks_from: float
    doubts_below: float
    rules: tuple[str, ...]


class _Table:
    """The weights, laid out for adding."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        self.rules: tuple[str, ...] = tuple(plain["rules"])
        self.rule_base: Mapping[str, int] = plain["rule_base"]
        self.of_rules: Mapping[str, Mapping[str, int]] = plain["of_rules"]
        self.of: Mapping[str, Sequence[int]] = plain["of"]
        self.sure: Sequence[tuple[float, float]] = [(a, b) for a, b in plain["sure"]]
        self.families = tuple(
            _Family(
                name, 1 << k, _LANE * k, one["base"] * UNIT, _logit(one["speaks_from"]), _logit(one["doubts_below"]),
                tuple(one["rules"]),
            )
            for k, (name, one) in enumerate((name, plain["families"][name]) for name in SPOKEN_FOR)
        )  # fmt: skip
        #: Rules of a family -> per feature, what it says of those rules alone.
        self._within = {family.rules: _of_these(self.of_rules, family.rules) for family in self.families}
        self.family_of = {rule: family for family in self.families for rule in family.rules}
        packed = {feature: _packed(weights) for feature, weights in self.of.items()}
        self._raised = sum(_HALF << family.shift for family in self.families)
        self._beginnings = _under(packed, "s ")
        self._words = {base: sum(packed.get(f, 0) for f in of_word(base)) for base in _under(packed, "w ")}
        self._first, self._last = _under(packed, "first "), _under(packed, "last ")
        self._kinds = {int(key): weight for key, weight in _under(packed, "kinds ").items()}
        self._more = {int(key): weight for key, weight in _under(packed, "more ").items()}
        self._done = {_kind_and_word(key): weight for key, weight in _under(packed, "done ").items()}
        self._no_act = packed.get("no act", 0)
        self._ladders = {name: _summed(packed, name, steps) for name, steps in _LADDERS.items()}
        self._classes = [(bit, packed.get("class " + name, 0)) for name, bit in _CLASSES.items()]
        self._cues = {bit: packed.get("cue " + name, 0) for name, bit in cue_bits().items()}
        self._grades, self._codes = _under(packed, "grade "), _under(packed, "code ")

    def summed(self, u: Understanding) -> int:
        """The scores of all families in one number: what the weights of `features(u)` add up to."""
        reading = u.reading
        bases = reading.bases
        words = self._words
        total = self._raised
        for base in bases:
            weight = words.get(base)
            if weight is not None:
                total += weight
            elif len(base) > _LONG:
                total += self._unlisted(base)
        if bases:
            total += self._first.get(bases[0], 0) + self._last.get(bases[-1], 0)
        by_kind, done = self._kinds, self._done
        for task in u.tasks:
            kinds = task.kinds
            total += by_kind.get(kinds, 0) + done.get((kinds, task.doc or task.event or "None"), 0)
            by_kind = self._more
        if not u.tasks:
            total += self._no_act
        ladders = self._ladders
        for name, count in _counted(u):
            total += ladders[name][bisect_right(_LADDERS[name], count)]
        there = u.bits
        for bit, weight in self._classes:
            if there & bit:
                total += weight
        left = u.cues
        while left:
            low = left & -left
            total += self._cues[low]
            left ^= low
        grade, code = u.grade, u.activity_code
        codes = self._codes
        return total + self._grades.get(f"{grade}", 0) + codes.get(f"{code}", 0) + codes.get(f"{code} by {grade}", 0)

    def _unlisted(self, base: str) -> int:
        """The weight of a unit that is in no table: of its parts, and of how it begins."""
        if " " in base:
            return sum(self._words.get(part) or self._unlisted(part) for part in base.split())
        return sum(self._beginnings.get(base[:size], 0) for size in _BEGINNINGS if len(base) > size)

    def scores(self, u: Understanding) -> dict[str, float]:
        """The score of each family, as log odds."""
        total, scale = self.summed(u), UNIT / evened(len(u.reading.bases))
        return {f.name: ((total >> f.shift & _MASK) - _HALF) * scale + f.base for f in self.families}

    def heard(self, u: Understanding) -> Heard:
        """Which families are doubted, and which rules are spoken for."""
        total, scale = self.summed(u), UNIT / evened(len(u.reading.bases))
        doubted, best, spoken = 0, -math.inf, NOTHING.spoken
        for name, bit, shift, base, speaks_from, doubts_below, rules in self.families:
            score = ((total >> shift & _MASK) - _HALF) * scale + base
            if score < doubts_below:
                doubted |= bit
            elif score >= speaks_from:
                if name in _BESIDE_OTHERS:
                    spoken = {**spoken, self._likeliest(u, rules): _share(score)}
                elif score > best:
                    best, likeliest = score, rules
        if best > -math.inf:
            spoken = {**spoken, self._likeliest(u, likeliest): _share(best)}
        return Heard(doubted, spoken)

    def _likeliest(self, u: Understanding, rules: Sequence[str]) -> str:
        """The rule of a family that the narrative speaks for most."""
        if len(rules) == 1:
            return rules[0]
        scale = UNIT / evened(len(u.reading.bases))
        sums = dict.fromkeys(rules, 0)
        for weights in filter(None, map(self._within[tuple(rules)].get, features(u))):
            for rule, weight in weights:
                sums[rule] += weight
        return max(rules, key=lambda rule: (sums[rule] * scale + self.rule_base[rule] * UNIT, rule))

    def speaking_for(self, base: str, rule: str) -> int:
        """How much one unit of the text speaks for a rule and its family."""
        at = self.families.index(self.family_of[rule])
        weight = 0
        for feature in of_word(base):
            own = self.of.get(feature)
            weight += (own[at] if own else 0) + self.of_rules.get(feature, {}).get(rule, 0)
        return weight

    def confidence(self, share: float) -> float:
        """How often the second opinion was right on authors it had not learnt from, where it was as sure as this."""
        return next((right for upto, right in self.sure if share < upto), self.sure[-1][1])


def _share(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def _logit(share: float) -> float:
    if not 0 < share < 1:
        return math.inf if share else -math.inf
    return math.log(share / (1 - share))


def _packed(weights: Sequence[int]) -> int:
    return sum(weight << (_LANE * k) for k, weight in enumerate(weights))


def _of_these(
    weights: Mapping[str, Mapping[str, int]], rules: tuple[str, ...]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Of the weights of features those for some rules, and only the features that have any."""
    found = {feature: tuple((rule, one[rule]) for rule in rules if rule in one) for feature, one in weights.items()}
    return {feature: own for feature, own in found.items() if own}


def _under(packed: Mapping[str, int], start: str) -> dict[str, int]:
    return {feature[len(start) :]: weight for feature, weight in packed.items() if feature.startswith(start)}


def _kind_and_word(key: str) -> tuple[int, str]:
    kinds, _, word = key.partition(" ")
    return int(kinds), word


def _summed(packed: Mapping[str, int], name: str, steps: Sequence[float]) -> list[int]:
    """The weight of a count that has come up `k` steps, by `k`."""
    found = [0]
    for step in steps:
        found.append(found[-1] + packed.get(f"{name} {step}", 0))
    return found


@cache
def table() -> _Table:
    """The table, read once."""
    return _Table(json.loads((DATA / "opinion.json").read_text(encoding="utf-8")))


def listen(u: Understanding) -> Heard:
    """What the second opinion says of a narrative."""
    return table().heard(u) if u.reading.bases else NOTHING
