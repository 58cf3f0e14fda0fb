"""`meruit check` and `meruit show` as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meruit.cli.main import app
from meruit.findings import ORDER
from tests.ledes.bills import bill, expense, fee


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a-good.txt").write_bytes(bill(fee()))
    (tmp_path / "b-wrong.txt").write_bytes(
        bill(fee(INVOICE_NUMBER="HR-2", LINE_ITEM_TOTAL="450.01"), expense(INVOICE_NUMBER="HR-2"))
    )
    (tmp_path / "deep" / "c-odd.txt").write_bytes(bill(fee(INVOICE_NUMBER="HR-3", LINE_ITEM_DATE="20260131")))
    (tmp_path / "letter.md").write_text("Dear client\n")
    (tmp_path / ".hidden").write_bytes(bill(fee(LINE_ITEM_TOTAL="1")))
    return tmp_path


def test_exit_codes_tell_clean_findings_and_unusable(folder: Path) -> None:
    assert run("check", folder / "a-good.txt").exit_code == 0
    assert run("check", folder / "deep").exit_code == 0, "advice alone is no reason to fail"
    assert run("check", folder / "b-wrong.txt").exit_code == 1
    assert run("check", folder / "letter.md").exit_code == 2
    assert run("check", folder / "absent.txt").exit_code == 2
    assert run("check", folder / "a-good.txt", "--portal", "nowhere").exit_code == 2


def test_json_lines_hold_findings_and_nothing_else(folder: Path) -> None:
    result = run("check", folder, "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {tuple(row) for row in rows} == {ORDER}
    assert [(Path(row["file"]).name, row["rule"]) for row in rows] == [("b-wrong.txt", "LA01"), ("c-odd.txt", "LD02")]
    wrong = rows[0]
    assert (wrong["line"], wrong["field"], wrong["entry"], wrong["at_risk"]) == (3, "LINE_ITEM_TOTAL", "1", "450.01")
    assert "3 files, 4 lines, 3 invoices" in result.stderr
    assert "1 error, 1 advice" in result.stderr
    assert "At risk: 450.01" in result.stderr
    assert "1 file in the folders passed over" in result.stderr


def test_text_shows_the_record_with_the_cell_marked(folder: Path) -> None:
    result = run("check", folder / "b-wrong.txt")
    assert "Invoice HR-2, 456.01" in result.stdout
    assert "|»450.01«|" in result.stdout
    assert "makes 450.00; LINE_ITEM_TOTAL says 450.01, 0.01 too much" in result.stdout


def test_a_damaged_file_does_not_stop_the_others(folder: Path) -> None:
    result = run("check", folder / "letter.md", folder / "b-wrong.txt", "--format", "json")
    assert result.exit_code == 2
    assert "LA01" in result.stdout
    assert "letter.md: " in result.stderr


@pytest.mark.parametrize("shape", ["json", "text"])
def test_more_processes_print_the_same(folder: Path, shape: str) -> None:
    one, two = (run("check", folder, "--format", shape, "--jobs", jobs) for jobs in ("1", "2"))
    assert one.stdout == two.stdout
    assert one.stderr == two.stderr


def test_dates_count_as_future_by_the_given_day(folder: Path) -> None:
    early = run("check", folder / "a-good.txt", "--format", "json", "--as-of", "2026-02-01").stdout
    assert [json.loads(line)["rule"] for line in early.splitlines()] == ["LD02", "LD02"]
    assert run("check", folder / "a-good.txt", "--format", "json", "--as-of", "2026-04-01").stdout == ""


@pytest.mark.parametrize("shape, begins", [("html", b"<!doctype html"), ("xlsx", b"pk\x03\x04")])
def test_reports_are_written_to_a_file(folder: Path, shape: str, begins: bytes) -> None:
    target = folder / f"report.{shape}"
    assert run("check", folder / "b-wrong.txt", "--format", shape, "-o", target).exit_code == 1
    assert target.read_bytes()[:14].lower().startswith(begins)


def test_show_gives_json_with_the_names_of_98b(folder: Path) -> None:
    shown = json.loads(run("show", folder / "b-wrong.txt", "--format", "json").stdout)
    assert (shown["format"], shown["encoding"]) == ("LEDES1998B", "ascii")
    invoice = shown["invoices"][0]
    assert invoice["invoice_number"] == "HR-2"
    line = invoice["lines"][1]
    assert (line["exp/fee/inv_adj_type"], line["line_item_expense_code"], line["line_item_task_code"]) == (
        "E",
        "E101",
        "",
    )
    assert all(isinstance(value, str) for value in line.values())


def test_show_reads_like_an_invoice(folder: Path) -> None:
    page = run("show", folder / "b-wrong.txt").stdout
    for words in ("Invoice HR-2 of 2026-03-05", "Matter 118-07", "Fees", "Marlow, Ada", "Expenses", "Total"):
        assert words in page


def test_the_command_imports_no_django_and_no_tables_of_other_rooms(folder: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from meruit.cli.main import app; "
        f"CliRunner().invoke(app, ['check', {str(folder / 'a-good.txt')!r}]); "
        "print([m for m in ('django', 'polars', 'openpyxl', 'jinja2', 'lxml', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
