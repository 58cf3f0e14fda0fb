"""Whether what an invoice's first record says of invoice, client, matter and firm is plainly right.

Most records are, and a file of ten thousand invoices asks ten thousand times. As everywhere on the quick ways
the answer errs on one side: what is not plain is asked of the rules (`Judge.repeated`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.flat.amounts import Odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.ledes.flat.judge import Judge

#: Texts that the table bounds in bytes are plain up to this length.
_LONG = 15_000
_PERIOD = ("BILLING_START_DATE", "BILLING_END_DATE", "INVOICE_DATE")


class Headings:
    """What is plain by one judge's table."""

    def __init__(self, judge: Judge) -> None:
        self.amounts, self.real = judge.memory.amounts, judge.memory.is_day
        self.today = f"{judge.as_of:%Y%m%d}".encode() if judge.as_of else b"99999999"
        self.period = tuple(judge.at[name] for name in _PERIOD)
        shared = [(i, judge.columns[i]) for i in judge.shared_columns]
        self.totals = [i for i, column in shared if column.type == "currency"]
        #: Place, longest value, whether there must be one.
        self.texts = [(i, c.length or _LONG, c.required == "R") for i, c in shared if c.type == "char"]
        dated = [i for i, column in shared if column.type == "date"]
        listed = any(column.values or column.codes for _, column in shared)
        known = len(self.totals) + len(self.texts) + len(dated) == len(shared) and sorted(dated) == sorted(self.period)
        #: Portals ask more than the table, and international bills have more than one total.
        self.usable = known and not listed and not judge.asks_more and not judge.gross

    def plain(self, cells: Sequence[bytes]) -> bool:
        """Whether no rule has anything to say of these cells of one record."""
        if not self.usable:
            return False
        start, end, invoiced = (cells[place] for place in self.period)
        if not (start <= end <= invoiced <= self.today and self.real(start) and self.real(end) and self.real(invoiced)):
            return False
        for place, longest, needed in self.texts:
            cell = cells[place]
            if not cell:
                if needed:
                    return False
            elif len(cell) > longest or cell.strip() != cell or (len(cell) == 4 and cell.upper() == b"NULL"):
                return False
        words = b"".join([cells[place] for place, _, _ in self.texts])
        if not words.isascii() or not words.decode().isprintable():
            return False
        try:
            return all(cells[place] and self.amounts[cells[place]] is not None for place in self.totals)
        except Odd:
            return False
