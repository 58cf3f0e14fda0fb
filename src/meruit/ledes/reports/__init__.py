"""Reports of findings worth mailing to a partner: one HTML page, or one workbook.

    from meruit.ledes import reports

    page = reports.html(findings, reports.Scope(files=1, invoices=3, lines=120))
    book = reports.xlsx(findings, reports.Scope(files=1, invoices=3, lines=120))

Both stand alone: no script, no font, no picture, no host is asked for anything.
"""

from meruit.ledes.reports.overview import Scope, at_risk, money, overview
from meruit.ledes.reports.page import html
from meruit.ledes.reports.workbook import xlsx

__all__ = ["Scope", "at_risk", "html", "money", "overview", "xlsx"]
