"""GL-02: several separately describable tasks under one figure of time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_span
from meruit.guidelines.narrative.emptiness import says_nothing
from meruit.guidelines.narrative.hanging import hangs
from meruit.guidelines.narrative.travelling import travel_unit
from meruit.guidelines.narrative.words import TRAVEL

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_PAIR = 2
_OTHER = frozenset({"separate", "separately", "unrelated", "distinct"})
_DASHES = frozenset("-–—")
_PASSES = "one entry per task, each with its own time; only the timekeeper knows the split"


def block_billing(
    u: Understanding,
    *,
    min_tasks: int = 2,
    allow_allocated: bool = True,
    de_minimis_hours: Decimal = Decimal(0),
    travel_may_be_combined: bool = False,
) -> Detection | None:
    """Fires when at least `min_tasks` pieces of work stand under one figure.

    An entry that shows time per task passes where the client accepts allocation; travel together with
    anything else counts as two unless `travel_may_be_combined`.
    """
    found = u.pieces
    count = len(found)
    if count > 1 and says_nothing(u):
        return None  # what cannot be told cannot be told apart
    if count == _PAIR and len(found[1]) == 1 and _one_in_truth(u, found[0][-1], found[1][0]):
        return None
    if travel_may_be_combined:
        count = sum(1 for piece in found if not piece[0].kinds & TRAVEL)
    mixed = False
    if count < min_tasks:
        mixed = count == 1 and not travel_may_be_combined and min_tasks <= 2 and _travel_inside(u)
        if not mixed:
            return None
    if allow_allocated and not mixed and u.allocated:
        return None
    if u.hours is not None and 0 < u.hours <= de_minimis_hours:
        return None
    if mixed:
        ground = "lumping-travel"
        span = (0, len(u.text))
        why = "travel and other work stand under one figure of time"
    else:
        second = found[1][0]
        ground = f"lumping-{second.separator}" if count == 2 else "lumping-many"
        r = u.reading
        span = (r.place(found[0][0].start)[0], r.place(found[-1][-1].end - 1)[1])
        heads = ", ".join([f'"{r.said(piece[0].at)}"' for piece in found[:5]])
        why = f"{count} pieces of work stand under one figure of time ({heads})"
    return at_span(u, span, ground, why, _PASSES)


def _one_in_truth(u: Understanding, first: Task, second: Task) -> bool:
    """Whether the second work hangs on the first and does not say itself that it is another."""
    words = u.reading.words
    if any(words[k] in _OTHER for k in range(max(0, second.start - 1), second.end)):
        return False
    return hangs(first, second, _dash_before(u, second))


def _dash_before(u: Understanding, task: Task) -> bool:
    if task.separator != "strong" or not task.start:
        return False
    return u.text[u.reading.place(task.start - 1)[0] :].lstrip()[:1] in _DASHES


def _travel_inside(u: Understanding) -> bool:
    """Travel named inside another task: "jail visit ... including 1.0 travel"."""
    if not u.tasks or u.tasks[0].kinds & TRAVEL:
        return False
    k = travel_unit(u)
    return k > u.tasks[0].at and u.reading.words[max(0, k - 3) : k].count("including") > 0
