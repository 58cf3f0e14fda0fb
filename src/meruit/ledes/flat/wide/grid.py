"""A chunk of a file cut into records and cells by arithmetic, as far as its physical lines are whole records.

A line is whole when it has as many pipes as the format wants, ends in `[]` and the file's line end, and holds
neither another `[]`, nor another line end, nor a blank before its end. Such a line is a record whatever
stands around it. All others are left out here and put together by the careful way (`records`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from meruit.ledes.flat.wide.words import Text

if TYPE_CHECKING:
    from meruit.ledes.flat.wide.words import Flags, Places

_PIPE, _LF, _CR, _OPEN, _CLOSE, _DELETE = 124, 10, 13, 91, 93, 127
_BLANK, _TAB = 32, 9


class Scratch:
    """Two flags for each byte of a chunk, used again from chunk to chunk: fresh memory costs more than the work."""

    def __init__(self) -> None:
        self._held = np.zeros((2, 0), bool)

    def take(self, size: int) -> tuple[Flags, Flags]:
        """Two arrays of `size` flags, whose contents are of no meaning."""
        if self._held.shape[1] < size:
            self._held = np.empty((2, size), bool)
        return self._held[0, :size], self._held[1, :size]


class Grid:
    """The whole records of a chunk: where each begins, and where each of its cells ends.

    `size` bytes of the chunk are physical lines with their ends; what follows them is not looked at.
    """

    __slots__ = ("_edges", "_newline", "_width", "after", "begins", "data", "ends", "odd", "rows", "size", "text")

    def __init__(self, data: bytes, newline: bytes, width: int, scratch: Scratch) -> None:
        self.data, self._newline, self._width = data, newline, width
        self.size = data.rfind(newline) + len(newline) if newline in data else 0
        self.text = Text(data, self.size)
        #: Records that hold other bytes than printable ASCII; None if there are none.
        self.odd: Flags | None = None
        stops, cells = self._plain(scratch) or self._damaged(scratch)
        #: Where each record begins.
        self.begins: Places = stops
        #: Where each cell ends: one row for each column, one column for each record.
        self.ends: Places = np.ascontiguousarray(cells.T)
        self.ends[-1] -= len(newline) + 1  # where "[]" begins
        self.rows = len(stops)
        #: Bytes from the end of a record's last cell to the next record.
        self.after = len(newline) + 2
        self._edges: dict[int, tuple[list[int], list[int]]] = {}

    def keep(self, rows: int) -> None:
        """Forget all records but the first ones."""
        self.rows, self.begins, self.ends = rows, self.begins[:rows], self.ends[:, :rows]
        if self.odd is not None:
            self.odd = self.odd[:rows]

    def _plain(self, scratch: Scratch) -> tuple[Places, Places] | None:
        """Where records begin and cells end, if the chunk holds whole records in printable ASCII alone."""
        text, newline = self.text.bytes, len(self._newline)
        marks, others = scratch.take(self.size)
        np.less(text.view(np.int8), _BLANK, out=others)  # control characters, and what is outside ASCII
        count = int(np.count_nonzero(others))
        lines = count // newline
        if not lines or count % newline or _has(self.data, _DELETE, self.size):
            return None
        np.equal(text, _PIPE, out=marks)
        np.logical_or(marks, others, out=marks)
        at: Places = np.flatnonzero(marks)
        step = self._width - 1 + newline
        if len(at) != lines * step:
            return None
        np.equal(text, _CLOSE, out=others)
        if np.count_nonzero(others) != lines:
            return None
        places = at.reshape(lines, step)
        stops = places[:, -1]
        # As many control characters as line ends need, and all of those in their places: the others are pipes.
        if not self._ends_well(stops).all():
            return None
        begins = np.empty(lines, np.int64)
        begins[0], begins[1:] = 0, stops[:-1] + 1
        cells = places[:, : self._width].copy()
        cells[:, -1] = stops
        return begins, cells

    def _damaged(self, scratch: Scratch) -> tuple[Places, Places]:
        """The same for the whole records of a chunk that holds something else as well; sets `odd`."""
        text = self.text.bytes
        marks, others = scratch.take(self.size)
        np.equal(text, _PIPE, out=marks)
        np.equal(text, _LF, out=others)
        np.logical_or(marks, others, out=marks)
        at: Places = np.flatnonzero(marks)
        ends = np.flatnonzero(text[at] == _LF)
        stops: Places = at[ends]
        whole: Flags = np.diff(ends, prepend=-1) == self._width
        cells: Places = at[np.maximum(ends[:, None] - np.arange(self._width - 1, -1, -1), 0)]
        begins = np.empty(len(stops), np.int64)
        begins[:1], begins[1:] = 0, stops[:-1] + 1
        whole &= self._ends_well(stops)
        odd, stray = self._odd_lines(stops, others)
        whole &= ~stray
        whole &= ~self._marks_inside(begins, others)
        # The record after a damaged line is looked at together with it.
        whole[1:] &= whole[:-1].copy()
        odd &= whole
        self.odd = odd[whole] if odd.any() else None
        return begins[whole], cells[whole]

    def _ends_well(self, stops: Places) -> Flags:
        """Which lines end in `[]` and the line end, with no blank before."""
        end = b"[]" + self._newline
        shift = 8 * (8 - len(end))
        last = self.text.words[np.maximum(stops - 7, 0)] if len(self.text.words) else np.zeros(len(stops), np.uint64)
        well: Flags = last >> np.uint64(shift) == int.from_bytes(end, "little")
        before = (last >> np.uint64(shift - 8)) & np.uint64(0xFF)
        well &= (before != _BLANK) & (before != _TAB) & (stops >= 7)
        return well

    def _odd_lines(self, stops: Places, others: Flags) -> tuple[Flags, Flags]:
        """Which lines hold bytes other than printable ASCII beside their end, and which a stray line end."""
        text = self.text.bytes
        np.less(text.view(np.int8), _BLANK, out=others)
        if _has(self.data, _DELETE, self.size):
            others |= text == _DELETE
        for back in range(len(self._newline)):
            others[np.maximum(stops - back, 0)] = False
        at = np.flatnonzero(others)
        lines = np.searchsorted(stops, at)
        odd, stray = np.zeros(len(stops), bool), np.zeros(len(stops), bool)
        odd[lines] = True
        stray[lines[text[at] == _CR]] = True
        return odd, stray

    def _marks_inside(self, begins: Places, others: Flags) -> Flags:
        """Which lines hold `[]` more than once."""
        np.equal(self.text.bytes, _CLOSE, out=others)
        at = np.flatnonzero(others)
        at = at[(at > 0) & (self.text.bytes[at - 1] == _OPEN)]
        many: Flags = np.bincount(np.searchsorted(begins, at, "right") - 1, minlength=len(begins)) > 1
        return many

    def starts(self, column: int) -> Places:
        """Where the cells of a column begin."""
        return self.begins if column == 0 else self.ends[column - 1] + 1

    def cells(self, column: int, first: int, last: int) -> list[bytes]:
        """The cells of a column, from one record to before another."""
        starts, ends = self.spans(column, first, last)
        data = self.data
        return [data[i:j] for i, j in zip(starts, ends, strict=True)]

    def spans(self, column: int, first: int, last: int) -> tuple[list[int], list[int]]:
        """Where those cells begin and end in the chunk."""
        ends = self.ends[column, first:last].tolist()
        if column == 0:
            return self.begins[first:last].tolist(), ends
        return (self.ends[column - 1, first:last] + 1).tolist(), ends

    def edges(self, column: int) -> tuple[list[int], list[int]]:
        """The same for all records, made once: for who asks run after run."""
        if column not in self._edges:
            self._edges[column] = self.spans(column, 0, self.rows)
        return self._edges[column]

    def cell(self, column: int, row: int) -> bytes:
        """One cell."""
        begin = self.ends[column - 1, row] + 1 if column else self.begins[row]
        return self.data[begin : self.ends[column, row]]

    def record(self, row: int) -> list[bytes]:
        """All cells of one record."""
        return self.data[self.begins[row] : self.ends[-1, row]].split(b"|")


def _has(data: bytes, byte: int, size: int) -> bool:
    """Whether a byte stands in the first `size` of `data`."""
    return data.find(byte, 0, size) >= 0
