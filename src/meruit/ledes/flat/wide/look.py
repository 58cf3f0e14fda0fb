"""A second look at records that still stand in their chunk: cells are cut when somebody asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from meruit.ledes.flat.look import Look

if TYPE_CHECKING:
    from meruit.ledes.flat.look import Pass
    from meruit.ledes.flat.wide.grid import Grid


class Columns(Sequence[Sequence[bytes]]):
    """The columns of some records after their common beginning, each cut on its first use."""

    __slots__ = ("_cut", "first", "grid", "last", "skipped")

    def __init__(self, grid: Grid, skipped: int, first: int, last: int) -> None:
        self.grid, self.skipped, self.first, self.last = grid, skipped, first, last
        self._cut: dict[int, list[bytes]] = {}

    @overload
    def __getitem__(self, place: int) -> list[bytes]: ...

    @overload
    def __getitem__(self, place: slice) -> list[list[bytes]]: ...

    def __getitem__(self, place: int | slice) -> list[bytes] | list[list[bytes]]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        cut = self._cut.get(place)
        if cut is None:
            cut = self._cut[place] = self.grid.cells(place + self.skipped, self.first, self.last)
        return cut

    def __len__(self) -> int:
        return len(self.grid.ends) - self.skipped

    def spans(self, place: int) -> tuple[bytes, list[int], list[int]]:
        """The chunk, and where in it the cells of a column begin and end."""
        starts, ends = self.grid.edges(place + self.skipped)
        return self.grid.data, starts[self.first : self.last], ends[self.first : self.last]


class GridLook(Look):
    """Records of a grid, from `first` to before `last`."""

    __slots__ = ("first", "grid")

    def __init__(self, scan: Pass, head: Sequence[bytes], grid: Grid, first: int, last: int) -> None:
        columns = Columns(grid, len(head), first, last)
        super().__init__(scan, head, columns, scan.line, scan.byte, count=last - first)
        self.grid, self.first = grid, first

    def cell(self, k: int, place: int) -> bytes:
        return self.head[place] if place < len(self.head) else self.grid.cell(place, self.first + k)

    def cells(self, k: int) -> tuple[bytes, ...]:
        return tuple(self.grid.record(self.first + k))

    def byte_of(self, k: int, column: int) -> int:
        begins, row = self.grid.begins, self.first + k
        at = begins[row] if column <= 0 else self.grid.ends[column - 1, row] + 1
        return self.byte + int(at - begins[self.first])
