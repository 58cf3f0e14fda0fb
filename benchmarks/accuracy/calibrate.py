"""Confidences measured: how often each reason to fire was right, on the entries kept for tuning.

A ground seen seldom is drawn towards the share of all (four entries' weight), so that three lucky firings do
not claim certainty; nothing is claimed above 0.99.
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

_PRIOR_WEIGHT = 4
_HEAD = "# ground, TAB, share of firings that were right among the entries kept for tuning, TAB, firings\n"


def calibrate(rows: Iterable[Labelled]) -> None:
    """Writes `confidence.tsv` anew."""
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
    share = sum(right.values()) / max(1, sum(fired.values()))
    lines = [
        f"{ground}\t{min(0.99, (right[ground] + _PRIOR_WEIGHT * share) / (count + _PRIOR_WEIGHT)):.3f}\t{count}"
        for ground, count in sorted(fired.items())
    ]
    (DATA / "confidence.tsv").write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} grounds measured on {len(kept)} entries; {share:.3f} of all firings were right.")
