"""Scores of guideline findings against labelled entries, by the conventions of the rule catalogue.

Each row is judged alone. *Any violation* counts only ids that occur as labels in the file at hand. Members of
a family may stand for one another; families with fewer than 25 positives are pooled. An origin that contains
`ctx` means the label came from somebody who saw the other lines, so that row is left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FAMILIES: Mapping[str, str] = {
    f"GL-{number}": family
    for family, numbers in {
        "VAGUE": "03 04 05 06 07",
        "CLER": "17 19 23 24 28",
        "NONB": "18 20 21 22 25 27 29 30 31 32 33",
        "STAFF": "35 36 40 41",
        "TRAV": "49 50",
        "BLOCK": "02",
        "TIME": "01 11 44",
        "APPR": "26 34",
        "PRIV": "81",
    }.items()
    for number in numbers.split()
}
#: Below so many positives a family says nothing alone.
POOLED_BELOW = 25


@dataclass(slots=True)
class Count:
    """Right firings, wrong firings, misses."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, fired: bool, labelled: bool) -> None:
        self.right += fired and labelled
        self.wrong += fired and not labelled
        self.missed += labelled and not fired

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def positives(self) -> int:
        return self.right + self.missed

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Row:
    """What was labelled on one entry and what fired, with the confidence of each."""

    labels: frozenset[str]
    fired: Mapping[str, float]
    origin: str = ""


@dataclass(slots=True)
class Scores:
    """Counts of one file."""

    rows: int = 0
    any_violation: Count = field(default_factory=Count)
    families: dict[str, Count] = field(default_factory=dict)
    ids: dict[str, Count] = field(default_factory=dict)
    #: (confidence, was it right) of every firing of an id that occurs as a label.
    firings: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def false_alarms_per_100(self) -> float:
        """Findings that no label bears out, per 100 lines."""
        return 100 * sum(count.wrong for count in self.ids.values()) / self.rows if self.rows else 0.0


def score(rows: Iterable[Row]) -> Scores:
    """All counts over `rows`."""
    kept = [row for row in rows if "ctx" not in row.origin]
    occurring = {label for row in kept for label in row.labels}
    scores = Scores(rows=len(kept))
    families: dict[str, Count] = defaultdict(Count)
    ids: dict[str, Count] = defaultdict(Count)
    for row in kept:
        fired = {rule for rule in row.fired if rule in occurring}
        scores.any_violation.add(bool(fired), bool(row.labels))
        for family in {FAMILIES.get(rule, "OTHER") for rule in fired | row.labels}:
            of_family = {rule for rule in fired | row.labels if FAMILIES.get(rule, "OTHER") == family}
            families[family].add(bool(of_family & fired), bool(of_family & row.labels))
        for rule in fired | row.labels:
            ids[rule].add(rule in fired, rule in row.labels)
        for rule in fired:
            family = FAMILIES.get(rule, "OTHER")
            right = any(FAMILIES.get(label, "OTHER") == family for label in row.labels)
            scores.firings.append((row.fired[rule], right))
    scores.families = _pooled(families)
    scores.ids = dict(sorted(ids.items()))
    return scores


def _pooled(families: Mapping[str, Count]) -> dict[str, Count]:
    large = {name: count for name, count in sorted(families.items()) if count.positives >= POOLED_BELOW}
    small = {name: count for name, count in sorted(families.items()) if count.positives < POOLED_BELOW}
    if small:
        name = "pooled: " + " ".join(small)
        large[name] = sum(small.values(), Count())
    return large


def calibration(
    firings: Iterable[tuple[float, bool]], edges: tuple[float, ...] = (0.0, 0.7, 0.8, 0.9, 0.95, 1.01)
) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, firings) by band of confidence."""
    table = []
    found = list(firings)
    for low, high in pairwise(edges):
        band = [(sure, right) for sure, right in found if low <= sure < high]
        if band:
            table.append((sum(s for s, _ in band) / len(band), sum(r for _, r in band) / len(band), len(band)))
    return table
