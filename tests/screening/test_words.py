"""Screening by words alone writes what the whole way finds, in one process or several, and keeps only counts."""

import io
import json
import random
from decimal import Decimal

import pytest
from click.testing import CliRunner

from meruit.cli.check import check
from meruit.guidelines import Context, Judge, read_set
from meruit.screening import parts
from meruit.screening.core import judge_file
from meruit.screening.parts import screen_words
from meruit.screening.words import Tally
from tests.screening.test_core import bill

HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'
ANYWHERE = (
    '[[rule]]\ntype = "prohibited-phrase"\nclause = "4.1"\n'
    'params = { phrases = ["attention to", "various"], match = "anywhere" }\n'
    '[[rule]]\ntype = "prohibited-phrase"\nseverity = "refuse"\n'
    "params = { phrases = [], patterns = ['\"[^\"]*\"', '\\bcaf\\S+', 'file'], match = \"anywhere\" }\n"
)
TEXTS = (
    "Attention to file; various matters",
    'Review "various" exhibits of café lease',
    "Draft answer with defense of laches",
    "attention to attention to café naïve file",
)


def acme(extra=""):
    return read_set(HEAD + ANYWHERE + extra, "acme")


def lines(*texts, kind="F"):
    return [
        (str(n), kind, "1.0", "300.00", "300.00", "20260203", "L210", "", "A103", text)
        for n, text in enumerate(texts, 1)
    ]


@pytest.fixture(params=["utf-8", "cp1252"])
def path(request, tmp_path):
    path = tmp_path / "bill.txt"
    data = bill(*lines(*TEXTS), ("9", "IF", "1", "-3", "-3.00", "20260203", "", "", "", "various"), total="1197.00")
    path.write_bytes(data.decode().encode(request.param))
    return path


def test_what_is_written_is_what_the_whole_way_finds(path):
    out = io.StringIO()
    report, tally = screen_words(path, acme(), Context(), out)
    _, screened = judge_file(path, acme(), Context())
    assert sorted(out.getvalue().splitlines()) == sorted(f.to_json() for f in screened.findings)
    assert tally.severities == {"ask": 5, "refuse": 5}
    assert tally.lines == screened.lines == 4
    assert tally.at_risk == {"7": ("", Decimal("900.00"))}
    assert report.lines == 5


def test_several_processes_write_what_one_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "SMALLEST", 1 << 12)
    path = tmp_path / "big.txt"
    one = bill(*lines(*TEXTS)).split(b"\r\n")
    records = [
        record.replace(b"20260302|7|", f"20260302|{n}|".encode()) for n in range(100) for record in one[2:] if record
    ]
    path.write_bytes(b"\r\n".join([*one[:2], *records, b""]))
    alone, shared = io.StringIO(), io.StringIO()
    first = screen_words(path, acme(), Context(), alone)
    second = screen_words(path, acme(), Context(), shared, jobs=3)
    assert len(parts.cut(path, 3).starts) > 3
    assert alone.getvalue() == shared.getvalue()
    assert first[1] == second[1]
    assert first[0].findings == second[0].findings


def test_each_process_has_its_share_of_half_of_what_is_left(monkeypatch):
    monkeypatch.setattr(parts, "SMALLEST", 10)
    assert parts.aims(0, 100, 2) == [0, 25, 50, 62, 74, 87]
    assert parts.aims(5, 25, 4) == [5, 15]
    assert parts.aims(5, 8, 4) == [5]


def test_parts_add_up_to_what_one_pass_counts():
    """Each part keeps its own lines alone, also where parts between have none that were found."""
    whole, sum_ = Tally(), Tally()
    for first, hits in ((3, [4, 9]), (12, []), (20, [20]), (30, [31, 33]), (40, [])):
        part = Tally(first_line=first)
        for tally in (whole, part):
            if hits:
                tally.note("7", "", hits, [Decimal(1)] * len(hits))
        assert len(part.hit) <= 7
        sum_.add(part)
    assert sum_ == whole
    assert sum_.at_risk == {"7": ("", Decimal(5))}


def test_parts_that_are_done_early_are_written_in_their_turn(tmp_path):
    out = io.StringIO()
    parts._spool(tmp_path, 1).write_text("one\n")
    assert parts._append(tmp_path, 0, out) == 0
    parts._spool(tmp_path, 0).write_text("nought\n")
    (tmp_path / "2.new").write_text("half")
    assert parts._append(tmp_path, 0, out) == 2
    assert out.getvalue() == "nought\none\n"


def test_utf_16_is_judged_by_one_process_however_many_are_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "SMALLEST", 1 << 8)
    path = tmp_path / "wide.txt"
    path.write_bytes(bill(*lines(*TEXTS * 9)).decode().encode("utf-16"))
    alone, shared = io.StringIO(), io.StringIO()
    assert screen_words(path, acme(), Context(), alone) == screen_words(path, acme(), Context(), shared, jobs=2)
    assert alone.getvalue() == shared.getvalue() != ""


