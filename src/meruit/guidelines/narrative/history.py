"""Codes learnt from the firm's own coded entries: a table of counts, no more.

Multinomial naive Bayes over the words of narratives with add-one smoothing. It is retrained at night from what
attorneys and billers in truth coded, its accuracy is measured on entries held back, and it is plain data
(`to_table`, `from_table`), so that a firm's history never leaves its database in any other form.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.reading import read
from meruit.guidelines.narrative.words import FUNC, NUMBER, STRONG, TIME, WEAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SILENT = FUNC | NUMBER | STRONG | WEAK | TIME


class Learnt(NamedTuple):
    """How often the learnt table was right where it answered, and how often it answered."""

    right: float
    answered: float
    entries: int


@dataclass(frozen=True, slots=True)
class History:
    """Counts of words by code."""

    entries: Mapping[str, int]
    words: Mapping[str, Mapping[str, int]]
    #: Below this posterior it abstains.
    at_least: float = 0.9

    def suggest(self, text: str) -> _Proposal | None:
        """The likeliest code of `text`, or None below `at_least`."""
        from meruit.guidelines.narrative.coding import Proposal

        told = [word for word in features(text) if any(word in counts for counts in self.words.values())]
        if not told or not self.entries:
            return None
        vocabulary = len({word for counts in self.words.values() for word in counts}) or 1
        total = sum(self.entries.values())
        scores = {}
        for code, count in self.entries.items():
            mine = self.words[code]
            size = sum(mine.values()) + vocabulary
            scores[code] = math.log(count / total) + sum(math.log((mine.get(w, 0) + 1) / size) for w in told)
        best = max(scores, key=lambda code: (scores[code], code))
        share = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        if share < self.at_least:
            return None
        seen = max(told, key=lambda w: self.words[best].get(w, 0))
        return Proposal(best, round(min(share, 0.97), 3), f'entries with "{seen}" were coded {best} here before.')

    def to_table(self) -> list[tuple[str, str, int]]:
        """Rows (code, word, count); the empty word holds the number of entries."""
        rows = [(code, "", count) for code, count in sorted(self.entries.items())]
        rows += [(c, word, n) for c, counts in sorted(self.words.items()) for word, n in sorted(counts.items())]
        return rows

    @classmethod
    def from_table(cls, rows: Iterable[tuple[str, str, int]]) -> History:
        """The inverse of `to_table`."""
        entries: dict[str, int] = {}
        words: dict[str, dict[str, int]] = {}
        for code, word, count in rows:
            if word:
                words.setdefault(code, {})[word] = count
            else:
                entries[code] = count
                words.setdefault(code, {})
        return cls(entries, words)


if TYPE_CHECKING:
    from meruit.guidelines.narrative.coding import Proposal as _Proposal


def features(text: str) -> list[str]:
    """The telling words of a narrative in their base form."""
    r = read(text)
    return [base for base, bits in zip(r.bases, r.bits, strict=True) if not bits & _SILENT]


def learn(coded: Iterable[tuple[str, str]]) -> History:
    """A table from (narrative, code) pairs; entries without a code teach nothing."""
    entries: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for text, code in coded:
        if code:
            entries[code] += 1
            words.setdefault(code, Counter()).update(set(features(text)))
    return History(dict(entries), {code: dict(counts) for code, counts in words.items()})


def measure(coded: Sequence[tuple[str, str]], *, folds: int = 5) -> Learnt:
    """Accuracy by leaving out each of `folds` parts in turn."""
    right = answered = 0
    for part in range(folds):
        table = learn(pair for i, pair in enumerate(coded) if i % folds != part)
        for text, code in coded[part::folds]:
            found = table.suggest(text)
            answered += found is not None
            right += found is not None and found.code == code
    entries = len(coded)
    return Learnt(right / answered if answered else 0.0, answered / entries if entries else 0.0, entries)
