"""A CSV of entries: one line of work a row, any cell blank.

Header: `narrative, hours, timekeeper_class, task_code, activity_code`, and where known `date, timekeeper,
rate, amount, client, matter, expense_code` (and `invoice`, `id`). A blank cell is *not known*. A row with
a cell that cannot be read is set aside with its reason, and the others are judged.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from meruit.guidelines.entry import Entry
from meruit.guidelines.params import Refused, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    "narrative", "hours", "timekeeper_class", "task_code", "activity_code", "date", "timekeeper", "rate", "amount",
    "client", "matter", "expense_code", "invoice", "id", "timekeeper_name", "units", "client_matter", "vendor",
    "currency",
)  # fmt: skip
#: Columns a labelled file has beside the entry itself.
IGNORED = frozenset({"labels", "origin"})
_NUMBERS = frozenset({"hours", "rate", "amount", "units"})


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that could not be read."""

    line: int
    reason: str


def looks_like_entries(head: bytes) -> bool:
    """Whether a file begins with a header of this kind."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    names = {name.strip().strip('"').casefold() for name in first.split(",")}
    return "narrative" in names and bool(names & (set(COLUMNS) - {"narrative"}))


def read_csv(data: bytes, name: str | None = None) -> Iterator[Entry | Aside]:
    """The rows in order. `line` is the physical line a row begins on; the header is line 1."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip().casefold() for cell in next(rows, [])]
    for column in header:
        if column not in COLUMNS and column not in IGNORED:
            raise Refused(f'{name or "The file"}, line 1: Unknown column "{column}". {nearest(column, COLUMNS)}')
    if "narrative" not in header:
        raise Refused(f"{name or 'The file'}, line 1: The header has no column narrative.")
    begin = rows.line_num + 1
    for cells in rows:
        line, begin = begin, rows.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            yield Aside(
                line, f"The row has {len(cells)} cells under a header of {len(header)}; quote a comma inside one."
            )
            continue
        known = {column: cell for column, cell in zip(header, cells, strict=False) if cell.strip()}
        try:
            yield _entry(known, line, name)
        except ValueError as error:
            yield Aside(line, str(error))


def _entry(cells: dict[str, str], line: int, name: str | None) -> Entry:
    numbers: dict[str, Decimal] = {}
    for column in _NUMBERS & cells.keys():
        text = cells[column].strip().replace(",", "")
        try:
            numbers[column] = Decimal(text.removeprefix("$"))
        except InvalidOperation:
            numbers[column] = Decimal("NaN")
        if not numbers[column].is_finite():
            raise ValueError(f'{column} is "{cells[column]}"; it wants a number such as 0.5.')
    on = None
    if "date" in cells:
        try:
            on = date.fromisoformat(cells["date"].strip())
        except ValueError:
            raise ValueError(f'date is "{cells["date"]}"; it wants a day such as 2026-03-31.') from None
    told = {
        c: v.strip()
        for c, v in cells.items()
        if c not in _NUMBERS and c not in IGNORED and c not in ("date", "narrative")
    }
    expense = "expense_code" in told and not told.keys() & {"task_code", "activity_code"} and "hours" not in numbers
    return Entry(
        id=told.pop("id", str(line)),
        kind="expense" if expense else "fee",
        narrative=cells.get("narrative"),
        date=on,
        hours=numbers.get("hours"),
        rate=numbers.get("rate"),
        amount=numbers.get("amount"),
        units=numbers.get("units", numbers.get("hours") if expense else None),
        file=name,
        line=line,
        timekeeper=told.get("timekeeper"),
        timekeeper_class=told.get("timekeeper_class"),
        timekeeper_name=told.get("timekeeper_name"),
        task_code=told.get("task_code"),
        activity_code=told.get("activity_code"),
        expense_code=told.get("expense_code"),
        client=told.get("client"),
        matter=told.get("matter"),
        client_matter=told.get("client_matter"),
        invoice=told.get("invoice"),
        vendor=told.get("vendor"),
        currency=told.get("currency"),
    )
