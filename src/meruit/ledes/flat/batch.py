"""Records handed to whoever screens entries while a file passes by."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from meruit.findings import Finding
    from meruit.ledes.flat.layout import Layout
    from meruit.ledes.text import Encoding


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one invoice in a row.

    `lines` are their physical lines; `column` gives the raw cells of one column of the format and `text`
    the same as text. A screen (see `Screen`) is called with every batch, may run one set of patterns over
    `column("LINE_ITEM_DESCRIPTION")` at once, and returns its findings; it keeps what it needs across
    batches by `invoice`. Narratives hold no line break.

    `plain` says that every byte of the records is printable ASCII, so that bytes are characters; false is no
    answer. So is that of `tidy`: they are plain, and no narrative is blank, is the word NULL, or has a blank at
    either end. `worked` are the places of the records that are fees and expenses, None where nobody has looked.
    Cells are cut when they are asked for: `spans` gives their places without cutting any.
    """

    invoice: str
    lines: Sequence[int]
    head: Sequence[bytes]
    columns: Sequence[Sequence[bytes]]
    layout: Layout
    encoding: Encoding
    plain: bool = False
    tidy: bool = False
    worked: Sequence[int] | None = None

    def column(self, name: str) -> Sequence[bytes]:
        """The cells of a column as they stand in the file."""
        place = self.layout.index[name]
        if place < len(self.head):
            return [self.head[place]] * len(self.lines)
        return self.columns[place - len(self.head)]

    def text(self, name: str) -> list[str]:
        """The cells of a column as text."""
        return [self.encoding.decode(cell) for cell in self.column(name)]

    def kinds(self) -> Sequence[bytes]:
        """The type of each line as it stands."""
        return self.column("EXP/FEE/INV_ADJ_TYPE")

    def spans(self, name: str) -> tuple[bytes, list[int], list[int]]:
        """A buffer, and where in it each cell of a column begins and ends.

        The buffer may be a whole chunk of the file: who keeps it keeps some MiB.
        """
        place = self.layout.index[name] - len(self.head)
        uncut: Callable[[int], tuple[bytes, list[int], list[int]]] | None = getattr(self.columns, "spans", None)
        if place >= 0 and uncut is not None:
            return uncut(place)
        cells = self.column(name)
        ends = list(accumulate(map(len, cells)))
        return b"".join(cells), [0, *ends[:-1]], ends


if TYPE_CHECKING:
    Screen = Callable[[Batch], Iterable[Finding]]
