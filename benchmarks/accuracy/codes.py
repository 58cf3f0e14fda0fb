"""How often suggested codes are right, and how often one is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.history import learn, measure, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.accuracy.data import Labelled

    from meruit.guidelines.narrative.history import Kind, Learnt, Row


def code_scores(rows: Sequence[Labelled], history: Sequence[Labelled] = ()) -> dict[Kind, Learnt]:
    """Task and activity by the shipped table, to which the coded entries of `history` are added."""
    model = learn(_rows(history), shipped()) if history else shipped()
    return measure(model, _rows(rows))


def _rows(rows: Sequence[Labelled]) -> list[Row]:
    return [(row.entry.narrative or "", row.entry.task_code, row.entry.activity_code) for row in rows]
