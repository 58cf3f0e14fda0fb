"""The second opinion that is shipped: `data/opinion.json`, from all own entries that rules were tuned on.

    python -m training.opinion            # learns the table anew and writes it (some minutes)
    python -m training.opinion --measure  # tells how it does on each author when learnt from the others

Logistic regression, one for each family of faults and one for each rule that has enough examples, over the words of an
entry, their beginnings, and what the understanding found (`narrative.opinion.features`). Learnt in the space of the
entries, which are fewer than the features, by accelerated gradient steps from nothing: the same rows give the same
table. Needs numpy.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.accuracy.data import Labelled, author, tuned_on
from benchmarks.accuracy.score import FAMILIES, Count

from meruit.guidelines.narrative import by_grammar, understand
from meruit.guidelines.narrative.opinion import SPOKEN_FOR, UNIT, evened, features
from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FILE = DATA / "opinion.json"
#: Family -> (share from which it speaks where the grammar is silent, share below which it silences the grammar).
#: Chosen on the three authors of `tune_a.csv` to `tune_c.csv`, each judged by what was learnt without him, beside the
#: grammar as it was before anybody had looked at them: there precision is to be 0.9 or more.
SHARES = {
    "VAGUE": (0.45, 0.08), "CLER": (0.45, 0.1), "NONB": (0.5, 0.18), "STAFF": (0.35, 0.03), "TRAV": (0.6, 0.2),
    "BLOCK": (0.8, 0.55),
}  # fmt: skip
#: A rule seen less often is not spoken for; a feature seen less often tells nothing.
_EXAMPLES, _SEEN = 12, 2
#: What the grammar found counts half: it was tuned on these very entries, so it is right on them more often than on
#: others. (Counted whole, lumping was wrong twice as often on authors the grammar had not seen.)
_BY_GRAMMAR = ("kinds ", "more ", "done ", "tasks ", "pieces ", "no act")
_OF_GRAMMAR = 0.5
_DRAW = 0.02
_STEPS = 600
#: Weights below this, in hundredths, are left out of the table.
_LEAST, _LEAST_OF_RULES = 8, 30
#: Shares between which the second opinion is said to be equally sure.
_BANDS = (0.5, 0.65, 0.8, 0.9, 1.01)
#: It is never said to be surer than this: nobody has looked at the entry.
_MOST = 0.95


class Examples:
    """Rows with their features, and what was marked on each."""

    def __init__(self, rows: Sequence[Labelled]) -> None:
        self.rows = list(rows)
        self.understood = [
            understand(e.narrative or "", e.hours, e.timekeeper_class, e.task_code, e.activity_code)
            for e in (row.entry for row in self.rows)
        ]
        told = [Counter(features(u)) for u in self.understood]
        seen = Counter(feature for one in told for feature in one)
        self.names = sorted(feature for feature, count in seen.items() if count >= _SEEN)
        place = {feature: k for k, feature in enumerate(self.names)}
        self.table = np.zeros((len(self.rows), len(self.names) + 1), dtype=np.float32)
        for k, one in enumerate(told):
            scale = evened(len(self.understood[k].reading.bases))
            for feature, count in one.items():
                if feature in place:
                    self.table[k, place[feature]] = count / scale
        self.table[:, -1] = 1  # what every entry has from the start
        self.trust = np.array([_OF_GRAMMAR if one.startswith(_BY_GRAMMAR) else 1 for one in (*self.names, "")])
        self.table *= self.trust.astype(np.float32)
        counted = Counter(label for row in self.rows for label in row.labels)
        self.rules = sorted(
            rule
            for rule, count in counted.items()
            if count >= _EXAMPLES and any(rule in rules for rules in SPOKEN_FOR.values())
        )
        self.families = list(SPOKEN_FOR)
        wanted = [[self._of(row, family) for family in self.families] for row in self.rows]
        by_rule = [[rule in row.labels for rule in self.rules] for row in self.rows]
        self.marked = np.hstack([np.array(wanted), np.array(by_rule)]).astype(np.float32)

    def _of(self, row: Labelled, family: str) -> bool:
        return not row.labels.isdisjoint(SPOKEN_FOR[family])


def fit(table: Floats, marked: Floats) -> Floats:
    """The weights, column by family and rule."""
    alike = table @ table.T
    start = np.full(len(table), 1 / np.sqrt(len(table)), dtype=np.float32)
    steepest = 1.0
    for _ in range(20):
        start = alike @ start
        steepest = float(np.linalg.norm(start))
        start /= steepest
    rate = 1 / (0.25 * steepest + _DRAW)
    now = np.zeros_like(marked)
    ahead, pace = now, 1.0
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-np.clip(alike @ ahead, -30, 30)))
        following = ahead - np.float32(rate) * (said - marked + np.float32(_DRAW) * ahead)
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + np.float32((pace - 1) / faster) * (following - now)
        now, pace = following, faster
    weights: Floats = table.T @ now
    return weights


def made(found: Examples) -> dict[str, Any]:
    """The table as it should be."""
    shares = left_out(found)
    weights = np.rint(fit(found.table, found.marked) * found.trust[:, None] / UNIT).astype(int)
    many = len(found.families)
    base = weights[-1].tolist()
    of, of_rules = {}, {}
    for feature, row in zip(found.names, weights, strict=False):
        if np.abs(row[:many]).max() >= _LEAST:
            of[feature] = row[:many].tolist()
        telling = {rule: int(w) for rule, w in zip(found.rules, row[many:], strict=True) if abs(w) >= _LEAST_OF_RULES}
        if telling:
            of_rules[feature] = telling
    return {
        "families": {
            family: {
                "base": base[k],
                "speaks_from": SHARES[family][0],
                "doubts_below": SHARES[family][1],
                "rules": [rule for rule in found.rules if rule in SPOKEN_FOR[family]],
            }
            for k, family in enumerate(found.families)
        },
        "rules": found.rules,
        "rule_base": dict(zip(found.rules, base[many:], strict=True)),
        "sure": _sure(found, shares),
        "of": of,
        "of_rules": of_rules,
    }


def left_out(found: Examples) -> Floats:
    """The share each family and rule is given on every author by what was learnt from the others."""
    authors = np.array([author(row) for row in found.rows])
    shares = np.zeros_like(found.marked)
    for one in sorted(set(authors)):
        his = authors == one
        if his.all() or his.mean() > _TOO_MANY:
            continue
        weights = fit(found.table[~his], found.marked[~his])
        shares[his] = 1 / (1 + np.exp(-(found.table[his] @ weights)))
    return shares


#: An author of more than this part of all entries is not left out: too little would be left to learn from.
_TOO_MANY = 0.4


def _sure(found: Examples, shares: Floats) -> list[tuple[float, float]]:
    """(share up to which, how often it was right there) where it spoke and had not learnt from the author."""
    judged = shares.any(axis=1)
    right: list[list[bool]] = [[] for _ in _BANDS]
    for k, family in enumerate(found.families):
        for row in np.flatnonzero(judged & (shares[:, k] >= SHARES[family][0])):
            band = next(b for b, upto in enumerate(_BANDS) if shares[row, k] < upto)
            right[band].append(bool(found.marked[row, k]))
    rounded = [(sum(one) + 4) / (len(one) + 5) for one in right]
    return [(upto, round(min(_MOST, share), 3)) for upto, share in zip(_BANDS, rounded, strict=True)]


def main() -> None:
    found = Examples(tuned_on())
    if "--measure" in sys.argv:
        measure(found)
        return
    FILE.write_text(json.dumps(made(found), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


def measure(found: Examples) -> None:
    """Prints how the second opinion alone, and with the grammar as it is now, does on authors it did not learn from."""
    shares = left_out(found)
    judged = np.flatnonzero(shares.any(axis=1))
    grammar = [by_grammar(found.understood[row]) for row in judged]
    for k, family in enumerate(found.families):
        speaks, doubts = SHARES[family]
        counts = {"grammar": Count(), "learnt": Count(), "both": Count()}
        for row, fired in zip(judged, grammar, strict=True):
            wanted, share = bool(found.marked[row, k]), float(shares[row, k])
            fires = any(FAMILIES.get(rule) == family for rule in fired)
            counts["grammar"].add(fires, wanted)
            counts["learnt"].add(share >= 0.5, wanted)
            counts["both"].add((fires and share >= doubts) or share >= speaks, wanted)
        told = "  ".join(f"{name} {count.precision:.3f}/{count.recall:.3f}" for name, count in counts.items())
        print(f"{family:<6} {counts['both'].positives:>4}  {told}")


if __name__ == "__main__":
    main()
