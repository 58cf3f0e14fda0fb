"""Cash and what it pays: the life of a payment, its allocation, and the age of what is still owed.

A payment settles an invoice in its payer's order of costs, tax and fees; without a remittance it goes to
the oldest invoices first; what is left over stays unapplied and visible. Receivables stand at the billed
amount until a decided reduction posts, and aging is shown by invoice date and by acceptance, since many
clients count from the day their portal took the bill.
"""

from meruit.receivables.core.aging import Aged, Bucket, Clock, Receivable, age, aging, bucket_of
from meruit.receivables.core.applying import (
    DEFAULT_ORDER,
    Applied,
    Kind,
    LinePart,
    OpenInvoice,
    OpenLine,
    ReceivableError,
    apply_to,
    oldest_first,
    read_order,
)
from meruit.receivables.core.states import MOVES, Move, State, after

__all__ = [
    "DEFAULT_ORDER",
    "MOVES",
    "Aged",
    "Applied",
    "Bucket",
    "Clock",
    "Kind",
    "LinePart",
    "Move",
    "OpenInvoice",
    "OpenLine",
    "Receivable",
    "ReceivableError",
    "State",
    "after",
    "age",
    "aging",
    "apply_to",
    "bucket_of",
    "oldest_first",
    "read_order",
]
