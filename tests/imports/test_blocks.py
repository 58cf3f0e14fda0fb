"""Rows read by columns are the rows that are read one by one: values, keys, digests, lines, reasons, order."""

from __future__ import annotations

import csv
import gc
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meruit.imports.core import fields
from meruit.imports.core.block import Block
from meruit.imports.core.files import Table, open_table
from meruit.imports.core.pace import bulk
from meruit.imports.core.problems import FileRefused
from meruit.imports.core.rows import Reader, Refused, Taken, read

TIME = fields.records()["time"]
HEAD = ["Entry ID", "Matter", "Timekeeper", "Date", "Hours", "Narrative", "Task", "Billable", "Colour"]
COLUMNS = {
    "entry_id": "Entry ID", "matter": "Matter", "timekeeper": "Timekeeper", "worked_on": "Date", "hours": "Hours",
    "narrative": "Narrative", "task_code": "Task", "billable": "Billable",
}  # fmt: skip
CELLS = st.tuples(
    st.sampled_from(["1", "2", "3", "", " 4 "]),
    st.sampled_from(["M-1", "M-2", "", " M-1"]),
    st.sampled_from(["TK-1", "TK-2"]),
    st.sampled_from(["2026-01-14", "2026-02-30", "14.01.2026", "2026-1-5 "]),
    st.sampled_from(["1.5", "1:30", "0", "-1", "1:20", "25", "one"]),
    st.sampled_from(["Draft answer", "", "two\nlines", "three\r\nof\nthem", 'say "no"', "ü — ☃", "=1+1"]),
    st.sampled_from(["l210", "L210", ""]),
    st.sampled_from(["yes", "no", "", "maybe"]),
    st.sampled_from(["red", ""]),
)
GOOD = st.tuples(*(st.just(cell) for cell in ("7", "M-1", "TK-1", "2026-01-14", "1.5", "Draft answer", "L210", "", "")))


def lines(cells: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """A row, or the row without its last cells, or with too many of them."""
    return st.sampled_from([list(cells), list(cells[:6]), [*cells, ""], [*cells, "", "more"], [], ["", " "]])


def table(folder: Path, rows: list[list[str]]) -> Table:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEAD, *rows])
    path = folder / "time.csv"
    path.write_bytes(text.getvalue().encode())
    return open_table(path)


def by_columns(made: Table, size: int, skip: int, columns: dict[str, str]) -> list[Taken | Refused]:
    reader = Reader(TIME, columns, "year-month-day")
    found: list[Taken | Refused] = []
    for lot in made.lots(size, skip):
        block, refused = reader.read_lot(lot)
        assert list(block.lines) == sorted(block.lines)
        assert list(Block.of(block)) == list(block)
        found += sorted([*block, *refused], key=lambda row: row.line)
    return found


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.one_of(GOOD, CELLS).flatmap(lines), min_size=1, max_size=12),
    size=st.sampled_from([1, 2, 3, 5, 8, 20]),
    skip=st.integers(0, 4),
    columns=st.sampled_from(
        [COLUMNS, {k: v for k, v in COLUMNS.items() if k != "entry_id"}, {**COLUMNS, "task_code": "task"}]
    ),
)
def test_rows_read_by_columns_are_the_rows_read_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], size: int, skip: int, columns: dict[str, str]
) -> None:
    made = table(tmp_path_factory.mktemp("rows"), rows)
    alone = [read(TIME, columns, "year-month-day", row) for row in made.rows()]
    assert by_columns(made, size, skip, columns) == alone[skip:]


def test_rows_of_a_record_with_a_key_of_several_fields_keep_it(tmp_path: Path) -> None:
    rates = fields.records()["rates"]
    path = tmp_path / "rates.csv"
    path.write_text("Timekeeper,Client,Rate,From\nTK-1,C-1,300,2026-01-01\nTK-1,,310,2026-01-01\n")
    made = open_table(path)
    columns = {"timekeeper": "Timekeeper", "client": "Client", "amount": "Rate", "from_on": "From"}
    alone = [read(rates, columns, "year-month-day", row) for row in made.rows()]
    (lot,) = made.lots(16)
    block, refused = Reader(rates, columns, "year-month-day").read_lot(lot)
    assert (list(block), refused) == (alone, [])


def test_a_required_field_without_a_column_leaves_every_row_with_its_reason(tmp_path: Path) -> None:
    columns = {k: v for k, v in COLUMNS.items() if k != "hours"}
    made = table(tmp_path, [["1", "M-1", "TK-1", "2026-01-14", "1.5", "Draft", "", "", ""]] * 3)
    found = by_columns(made, 2, 0, columns)
    assert [str(row.problems[0]) for row in found if isinstance(row, Refused)] == [
        "hours: it is blank; a number of hours is needed"
    ] * 3


def test_quotes_that_do_not_close_are_named_by_their_line_among_many(tmp_path: Path) -> None:
    path = tmp_path / "time.csv"
    path.write_text(",".join(HEAD) + '\n1,"two\nlines"\n2,M-1,"never closed' + "x" * 1_100_000)
    with pytest.raises(FileRefused, match="line 4: the quotes do not close"):
        list(open_table(path).lots(100))


def test_python_runs_at_its_usual_pace_when_the_last_import_is_over() -> None:
    def pace() -> tuple[tuple[int, int, int], float]:
        return gc.get_threshold(), sys.getswitchinterval()

    usual = pace()
    with bulk():
        fast = pace()
        with bulk():
            assert pace() == fast != usual
        assert pace() == fast
    assert pace() == usual
