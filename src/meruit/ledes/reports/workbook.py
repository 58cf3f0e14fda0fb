"""The report as a workbook: a summary, one row per invoice, one row per finding, ready to filter.

Texts of a bill are data, never formulas: a narrative that begins with `=` stays a text.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill

from meruit.findings import ORDER, Finding
from meruit.ledes.reports.overview import FIXERS, SEVERITY_WORDS, Overview, money, overview

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.cell import Cell

    from meruit.ledes.reports.overview import Scope

#: Most rows a sheet can hold, less the head; further findings go onto further sheets.
ROWS = 1_048_000
#: Most characters Excel keeps in a cell.
_LONGEST = 32_767
_HEAD = Font(bold=True)
_SHADE = PatternFill("solid", start_color="E8ECF1")
_TINTS = {"error": "FBD5D1", "refuse": "FBD5D1", "portal": "FDE3C8", "ask": "D5E3FB", "warn": "FBEFC8"}
_WIDTHS = {"message": 70, "mend": 45, "file": 28, "field": 30, "found": 24, "expected": 24, "words": 30}


def xlsx(findings: Iterable[Finding], scope: Scope) -> bytes:
    """The bytes of the workbook about `findings`."""
    seen = overview(findings, scope)
    book = Workbook(write_only=True)
    _summary(book.create_sheet("Summary"), seen)
    _invoices(book.create_sheet("Invoices"), seen)
    _findings(book, seen)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


#: A sheet that is written row by row; the stubs do not know what it inherits.
Sheet = Any


def _cell(sheet: Sheet, value: Any, *, bold: bool = False, tint: str | None = None) -> Cell:
    """A cell that holds `value` and never calculates it."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST]
    cell: Cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > 40)
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    if bold:
        cell.font, cell.fill = _HEAD, _SHADE
    if tint:
        cell.fill = PatternFill("solid", start_color=tint)
    return cell


def _head(sheet: Sheet, names: Sequence[str], widths: Sequence[int]) -> None:
    for i, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + i)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in names])


def _summary(sheet: Sheet, seen: Overview) -> None:
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 24
    scope = seen.scope
    rows: list[tuple[str, object]] = [("Files", scope.files), ("Invoices", scope.invoices), ("Lines", scope.lines)]
    rows += [("Portal", scope.portal), ("Guidelines", scope.guidelines), ("As of", scope.as_of)]
    rows += [("Invoices that need work", seen.blocked), ("Money at risk", money(seen.at_risk) or None)]
    rows += [(words, seen.counts[severity]) for severity, words in SEVERITY_WORDS.items()]
    rows += [(f"For: {words}", seen.by_fixer[fixer]) for fixer, words in FIXERS.items()]
    for name, value in rows:
        if value is not None:
            sheet.append([_cell(sheet, name, bold=True), _cell(sheet, value)])


def _invoices(sheet: Sheet, seen: Overview) -> None:
    _head(sheet, ("Invoice", "File", "Gravest", "Findings", "Currency", "At risk"), (20, 30, 26, 10, 10, 16))
    last = 1
    for view in seen.invoices:
        risks: list[tuple[str | None, Decimal | None]] = [*sorted(view.at_risk.items())] or [(None, None)]
        for currency, amount in risks:
            last += 1
            cells = (view.number, view.file, SEVERITY_WORDS[view.worst], len(view.findings), currency, amount)
            tint = _TINTS.get(view.worst)
            sheet.append([_cell(sheet, value, tint=tint if i == 2 else None) for i, value in enumerate(cells)])
    sheet.auto_filter.ref = f"A1:F{last}"


def _findings(book: Workbook, seen: Overview) -> None:
    """Every finding with every key of the contract, in its order."""
    findings = [finding for view in seen.invoices for finding in view.findings]
    for start in range(0, max(1, len(findings)), ROWS):
        sheet = book.create_sheet("Findings" if start == 0 else f"Findings {start // ROWS + 1}")
        part = findings[start : start + ROWS]
        _head(sheet, ORDER, [_WIDTHS.get(name, 12) for name in ORDER])
        severity = ORDER.index("severity")
        for finding in part:
            values = [getattr(finding, name) for name in ORDER]
            values = [f"{v[0]}-{v[1]}" if isinstance(v, tuple) else v for v in values]
            tint = _TINTS.get(finding.severity)
            sheet.append([_cell(sheet, v, tint=tint if i == severity else None) for i, v in enumerate(values)])
        sheet.auto_filter.ref = f"A1:{chr(ord('A') + len(ORDER) - 1)}{len(part) + 1}"
