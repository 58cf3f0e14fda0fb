"""`meruit import`: the mapping is shown and confirmed, rows that wait come back corrected, a wall stays a wall."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner, Result

from meruit.cli.imports import command
from meruit.imports.models import Batch
from meruit.timesheets.models import Entry, Released
from tests.support import cast
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

HEAD = "Entry ID,Matter,Timekeeper,Date,Hours,Narrative"
GOOD = "1,M-1001,TK-BEN,2026-01-14,1.5,Draft answer"
BAD = "2,M-1001,TK-BEN,2026-01-15,-2.0,Review lease"


def run(name: str | None, firm: Firm, *arguments: str | Path) -> Result:
    environment = {"DATABASE_URL": firm.url("app"), "MERUIT_TOKEN": cast.token(name) if name else ""}
    return CliRunner().invoke(command, [str(a) for a in arguments], env=environment)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_file_is_shown_confirmed_taken_and_its_bad_rows_come_back_corrected(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("INSERT INTO imports_owner (record, owner) VALUES ('time', 'Old Practice System')")
    path = write(tmp_path / "time.csv", HEAD, GOOD, BAD)

    shown = run("Cleo", firm, path, "--record", "time")
    assert shown.exit_code == 2
    assert "by its name" in shown.output
    assert "confirm it with --yes" in shown.output
    assert not Batch.objects.exists()

    taken = run("Cleo", firm, path, "--record", "time", "--yes")
    assert taken.exit_code == 1, taken.output
    batch = Batch.objects.get()
    assert f"Batch {batch.pk}: 2 rows: 1 new, 0 changed, 0 known, 1 set aside." in taken.output
    assert 'line 3: Hours: found "-2.0"; hours are above zero' in taken.output

    again = run("Cleo", firm, write(tmp_path / "more.csv", HEAD, GOOD), "--record", "time")
    assert again.exit_code == 0, again.output
    assert "The columns of this file are known" in again.output
    assert "1 known" in again.output

    aside = run("Cleo", firm, "--aside", str(batch.pk))
    assert aside.stdout.startswith("Line,Set aside because,")
    assert set(HEAD.split(",")) < set(aside.stdout.splitlines()[0].split(","))
    assert len(run("Dan", firm, "--aside", str(batch.pk)).stdout.splitlines()) == 1
    assert (
        "no row of batch"
        in run("Dan", firm, write(tmp_path / "dan.csv", *aside.stdout.splitlines()), "--correct", str(batch.pk)).output
    )

    still = run("Cleo", firm, write(tmp_path / "aside.csv", *aside.stdout.splitlines()), "--correct", str(batch.pk))
    assert still.exit_code == 1
    assert "0 rows taken now, 1 still set aside" in still.output
    mended = write(tmp_path / "aside.csv", *aside.stdout.replace(",-2.0,", ",2.0,").splitlines())
    corrected = run("Cleo", firm, mended, "--correct", str(batch.pk))
    assert corrected.exit_code == 0, corrected.output
    assert Entry.objects.count() == Released.objects.count() == 2


def test_a_style_of_dates_that_nobody_can_tell_is_asked_for(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    path = write(tmp_path / "time.csv", HEAD, GOOD.replace("2026-01-14", "02/03/2026"))
    unclear = run("Cleo", firm, path, "--record", "time", "--yes")
    assert unclear.exit_code == 2
    assert "month/day/year (01/31/2026), day/month/year (31/01/2026)" in unclear.output
    told = run("Cleo", firm, path, "--record", "time", "--yes", "--style", "month/day/year")
    assert "set aside" in told.output


@pytest.mark.parametrize("who, arguments, says", [
    (None, ["--record", "time"], "MERUIT_TOKEN is not set"),
    ("Eve", ["--record", "time"], "This is for specialist"),
    ("Cleo", ["--record", "weather"], '"weather" is no kind of record'),
    ("Cleo", [], "Say with --record what the file holds"),
    ("Cleo", ["--record", "time", "--column", "hours"], "--column wants FIELD=HEADER"),
    ("Cleo", ["--record", "time", "--yes", "--column", "hours=Qty"], "does not know Qty"),
    ("Cleo", ["--correct", "99"], "There is no batch 99."),
])  # fmt: skip
def test_a_call_that_cannot_be_used_is_a_sentence_and_exit_code_two(
    firm: Firm, tmp_path: Path, who: str | None, arguments: list[str], says: str
) -> None:
    done = run(who, firm, write(tmp_path / "time.csv", HEAD, GOOD), *arguments)
    assert (done.exit_code, says in done.output) == (2, True), done.output


def test_a_session_that_is_unknown_is_asked_to_sign_in(firm: Firm, tmp_path: Path) -> None:
    path = write(tmp_path / "time.csv", HEAD, GOOD)
    environment = {"DATABASE_URL": firm.url("app"), "MERUIT_TOKEN": "somebody-else"}
    done = CliRunner().invoke(command, [str(path), "--record", "time"], env=environment)
    assert done.exit_code == 2
    assert "sign in again" in done.output
