"""Learning a table of weights from coded narratives: multinomial logistic regression by adaptive gradient steps.

Needs numpy, so only learning imports it. The same rows give the same table. Learning on top of another table starts
from its weights and is drawn back to them: what rows are silent of stays as it was, and the more rows there are,
the more they decide.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from meruit.guidelines.narrative.weights import UNIT, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: A narrative's features and its code.
Example = tuple["Sequence[str]", str]

#: So many times each row is learnt from; fewer of many, which say the same often enough.
_ROUNDS = 25
_ROUNDS_OF_MANY = 4
_MANY = 20_000
_BATCH = 64
_RATE = 0.3
#: How strongly weights are drawn back to where they began.
_DRAW = 3e-4
_CAUTION = 1e-2
#: A feature seen less often tells nothing.
_SEEN = 2
_SEEN_OF_MANY = 4
#: Weights below this, in hundredths, are left out of the table.
_LEAST = 30


class _Batch:
    """Rows learnt from together, laid out flat: features with their rows, and the order by feature."""

    def __init__(self, at: Sequence[NDArray[np.int64]], told: Sequence[int], codes: NDArray[np.int64]) -> None:
        self.codes = codes
        lengths = np.array([len(one) for one in at])
        rows = np.repeat(np.arange(len(at)), lengths)
        scale = np.repeat(1 / np.sqrt(np.array(told) + 1.0), lengths)
        self.features = np.concatenate(at)
        self.scale = scale[:, None]
        self.starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        order = np.argsort(self.features, kind="stable")
        self.touched, self.firsts = np.unique(self.features[order], return_index=True)
        self.rows_in_order = rows[order]
        self.scale_in_order = scale[order][:, None]

    def gradient(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the loss, by touched feature and code."""
        scores = np.add.reduceat(weights[self.features] * self.scale, self.starts, axis=0)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = raised / raised.sum(axis=1, keepdims=True)
        error[np.arange(len(self.codes)), self.codes] -= 1
        found: NDArray[np.float64] = np.add.reduceat(
            error[self.rows_in_order] * self.scale_in_order, self.firsts, axis=0
        )
        return found


def fit(examples: Sequence[Example], base: Weights | None = None) -> Weights:
    """The weights that tell the codes of `examples`, beginning from those of `base`."""
    many = len(examples) > _MANY
    counted = Counter(feature for told, _ in examples for feature in told)
    least = _SEEN_OF_MANY if many else _SEEN
    known = {feature for feature, count in counted.items() if count >= least}
    codes = tuple(sorted({code for _, code in examples} | set(base.codes if base else ())))
    names = sorted(known | set(base.of if base else ()))
    place = {feature: at for at, feature in enumerate(names)}
    start = _laid_out(base, codes, place)
    weights = start.copy()
    pace = np.full_like(weights, _CAUTION)
    turn = np.random.default_rng(7)
    batches = _batches(examples, place, {code: at for at, code in enumerate(codes)}, turn.permutation(len(examples)))
    for _ in range(_ROUNDS_OF_MANY if many else _ROUNDS):
        for k in turn.permutation(len(batches)):
            batch = batches[k]
            at = batch.touched
            step = batch.gradient(weights) + _DRAW * (weights[at] - start[at])
            if base is not None:
                step[-1] = 0  # what codes have from the start stays: rows of one code tell nothing of other texts
            pace[at] += step * step
            weights[at] -= _RATE * step / np.sqrt(pace[at])
    return _kept(codes, names, np.rint(weights / UNIT).astype(np.int64))


def _batches(
    examples: Sequence[Example], place: dict[str, int], codes: dict[str, int], order: NDArray[np.int64]
) -> list[_Batch]:
    """Batches of examples in random order; the last feature of each is the one that all have."""
    everywhere = len(place)
    found = []
    for first in range(0, len(examples), _BATCH):
        chosen = [examples[k] for k in order[first : first + _BATCH]]
        at = [
            np.array([*(place[one] for one in told if one in place), everywhere], dtype=np.int64) for told, _ in chosen
        ]
        found.append(_Batch(at, [len(told) for told, _ in chosen], np.array([codes[code] for _, code in chosen])))
    return found


def _laid_out(base: Weights | None, codes: Sequence[str], place: dict[str, int]) -> NDArray[np.float64]:
    """The weights of `base` by feature and code; the last row is what each code has from the start."""
    found = np.zeros((len(place) + 1, len(codes)))
    if base is None:
        return found
    column = {code: at for at, code in enumerate(codes)}
    columns = [column[code] for code in base.codes]
    found[-1] = min(base.base, default=0) * UNIT  # a code that is new to the table begins as its rarest
    found[-1, columns] = np.array(base.base) * UNIT
    for feature, pairs in base.of.items():
        row = found[place[feature]]
        for at, weight in pairs:
            row[columns[at]] = weight * UNIT
    return found


def _kept(codes: tuple[str, ...], names: Sequence[str], table: NDArray[np.int64]) -> Weights:
    """The table with what hardly tells left out."""
    of: dict[str, tuple[tuple[int, int], ...]] = {}
    for feature, row in zip(names, table, strict=False):
        tells = np.flatnonzero(np.abs(row) >= _LEAST)
        if len(tells):
            of[feature] = tuple(zip(tells.tolist(), row[tells].tolist(), strict=True))
    return Weights(codes, tuple(table[-1].tolist()), of)
