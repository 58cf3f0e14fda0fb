"""What a learnt classifier would reach instead of the lexicon: the figures behind decision 0013.

    python -m training.learned_baseline

One logistic regression per family over words, pairs of words and the hours, trained by stochastic gradient on
the entries the rules were tuned on, scored on those they were not. Plain Python, a fixed seed, some seconds.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.accuracy.data import Labelled, files
from benchmarks.accuracy.score import FAMILIES, Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[a-z']+|\d+|[;,.]")
_ROUNDS = 40
_RATE = 0.3
_DECAY = 1e-4


def features(row: Labelled) -> list[str]:
    """Words, pairs, the class of the timekeeper and coarse hours."""
    words = _WORD.findall((row.entry.narrative or "").lower())
    words = ["#" if word.isdigit() else word for word in words]
    pairs = [f"{a} {b}" for a, b in zip(["^", *words], [*words, "$"], strict=True)]
    hours = row.entry.hours
    size = "?" if hours is None else str(min(9, int(hours)))
    return [
        *set(words),
        *set(pairs),
        f"hours={size}",
        f"class={row.entry.timekeeper_class}",
        f"many={len(words) // 4}",
        "1",
    ]


def train(rows: Sequence[Labelled], target: Iterable[bool], seed: int = 7) -> dict[str, float]:
    """Weights of one logistic regression."""
    weights: dict[str, float] = defaultdict(float)
    examples = [(features(row), wanted) for row, wanted in zip(rows, target, strict=True)]
    order = random.Random(seed)
    for turn in range(_ROUNDS):
        order.shuffle(examples)
        step = _RATE / (1 + 0.1 * turn)
        for told, wanted in examples:
            error = wanted - chance(weights, told)
            for feature in told:
                weights[feature] += step * (error - _DECAY * weights[feature])
    return weights


def chance(weights: dict[str, float], told: Iterable[str]) -> float:
    """Probability by the weights."""
    score = sum(weights.get(feature, 0.0) for feature in told)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _families(row: Labelled) -> set[str]:
    return {FAMILIES.get(label, "OTHER") for label in row.labels}


def main() -> None:
    parts = list(files())
    tuned = [row for title, rows in parts for row in rows if "tun" in title]
    for title, rows in parts:
        if "tun" in title:
            continue
        print(f"{title}: {len(rows)} entries, trained on {len(tuned)}")
        wanted = {"any violation": lambda row: bool(row.labels)}
        for family in ("BLOCK", "CLER", "NONB", "STAFF", "VAGUE"):
            wanted[family] = lambda row, family=family: family in _families(row)
        for name, has in wanted.items():
            weights = train(tuned, [has(row) for row in tuned])
            count = Count()
            for row in rows:
                count.add(chance(weights, features(row)) >= 0.5, has(row))
            print(
                f"  {name:<14} precision {count.precision:.3f}  recall {count.recall:.3f}  positives {count.positives}"
            )


if __name__ == "__main__":
    main()
