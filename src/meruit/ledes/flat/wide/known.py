"""Combinations of cells of which nothing is to be said, found for all records of a chunk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.ledes.flat.wide.words import Flags, Places, Words

_ODD = np.uint64(0x9E3779B97F4A7C15)
_FOLD = np.uint64(32)


class Known:
    """A set of combinations, each a tuple of words; whether a record's is in it is told exactly.

    The hash finds the place, the words themselves are compared. Of two combinations with one hash the second
    is not found, which costs a second look and nothing else.
    """

    def __init__(self, width: int, hashed: int) -> None:
        self.width, self.hashed = width, hashed
        #: Whether combinations came or went since records were last looked for.
        self._met: set[tuple[int, ...]] = set()
        self.stale = False
        self._hashes: Words = np.zeros(0, np.uint64)
        self._words: list[Words] = []

    def __len__(self) -> int:
        return len(self._met)

    def add(self, words: tuple[int, ...]) -> None:
        """Take in one combination."""
        self._met.add(words)
        self.stale = True

    def discard(self, words: tuple[int, ...]) -> None:
        """Forget one combination."""
        self._met.discard(words)
        self.stale = True

    def clear(self) -> None:
        """Forget all."""
        self._met.clear()
        self.stale = True

    def hashes(self, words: Sequence[Words | None]) -> Words:
        """The hash of each record's combination, made of its first `hashed` words."""
        return hashed(words[: self.hashed])

    def find(self, words: Sequence[Words | None], hashes: Words) -> Flags:
        """Which records have a combination that is known; a word that is None is 0 in all of them."""
        if self.stale:
            self._build()
        if not len(self._hashes):
            return np.zeros(len(hashes), bool)
        at: Places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found: Flags = np.ones(len(hashes), bool)
        for known, word in zip(self._words, words, strict=True):
            found &= known[at] == (0 if word is None else word)
        return found

    def _build(self) -> None:
        columns = list(np.array(sorted(self._met), np.uint64).reshape(-1, self.width).T)
        hashes = self.hashes(columns)
        order = np.argsort(hashes)
        self._hashes, self._words = hashes[order], [column[order] for column in columns]
        self.stale = False


def hashed(words: Sequence[Words | None]) -> Words:
    """One word for several, the first of which is there; equal ones have equal hashes, and None is 0."""
    first = words[0]
    assert first is not None
    mixed = first * _ODD
    for word in words[1:]:
        mixed ^= mixed >> _FOLD
        if word is not None:
            mixed += word
        mixed *= _ODD
    mixed ^= mixed >> _FOLD
    return mixed
