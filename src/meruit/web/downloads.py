"""What is downloaded: kept documents, and tables as CSV or as sheets whose every cell is text."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.documents.models import Document


def document_of(document: Document) -> HttpResponse:
    """The exact bytes that are kept, never shown as a page of ours."""
    response = HttpResponse(bytes(document.content), content_type=document.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, document.name) or "attachment"
    return response


def csv_of(rows: Iterable[Iterable[object]], name: str) -> HttpResponse:
    """CSV with a byte order mark, without which Excel takes UTF-8 for something else."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def sheet_of(rows: Iterable[Iterable[object]], name: str) -> HttpResponse:
    """A workbook of one sheet; nothing in it is a formula, a date or a number to whatever opens it."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Set aside")
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", str(value)))
            cell.data_type, cell.number_format = "s", "@"  # what begins with "=" is a word, too
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    response = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
