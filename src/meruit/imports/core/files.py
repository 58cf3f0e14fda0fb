"""Rows of CSV and XLSX files, streamed in bounded memory, whatever program wrote them.

The header is the first line that is not blank. A line number is the physical line of a CSV (a quoted cell
may hold line breaks) and the row of a sheet, both from 1.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice, repeat
from pathlib import Path
from typing import IO, Any, NamedTuple

from meruit.imports.core.problems import FileRefused

#: How much of a file is looked at to tell its separator.
_SAMPLE = 64 * 1024
_CHUNK = 1 << 20
_NONE: frozenset[str] = frozenset()
#: A cell longer than this is not a cell of a billing file; the csv module's own limit is lower.
_LONGEST_CELL = 1_000_000
ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Row(NamedTuple):
    """One row: its line, and its cells by header. A cell is text as it stands, never evaluated."""

    line: int
    cells: dict[str, str]
    formulas: frozenset[str] = frozenset()  # headers whose cell holds a formula and no value


class Lot(NamedTuple):
    """Rows that follow each other: their lines, and their cells by column, in the order of the headers.

    `odd` are the rows that cells do not tell: with more of them than there are headers, or with formulas.
    """

    headers: tuple[str, ...]
    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    odd: Sequence[Row] = ()


#: A row as its file has it: its line, at least a cell for each header, and headers whose cell holds a formula.
_Raw = tuple[int, list[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: what it is, its headers, and its digest. `rows` reads it anew each time."""

    path: Path
    kind: str  # csv, xlsx
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    sha256: bytes
    size: int

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, in order."""
        return (_row(self.headers, *raw) for raw in self._raw())

    def lots(self, size: int, skip: int = 0) -> Iterator[Lot]:
        """The same rows behind the first `skip`, at most so many together.

        The first lots are smaller, so that whoever works on them can begin while the others are read.
        """
        if self.kind == "csv":
            yield from _csv_lots(self, _sizes(size), skip)
            return
        raw, sizes = islice(self._raw(), skip, None), _sizes(size)
        while together := list(islice(raw, next(sizes))):
            yield _lot(self.headers, together)

    def _raw(self) -> Iterator[_Raw]:
        return _sheet_rows(self) if self.kind == "xlsx" else _csv_rows(self)


def receive(source: IO[bytes], target: Path, limit_bytes: int) -> int:
    """Write an upload to `target` as it arrives, and refuse it at the limit, not after it."""
    size = 0
    try:
        with target.open("wb") as file:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > limit_bytes:
                    raise FileRefused(
                        f"The file is larger than the limit of {limit_bytes:,} bytes; nothing of it was kept. "
                        "Split it, or ask an administrator to raise the limit."
                    )
                file.write(chunk)
    except FileRefused:
        target.unlink(missing_ok=True)
        raise
    return size


def open_table(path: Path) -> Table:
    """Look at a file; raises `FileRefused` when it is empty, no table, or its header cannot be told."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused(f"{path.name} is empty; export it again.")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if zipfile.is_zipfile(path):
        return _open_sheet(path, digest.digest(), size)
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(f"{path.name} is a workbook of the old format (.xls); save it as .xlsx or CSV.")
    encoding = _encoding(path, head)
    delimiter, headers = _header(path, encoding)
    return Table(path, "csv", encoding, delimiter, headers, digest.digest(), size)


def _encoding(path: Path, head: bytes) -> str:
    """By its mark; else UTF-8 where every byte of the file is UTF-8; else Windows-1252, as Western Excel saves."""
    for mark, name in ENCODINGS:
        if head.startswith(mark):
            return name
    if head[1:2] == b"\x00" or head[:1] == b"\x00":
        return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _header(path: Path, encoding: str) -> tuple[str, tuple[str, ...]]:
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(_SAMPLE)
    if "\x00" in sample:
        raise FileRefused(f"{path.name} is no text; it holds null characters. Export it as CSV or XLSX.")
    first = next((line for line in sample.splitlines() if line.strip()), "")
    if not first:
        raise FileRefused(f"{path.name} holds blank lines only; export it again.")
    delimiter = max(",;\t|", key=lambda d: len(next(csv.reader([first], delimiter=d))))
    headers = next(csv.reader(io.StringIO(sample.lstrip("\r\n"), newline=""), delimiter=delimiter))
    return delimiter, _named(path, headers)


def _named(path: Path, headers: list[str]) -> tuple[str, ...]:
    names = [" ".join(str(name).split()) for name in headers]
    while names and not names[-1]:
        names.pop()
    if len(names) < 2:
        raise FileRefused(
            f"{path.name}: the first line names {len(names)} columns; a table has two or more, named in its first line."
        )
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        if not name:
            raise FileRefused(f"{path.name}: column {place} has no name in the first line; give it one.")
        if name.lower() in seen:
            raise FileRefused(f'{path.name}: two columns are called "{name}"; rename one.')
        seen.add(name.lower())
    return tuple(names)


@contextmanager
def _csv_reader(table: Table) -> Iterator[Any]:
    csv.field_size_limit(_LONGEST_CELL)
    with table.path.open(encoding=table.encoding, newline="", errors="replace") as file:
        yield csv.reader(_lines(file), delimiter=table.delimiter)


