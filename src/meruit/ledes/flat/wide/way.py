"""The wide way: records of a chunk judged side by side by numpy, what they leave in doubt by the rules.

It does for some thousand records what `quick` does for the records of one invoice, and asks the same
rules about what is not plainly right; the tests hold that all ways find the same. It is for long files of
LEDES 1998B: importing numpy takes as long as the quick way takes for some ten thousand lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from meruit.ledes.flat.batch import Batch
from meruit.ledes.flat.look import cleaned
from meruit.ledes.flat.memory import MOST
from meruit.ledes.flat.quick import PREFIX
from meruit.ledes.flat.wide.facts import IE, IF, E, F, Facts, pairs, run_starts
from meruit.ledes.flat.wide.grid import Grid, Scratch
from meruit.ledes.flat.wide.look import GridLook
from meruit.ledes.flat.wide.repeats import People, Repeats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.ledes.flat.bill import Bill
    from meruit.ledes.flat.quick import Quick
    from meruit.ledes.flat.scan import Scan
    from meruit.ledes.flat.wide.words import Flags, Places

#: Chunks with fewer records than this, or with fewer in a run on average, go the quick way.
FEWEST, SHORTEST = 64, 4


class Wide:
    """One pass's wide way."""

    def __init__(self, scan: Scan, way: Quick) -> None:
        self.scan, self.way = scan, way
        self.scratch = Scratch()
        self.codings = Repeats(way.silent_coding, way.coding_places, (1, 1, 1, 1), 4)
        self.persons = People(way)
        self._bounds: dict[tuple[bytes, ...], tuple[int, int]] = {}

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Judge the records in `data`; the return value is their rest (see `Scan.feed`)."""
        scan = self.scan
        grid = Grid(data, scan.frame.newline, scan.pipes + 1, self.scratch)
        firsts = run_starts(grid) if grid.rows >= FEWEST else np.zeros(0, np.int64)
        if not len(firsts) or grid.rows < SHORTEST * len(firsts):
            return scan.cutter.feed(data, final=final)
        # A run at the end may go on in the next piece, where it is judged whole.
        waits = not final and len(firsts) > 1 and int(grid.ends[-1, -1]) + grid.after == grid.size
        if waits:
            grid.keep(int(firsts[-1]))
            firsts = firsts[:-1]
        runs = Runs(self, grid, firsts)
        at = 0
        for run, (first, last) in enumerate(pairs(firsts, grid.rows)):
            begin = int(grid.begins[first])
            if begin > at:
                scan.cutter.feed(data[at:begin], final=True)
            runs.judge(run, first, last)
            at = int(grid.ends[-1, last - 1]) + grid.after
        rest = data[at:]
        return scan.cutter.feed(rest, final=final) if rest and not waits else rest

    def bounds(self, head: list[bytes]) -> tuple[int, int]:
        """The first and last day (YYYYMMDD) that lines with this beginning may have without a second look."""
        key = tuple(head[place] for place in self.way.period_places)
        known = self._bounds.get(key)
        if known is None:
            if len(self._bounds) > MOST:
                self._bounds.clear()
            low, high = self.way.bounds(head)
            known = self._bounds[key] = int(low), int(high)
        return known


class Runs:
    """The runs of one grid: what was told of each at once, and what follows from it."""

    def __init__(self, wide: Wide, grid: Grid, firsts: Places) -> None:
        self.scan, self.way, self.grid = wide.scan, wide.way, grid
        wide.way.trim()
        begins, stops = grid.begins[firsts].tolist(), (grid.ends[PREFIX - 1][firsts] + 1).tolist()
        self.prefixes = [grid.data[i:j] for i, j in zip(begins, stops, strict=True)]
        self.heads = [prefix.split(b"|", PREFIX)[:PREFIX] for prefix in self.prefixes]
        facts = Facts(wide.way, grid, firsts, [wide.bounds(head) for head in self.heads])
        self.facts = facts
        fees: Flags = facts.kinds == F
        negative: Flags = facts.totals < 0
        self.totals = np.add.reduceat(facts.totals, firsts).tolist()
        self.doubts = np.logical_or.reduceat(facts.doubtful, firsts).tolist()
        self.coded = np.logical_or.reduceat(fees & facts.has("LINE_ITEM_TASK_CODE"), firsts).tolist()
        self.adjusted = np.logical_or.reduceat(facts.adjusts, firsts).tolist()
        self.adjustments = [
            np.add.reduceat(flags, firsts, dtype=np.int64).tolist()
            for flags in (facts.kinds == IF, (facts.kinds == IF) & negative, facts.kinds == IE)
        ]
        self.work: Flags = fees | (facts.kinds == E)
        self.worked = np.logical_and.reduceat(self.work, firsts).tolist()
        self.known = np.logical_and.reduceat(self.work | facts.adjusts, firsts).tolist()
        self.tidy = np.logical_and.reduceat(facts.tidy, firsts).tolist()
        self.codings, self.persons = self.repeats(wide)
        self.once, self.same_tail = facts.once.tolist(), facts.same_tail.tolist()
        self.plain: list[bool] | None = None
        if grid.odd is not None:
            self.plain = (~np.logical_or.reduceat(grid.odd, firsts)).tolist()

    def repeats(self, wide: Wide) -> tuple[list[bool], list[bool]]:
        """In which runs nothing is to be said of any coding, and of any person."""
        firsts = self.facts.firsts
        codings = wide.codings.fine(self.grid, np.arange(self.grid.rows))
        silent, disagree = wide.persons.fine(self.facts)
        together = (np.logical_and.reduceat(fine, firsts).tolist() for fine in (codings, silent & ~disagree))
        return next(together), next(together)

    def judge(self, run: int, first: int, last: int) -> None:
        """Take one run into its invoice, and ask the rules about what is in doubt."""
        scan, way, prefix = self.scan, self.way, self.prefixes[run]
        look = GridLook(scan, self.heads[run], self.grid, first, last)
        bill = scan.bill_of(look)
        bill.records += look.count
        scan.out.lines += look.count
        way.beginning(bill, prefix, look)
        if not (self.same_tail[run] and way.repeats_tail(bill, prefix, look)):
            way.shared(bill, prefix, look)
        self._add_up(bill, run, first, last)
        way.once(bill, look, differ=self.once[run] or way.all_differ(look))
        if not self.codings[run]:
            way.coding(bill, look)
        elif self.coded[run]:
            bill.coded = True
        if self.persons[run] and bill.records == look.count:
            bill.strangers = look
        else:
            way.people(bill, look)
        if self.doubts[run]:
            for k in np.flatnonzero(self.facts.doubtful[first:last]).tolist():
                look.say(bill, way.judge.varying(*look.values(k)), k)
        if scan.screen:
            self._show(bill, run, look)
        scan.line += look.count
        scan.byte += int(self.grid.ends[-1, last - 1] - self.grid.begins[first]) + self.grid.after

    def _show(self, bill: Bill, run: int, look: GridLook) -> None:
        """Hand the records of one run to the screen, with what was told of them at once."""
        scan, first, count = self.scan, look.first, look.count
        worked: Sequence[int] | None = None
        if self.worked[run]:
            worked = range(count)
        elif self.known[run]:
            worked = np.flatnonzero(self.work[first : first + count]).tolist()
        plain = self.plain is None or self.plain[run]
        lines = range(scan.line, scan.line + count)
        layout, encoding = scan.frame.layout, scan.frame.encoding
        scan.show(Batch(bill.number, lines, look.head, look.columns, layout, encoding, plain, self.tidy[run], worked))

    def _add_up(self, bill: Bill, run: int, first: int, last: int) -> None:
        bill.total.units += self.totals[run]
        for row in self.facts.unread:
            if first <= row < last:
                bill.total.add(cleaned(self.scan.decode(self.grid.cell(self.facts.total_place, row))))
        if self.adjusted[run]:
            fees, negative, expenses = self.adjustments
            bill.adjustments += fees[run]
            bill.negative_adjustments += negative[run]
            bill.expense_adjustments += expenses[run]
