"""Files judged in parts: the findings of one machine, whole parts kept, a killed run gone on with.

The parts are judged here one after the other; `test_ray` has them judged by a cluster.
"""

import json
import os
import shutil
from collections import Counter
from datetime import date

import pytest
from click.testing import CliRunner

from meruit.cli.check import check
from meruit.guidelines import Refused
from meruit.screening import tables
from meruit.screening.bulk import on_ray, plan
from meruit.screening.bulk.work import work
from tests.screening.test_core import bill
from tests.screening.test_words import ANYWHERE, HEAD, TEXTS, lines

pq = pytest.importorskip("pyarrow.parquet")

DAY = "2026-11-01"
CSV = "narrative,hours,date,timekeeper,invoice\n" + "\n".join(
    f'"{text}",{hours},2026-02-03,Ben,{invoice}'
    for invoice, hours, text in (
        ("A", "14.5", "Attention to file; various calls"), ("A", "11.0", "Draft answer to complaint"),
        ("B", "0.4", "Draft answer to complaint"), ("B", "x", "Draft answer"),
    )
)  # fmt: skip


@pytest.fixture
def here(monkeypatch):
    """The engine is this process."""

    def one_by_one(job, parts, folder):
        for part in parts:
            work(job, part, folder)
            yield part

    monkeypatch.setattr(on_ray, "spread", one_by_one)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Several parts of bills, one number twice among them, a CSV, a table, and something else."""
    monkeypatch.setattr(plan, "PART_BYTES", 4_000)
    return written(tmp_path / "files")


def written(folder):
    folder.mkdir()
    for n in range(6):
        data = bill(*lines(*TEXTS * 4)).replace(b"20260302|7|", f"20260302|{n % 5}|".encode())
        (folder / f"bill{n}.txt").write_bytes(data)
    (folder / "entries.csv").write_text(CSV)
    (folder / "notes.md").write_text("# Not for judging\n")
    import pyarrow as pa

    rows = {"narrative": list(TEXTS), "hours": ["26.0", "1.0", None, "0.1"], "timekeeper": ["Ben"] * 4}
    pq.write_table(pa.table({**rows, "date": [date(2026, 2, 3)] * 4}), folder / "entries.parquet")
    return folder


def call(*args):
    return CliRunner().invoke(check, [str(arg) for arg in args])


def parquet(folder):
    """What stands in the folder, as the JSON of standard output has it."""
    rows = [row for part in sorted(folder.glob("*.parquet")) for row in pq.read_table(part).to_pylist()]
    return Counter(json.dumps(row, ensure_ascii=False) for row in rows)


def summary_of(result):
    return [line for line in result.stderr.splitlines() if "stood from" not in line]


def same(asked, out):
    """The engine finds and says what the local one does."""
    whole = call(*asked, "--format", "json")
    parts = call(*asked, "--engine", "ray", "-o", out)
    assert parts.exit_code == whole.exit_code == 1, parts.output
    assert parquet(out) == Counter(whole.stdout.splitlines())
    assert summary_of(parts) == summary_of(whole)


@pytest.mark.parametrize("rules", ["words", "RP-1"])
def test_parts_find_what_the_whole_finds(here, files, tmp_path, rules):
    if rules == "words":
        rules = tmp_path / "acme.toml"
        rules.write_text(HEAD + ANYWHERE)
    asked = (files, "--guidelines", rules, "--as-of", DAY)
    same(asked, tmp_path / "out")
    assert len(list((tmp_path / "out").glob("part-*.parquet"))) > 4
    assert pq.read_table(tmp_path / "out" / "across.parquet").num_rows == 1


def test_a_run_goes_on_where_whole_parts_are_written(here, files, tmp_path):
    asked, out = (files, "--as-of", DAY, "--engine", "ray", "-o", tmp_path / "out"), tmp_path / "out"
    first = call(*asked)
    whole = parquet(out)
    parts = sorted(out.glob("part-*.json"))
    # As a kill leaves it: one part not recorded, one not there, one half written.
    parts[0].unlink()
    parts[1].unlink()
    parts[1].with_suffix(".parquet").unlink()
    parts[1].with_suffix(".parquet.new").write_bytes(b"PAR1")
    kept = parts[2].with_suffix(".parquet").stat().st_mtime_ns
    again = call(*asked)
    assert f"{len(parts) - 2} parts of {len(parts)} stood from an earlier run." in again.stderr
    assert parquet(out) == whole
    assert summary_of(again) == summary_of(first)
    assert parts[2].with_suffix(".parquet").stat().st_mtime_ns == kept
    # A file that changed is judged again, though its size is the same.
    changed = files / "bill5.txt"
    changed.write_bytes(changed.read_bytes().replace(b"|F|", b"|X|"))
    os.utime(changed, ns=(1, 1))
    assert parquet(out) == whole
    call(*asked)
    assert parquet(out) != whole


def test_a_folder_of_another_job_is_refused(here, files, tmp_path):
    call(files, "--as-of", DAY, "--engine", "ray", "-o", tmp_path / "out")
    other = call(files, "--as-of", "2026-11-02", "--engine", "ray", "-o", tmp_path / "out")
    assert other.exit_code == 2
    assert "another folder" in other.stderr
    shutil.copy(files / "bill0.txt", files / "bill9.txt")
    more = call(files, "--as-of", DAY, "--engine", "ray", "-o", tmp_path / "out")
    assert more.exit_code == 2
    assert "other files" in more.stderr
    strange = call(files, "--engine", "ray", "-o", files)
    assert strange.exit_code == 2
    assert "something else" in strange.stderr


def test_without_ray_the_command_says_what_to_install(files, tmp_path, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(tables, "import_module", absent)
    result = call(files, "--engine", "ray", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "pip install 'ray[data]'" in result.stderr
    assert not (tmp_path / "out").exists()
    result = call(files / "entries.parquet", "--guidelines", "RP-1")
    assert result.exit_code == 2
    assert "pip install 'ray[data]'" in result.stderr


def test_the_folder_must_be_named(files):
    assert "--output" in call(files, "--engine", "ray").stderr


def test_a_file_that_is_gone_is_unusable_and_asked_again(here, files, tmp_path, monkeypatch):
    gone = files / "bill0.txt"
    real = plan.stamp

    def vanishing(path):
        if path == str(gone):
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path)

    asked = (gone, files / "bill1.txt", "--as-of", DAY, "--engine", "ray", "-o", tmp_path / "out")
    monkeypatch.setattr("meruit.screening.bulk.work.stamp", vanishing)
    first = call(*asked)
    assert first.exit_code == 2
    assert "No such file" in first.stderr
    monkeypatch.setattr("meruit.screening.bulk.work.stamp", real)
    assert call(*asked).exit_code == 1


@pytest.mark.parametrize(
    "columns, says",
    [
        ({"hours": ["1"]}, "no column narrative"),
        ({"narrative": ["x"], "hours": [1.5]}, "floating-point"),
        ({"narrative": ["x"], "houres": ["1"]}, "hours"),
        ({"narrative": ["x"], "hours": ["much"]}, "row 1: hours"),
        ({"narrative": ["x"], "date": ["soon"]}, "row 1: date"),
        ({"narrative": ["x"], "kind": ["fees"]}, "row 1: kind"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(columns, says):
    import pyarrow as pa

    with pytest.raises(Refused, match=says):
        list(tables.entries_of(pa.table(columns)))


def test_a_table_is_screened_into_a_table():
    import pyarrow as pa

    from meruit.guidelines import Judge, read_set

    found = tables.screen(pa.table({"narrative": list(TEXTS)}), Judge(read_set(HEAD + ANYWHERE, "acme")), "history")
    assert found.schema == tables.findings_schema()
    assert found.num_rows == 10
    assert found.slice(0, 1).to_pylist()[0]["span"] == [0, 12]
    empty = tables.screen(pa.table({"narrative": ["Draft answer"]}), Judge(read_set(HEAD + ANYWHERE, "acme")))
    assert empty.num_rows == 0
