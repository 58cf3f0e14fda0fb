"""How good the checks are on labelled entries: the file that `python -m benchmarks.accuracy` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = files("meruit.web") / "data" / "accuracy.json"


@dataclass(frozen=True, slots=True)
class Count:
    """Right findings, false alarms, misses; None for a share of nothing."""

    right: int
    wrong: int
    missed: int

    @property
    def positives(self) -> int:
        """How many entries bear the label."""
        return self.right + self.missed

    @property
    def precision(self) -> float | None:
        """Of the findings, the share that a label bears out."""
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Of the labels, the share that was found."""
        return self.right / self.positives if self.positives else None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the labelled entries."""

    title: str
    entries: int
    any_violation: Count
    rules: Mapping[str, Count]

    @property
    def false_alarms_per_100(self) -> float:
        """Findings that no label bears out, per 100 lines."""
        return 100 * sum(count.wrong for count in self.rules.values()) / self.entries if self.entries else 0.0

    def alarms_per_100(self, rule: str) -> float:
        """The same of one rule."""
        return 100 * self.rules[rule].wrong / self.entries if self.entries else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The whole file."""

    made_on: str
    commit: str
    written_by: str
    parts: tuple[Part, ...]


@cache
def measured() -> Measured:
    """The scores as they were measured last."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Measured:
    """The scores in a file; a key that nobody knows stops the reading."""
    data: dict[str, Any] = json.loads(text)
    parts = tuple(
        Part(
            **row
            | {
                "any_violation": Count(**row["any_violation"]),
                "rules": {rule: Count(**count) for rule, count in row["rules"].items()},
            }
        )
        for row in data.pop("parts")
    )
    return Measured(**data, parts=parts)
