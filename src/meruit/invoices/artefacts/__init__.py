"""The bytes of a bill, made from its frozen document alone: PDF for people, LEDES for portals.

Nothing here reads the database or the clock. The same document gives the same bytes, so an artefact can be
made again and compared with the one that was kept.
"""

from meruit.invoices.artefacts.ledes import EBill, NotInThisFormat, render_98bi, render_1998b
from meruit.invoices.artefacts.pdf import CannotPrint, render_pdf

__all__ = ["CannotPrint", "EBill", "NotInThisFormat", "render_98bi", "render_1998b", "render_pdf"]
