"""LEDES e-bills: read leniently, judged by rule, written strictly.

    from meruit import ledes

    bill = ledes.read("bill.txt")                     # File: invoices, matters, lines, all as text
    for invoice in bill.invoices:
        print(invoice.number, invoice.decimal("total"), len(invoice.lines))
    for finding in ledes.check("bill.txt", portal="collaborati"):
        print(finding.line, finding.field, finding.rule, finding.message)
    ledes.write(bill, "again.txt")                    # refuses what it would itself find wrong

Pure: no Django, no network, no clock (`as_of` is handed in), no database.
"""

from __future__ import annotations

from meruit.ledes.api import check, judge, read, to_bytes, write
from meruit.ledes.dialects import Dialect, dialect
from meruit.ledes.flat.check import Report
from meruit.ledes.model import (
    Address,
    Adjustment,
    Client,
    Contact,
    ExtendHeader,
    File,
    Firm,
    Invoice,
    Line,
    Marks,
    Matter,
    Party,
    Place,
    Record,
    RegulatoryStatement,
    Tax,
    TaxSummary,
    TaxTier,
    TierSummary,
    Timekeeper,
)
from meruit.ledes.named import Named, NamedRecord, read_named
from meruit.ledes.refusals import CannotWrite, NotLedes
from meruit.ledes.tables import FILES as FORMATS
from meruit.ledes.tables import Column, Table, TableError, table

__all__ = [
    "FORMATS",
    "Address",
    "Adjustment",
    "CannotWrite",
    "Client",
    "Column",
    "Contact",
    "Dialect",
    "ExtendHeader",
    "File",
    "Firm",
    "Invoice",
    "Line",
    "Marks",
    "Matter",
    "Named",
    "NamedRecord",
    "NotLedes",
    "Party",
    "Place",
    "Record",
    "RegulatoryStatement",
    "Report",
    "Table",
    "TableError",
    "Tax",
    "TaxSummary",
    "TaxTier",
    "TierSummary",
    "Timekeeper",
    "check",
    "dialect",
    "judge",
    "read",
    "read_named",
    "table",
    "to_bytes",
    "write",
]
