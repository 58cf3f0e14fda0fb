"""Confidences measured: how often each reason to fire was right.

Rules look better on the entries they were tuned on than they are. So the shares of the tuning entries are
scaled by one figure, how much less often all firings were right on the held-out entries, and a ground seen
seldom is drawn towards that share (eight entries' weight): three lucky firings do not claim certainty.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.accuracy.score import FAMILIES

from meruit.guidelines.narrative import judge, understand
from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.accuracy.data import Labelled

_PRIOR_WEIGHT = 8
_HEAD = "# ground, TAB, share of firings expected to be right (benchmarks/accuracy/calibrate.py), TAB, firings seen\n"


def calibrate(tuned: Iterable[Labelled], held_out: Iterable[Labelled]) -> None:
    """Writes `confidence.tsv` anew."""
    fired, right = _count(tuned)
    unseen_fired, unseen_right = _count(held_out)
    share = sum(right.values()) / max(1, sum(fired.values()))
    unseen = sum(unseen_right.values()) / max(1, sum(unseen_fired.values()))
    lines = [
        f"{ground}\t{(right[ground] * unseen / share + _PRIOR_WEIGHT * unseen) / (count + _PRIOR_WEIGHT):.3f}\t{count}"
        for ground, count in sorted(fired.items())
    ]
    (DATA / "confidence.tsv").write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} grounds; of all firings {share:.3f} were right where tuned, {unseen:.3f} where held out.")


def _count(rows: Iterable[Labelled]) -> tuple[Counter[str], Counter[str]]:
    """Firings and right firings by ground; a finding of the right family counts as right."""
    fired: Counter[str] = Counter()
    right: Counter[str] = Counter()
    kept = list(rows)
    occurring = {label for row in kept for label in row.labels}
    for row in kept:
        entry = row.entry
        u = understand(entry.narrative or "", entry.hours, entry.timekeeper_class, entry.task_code, entry.activity_code)
        families = {FAMILIES.get(label, label) for label in row.labels}
        for rule, found in judge(u).items():
            if rule in occurring:
                fired[found.ground] += 1
                right[found.ground] += FAMILIES.get(rule, rule) in families
    return fired, right
