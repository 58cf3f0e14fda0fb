"""Where each column of a format stands in the file at hand, told by its header."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from meruit.ledes.tables import table
from meruit.ledes.values import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.ledes.tables import Table


@dataclass(frozen=True)
class Layout:
    """`places[i]` is the position in a record of column i of the table, or None where the file lacks it.

    `unknown` are the positions whose names the table does not know; their values are kept apart.
    """

    table: Table
    places: tuple[int | None, ...]
    width: int
    unknown: tuple[tuple[int, str], ...] = ()

    @cached_property
    def is_standard(self) -> bool:
        return self.places == tuple(range(len(self.table.columns))) and not self.unknown

    @cached_property
    def index(self) -> dict[str, int]:
        """Column name -> its index in the table."""
        return {column.name: i for i, column in enumerate(self.table.columns)}

    @cached_property
    def _typed(self) -> tuple[tuple[int, str], ...]:
        kinds = {"date": "date", "number": "number", "currency": "number", "decimal": "number"}
        found = [
            (place, kinds.get(column.type, "kind" if column.name == "EXP/FEE/INV_ADJ_TYPE" else ""))
            for column, place in zip(self.table.columns, self.places, strict=True)
            if place is not None
        ]
        return tuple((place, kind) for place, kind in found if kind)

    @cached_property
    def texts(self) -> tuple[int, ...]:
        """Positions where a stray pipe is likely, likeliest first: the narrative, then other free text."""
        names = ("LINE_ITEM_DESCRIPTION", "INVOICE_DESCRIPTION", "MATTER_NAME", "LAW_FIRM_NAME", "CLIENT_NAME")
        return tuple(
            place for name in names if name in self.index and (place := self.places[self.index[name]]) is not None
        )

    def plausible(self, cells: Sequence[bytes]) -> bool:
        """Whether dates, numbers and the line type stand where this layout has them.

        Cells beyond the end of a cut-off record are not asked about; an empty one passes.
        """
        for place, kind in self._typed:
            if place >= len(cells):
                continue
            text = cells[place].strip()
            if kind == "kind":
                if text.upper() not in (b"E", b"F", b"IF", b"IE"):
                    return False
            elif kind == "date":
                if text and not (len(text) == 8 and text.isdigit()) and day_of(text.decode("latin-1")) is None:
                    return False
            elif text and not _numeric(text):
                return False
        return True


@cache
def standard(name: str) -> Layout:
    """The layout of a file that keeps to its format; always the same object."""
    spec = table(name)
    size = len(spec.columns)
    return Layout(spec, tuple(range(size)), size)


def _numeric(text: bytes) -> bool:
    bare = text.lstrip(b"+-").replace(b".", b"", 1)
    return bare.isdigit()
