"""One billed line as the rules see it, whether it came from a LEDES file, a CSV or the application.

`None` means *not known*: a rule that needs the value does not judge the line. An empty text means
*known to be blank*, as an empty cell of an invoice file is, and that can be a finding of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["fee", "expense"]


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Entry:
    """A fee or an expense line. `hours` belong to fees, `units` (pages, miles, nights) to expenses.

    A value that nobody changes; not frozen, because freezing makes each of a million lines cost four times as much.
    """

    id: str
    kind: Kind = "fee"
    narrative: str | None = None
    date: dt.date | None = None
    timekeeper: str | None = None
    timekeeper_name: str | None = None
    timekeeper_class: str | None = None
    hours: Decimal | None = None
    units: Decimal | None = None
    rate: Decimal | None = None
    adjustment: Decimal | None = None
    amount: Decimal | None = None
    tax: Decimal | None = None
    currency: str | None = None
    task_code: str | None = None
    activity_code: str | None = None
    expense_code: str | None = None
    client: str | None = None
    matter: str | None = None
    client_matter: str | None = None
    invoice: str | None = None
    vendor: str | None = None
    receipt: bool | None = None
    attachment: bool | None = None
    file: str | None = None
    line: int | None = None

    @property
    def quantity(self) -> Decimal | None:
        """What the rate is multiplied with: hours of a fee, units of an expense."""
        return self.hours if self.kind == "fee" else self.units

    @property
    def value(self) -> Decimal | None:
        """The money of the line: its amount, or quantity times rate plus adjustment where that is known."""
        if self.amount is not None:
            return self.amount
        quantity = self.quantity
        if quantity is None or self.rate is None:
            return None
        return quantity * self.rate + (self.adjustment or 0)
