"""A table of weights: how much each feature of a narrative speaks for each code of one family of code sets.

Log-linear: the score of a code is the sum of its weights over the features, divided by the root of how many
there are, so that a long narrative is not believed more for its length alone. Plain integers in JSON; making such
a table is the business of `fitting`, reading it takes microseconds and no library.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from meruit.guidelines.narrative.telling import PAIR, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Weights are kept in hundredths.
UNIT = 0.01
#: What stands so far below the likeliest code has no share worth adding up.
_NOTHING = -9.0
#: Bits of one weight in a packed row, and what raises it above zero: rows of some hundred features have room.
_LANE, _RAISED = 32, 1 << 20


class Guess(NamedTuple):
    """The likeliest code, how likely, and the table that holds it so."""

    code: str
    share: float
    #: The share of the code that comes next.
    next: float
    table: Weights

    def because(self, told: Sequence[str]) -> str:
        """The words of the text that speak for the code most."""
        return self.table.because(told, self.code)


@dataclass(frozen=True, slots=True)
class Weights:
    """`of`: feature -> places of codes in `codes` with their weights; `base`: what each code has from the start."""

    codes: tuple[str, ...]
    base: tuple[int, ...]
    of: Mapping[str, tuple[tuple[int, int], ...]]
    #: Permitted codes -> their places, as far as asked for.
    _left: dict[frozenset[str], tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    #: Features met so far, packed (see `_pack`); under the empty one what each code has from the start.
    _packed: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def likeliest(
        self, told: Sequence[str], permitted: frozenset[str] | None, earlier: Mapping[str, float] | None = None
    ) -> Guess | None:
        """The likeliest of the permitted codes; None where there is none, or the table knows no word of the text.

        `earlier` is what speaks for a code besides the text, in the units of a score.
        """
        sums = self._sums(told)
        left = self._places(permitted)
        if sums is None or not left:
            return None
        scale = UNIT / math.sqrt(len(told) + 1)
        scores: Sequence[float] = sums
        if earlier:
            scores = [one + earlier.get(code, 0.0) / scale for code, one in zip(self.codes, sums, strict=True)]
        best = max(left, key=scores.__getitem__)
        most = scores[best]
        floor = most + _NOTHING / scale
        raised = [math.exp((scores[at] - most) * scale) for at in left if scores[at] > floor]
        whole = sum(raised)
        raised.remove(1.0)
        return Guess(self.codes[best], 1 / whole, max(raised, default=0.0) / whole, self)

    def shares(self, told: Sequence[str], permitted: frozenset[str] | None) -> dict[str, float]:
        """How likely each permitted code is; empty where the table knows no word of the text."""
        sums = self._sums(told)
        left = self._places(permitted)
        if sums is None or not left:
            return {}
        scale = UNIT / math.sqrt(len(told) + 1)
        most = max(sums[at] for at in left)
        raised = {self.codes[at]: math.exp((sums[at] - most) * scale) for at in left}
        whole = sum(raised.values())
        return {code: one / whole for code, one in raised.items()}

    def because(self, told: Sequence[str], code: str) -> str:
        """The words of the text that speak for `code` most."""
        at = self.codes.index(code)
        best, words = 0, ""
        for feature in told:
            if feature.startswith((WORD, PAIR)):
                weight = next((weight for place, weight in self.of.get(feature, ()) if place == at), 0)
                if weight > best:
                    best, words = weight, feature[2:]
        return words

    def _sums(self, told: Sequence[str]) -> Sequence[int] | None:
        """What speaks for each code, all raised by the same; None where the table knows no word of the text."""
        of, packed = self.of, self._packed
        if not packed:
            packed[""] = self._pack(enumerate(self.base))
        knows = False
        whole = packed[""]
        for feature in told:
            if feature in of:
                row = packed.get(feature)
                if row is None:
                    row = packed[feature] = self._pack(of[feature])
                whole += row
                knows = knows or feature.startswith((WORD, PAIR))
        if not knows:
            return None
        many = len(self.codes)
        return struct.unpack(f"<{many}I", whole.to_bytes(4 * many, "little"))

    def _pack(self, pairs: Iterable[tuple[int, int]]) -> int:
        """The weights of all codes side by side in one number, so that rows are added up by single additions."""
        found = _RAISED * ((1 << _LANE * len(self.codes)) - 1) // ((1 << _LANE) - 1)
        for at, weight in pairs:
            found += weight << _LANE * at
        return found

    def _places(self, permitted: frozenset[str] | None) -> Sequence[int]:
        if permitted is None:
            return range(len(self.codes))
        found = self._left.get(permitted)
        if found is None:
            found = self._left[permitted] = tuple(at for at, code in enumerate(self.codes) if code in permitted)
        return found

    def to_plain(self) -> dict[str, Any]:
        """The table as plain data: by feature, place and weight by turns."""
        of = {feature: list(chain.from_iterable(pairs)) for feature, pairs in self.of.items()}
        return {"codes": self.codes, "base": self.base, "of": of}

    @classmethod
    def from_plain(cls, table: Mapping[str, Any]) -> Weights:
        """The inverse of `to_plain`."""
        of = {feature: tuple(list(pairwise(turns))[::2]) for feature, turns in table["of"].items()}
        return cls(tuple(table["codes"]), tuple(table["base"]), of)