def test_columns_in_another_order_are_screened_as_well(tmp_path):
    path, turned = tmp_path / "bill.txt", tmp_path / "turned.txt"
    records = [line.removesuffix(b"[]").split(b"|") for line in bill(*lines(*TEXTS)).split(b"\r\n") if line]
    path.write_bytes(b"\r\n".join([*(b"|".join(record) + b"[]" for record in records), b""]))
    records[1:] = [record[::-1] for record in records[1:]]
    turned.write_bytes(b"\r\n".join([*(b"|".join(record) + b"[]" for record in records), b""]))
    straight, other = io.StringIO(), io.StringIO()
    screen_words(path, acme(), Context(), straight)
    screen_words(turned, acme(), Context(), other)
    assert straight.getvalue().replace("bill.txt", "turned.txt") == other.getvalue() != ""
    _, screened = judge_file(turned, acme(), Context())
    assert sorted(other.getvalue().splitlines()) == sorted(f.to_json() for f in screened.findings)


def test_a_file_whose_invoices_are_scattered_is_written_once(tmp_path):
    path = tmp_path / "scattered.txt"
    one = bill(*lines(*TEXTS)).split(b"\r\n")
    other = [record.replace(b"20260302|7|", b"20260302|8|") for record in one[2:] if record]
    path.write_bytes(b"\r\n".join([*one[:4], *other, *one[4:]]))
    out = io.StringIO()
    _, tally = screen_words(path, acme(), Context(), out)
    _, screened = judge_file(path, acme(), Context())
    assert sorted(out.getvalue().splitlines()) == sorted(f.to_json() for f in screened.findings)
    assert sum(tally.severities.values()) == len(screened.findings)


def test_an_invoice_in_two_parts_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "SMALLEST", 1 << 12)
    path = tmp_path / "torn.txt"
    one = bill(*lines(*TEXTS)).split(b"\r\n")
    numbers = [*range(60), *range(60)]  # every invoice goes on in the second half of the file
    records = [
        record.replace(b"20260302|7|", f"20260302|{n}|".encode()) for n in numbers for record in one[2:] if record
    ]
    path.write_bytes(b"\r\n".join([*one[:2], *records, b""]))
    alone, shared = io.StringIO(), io.StringIO()
    first = screen_words(path, acme(), Context(), alone)
    second = screen_words(path, acme(), Context(), shared, jobs=2)
    assert alone.getvalue() == shared.getvalue()
    assert first == second


def test_random_files_give_what_judging_entries_gives(tmp_path):
    """Odd kinds, amounts, blanks, controls, quotes and encodings; runs of one invoice long and short."""
    chance, path = random.Random(5), tmp_path / "bill.txt"
    pieces = [
        *TEXTS,
        "NULL",
        " file ",
        "file\tfile",
        'say "file"',
        "back\\slash file",
        "",
        "Draft answer",
        "naïve — file",
    ]
    kinds = ["F"] * 8 + ["E", "E", "f", " E ", "IF", "IE", ""]
    amounts = ["300.00", "300", "12.5", "", "NULL", "-4.00", "$1,200.00", "€7.50", "x"]
    found = 0
    for _ in range(60):
        rows = [
            (
                chance.choice([str(n), "", f" {n}", "é"]), chance.choice(kinds), chance.choice(["1.0", "", "0.50"]),
                chance.choice(amounts), chance.choice(amounts), "20260203", "L210", "", "A103", chance.choice(pieces),
            )
            for n in range(chance.choice([1, 3, 40]))
        ]  # fmt: skip
        data = bill(*rows)
        other = [r.replace(b"20260302|7|", b"20260302|8|") for r in data.split(b"\r\n")[2:] if r]
        data = b"\r\n".join([data.rstrip(b"\r\n"), *other, b""])
        path.write_bytes(data.decode().encode(chance.choice(["utf-8", "cp1252"]), "replace"))
        out = io.StringIO()
        _, tally = screen_words(path, acme(), Context(), out)
        _, screened = judge_file(path, acme(), Context())
        told = [f.to_json() for f in screened.findings]
        assert sorted(out.getvalue().splitlines()) == sorted(told)
        assert sum(tally.severities.values()) == len(told)
        assert tally.lines == screened.lines
        found += len(told)
    assert found > 1000


@pytest.mark.parametrize(
    "story, extra",
    [
        ("a rule that looks at hours", '[[rule]]\ntype = "billing-increment"\n'),
        ("a rule that asks whether the words are meant", '[[rule]]\ntype = "prohibited-phrase"\n'),
        ("a rule for some lines only", ANYWHERE + 'scope = { classes = ["partner"] }\n'),
    ],
)
def test_a_set_that_needs_more_than_words_goes_the_whole_way(story, extra):
    assert Judge(acme()).is_words_alone
    assert not Judge(acme(extra)).is_words_alone


def test_the_command_counts_what_it_wrote(tmp_path, path):
    rules = tmp_path / "acme.toml"
    rules.write_text(HEAD + ANYWHERE)
    result = CliRunner().invoke(check, [str(path), "--guidelines", str(rules), "--format", "json"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert sum(f["rule"] == "prohibited-phrase" for f in found) == 10
    assert "5 refuse" in result.stderr
    assert "5 ask" in result.stderr
    whole = CliRunner().invoke(check, [str(path), "--guidelines", str(rules)])
    money = [line for line in result.stderr.splitlines() if line.startswith("At risk")]
    assert money == [line for line in whole.stderr.splitlines() if line.startswith("At risk")]
