"""Rows that read, held by columns: what is said a thousand times is then worked out once, and not row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from collections.abc import Iterable


class Taken(NamedTuple):
    """A row that reads: its values by field (absent where blank), its natural key and the digest of what it says."""

    line: int
    values: dict[str, Any]
    key: str
    sha256: bytes
    raw: dict[str, str]


@dataclass(frozen=True, slots=True)
class Block(Sequence[Taken]):
    """A sequence of rows, each made when it is asked for; whoever can takes the columns instead."""

    headers: tuple[str, ...] = ()
    lines: Sequence[int] = ()
    columns: Sequence[Sequence[str]] = ()  # the cells under each header, as they stood
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # by field; None where a cell is blank
    keys: Sequence[str] = ()
    digests: Sequence[bytes] = ()

    @classmethod
    def of(cls, rows: Iterable[Taken]) -> Block:
        """These rows, in this order."""
        rows = list(rows)
        fields = dict.fromkeys(name for row in rows for name in row.values)
        headers = tuple(dict.fromkeys(header for row in rows for header in row.raw))
        return cls(
            headers,
            [row.line for row in rows],
            [[row.raw.get(header, "") for row in rows] for header in headers],
            {name: [row.values.get(name) for row in rows] for name in fields},
            [row.key for row in rows],
            [row.sha256 for row in rows],
        )

    def where(self, places: Sequence[int]) -> Block:
        """The rows at these places."""

        def some(column: Sequence[Any]) -> list[Any]:
            return [column[place] for place in places]

        values = {name: some(column) for name, column in self.values.items()}
        return Block(
            self.headers, some(self.lines), list(map(some, self.columns)), values, some(self.keys), some(self.digests)
        )

    def without(self, lines: set[int]) -> Block:
        """All rows but those of some lines."""
        if not lines:
            return self
        return self.where([place for place, line in enumerate(self.lines) if line not in lines])

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, place: int) -> Taken: ...
    @overload
    def __getitem__(self, place: slice) -> Block: ...
    def __getitem__(self, place: int | slice) -> Taken | Block:
        if isinstance(place, slice):
            return self.where(range(len(self))[place])
        return Taken(
            self.lines[place],
            {name: value for name, column in self.values.items() if (value := column[place]) is not None},
            self.keys[place],
            self.digests[place],
            {header: column[place] for header, column in zip(self.headers, self.columns, strict=True)},
        )
