"""A draft of the answer to a cut: what is known of the line, and what is asked for. Pure; a person makes it his own.

It says nothing that the firm's records do not say. What only whoever did the work knows is asked for in words that
cannot be mistaken for an argument, and a draft that still has them is not put forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Stands where only a person can go on.
OPEN = "[Say here"

#: What is asked of whoever did the work, by the beginning of the reason's code; the first that fits.
ASKS: tuple[tuple[str, str], ...] = (
    ("TK-RATE", "when and by whom the rate was agreed"),
    ("TK-", "when the timekeeper was made known to the client"),
    ("GLF-BLOCK", "how the parts of this entry are one piece of work, or how its time divides"),
    ("GLF-VAGUE", "what was done, with whom and for which issue of the matter"),
    ("GLF-CLERICAL", "why this work needed the skill of this timekeeper"),
    ("GLE-", "what the cost was for, and what its receipt shows"),
    ("DUP-", "how this charge differs from the one it is taken for"),
    ("DAT-", "why the work is billed at this date, and whether the client knew"),
    ("", "why the charge is owed as billed"),
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What the records say of a cut; the packet of an appeal shows the charge itself beside it."""

    invoice: str
    words: str
    reason_code: str
    amount: Decimal
    currency: str
    line: int | None = None
    worked_on: date | None = None
    clause: str = ""


def appeal(cut: Cut) -> str:
    """The draft of an appeal's argument."""
    on = f" of {cut.worked_on.day} {cut.worked_on:%B %Y}" if cut.worked_on else ""
    about = f"Invoice {cut.invoice}" if cut.line is None else f"Line {cut.line}{on} of invoice {cut.invoice}"
    clause = f" under clause {cut.clause}" if cut.clause else ""
    asked = next(asks for begins, asks in ASKS if cut.reason_code.startswith(begins))
    amount = f"{cut.amount:,.2f} {cut.currency}"
    return (
        f'{about} was reduced by {amount}{clause}, with the words "{cut.words}".\n\n'
        f"{OPEN} {asked}.]\n\nWe ask you to restore {amount}."
    )


def is_open(text: str) -> bool:
    """Whether a draft still has a place where a person must go on."""
    return OPEN in text
