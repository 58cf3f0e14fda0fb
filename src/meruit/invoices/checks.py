"""The nightly check: the books against the rows behind them.

The database keeps them together, so a difference means that somebody went around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from decimal import Decimal

#: Work in progress by matter: released, on no final bill that stands, not given up.
UNBILLED = """
    SELECT e.matter_id, sum(v.worked_value) AS amount
      FROM timesheets_released r JOIN timesheets_entry e ON e.id = r.entry_id
      JOIN timesheets_version v ON v.entry_id = e.id AND v.number = e.version
     WHERE v.billable AND NOT EXISTS (SELECT 1 FROM prebills_givenup g WHERE g.entry_id = e.id)
       AND NOT EXISTS (SELECT 1 FROM prebills_line l JOIN prebills_prebill p ON p.id = l.prebill_id
                        WHERE l.entry_id = e.id AND l.removed_at IS NULL AND p.state = 'invoiced')
     GROUP BY e.matter_id
"""

WIP = f"""
    SELECT 'Work in progress of matter ' || coalesce(w.matter_id, b.matter_id),
           coalesce(b.amount, 0), coalesce(w.amount, 0)
      FROM ({UNBILLED}) w
      FULL JOIN (SELECT p.matter_id, sum(p.amount) AS amount FROM ledger_posting p
                  WHERE p.account_id = 'wip' GROUP BY p.matter_id) b USING (matter_id)
     WHERE coalesce(w.amount, 0) <> coalesce(b.amount, 0) ORDER BY 1
"""

BILLED = """
    SELECT 'Billed on invoice ' || i.number, coalesce(b.amount, 0), CASE WHEN r.id IS NULL THEN i.total ELSE 0 END
      FROM invoices_invoice i LEFT JOIN invoices_reversal r ON r.invoice_id = i.id
      LEFT JOIN (SELECT p.invoice_id, sum(p.amount) AS amount FROM ledger_posting p
                   JOIN ledger_entry e ON e.id = p.entry_id AND e.event IN ('invoice.issued', 'invoice.reversed')
                  WHERE p.account_id = 'ar' GROUP BY p.invoice_id) b ON b.invoice_id = i.id
     WHERE coalesce(b.amount, 0) <> CASE WHEN r.id IS NULL THEN i.total ELSE 0 END ORDER BY i.id
"""

LINES = """
    SELECT 'Lines of invoice ' || i.number, i.total, coalesce(sum(l.amount + l.tax), 0)
      FROM invoices_invoice i LEFT JOIN invoices_invoiceline l ON l.invoice_id = i.id
     GROUP BY i.id HAVING i.total <> coalesce(sum(l.amount + l.tax), 0) ORDER BY i.id
"""

NUMBERS = """
    WITH taken AS (
        SELECT number FROM invoices_invoice UNION ALL SELECT number FROM invoices_creditnote
    ), counted AS (
        SELECT n.series, x, (SELECT count(*) FROM taken t WHERE t.number = invoices.written(n.series, x)) AS found
          FROM invoices_number n, generate_series(1, n.last) x
    )
    SELECT 'Number ' || invoices.written(c.series, c.x), 1, c.found FROM counted c WHERE c.found <> 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what the rows behind it come to."""

    what: str
    books: Decimal
    rows: Decimal


def differences() -> list[Difference]:
    """Work in progress, billed amounts and lines that do not agree, and numbers that are missing."""
    found = []
    with connection.cursor() as cursor:
        for statement in (WIP, BILLED, LINES, NUMBERS):
            cursor.execute(statement)
            found += [Difference(*row) for row in cursor.fetchall()]
    return found
