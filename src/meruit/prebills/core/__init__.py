"""Pre-bills without a database: their states, their sums, and the content that an approval covers."""

from meruit.prebills.core.content import (
    BillContent,
    Change,
    ContentLine,
    Formalities,
    LineCodes,
    PayerTotal,
    difference,
    first_hash,
    second_hash,
)
from meruit.prebills.core.receipts import receipt_problem
from meruit.prebills.core.states import MOVES, Move, State, after
from meruit.prebills.core.sums import (
    DraftLine,
    Loss,
    Losses,
    PersonSum,
    Totals,
    WriteDownRefused,
    by_timekeeper,
    is_late,
    totals,
    written_down,
)

__all__ = [
    "MOVES",
    "BillContent",
    "Change",
    "ContentLine",
    "DraftLine",
    "Formalities",
    "LineCodes",
    "Loss",
    "Losses",
    "Move",
    "PayerTotal",
    "PersonSum",
    "State",
    "Totals",
    "WriteDownRefused",
    "after",
    "by_timekeeper",
    "difference",
    "first_hash",
    "is_late",
    "receipt_problem",
    "second_hash",
    "totals",
    "written_down",
]
