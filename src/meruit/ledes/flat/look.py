"""A second look at records: their values as text, where each stands, and the findings that follow."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal
    from typing import Protocol

    from meruit.findings import Finding
    from meruit.ledes.flat.bill import Bill
    from meruit.ledes.flat.judge import Judge
    from meruit.ledes.flat.layout import Layout
    from meruit.ledes.flat.records import Flaw, RawRecord

    class Pass(Protocol):
        """What a look needs of the pass it belongs to."""

        judge: Judge
        end: bytes
        line: int
        byte: int
        cells: Cells

        def decode(self, raw: bytes, /) -> str: ...

        def says(self, flaw: Flaw, bill: Bill) -> bool: ...

        def room(self, rule: str) -> bool: ...

        def add(self, finding: Finding) -> None: ...

        def finding(
            self, flaw: Flaw, line: int, byte: int | None, invoice: str | None, entry: str | None,
            amount: Decimal | None, bill: Bill | None,
        ) -> Finding: ...  # fmt: skip


def cleaned(text: str) -> str:
    """A cell as a value: no blanks around it, line breaks and tabs read as blanks, the word NULL as empty."""
    value = " ".join(text.splitlines()).replace("\t", " ").strip() if not text.isprintable() else text.strip()
    return "" if value.upper() == "NULL" else value


#: Short cells remembered as text; memory stays bounded on any input.
_MOST, _LONGEST = 1 << 16, 64


class Cells(dict[bytes, tuple[str, str]]):
    """Cell -> its text and its value. Short ones are remembered, for records repeat them."""

    def __init__(self, decode: Callable[[bytes], str]) -> None:
        super().__init__()
        self.decode = decode

    def __missing__(self, cell: bytes) -> tuple[str, str]:
        text = self.decode(cell)
        both = text, cleaned(text)
        if len(cell) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[cell] = both
        return both


class Look:
    """Records in a row with the same beginning: `head` its cells, `columns` those after it, side by side."""

    __slots__ = ("_offsets", "_values", "byte", "columns", "count", "head", "line", "run", "scan")

    def __init__(
        self,
        scan: Pass,
        head: Sequence[bytes],
        columns: Sequence[Sequence[bytes]],
        line: int,
        byte: int,
        run: bytes | None = None,
        count: int | None = None,
    ) -> None:
        self.scan, self.head, self.run, self.columns = scan, head, run, columns
        self.count = len(columns[0]) if count is None else count
        self.line, self.byte = line, byte
        self._offsets: list[int] | None = None
        self._values: dict[int, tuple[list[str], list[str]]] = {}

    @classmethod
    def of_record(cls, scan: Pass, record: RawRecord, cells: Sequence[bytes], prefix: int, layout: Layout) -> Look:
        look = cls(scan, cells[:prefix], [(cell,) for cell in cells[prefix:]], record.line, record.byte)
        if not layout.is_standard:
            starts = list(accumulate((len(cell) + 1 for cell in record.cells), initial=record.byte))
            look._offsets = [record.byte if place is None else starts[place] for place in layout.places]
        return look

    def line_of(self, k: int) -> int:
        return self.line + k

    def cell(self, k: int, place: int) -> bytes:
        """One cell of record `k` as it stands."""
        first = len(self.head)
        return self.head[place] if place < first else self.columns[place - first][k]

    def cells(self, k: int) -> tuple[bytes, ...]:
        """All cells of record `k` as they stand."""
        return (*self.head, *[column[k] for column in self.columns])

    def values(self, k: int) -> tuple[list[str], list[str]]:
        """The cells of record `k` as raw text and as values, in the table's order."""
        known = self._values.get(k)
        if known is None:
            pairs = list(map(self.scan.cells.__getitem__, self.cells(k)))
            known = self._values[k] = ([raw for raw, _ in pairs], [value for _, value in pairs])
        return known

    def byte_of(self, k: int, column: int) -> int:
        """The byte in the file where a cell begins; of the record itself for column -1."""
        if self.run is None and self._offsets is not None:
            return self._offsets[column] if column >= 0 else self.byte
        start = self.byte
        if self.run is not None and k:
            if self._offsets is None:
                sizes = map(len, self.run.split(self.scan.end))
                self._offsets = list(accumulate((size + len(self.scan.end) for size in sizes), initial=0))
            start += self._offsets[k]
        if column <= 0:
            return start
        cells = self.cells(k)
        return start + sum(map(len, cells[:column])) + column

    def say(self, bill: Bill, flaws: Iterable[Flaw], k: int) -> None:
        """Turn flaws of record `k` into findings, those already said of the invoice left out."""
        judge = self.scan.judge
        for flaw in flaws:
            if not self.scan.says(flaw, bill) or not self.scan.room(flaw.rule):
                continue
            shared = flaw.column >= 0 and judge.columns[flaw.column].record != "Line"
            if flaw.severity == "advice":
                amount = None
            else:
                name = "INVOICE_TOTAL" if shared else "LINE_ITEM_TOTAL"
                amount = decimal_of(self.value(k, name) if not shared else bill.value(judge.at[name]))
            entry = None if shared and flaw.rule != "LC01" else self.value(k, "LINE_ITEM_NUMBER")
            byte = self.byte_of(k, flaw.column)
            self.scan.add(self.scan.finding(flaw, self.line_of(k), byte, bill.number, entry, amount, bill))

    def value(self, k: int, name: str) -> str:
        """One value of record `k`."""
        return self.scan.cells[self.cell(k, self.scan.judge.at[name])][1]