def _csv_rows(table: Table) -> Iterator[_Raw]:
    with _csv_reader(table) as reader:
        begun = False
        line, width = 1, len(table.headers)
        try:
            for raw in reader:
                here, line = line, reader.line_num + 1
                cells = list(map(str.strip, raw))
                if not any(cells):
                    continue
                if not begun:
                    begun = True
                    continue
                yield here, _fitted(cells, width), _NONE
        except csv.Error as error:
            raise FileRefused(
                f"{table.path.name}, line {line}: the quotes do not close ({error}); "
                "export the file again, or mend this line."
            ) from error


def _sizes(most: int) -> Iterator[int]:
    """An eighth, a quarter, a half, then whole lots."""
    yield from (size for size in (most // 8, most // 4, most // 2) if size)
    yield from repeat(most)


def _csv_lots(table: Table, sizes: Iterator[int], skip: int) -> Iterator[Lot]:
    """The rows of `_csv_rows`, read many at a time."""
    with _csv_reader(table) as reader:
        left = skip + 1  # with the header
        try:
            while left:
                left -= any(map(str.strip, next(reader)))
            line = reader.line_num
            while rows := list(islice(reader, next(sizes))):
                lines: Sequence[int] = range(line + 1, line + 1 + len(rows))
                if reader.line_num - line != len(rows):  # a cell holds line breaks
                    lines = list(accumulate((1 + "".join(row).count("\n") for row in rows[:-1]), initial=line + 1))
                line = reader.line_num
                yield _even(table.headers, lines, rows)
        except StopIteration:
            return
        except csv.Error:
            deque(_csv_rows(table), maxlen=0)  # which tells the line
            raise


def _even(headers: tuple[str, ...], lines: Sequence[int], rows: list[list[str]]) -> Lot:
    """Rows of a CSV as a lot; one by one only where they have not all as many cells, or some may be blank."""
    if set(map(len, rows)) == {len(headers)}:
        columns = [list(map(str.strip, column)) for column in zip(*rows, strict=True)]
        if any("" not in column for column in columns):
            return Lot(headers, lines, columns)
    stripped = ((line, list(map(str.strip, row))) for line, row in zip(lines, rows, strict=True))
    return _lot(headers, [(line, _fitted(row, len(headers)), _NONE) for line, row in stripped if any(row)])


def _lot(headers: tuple[str, ...], rows: Sequence[_Raw]) -> Lot:
    width = len(headers)
    plain = [row for row in rows if len(row[1]) == width and not row[2]]
    odd = [_row(headers, *row) for row in rows if len(row[1]) > width or row[2]]
    return Lot(headers, [row[0] for row in plain], list(zip(*(row[1] for row in plain), strict=True)), odd)


def _lines(file: IO[str]) -> Iterator[str]:
    """Lines of a file whose line ends are LF, CRLF or CR alone; ends inside quotes stay as they are."""
    for line in file:
        if "\x00" in line:
            line = line.replace("\x00", "")
        yield line[:-1] + "\n" if line[-1:] == "\r" else line


def _fitted(cells: list[str], width: int) -> list[str]:
    """A cell for every header; blank ones behind the last are nothing, others are kept."""
    if len(cells) == width:
        return cells
    return [*cells, *[""] * (width - len(cells))] if any(cells[width:]) or len(cells) < width else cells[:width]


def _row(headers: tuple[str, ...], line: int, cells: list[str], formulas: frozenset[str]) -> Row:
    named = dict(zip(headers, cells, strict=False))
    if extra := [cell for cell in cells[len(headers) :] if cell]:
        named[""] = " | ".join(extra)  # kept, and judged: a separator inside a cell moved everything to the right
    return Row(line, named, formulas)


def _open_sheet(path: Path, digest: bytes, size: int) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=False)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise FileRefused(f"{path.name} is no workbook that can be read ({error}); save it as .xlsx or CSV.") from error
    try:
        sheet = book.worksheets[0]
        header = next((row for row in sheet.iter_rows(values_only=True) if any(c is not None for c in row)), ())
    finally:
        book.close()
    return Table(path, "xlsx", "", "", _named(path, ["" if c is None else str(c) for c in header]), digest, size)


def _sheet_rows(table: Table) -> Iterator[_Raw]:
    from openpyxl import load_workbook

    book = load_workbook(table.path, read_only=True, data_only=False)
    try:
        begun = False
        for number, row in enumerate(book.worksheets[0].iter_rows(), start=1):
            if all(cell.value is None for cell in row):
                continue
            if not begun:
                begun = True
                continue
            formulas = frozenset(
                header for header, cell in zip(table.headers, row, strict=False) if cell.data_type == "f"
            )
            yield number, _fitted([_text(cell.value) for cell in row], len(table.headers)), formulas
    finally:
        book.close()


def _text(value: object) -> str:
    """A sheet's cell as text: dates in ISO form, whole numbers without a point, decimals as they were typed."""
    from datetime import date, datetime

    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(value, ".10g")
    return " ".join(str(value).split()) if isinstance(value, str) and "\n" not in value else str(value).strip()
