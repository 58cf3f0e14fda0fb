"""Bad input end to end: every row of a bad file is taken or waits with its reason, and a bad file is refused whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core import fields
from meruit.imports.core.files import open_table
from meruit.imports.core.problems import FileRefused
from meruit.imports.core.rows import Refused, Taken, read
from meruit.imports.models import Batch, SetAside
from meruit.timesheets.models import Entry
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

HEAD = "Entry ID,Matter,Timekeeper,Date,Hours,Narrative"
ROWS = (
    ("1,M-1001,TK-BEN,2026-01-14,1.5,Draft answer", None),
    ("2,M-1001,TK-BEN,2026-01-14,-1.5,Draft answer", "hours are above zero"),
    ("3,M-9999,TK-BEN,2026-01-14,1.5,Draft answer", "there is no such matter"),
    ("4,M-1001,TK-NOBODY,2026-01-14,1.5,Draft answer", "there is no such timekeeper"),
    ("1,M-1001,TK-BEN,2026-01-15,0.5,Draft reply", "line 2 of this file is the same record"),
    ("6,M-1001,TK-BEN,01/14/2026,1.5,Draft answer", "a date written year-month-day is wanted"),
    ("7,M-1001,TK-BEN,14 Jan 2026,1.5,Draft answer", "a date written year-month-day is wanted"),
    ("8,M-1001,TK-BEN,2026-02-30,1.5,Draft answer", "there is no such day"),
    ("9,M-1001,TK-BEN,2999-01-01,1.5,Draft answer", "the day is in the future"),
    ("10,M-1001,TK-BEN,2026-01-14,=1+1,\"=cmd|'/C calc'!A0\"", "a number is wanted"),
    ('11,M-1001,TK-BEN,2026-01-14,0.3,"=HYPERLINK(""https://evil.example"")"', None),
    ("12,M-1001,TK-BEN,2026-01-14,1.5,Draft answer, then call", "more cells than columns"),
    ("13,M-1001,TK-BEN,2026-01-14,1.5,", "it is blank"),
    ("14,M-1001,TK-BEN,2026-01-14,1e3,Draft answer", "a number is wanted"),
    ("15,M-1001,TK-BEN", "it is blank"),
)


def test_every_row_of_a_bad_file_is_taken_or_waits_with_its_reason(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    path = tmp_path / "time.csv"
    path.write_text("\n".join([HEAD, *(row for row, _ in ROWS)]))
    looked = actions.look("time", open_table(path))
    assert looked.suggestion.styles == ()  # three styles in one column: nobody can tell, so a person says
    acting = takers.as_(firm.cleo)
    mapping = actions.confirm(acting, looked, looked.suggestion.columns, "year-month-day")
    batch = actions.run(acting, looked, actions.begin(acting, looked, mapping), takers.taker(firm.cleo, "time"))
    waits = {row.line: row.reason for row in SetAside.objects.all()}
    expected = {line: why for line, (_, why) in enumerate(ROWS, start=2) if why}
    assert waits.keys() == expected.keys()
    assert [(line, why) for line, why in expected.items() if why not in waits[line]] == []
    assert (batch.done_rows, batch.taken, batch.set_aside) == (len(ROWS), 2, len(expected))
    narratives = Entry.objects.values_list("versions__narrative", flat=True).order_by("pk")
    assert list(narratives) == ["Draft answer", '=HYPERLINK("https://evil.example")']


def test_a_file_without_rows_or_of_an_unknown_kind_leaves_nothing_behind(firm: Firm, tmp_path: Path) -> None:
    path = tmp_path / "time.csv"
    path.write_text(HEAD + "\n\n")
    with pytest.raises(FileRefused, match="a header and no rows"):
        actions.look("time", open_table(path))
    with pytest.raises(FileRefused, match="is no kind of record; known are"):
        actions.look("weather", open_table(path))
    assert not Batch.objects.exists()


@pytest.mark.parametrize("content", [
    "Müller — Zoë".encode("utf-16-le"),
    "Müller — Zoë".encode("utf-16-be"),
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    b"PK\x03\x04 half a workbook",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x00" * 64,
    b"{\"entries\": []}\n",
])  # fmt: skip
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "time.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        open_table(path)
    says = str(refused.value)
    assert says.startswith("time.csv")
    assert says.endswith((".", "one."))


def test_bytes_that_are_broken_utf8_read_as_windows_text_and_no_row_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "time.csv"
    lines = [HEAD.encode(), "1,M-1,TK,2026-01-14,1,Müller".encode(), "2,M-1,TK,2026-01-14,1,Müller".encode("latin-1")]
    path.write_bytes(b"\n".join(lines))
    table = open_table(path)
    assert table.encoding == "cp1252"
    assert [row.cells["Entry ID"] for row in table.rows()] == ["1", "2"]


FIELD = os.environ.get("MERUIT_FIELD")


@pytest.mark.skipif(not FIELD, reason="MERUIT_FIELD names no folder of samples")
@pytest.mark.parametrize("record", list(fields.records()))
def test_files_of_the_field_are_refused_in_a_sentence_or_read_row_by_row(record: str) -> None:
    samples = sorted((Path(FIELD or "") / "samples").rglob("*.*"))
    assert samples
    refusals = {}
    for path in samples:
        try:
            table = open_table(path)
            rows = list(table.rows())
        except FileRefused as refused:
            refusals[path.name] = str(refused)
            continue
        made = fields.suggest(fields.records()[record], table.headers, [row.cells for row in rows])
        for row in rows:
            found = read(fields.records()[record], made.columns, (*made.styles, "year-month-day")[0], row)
            assert isinstance(found, Taken) or (isinstance(found, Refused) and found.problems), (path.name, row.line)
    assert [name for name, says in refusals.items() if name not in says or not says.endswith((".", "one."))] == []
