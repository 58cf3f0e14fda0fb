"""Reports of findings worth mailing to a partner: one HTML page, or one workbook.

    from meruit.ledes import report

    page = report.html(findings, report.Scope(files=1, invoices=3, lines=120))
    book = report.xlsx(findings, report.Scope(files=1, invoices=3, lines=120))

Both stand alone: no script, no font, no picture, no host is asked for anything.
"""

from meruit.ledes.report.overview import Scope, at_risk, money, overview
from meruit.ledes.report.page import html
from meruit.ledes.report.workbook import xlsx

__all__ = ["Scope", "at_risk", "html", "money", "overview", "xlsx"]
