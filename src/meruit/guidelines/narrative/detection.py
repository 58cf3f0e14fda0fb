"""What a detector says when it fires, and how sure it is.

`ground` names the reason by which it fired; `data/confidence.tsv` holds, per ground, how often that reason was
right on the labelled entries kept for tuning (see docs/proof/accuracy.md), so that confidence is measured.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

#: For a ground seen too rarely to be measured.
UNMEASURED = 0.8


class Detection(NamedTuple):
    """A rule that fires: the words and their place, why, what would pass, and how sure."""

    words: str
    span: tuple[int, int]
    why: str
    passes: str
    confidence: float
    ground: str


@cache
def confidences() -> Mapping[str, float]:
    """ground -> share of firings that were right."""
    lines = (DATA / "confidence.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ground: float(share) for ground, share, *_ in rows}


def at_units(u: Understanding, first: int, last: int, ground: str, why: str, passes: str) -> Detection:
    """A detection on the units `first` to `last` inclusive."""
    return at_span(u, u.span(first, last), ground, why, passes)


def at_task(u: Understanding, task: Task, ground: str, why: str, passes: str) -> Detection:
    """A detection on a whole task."""
    return at_span(u, u.task_span(task), ground, why, passes)


def at_span(u: Understanding, span: tuple[int, int], ground: str, why: str, passes: str) -> Detection:
    """A detection on characters."""
    start, end = span
    sure = confidences().get(ground, UNMEASURED)
    return Detection(u.text[start:end], span, why, passes, sure, ground)


def at_all(u: Understanding, ground: str, why: str, passes: str) -> Detection:
    """A detection on the whole narrative."""
    return at_span(u, (0, len(u.text)), ground, why, passes)
