"""Codes and persons, which records repeat: each combination is judged once and then known at sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from meruit.ledes.flat.quick import PREFIX
from meruit.ledes.flat.wide.facts import E, F
from meruit.ledes.flat.wide.known import Known, hashed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meruit.ledes.flat.quick import Combination, Quick
    from meruit.ledes.flat.wide.facts import Facts
    from meruit.ledes.flat.wide.grid import Grid
    from meruit.ledes.flat.wide.words import Flags, Places, Words

#: Combinations remembered of each kind; a file that has more of them is not one that repeats them.
_MOST = 1 << 13
#: Words that a person's id, name and class may take here.
_ID, _NAME, _CLASS = 3, 4, 2
#: The longest id and name that fit their fields.
_LONGEST_ID, _LONGEST_NAME = 20, 30
_NULL, _SMALL = int.from_bytes(b"null", "little"), np.uint64(0x20202020)
_BLANK = 32


class Repeats:
    """Combinations of some columns, of which `silent` tells whether there is anything to say.

    `widths` are the words each column may take; the first `hashed` words find a combination.
    """

    def __init__(
        self, silent: Callable[[Combination], bool], places: Sequence[int], widths: Sequence[int], hashed: int
    ) -> None:
        self.silent, self.widths = silent, widths
        self.places = [place + PREFIX for place in places]
        self.known = Known(sum(widths), hashed)

    def fine(self, grid: Grid, rows: Places) -> Flags:
        """Which of these records have a combination of which nothing is to be said."""
        if len(self.known) > _MOST:
            self.known.clear()
        words, fits = self._words(grid, rows)
        hashes = self.known.hashes(words)
        found = self.known.find(words, hashes)
        left = np.flatnonzero(fits & ~found)
        if len(left):
            _, at = np.unique(hashes[left], return_index=True)
            for k in np.sort(left[at]).tolist():
                record = grid.record(rows[k])
                if self.silent(tuple(record[i] for i in self.places)):
                    self.known.add(tuple(0 if word is None else int(word[k]) for word in words))
            if self.known.stale:
                found = self.known.find(words, hashes)
        return found & fits

    def _words(self, grid: Grid, rows: Places) -> tuple[list[Words | None], Flags]:
        """The words of each combination, the last word of each column first; and which fit in them."""
        fits: Flags = np.ones(len(rows), bool)
        if grid.odd is not None:
            fits &= ~grid.odd[rows]
        by_column: list[list[Words | None]] = []
        for place, width in zip(self.places, self.widths, strict=True):
            cells, sizes = cell_words(grid, place, rows, width)
            fits &= sizes <= 8 * width
            by_column.append([*cells, *[None] * (width - len(cells))])
        deepest = max(self.widths)
        return [cells[at] for at in range(deepest) for cells in by_column if at < len(cells)], fits


def cell_words(grid: Grid, place: int, rows: Places, most: int) -> tuple[list[Words], Places]:
    """The cells of a column in some records as words, no more than the longest of them needs; and their sizes."""
    starts, ends = grid.starts(place)[rows], grid.ends[place][rows]
    sizes = ends - starts
    longest = int(sizes.max()) if len(sizes) else 0
    return grid.text.cell_words(ends, sizes, min(max((longest + 7) // 8, 1), most)), sizes


class People:
    """Who did the work: which records name a person of whom nothing is to be said, and which runs agree on them.

    Most persons are plain words with a class that is listed, which is told by their words alone; the rest
    (expenses without a person, portals with demands of their own) are combinations to remember.
    """

    def __init__(self, way: Quick) -> None:
        self.way = way
        self.rest = Repeats(way.silent_person, way.person_places, (1, _ID, _NAME, _CLASS), 5)
        self.grades = Known(_CLASS, _CLASS)
        self._listed: set[bytes] = set()

    def fine(self, facts: Facts) -> tuple[Flags, Flags]:
        """Which records name nobody to speak of; and which records may disagree with another of their run."""
        grid = facts.grid
        number, name, grade = (place + PREFIX for place in self.way.person_places[1:])
        every = np.arange(grid.rows)
        ids, id_sizes = cell_words(grid, number, every, _ID)
        names, name_sizes = cell_words(grid, name, every, _NAME)
        classes, class_sizes = cell_words(grid, grade, every, _CLASS)
        fits: Flags = (id_sizes <= 8 * _ID) & (name_sizes <= 8 * _NAME) & (class_sizes <= 8 * _CLASS)
        fine = fits & self._plain(facts, (ids, id_sizes, number), (names, name_sizes, name), classes, class_sizes)
        left = np.flatnonzero(~fine)
        if len(left):
            fine[left] = self.rest.fine(grid, left)
        return fine, self._disagree(facts, ids, id_sizes, [*names, *classes])

    def _plain(
        self,
        facts: Facts,
        ids: tuple[list[Words], Places, int],
        names: tuple[list[Words], Places, int],
        classes: list[Words],
        class_sizes: Places,
    ) -> Flags:
        """As `Quick._plain_person`: short plain words, and a class that is listed or was told of."""
        grid = facts.grid
        if self.way.judge.asks_more:
            return np.zeros(grid.rows, bool)
        for listed in (self.way.memory.classes | self.way.told_grades) - self._listed:
            self._listed.add(listed)
            if listed and len(listed) <= 8 * _CLASS:
                self.grades.add(_words_of(listed, _CLASS))
        whole: list[Words | None] = [*classes, *[None] * (_CLASS - len(classes))]
        plain = self.grades.find(whole, self.grades.hashes(whole)) & (class_sizes <= 8 * _CLASS)
        kinds = facts.kinds
        plain &= (kinds == F) | (kinds == E) | facts.adjusts
        for (words, sizes, place), longest in ((ids, _LONGEST_ID), (names, _LONGEST_NAME)):
            plain &= (sizes > 0) & (sizes <= longest)
            plain &= (sizes != 4) | (words[0] | _SMALL != _NULL)
            plain &= (grid.text.bytes[grid.starts(place)] != _BLANK) & (grid.text.bytes[grid.ends[place] - 1] != _BLANK)
        return plain if grid.odd is None else plain & ~grid.odd

    @staticmethod
    def _disagree(facts: Facts, ids: list[Words], sizes: Places, called: list[Words]) -> Flags:
        """Which records name a person whom another record of the run may call otherwise (LC05).

        Records of one run with one id stand side by side once they are sorted by the hash of both.
        """
        rows = np.flatnonzero(sizes > 0)
        found = np.zeros(len(sizes), bool)
        ids = [word[rows] for word in ids]
        prints = hashed([*ids, facts.runs[rows].astype(np.uint64)])
        order = np.argsort(prints)
        same: Flags = np.diff(prints[order]) == 0
        if not same.any():
            return found
        at = rows[order]
        differ = np.zeros(len(same), bool)
        for word in called:
            inorder = word[at]
            differ |= inorder[1:] != inorder[:-1]
        for word in ids:
            inorder = word[order]
            differ |= inorder[1:] != inorder[:-1]
        found[at[1:][same & differ]] = True
        return found


def _words_of(cell: bytes, most: int) -> tuple[int, ...]:
    """A cell as `Text.cell_words` gives it."""
    parts = [cell[max(len(cell) - 8 * at - 8, 0) : max(len(cell) - 8 * at, 0)] for at in range(most)]
    return tuple(int.from_bytes(part, "little") for part in parts)
