"""`meruit check --guidelines`: bills and CSV judged by a client's rules, and how the command ends."""

import json

import pytest
from click.testing import CliRunner

from meruit.cli.check import check
from tests.screening.test_core import WORK, bill

SET = (
    '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'
    '[[rule]]\ntype = "billing-increment"\nclause = "4.2"\n'
    '[[rule]]\ntype = "rate-above-approved"\nclause = "5.1"\n'
    '[[rule]]\ntype = "arithmetic"\nclause = "7"\n'
)


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(SET)
    return path


def call(*words):
    return CliRunner().invoke(check, [str(word) for word in words])


def found(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_csv_of_entries_is_judged_by_the_set(tmp_path, acme):
    entries = tmp_path / "entries.csv"
    entries.write_text("narrative,hours\nDraft answer,0.25\nDraft reply,0.3\nBad,abc\n")
    result = call(entries, "--guidelines", acme, "--format", "json")
    assert result.exit_code == 1
    (one,) = found(result)
    assert (one["rule"], one["line"], one["clause"], one["guideline"]) == ("billing-increment", 2, "4.2", "acme 3")
    assert "Cannot be judged: rate-above-approved: no approved rates on file (2)." in result.stderr
    assert f"Set aside: {entries}, line 4: hours is" in result.stderr


def test_without_guidelines_a_csv_is_no_bill(tmp_path):
    entries = tmp_path / "entries.csv"
    entries.write_text("narrative,hours\nDraft answer,0.25\n")
    assert call(entries).exit_code == 2


def test_the_context_lets_rates_be_judged_and_a_shared_fact_is_told_once(tmp_path, acme):
    wrong = ("2", "F", "1.0", "300.00", "310.00", "20260203", "L210", "", "A103", "Draft answer with defense of laches")
    file, known = tmp_path / "bill.txt", tmp_path / "known.toml"
    file.write_bytes(bill(WORK, wrong, total="610.00"))
    known.write_text('[[rate]]\ntimekeeper = "B1"\namount = 280\n')
    result = call(file, "--guidelines", acme, "--context", known, "--as-of", "2026-03-31", "--format", "json")
    told = [(f["rule"], f["line"], f["clause"]) for f in found(result) if f["severity"] != "advice"]
    assert sorted(told) == [
        ("LA01", 4, "7"),
        ("rate-above-approved", 3, "5.1"),
        ("rate-above-approved", 4, "5.1"),
    ]


def test_two_processes_find_what_one_finds(tmp_path, acme):
    folder = tmp_path / "bills"
    folder.mkdir()
    for n in range(4):
        (folder / f"{n}.csv").write_text(f"narrative,hours\nDraft answer,0.{n}5\n")
    alone = call(folder, "--guidelines", acme, "--format", "json")
    shared = call(folder, "--guidelines", acme, "--format", "json", "--jobs", "2")
    assert found(alone) == found(shared)
    assert len(found(alone)) == 4


@pytest.mark.parametrize(
    "text, said",
    [
        (SET + "paramz = 1\n", 'Unknown key "paramz"'),
        (SET + '[[rule]]\ntype = "prohibited-phrase"\nparams = { patterns = ["(?=a)"] }\n', "no look-around"),
    ],
)
def test_a_set_that_cannot_be_used_ends_before_any_file_is_read(tmp_path, text, said):
    bad = tmp_path / "bad.toml"
    bad.write_text(text)
    result = call(tmp_path / "entries.csv", "--guidelines", bad)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_context_without_guidelines_is_a_wrong_call(tmp_path):
    result = call(tmp_path / "x.txt", "--context", tmp_path / "known.toml")
    assert result.exit_code == 2
    assert "--guidelines" in result.stderr


def test_money_at_risk_is_the_most_that_each_invoice_can_lose(tmp_path):
    from decimal import Decimal

    from meruit.findings import Finding
    from meruit.screening.risk import risks, summed

    def one(entry, amount, invoice="7", line=3, severity="refuse"):
        return Finding(
            rule="x", severity=severity, message="Said.", file="a", invoice=invoice, entry=entry, line=line,
            at_risk=Decimal(amount), currency="USD",
        )  # fmt: skip

    def at_risk(findings):
        return summed(risks(findings).values())

    lines = [one("1", "75"), one("1", "100"), one("2", "15", line=4), one("3", "999", line=5, severity="advice")]
    assert at_risk(lines) == {"USD": Decimal("115")}
    assert at_risk([*lines, one(None, "0")]) == {"USD": Decimal("115")}
    assert at_risk([*lines, one(None, "400")]) == {"USD": Decimal("400")}
    assert at_risk([*lines, one("1", "50", invoice="8")]) == {"USD": Decimal("165")}
