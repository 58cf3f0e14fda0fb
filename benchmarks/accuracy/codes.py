"""How often suggested codes are right, and how often one is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit import utbms
from meruit.guidelines.narrative import understand
from meruit.guidelines.narrative.coding import suggest
from meruit.guidelines.narrative.history import Learnt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.accuracy.data import Labelled


def code_scores(rows: Iterable[Labelled]) -> dict[str, Learnt]:
    """Task and activity; the family of sets of the coded task is taken as allowed for the matter."""
    right = {"task": 0, "activity": 0}
    answered = {"task": 0, "activity": 0}
    entries = {"task": 0, "activity": 0}
    for row in rows:
        entry = row.entry
        u = understand(entry.narrative or "", entry.hours, entry.timekeeper_class)
        coding = suggest(u, sets=_family(entry.task_code))
        for kind, coded, found in (
            ("task", entry.task_code, coding.task),
            ("activity", entry.activity_code, coding.activity),
        ):
            if coded and utbms.known(coded):
                entries[kind] += 1
                answered[kind] += found is not None
                right[kind] += found is not None and found.code == coded
    return {
        kind: Learnt(
            right[kind] / answered[kind] if answered[kind] else 0.0,
            answered[kind] / entries[kind] if entries[kind] else 0.0,
            entries[kind],
        )
        for kind in right
    }


def _family(code: str | None) -> list[str] | None:
    row = utbms.lookup(code) if code else None
    if row is None:
        return None
    family = utbms.sets()[row.set].family
    return [name for name, found in utbms.sets().items() if found.family == family]
