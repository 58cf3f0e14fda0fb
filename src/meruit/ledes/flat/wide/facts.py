"""What can be told of the records of a chunk at once: which are plainly right, and what they add up to.

Each question errs on one side: a record it calls right has nothing that a rule of `Judge` would object to,
while one it doubts may yet be right. The tests hold it against the rules themselves.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from meruit.ledes.flat.amounts import UNIT, Odd
from meruit.ledes.flat.quick import HALF_CENT, PREFIX, SHORT
from meruit.ledes.flat.wide.known import hashed
from meruit.ledes.flat.wide.words import amounts, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.ledes.flat.quick import Quick
    from meruit.ledes.flat.wide.grid import Grid
    from meruit.ledes.flat.wide.words import Flags, Places, Words

#: Units and rates above this (in 1/10000) are left to the rules, so that no product leaves 64 bits.
_LARGEST = 1 << 31
#: The kinds as words.
F, E, IF, IE = (int.from_bytes(kind, "little") for kind in (b"F", b"E", b"IF", b"IE"))
BLANK = 32
#: Beginnings longer than this are not compared, nor are values of firm or matter longer than `_LONGEST_TAIL`.
_LONGEST_HEAD, _LONGEST_TAIL = 4096, 128
#: Days the calendar is laid out for; others are left to the rules.
_FIRST_YEAR, _LAST_YEAR = 1970, 2149


@cache
def _calendar() -> Flags:
    """Whether a number YYYYMMDD, counted from the first of `_FIRST_YEAR`, is a day."""
    days = np.arange(f"{_FIRST_YEAR}-01-01", f"{_LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    # numpy counts days, months and years from 1970-01-01.
    year, month = years.astype(np.int64) + 1970 - _FIRST_YEAR, months.astype(np.int64) % 12 + 1
    numbers = year * 10_000 + month * 100 + (days - months).astype(np.int64) + 1
    found = np.zeros(int(numbers[-1]) + 1, bool)
    found[numbers] = True
    return found


def run_starts(grid: Grid) -> Places:
    """The records that do not follow directly on one with the same beginning."""
    begins, stops = grid.begins, grid.ends[PREFIX - 1] + 1
    sizes = stops - begins
    same: Flags = np.ones(grid.rows, bool)
    same[:1] = False
    longest = min(int(sizes.max()), _LONGEST_HEAD)
    words = grid.text.words
    for back in range(8, longest + 8, 8):
        # A beginning shorter than this was compared whole; its first word is compared again.
        word = words[np.maximum(stops - back, begins)]
        same[1:] &= word[1:] == word[:-1]
    same[1:] &= (sizes[1:] == sizes[:-1]) & (sizes[1:] <= longest)
    same[1:] &= grid.begins[1:] == grid.ends[-1][:-1] + grid.after
    return np.flatnonzero(~same)


class Facts:
    """The questions asked of all records of a grid; `firsts` are the first records of its runs."""

    def __init__(self, way: Quick, grid: Grid, firsts: Places, bounds: Sequence[tuple[int, int]]) -> None:
        self.way, self.grid, self.firsts = way, grid, firsts
        self._at = {name: place + PREFIX for name, place in way.tail.items()}
        self.total_place = self._at["LINE_ITEM_TOTAL"]
        self.lengths = np.diff(firsts, append=grid.rows)
        #: The run each record is in.
        self.runs: Places = np.repeat(np.arange(len(firsts)), self.lengths)
        self.doubtful = np.zeros(grid.rows, bool)
        #: Records whose total is no usual amount: it counts 0 in `totals`.
        self.unread: list[int] = []
        self._kinds()
        self._sums()
        self._days(bounds)
        self._narratives()
        self._numbers()
        self._same_tail()

    def _column(self, name: str) -> tuple[Places, Places]:
        place = self._at[name]
        return self.grid.starts(place), self.grid.ends[place]

    def has(self, name: str) -> Flags:
        """Which cells of a column are not empty."""
        starts, ends = self._column(name)
        filled: Flags = ends > starts
        return filled

    def words(self, name: str, most: int) -> tuple[list[Words], Places]:
        """The cells of a column as words, and their lengths."""
        starts, ends = self._column(name)
        sizes = ends - starts
        return self.grid.text.cell_words(ends, sizes, most), sizes

    def _kinds(self) -> None:
        (word,), sizes = self.words("EXP/FEE/INV_ADJ_TYPE", 1)
        self.kinds: Words = np.where(sizes > 2, np.uint64(0), word)
        self.adjusts: Flags = (self.kinds == IF) | (self.kinds == IE)

    # -- amounts -----------------------------------------------------------------------------------

    def _amounts(self, name: str) -> tuple[Places, list[int]]:
        """A column in 1/10000, what could not be read as 0; and which records that is."""
        place = self._at[f"LINE_ITEM_{name}"]
        values, read = amounts(self.grid.text, self.grid.starts(place), self.grid.ends[place])
        odd = []
        for row in np.flatnonzero(~read).tolist():
            try:
                values[row] = self.way.amounts[self.grid.cell(place, row)]
            except Odd:
                odd.append(row)
        self.doubtful[odd] = True
        return values, odd

    def _sums(self) -> None:
        """Which lines do not agree with themselves, or have nothing to multiply (as `Quick._sums`)."""
        units, _ = self._amounts("NUMBER_OF_UNITS")
        costs, _ = self._amounts("UNIT_COST")
        adjusts, _ = self._amounts("ADJUSTMENT_AMOUNT")
        self.totals, self.unread = self._amounts("TOTAL")
        large: Flags = (units > _LARGEST) | (costs > _LARGEST) | (costs < -_LARGEST)
        doubtful = self.doubtful
        doubtful |= large
        doubtful |= units < 0
        doubtful |= self.totals == 0
        products = np.where(large, 0, units * costs)
        doubtful |= (products == 0) & ~self.adjusts
        by = products - (self.totals - adjusts) * UNIT
        off: Flags = by != 0
        if self.way.exact_only:
            doubtful |= off
            doubtful |= (units % 100 != 0) | (costs % 100 != 0)
        else:
            doubtful |= off & ((by > HALF_CENT) | (by < -HALF_CENT) | (self.totals % 100 != 0))
        if self.way.judge.dialect.adjustment_ways:
            doubtful |= self.adjusts

    # -- days, narratives, numbers -----------------------------------------------------------------

    def _days(self, bounds: Sequence[tuple[int, int]]) -> None:
        """Which lines have no real day, or one beyond the bounds of their run."""
        days, read = whole_numbers(self.grid.text, *self._column("LINE_ITEM_DATE"))
        starts, ends = self._column("LINE_ITEM_DATE")
        low, high = np.repeat(np.array(bounds, np.int64).reshape(-1, 2), self.lengths, axis=0).T
        calendar = _calendar()
        place = days - _FIRST_YEAR * 10_000
        inside: Flags = read & (ends - starts == 8) & (place >= 0) & (place < len(calendar))
        real: Flags = calendar[np.where(inside, place, 0)]
        self.doubtful |= ~(inside & real & (low <= days) & (days <= high))
        self.days = days

    def _narratives(self) -> None:
        """Which narratives are short or long, or in a record with more than plain characters."""
        starts, ends = self._column("LINE_ITEM_DESCRIPTION")
        sizes = ends - starts
        self.doubtful |= (sizes < SHORT) | (sizes > self.way.longest)
        if self.grid.odd is not None:
            self.doubtful |= self.grid.odd
        text = self.grid.text.bytes
        #: Narratives that are values as they stand: plain, with no blank around them, and not the word NULL.
        self.tidy: Flags = (sizes >= SHORT) & (text[starts] != BLANK) & (text[ends - 1] != BLANK)
        if self.grid.odd is not None:
            self.tidy &= ~self.grid.odd
        words = self.grid.text.words
        # Some of a narrative, its length, the day and the total: entries that are alike agree in all of them.
        # The first words of a short one may reach beyond it, though not beyond the record; they are left out.
        long = sizes >= 16
        first, middle = (
            np.where(long, words[places], np.uint64(0)) for places in (starts, starts + np.maximum(sizes // 2 - 8, 0))
        )
        last = self.grid.text.last_word(ends, sizes)
        rest = [values.astype(np.uint64) for values in (sizes, self.totals, self.days)]
        self._prints = hashed([last, first, middle, *rest])

    def _numbers(self) -> None:
        """Which line numbers are not plain digits, and in which runs numbers or entries may come twice."""
        numbers, read = whole_numbers(self.grid.text, *self._column("LINE_ITEM_NUMBER"))
        self.doubtful |= ~read
        rising: Flags = np.empty(self.grid.rows, bool)
        rising[0], rising[1:] = True, numbers[1:] > numbers[:-1]
        rising[self.firsts] = True
        alike = self._alike(hashed([self._prints, self.runs.astype(np.uint64)]))
        self.once = np.logical_and.reduceat(rising & read & ~alike, self.firsts)

    @staticmethod
    def _alike(prints: Words) -> Flags:
        """Which records have an equal one."""
        inorder = np.sort(prints)
        twice = inorder[1:][inorder[1:] == inorder[:-1]]
        if not len(twice):
            return np.zeros(len(prints), bool)
        return np.isin(prints, twice)

    def _same_tail(self) -> None:
        """Which records repeat what the one before says after its own values."""
        same: Flags = np.ones(self.grid.rows, bool)
        for place in self.way.shared_places:
            starts, ends = self.grid.starts(place + PREFIX), self.grid.ends[place + PREFIX]
            sizes = ends - starts
            longest = min(int(sizes.max()), _LONGEST_TAIL)
            for word in self.grid.text.cell_words(ends, sizes, (longest + 7) // 8 or 1):
                same[1:] &= word[1:] == word[:-1]
            same[1:] &= (sizes[1:] == sizes[:-1]) & (sizes[1:] <= longest)
        same[self.firsts] = True
        self.same_tail = np.logical_and.reduceat(same, self.firsts)


def pairs(firsts: Places, rows: int) -> list[tuple[int, int]]:
    """Each run as its first record and the one behind its last."""
    return list(pairwise([*firsts.tolist(), rows]))
