"""Tables of other people's making read, or are refused in a sentence that says what to do."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from meruit.imports.core import fields
from meruit.imports.core.files import open_table, receive
from meruit.imports.core.problems import FileRefused
from meruit.imports.core.rows import Refused, Taken, read
from meruit.imports.core.values import Unreadable, read_date, read_number, styles_of

TIME = fields.records()["time"]
HEAD = "Entry ID,Matter,Timekeeper,Date,Hours,Narrative"
LINE = "1,M-1001,TK-BEN,2026-01-14,1.5,Draft answer — Müller"


def write(tmp_path: Path, content: bytes | str, name: str = "time.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_reads_alike(tmp_path: Path, encoding: str, end: str) -> None:
    table = open_table(write(tmp_path, end.join([HEAD, LINE, ""]).encode(encoding)))
    (row,) = table.rows()
    assert row.cells["Narrative"] == "Draft answer — Müller"
    assert row.line == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_told_from_the_header(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(line.replace(",", delimiter) for line in (HEAD, LINE))
    assert open_table(write(tmp_path, text)).headers[1] == "Matter"


@pytest.mark.parametrize("content, says", [
    (b"", "is empty"),
    (b"\n\n  \n", "blank lines only"),
    (b"just one column\n1\n", "a table has two or more"),
    (b"a,a\n1,2\n", 'two columns are called "a"'),
    (b"a,,b\n1,2,3\n", "column 2 has no name"),
    (b"\xd0\xcf\x11\xe0 old workbook", r"\.xls"),
])  # fmt: skip
def test_a_file_that_is_no_table_says_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        open_table(write(tmp_path, content))


def test_quotes_that_do_not_close_are_named_by_their_line(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, HEAD + '\n1,M-1001,TK-BEN,2026-01-14,1.5,"never closed' + "x" * 1_100_000))
    with pytest.raises(FileRefused, match="line 2: the quotes do not close"):
        list(table.rows())


def test_an_upload_is_refused_while_it_streams_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "upload"
    with pytest.raises(FileRefused, match="larger than the limit of 10 bytes"):
        receive(io.BytesIO(b"x" * 5_000_000), target, 10)
    assert not target.exists()


@pytest.mark.parametrize("cells, styles", [
    (["2026-01-31", "2026-02-01"], ["year-month-day"]),
    (["01/31/2026", "02/01/2026"], ["month/day/year"]),
    (["31/01/2026", "01.02.2026"], ["day/month/year"]),
    (["01/02/2026", "03/04/2026"], ["month/day/year", "day/month/year"]),
    (["20260131"], ["compact"]),
    (["31 Jan 2026", "1 February 2026"], ["day-month-name-year"]),
    (["31/01/2026", "01/31/2026"], []),
])  # fmt: skip
def test_the_style_of_dates_is_told_by_the_whole_column(cells: list[str], styles: list[str]) -> None:
    assert styles_of(cells) == styles


@pytest.mark.parametrize("text, value", [
    ("1234.5", "1234.5"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("0,25", "0.25"), ("$1,234.50", "1234.50"),
    ("(12.00)", "-12.00"), ("-3", "-3"), ("€ 5", "5"),
])  # fmt: skip
def test_numbers_of_every_style_are_exact(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "1e9", "NaN", "Infinity", "=1+1", "1,2,3", "--4"])
def test_what_is_no_number_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


def test_the_thirtieth_of_february_is_no_day() -> None:
    with pytest.raises(Unreadable, match="no such day"):
        read_date("2026-02-30", "year-month-day")


def suggested(tmp_path: Path, head: str, *lines: str) -> fields.Suggestion:
    table = open_table(write(tmp_path, "\n".join([head, *lines])))
    return fields.suggest(TIME, table.headers, [row.cells for row in table.rows()])


def test_columns_are_suggested_by_the_names_exports_use(tmp_path: Path) -> None:
    made = suggested(
        tmp_path,
        "Date of Service;File No;TKID;Qty;Work description;UTBMS Task;Colour",
        "31.01.2026;M-1;AB;1,5;Draft;L210;red",
    )
    assert made.columns == {
        "worked_on": "Date of Service", "matter": "File No", "timekeeper": "TKID", "hours": "Qty", "narrative": "Work description",
        "task_code": "UTBMS Task",
    }  # fmt: skip
    assert made.missing == ()
    assert made.unused == ("Colour",)
    assert made.styles == ("day/month/year",)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert suggested(tmp_path, "Matter,Date,Hours", "M-1,2026-01-02,1").missing == ("timekeeper", "narrative")


@pytest.mark.parametrize("line, says", [
    ("1,M-1001,TK-BEN,2026-01-14,-1.5,Draft", 'Hours: found "-1.5"; hours are above zero'),
    ("1,M-1001,TK-BEN,2026-01-14,25,Draft", "a day has 24 hours"),
    ("1,M-1001,TK-BEN,14/01/2026,1.5,Draft", 'Date: found "14/01/2026"; a date written year-month-day is wanted, for example 2026-01-31'),
    ("1,,TK-BEN,2026-01-14,1.5,Draft", "Matter: it is blank; a value is needed"),
    ("1,M-1001,TK-BEN,2026-01-14,=2*3,Draft", "a number is wanted"),
    ("1,M-1001,TK-BEN,2026-01-14,1.5,Draft, call client", "more cells than columns"),
])  # fmt: skip
def test_a_row_that_cannot_be_says_field_value_and_remedy(tmp_path: Path, line: str, says: str) -> None:
    table = open_table(write(tmp_path, HEAD + "\n" + line))
    made = fields.suggest(TIME, table.headers, [])
    (row,) = (read(TIME, made.columns, "year-month-day", row) for row in table.rows())
    assert isinstance(row, Refused)
    assert says in "; ".join(str(problem) for problem in row.problems)


def test_formulas_in_text_are_text_and_are_never_run(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, HEAD + '\n1,M-1001,TK-BEN,2026-01-14,1:30,"=HYPERLINK(""x"")"'))
    made = fields.suggest(TIME, table.headers, [])
    (row,) = (read(TIME, made.columns, "year-month-day", row) for row in table.rows())
    assert isinstance(row, Taken)
    assert row.values["narrative"] == '=HYPERLINK("x")'
    assert row.values["hours"] == Decimal("1.5")


def test_a_workbook_reads_like_a_csv_and_its_formulas_are_set_aside(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(HEAD.split(","))
    book.active.append([1, "M-1001", "TK-BEN", date(2026, 1, 14), 1.5, "Draft answer"])
    book.active.append([2, "M-1001", "TK-BEN", date(2026, 1, 15), "=E2*2", "Draft reply"])
    book.save(tmp_path / "time.xlsx")
    table = open_table(tmp_path / "time.xlsx")
    made = fields.suggest(TIME, table.headers, [])
    first, second = (read(TIME, made.columns, "year-month-day", row) for row in table.rows())
    assert isinstance(first, Taken)
    assert first.values["hours"] == Decimal("1.5")
    assert isinstance(second, Refused)
    assert "this is a formula" in str(second.problems[0])
