"""Confidences measured: how often each reason to fire was right.

Rules look better on the entries they were tuned on than they are. So the shares of the tuning entries are
scaled by one figure, how often firings were right on held-out batches when first seen, and a ground seen seldom is
drawn towards that share (eight entries' weight): three lucky firings do not claim certainty.
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


#: Of all firings on the batches of held-out entries when first scored, this share was right.
UNSEEN = 0.89


def calibrate(tuned: Iterable[Labelled]) -> None:
    """Writes `confidence.tsv` anew."""
    fired, right = _count(tuned)
    share = sum(right.values()) / max(1, sum(fired.values()))
    lines = [
        f"{ground}\t{(right[ground] * UNSEEN / share + _PRIOR_WEIGHT * UNSEEN) / (count + _PRIOR_WEIGHT):.3f}\t{count}"
        for ground, count in sorted(fired.items())
    ]
    (DATA / "confidence.tsv").write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} grounds; of all firings {share:.3f} were right where tuned.")


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
            if rule in occurring and not found.ground.startswith("learnt-"):  # those know how sure they are
                fired[found.ground] += 1
                right[found.ground] += FAMILIES.get(rule, rule) in families
    return fired, right
