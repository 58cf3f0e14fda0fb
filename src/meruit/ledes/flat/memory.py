"""What one judge remembers from file to file: values it has met and what was said of them.

Bills of one firm repeat persons, codes, amounts and days, so a folder of small files is judged by what
the first of them taught. Everything here is bounded, and nothing here says what is right: it holds
answers of the rules, by the values they were asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit.ledes.codes import classes
from meruit.ledes.flat.amounts import Amounts
from meruit.ledes.flat.look import Cells
from meruit.ledes.values import day_of

if TYPE_CHECKING:
    from meruit.ledes.flat.records import Flaw
    from meruit.ledes.text import Encoding

    Combination = tuple[bytes, ...]

#: Combinations, days and numbers remembered of each kind.
MOST = 1 << 16


@dataclass(slots=True)
class Memory:
    """See the module."""

    amounts: Amounts = field(default_factory=Amounts)
    days: set[bytes] = field(default_factory=set)
    numbers: set[bytes] = field(default_factory=set)
    codings: dict[Combination, tuple[Flaw, ...]] = field(default_factory=dict)
    plain_codings: set[Combination] = field(default_factory=set)
    persons: dict[Combination, tuple[Flaw, ...]] = field(default_factory=dict)
    classes: frozenset[bytes] = field(default_factory=lambda: frozenset(grade.encode() for grade in classes()))
    _cells: dict[str, Cells] = field(default_factory=dict)

    def cells(self, encoding: Encoding) -> Cells:
        """Cells read in one encoding."""
        return self._cells.setdefault(encoding.name, Cells(encoding.decode))

    def is_day(self, cell: bytes) -> bool:
        """Whether a cell is a day of the calendar, written YYYYMMDD."""
        if cell in self.days:
            return True
        if len(cell) != 8 or not cell.isdigit() or day_of(cell.decode("ascii")) is None:
            return False
        self.days.add(cell)
        return True

    def trim(self) -> None:
        """Forget what has grown too long."""
        if len(self.codings) > MOST:
            self.codings.clear()
            self.plain_codings.clear()
        if len(self.persons) > MOST:
            self.persons.clear()
        if len(self.numbers) > MOST:
            self.numbers.clear()
