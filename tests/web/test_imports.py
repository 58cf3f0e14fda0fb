"""Imports by pages: sent, confirmed, taken; what could not be is put right or dropped; walls and limits hold."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from meruit.audit.models import Record
from meruit.desk import importing
from meruit.imports.models import Batch, SetAside
from meruit.timesheets.models import Entry
from meruit.web import running
from meruit.web.views.aside import reasons
from tests.support import work
from tests.web.test_pages import text, text_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]

HEADER = "Date,Matter,TK,Hours,Description"
GOOD = "2026-01-14,M-1001,TK-BEN,1.2,Draft answer to complaint"
TIME = f"""{HEADER}
{GOOD}
2026-01-15,M-2001,TK-BEN,0.7,Review charter party
2026-01-31,M-1001,TK-BEN,-2,Call with adjuster
2026-01-16,M-9999,TK-BEN,0.5,Attend hearing
""".encode()


@pytest.fixture(autouse=True)
def _home(tmp_path: Path) -> Iterator[None]:
    with override_settings(HOME=tmp_path):
        yield


def send(client: Client, data: bytes = TIME, *, record: str = "time", name: str = "january.csv") -> str:
    """Send a file; where its columns are confirmed."""
    got = client.post("/imports/", {"record": record, "file": SimpleUploadedFile(name, data)})
    assert got.status_code == 302, got.content.decode()[:3000]
    return got.headers["Location"]


def confirm(client: Client, where: str, **other: str) -> int:
    """Confirm the columns as they are suggested; the batch that was taken in."""
    page = client.get(where).content.decode()
    chosen = dict.fromkeys(re.findall(r'<select name="(field-[a-z_]+)"', page), "")
    for name, block in re.findall(r'<select name="(field-[a-z_]+)".*?>(.*?)</select>', page, re.S):
        found = re.search(r'value="([^"]*)" selected', block)
        chosen[name] = found[1] if found else ""
    got = client.post(where, chosen | {"style": "year-month-day"} | other)
    assert got.status_code == 302, got.content.decode()[:5000]
    batch = int(got.headers["Location"].split("/")[-2])
    run = running.of(batch)
    assert run is not None
    assert run.thread is not None
    run.thread.join(30)
    return batch


def test_a_file_is_sent_confirmed_taken_and_its_bad_rows_put_right(firm: Firm, at_the_page: At) -> None:
    work.agree_rates(firm)
    cleo, kim, dan = at_the_page("Cleo"), at_the_page("Kim"), at_the_page("Dan")
    where = send(cleo)
    page = text(cleo, where)
    assert "Nothing is taken before you confirm" in page
    assert Entry.objects.count() == 0
    batch = confirm(cleo, where)
    assert Entry.objects.count() == 2
    shown = text(cleo, f"/imports/{batch}/")
    assert "hours are above zero" in shown
    assert "M-9999" in shown
    assert "Taken in" in text(cleo, "/imports/")

    # The reason stands beside the cell it speaks of; a correction that does not help says so there as well.
    bad, lost = SetAside.objects.filter(batch=batch).order_by("line")
    here = f"/imports/{batch}/rows/{bad.pk}/"
    form = cleo.get(here).content.decode()
    assert re.search(r'aria-invalid="true"[^>]*aria-describedby="id_cell-\d_error"', form)
    cells = dict(re.findall(r'name="(cell-\d)" value="([^"]*)"', form))
    (hours,) = (name for name, value in cells.items() if value == "-2")
    again = cleo.post(here, cells | {hours: "25"})
    assert again.status_code == 400
    assert "a day has 24 hours" in again.content.decode()
    assert cleo.post(here, cells | {hours: "2.0"}).headers["Location"] == f"/imports/{batch}/rows/{lost.pk}/"
    assert Entry.objects.count() == 3

    # A row is dropped with its reason or not at all, and stays on record.
    there = f"/imports/{batch}/rows/{lost.pk}/"
    assert cleo.post(there, {"then": "drop", "why": ""}).status_code == 400
    assert "stays on record" in text_after(cleo, there, then="drop", why="Work for another firm")
    lost.refresh_from_db()
    assert lost.outcome == "dropped: Work for another firm"
    assert cleo.get(there).status_code == 404, "it waits no more"
    assert Record.objects.filter(event__in=["import.row_corrected", "import.row_dropped"]).count() == 2

    # The same file again is known, changes nothing, and its columns are not asked for anew.
    second = send(cleo, name="again.csv")
    assert "The columns of this file are known" in text(cleo, second)
    assert Batch.objects.get(pk=confirm(cleo, second)).taken == 0
    assert Entry.objects.count() == 3

    # A colleague sees it; who prepares nothing does not; nobody else finds the file itself.
    assert kim.get(f"/imports/{batch}/").status_code == 200
    for refused in ("Eve", "Jon", "Ben"):
        assert at_the_page(refused).get("/imports/").status_code == 403
        assert at_the_page(refused).get(f"/imports/{batch}/").status_code == 403
    assert dan.get(where).status_code == 404
    assert kim.get(where).status_code == 404


def corrected(client: Client, batch: int, data: bytes, name: str = "aside.csv") -> str:
    """What the page says once a corrected table was sent."""
    got = client.post(f"/imports/{batch}/correct/", {"file": SimpleUploadedFile(name, data)})
    assert got.status_code == 302, got.content.decode()[-3000:]
    run = running.of(batch)
    assert run is not None
    assert run.thread is not None
    run.thread.join(30)
    return text(client, f"/imports/{batch}/")


def test_rows_set_aside_come_back_as_a_table_that_was_corrected(firm: Firm, at_the_page: At) -> None:
    work.agree_rates(firm)
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    batch = confirm(cleo, send(cleo))
    here = f"/imports/{batch}/"
    table = cleo.get(f"{here}aside.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("Line,Set aside because,")
    assert "hours are above zero" in table[1]

    # As a sheet every cell is text, and what begins like a formula is none; read again it says the same.
    sheet = cleo.get(f"{here}aside.xlsx")
    (page,) = openpyxl.load_workbook(io.BytesIO(sheet.content)).worksheets
    assert [[c.value for c in row] for row in page.iter_rows()] == list(csv.reader(table))
    assert {c.data_type for row in page.iter_rows() for c in row} == {"s"}

    # Unchanged it waits as before; a table that does not say which row is which is refused beside its field.
    assert "0 are taken now" in corrected(cleo, batch, sheet.content, "aside.xlsx")
    refused = cleo.post(f"{here}correct/", {"file": SimpleUploadedFile("x.csv", TIME)})
    assert refused.status_code == 400
    assert "has no column &quot;Line&quot;" in refused.content.decode()
    assert "Choose a file" in cleo.post(f"{here}correct/", {}).content.decode()
    assert dan.post(f"{here}correct/", {}).status_code == 400
    assert at_the_page("Jon").post(f"{here}correct/").status_code == 403

    # One is put right, one is still wrong in another way, and one was never set aside.
    mended = "\r\n".join([table[0], table[1].replace(",-2,", ",2,"), table[2].replace(",0.5,", ",99,"), "77,,,,,,"])
    shown = corrected(cleo, batch, mended.encode())
    assert "Of 3 corrected rows 1 is taken now." in shown
    assert re.search(r"Line 5: .*M-9999", shown)
    assert f"Line 77: no row of batch {batch} waits under this number" in shown
    assert Entry.objects.count() == 3
    assert SetAside.objects.filter(batch=batch, settled_at=None).count() == 1
    assert "(not needed)" not in text(cleo, here) + text(cleo, "/imports/"), "a file is needed to send one"
    # For Dan the row behind the wall is not there, by whatever number he calls it.
    assert "no row of batch" in corrected(dan, batch, f"{table[0]}\n{table[1]}".encode())


def test_a_row_behind_a_wall_is_not_there_for_whoever_stands_before_it(firm: Firm, at_the_page: At) -> None:
    bad = f"{HEADER}\n2026-01-31,M-1001,TK-BEN,-2,Secret call\n2026-01-31,M-2001,TK-BEN,-3,Open call\n".encode()
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    batch = confirm(cleo, send(cleo, bad))
    walled, other = SetAside.objects.filter(batch=batch).order_by("line")
    assert "Secret call" in text(cleo, f"/imports/{batch}/")
    seen = text(dan, f"/imports/{batch}/")
    assert "Open call" in seen
    assert "Secret call" not in seen
    assert "Secret call" not in dan.get(f"/imports/{batch}/aside.csv").content.decode()
    for method in (dan.get, dan.post):
        assert method(f"/imports/{batch}/rows/{walled.pk}/").status_code == 404
    assert dan.get(f"/imports/{batch}/rows/{other.pk}/").status_code == 200
    assert dan.post(f"/imports/{batch}/go-on/").status_code == 404


def test_an_upload_beyond_the_limit_is_refused_while_it_arrives(
    firm: Firm, at_the_page: At, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MERUIT_UPLOAD_MB", "1")
    cleo = at_the_page("Cleo")
    large = SimpleUploadedFile("large.csv", TIME + b"x" * 3_000_000)
    got = cleo.post("/imports/", {"record": "time", "file": large})
    assert got.status_code == 400
    page = got.content.decode()
    assert "larger than 1 MB; nothing of it was kept" in page
    assert 'id="id_file_error"' in page
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old format"),
        ("header.csv", HEADER.encode() + b"\n", "no rows"),
        ("one.csv", b"narrative\nx\n", "two or more"),
    ],
)
def test_a_file_that_is_no_table_says_so_beside_its_field(
    firm: Firm, at_the_page: At, name: str, data: bytes, says: str
) -> None:
    got = at_the_page("Cleo").post("/imports/", {"record": "time", "file": SimpleUploadedFile(name, data)})
    assert got.status_code == 400
    error = re.search(r'id="id_file_error">([^<]*)<', got.content.decode())
    assert error is not None
    assert says in error[1]


def test_dates_that_read_in_two_styles_and_missing_columns_are_asked_for(firm: Firm, at_the_page: At) -> None:
    cleo = at_the_page("Cleo")
    where = send(cleo, b"When,Matter,TK,Hours,Description\n01/02/2026,M-1001,TK-BEN,1.0,Draft\n")
    page = cleo.post(where, {"field-matter": "Matter", "field-timekeeper": "Matter"})
    assert page.status_code == 400
    says = page.content.decode()
    assert "Worked on is needed: say which column it is" in says
    assert "is matter already; one column is one field" in says
    assert "say which it is" in says
    assert Batch.objects.count() == 0
    assert cleo.post(where, {"then": "discard"}).status_code == 302
    assert cleo.get(where).status_code == 404


def test_an_import_that_was_stopped_goes_on_behind_its_last_chunk(
    firm: Firm, at_the_page: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.agree_rates(firm)
    monkeypatch.setattr("meruit.imports.actions.CHUNK", 1)
    taken = importing.imports.run

    def stopped(*args: object, watch: Callable[[Batch], None], **rest: object) -> Batch:
        def first_then_stop(batch: Batch) -> None:
            run = running.of(batch.pk)
            assert run is not None
            run.stop.set()
            watch(batch)

        return taken(*args, watch=first_then_stop, **rest)  # type: ignore[arg-type]  # as they came

    cleo = at_the_page("Cleo")
    monkeypatch.setattr("meruit.desk.importing.imports.run", stopped)
    batch = confirm(cleo, send(cleo))
    assert Batch.objects.get(pk=batch).done_rows == 1
    assert "Go on behind row 1" in text(cleo, f"/imports/{batch}/")
    assert "Brought by" in text(at_the_page("Kim"), "/imports/")
    monkeypatch.setattr("meruit.desk.importing.imports.run", taken)
    cleo.post(f"/imports/{batch}/go-on/")
    run = running.of(batch)
    assert run is not None
    assert run.thread is not None
    run.thread.join(30)
    done = Batch.objects.get(pk=batch)
    assert (done.finished_at is not None, done.done_rows, done.taken, done.set_aside) == (True, 4, 2, 2)
    assert cleo.get(f"/imports/{batch}/progress/").headers["HX-Refresh"] == "true"


def test_two_never_take_the_same_batch_at_once(firm: Firm, at_the_page: At) -> None:
    cleo = at_the_page("Cleo")
    batch = Batch.objects.get(pk=confirm(cleo, send(cleo)))
    with firm.sql("app") as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [importing.LOCK, batch.pk])
        with pytest.raises(importing.NotNow, match="being taken in already"), importing._alone(batch):
            pass


def test_every_kind_of_record_has_an_empty_table_whose_columns_are_known(firm: Firm, at_the_page: At) -> None:
    from meruit.imports.core.fields import records, suggest

    cleo = at_the_page("Cleo")
    for record in records().values():
        line = cleo.get(f"/imports/template/{record.name}.csv").content.decode("utf-8-sig").strip()
        headers = line.split(",")
        assert set(suggest(record, headers, []).columns) == set(record.fields), record.name
    assert cleo.get("/imports/template/nothing.csv").status_code == 404


def test_reasons_are_told_apart_by_the_columns_they_speak_of() -> None:
    both = 'Hours: found "-2"; hours are above zero; a correction is new; Date: it is blank; a date is needed'
    assert reasons(both, ["Hours", "Date", "Work"]) == [
        ("Hours", 'found "-2"; hours are above zero; a correction is new'),
        ("Date", "it is blank; a date is needed"),
    ]
    assert reasons("Something else.", ["Hours"]) == [("", "Something else.")]
    assert reasons("anything", []) == [("", "anything")]
