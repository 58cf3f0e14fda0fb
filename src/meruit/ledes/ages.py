"""How old lines and invoices may be where a client bounds it (LD03); most portals let each client set it.

Age is counted to the day of judging, which is the day of sending; without one, a line's to its invoice's date.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meruit.ledes.dialects import Dialect


def first_line_day(dialect: Dialect, issued: date | None, as_of: date | None) -> date | None:
    """The first day a fee or expense may have; None where any will do or nothing tells its age."""
    return _before(as_of or issued, dialect.oldest_line_days)


def first_invoice_day(dialect: Dialect, as_of: date | None) -> date | None:
    """The first day an invoice may be dated."""
    return _before(as_of, dialect.oldest_invoice_days)


def _before(day: date | None, days: int) -> date | None:
    if day is None or not days or days >= day.toordinal():
        return None
    return day - timedelta(days)
