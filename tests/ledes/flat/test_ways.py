"""The wide way, the quick way, the thorough way and the way in parts find the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from meruit.findings import Finding
from meruit.ledes import Dialect, NotLedes, dialect, read
from meruit.ledes.dialects import NONE, SLUGS
from meruit.ledes.flat import check as module
from meruit.ledes.flat import cutting, scan
from meruit.ledes.flat.check import Report, check_flat
from meruit.ledes.flat.parts import check_in_parts
from meruit.ledes.flat.wide import way as wide_way
from tests.ledes.bills import bill, expense, fee, full, text
from tests.ledes.flat.strategies import damaged

MANY = 20_000 if os.environ.get("MERUIT_PROOF") == "1" else 60


@pytest.fixture(autouse=True, scope="module")
def _any_chunk_goes_wide() -> Iterator[None]:
    """The wide way is for long files; here it takes short ones too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wide_way, "FEWEST", 1)
        patch.setattr(wide_way, "SHORTEST", 1)
        yield


def ways(data: bytes, chosen: Dialect = NONE, as_of: date | None = None) -> list[Report]:
    """The file judged wide, quickly and thoroughly."""
    asked: list[tuple[bool, bool]] = [(True, True), (True, False), (False, False)]
    return [check_flat(data, dialect=chosen, as_of=as_of, quick=quick, wide=wide) for quick, wide in asked]


def told(findings: list[Finding]) -> list[str]:
    return sorted(finding.to_json() for finding in findings)


def agree(whole: str, slug: str) -> None:
    chosen = dialect(slug) if slug else NONE
    try:
        reports = ways(whole.encode(), chosen, date(2026, 2, 27))
    except NotLedes:
        return
    wide, quick, thorough = reports
    assert told(quick.findings) == told(thorough.findings)
    assert [f.to_json() for f in wide.findings] == [f.to_json() for f in quick.findings]
    assert (wide.lines, wide.invoices, wide.left_out) == (quick.lines, quick.invoices, quick.left_out)
    assert (thorough.lines, thorough.invoices) == (quick.lines, quick.invoices)


@pytest.mark.proof
@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(whole=damaged())
def test_quick_and_thorough_agree_on_1998b(whole: str) -> None:
    for slug in ("", "collaborati", "brightflag"):
        agree(whole, slug)


@pytest.mark.proof
@settings(max_examples=MANY // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(whole=damaged(international=True))
def test_quick_and_thorough_agree_on_98bi(whole: str) -> None:
    for slug in ("", "collaborati", "legal-tracker"):
        agree(whole, slug)


@pytest.mark.proof
@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(whole=damaged())
def test_no_record_is_lost_in_reading(whole: str) -> None:
    try:
        bill_read = read(whole.encode())
        report = check_flat(whole.encode(), dialect=NONE)
    except NotLedes:
        return
    assert sum(len(invoice.lines) for invoice in bill_read.invoices) == report.lines


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty invoices of forty lines, some of them wrong."""
    rows = []
    for number in range(60):
        for line in range(40):
            row = fee(
                f"{line % 9 + 1}.00", LINE_ITEM_DATE=f"202602{line % 28 + 1:02}", INVOICE_NUMBER=f"HR-{number:03}"
            )
            row["TIMEKEEPER_CLASSIFICATION"] = "BOSS"  # on no list: told once a file, by whichever part is first
            row["LINE_ITEM_DESCRIPTION"] = f"Work number {line} of matter {number}"
            if (number * 40 + line) % 97 == 0:
                row["LINE_ITEM_DATE"] = "20260230"
            rows.append(row)
    path = tmp_path_factory.mktemp("parts") / "long.txt"
    path.write_bytes(text(full(rows)).encode())
    return path


@pytest.mark.parametrize("jobs, wide", [(2, True), (3, False), (7, True)])
def test_parts_find_what_one_pass_finds(
    long_file: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, wide: bool
) -> None:
    one = check_flat(long_file, dialect=NONE, wide=False)
    monkeypatch.setattr(module, "WIDE_FROM", 0 if wide else 1 << 40)
    parts = check_in_parts(long_file, dialect=NONE, jobs=jobs, smallest=1 << 16)
    assert [f.to_json() for f in parts.findings] == [f.to_json() for f in one.findings]
    assert (parts.lines, parts.invoices) == (one.lines, one.invoices)
    assert len(one.findings) > 20
    assert [f.line for f in one.findings if f.rule == "LT04"] == [3]


def test_an_invoice_in_two_parts_is_judged_whole(long_file: Path, tmp_path: Path) -> None:
    lines = long_file.read_bytes().splitlines(keepends=True)
    scattered = tmp_path / "scattered.txt"
    scattered.write_bytes(b"".join([*lines[:2], lines[-1], *lines[2:-1]]))
    one = check_flat(scattered, dialect=NONE)
    parts = check_in_parts(scattered, dialect=NONE, jobs=3, smallest=1 << 16)
    assert [f.to_json() for f in parts.findings] == [f.to_json() for f in one.findings]
    assert "LA03" not in {f.rule for f in one.findings}


def test_utf_16_is_judged_by_one_process_however_many_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "wide.txt"
    path.write_bytes(text(full([fee(LINE_ITEM_DATE="20260230")] * 40)).encode("utf-16"))
    parts = check_in_parts(path, dialect=NONE, jobs=2, smallest=1 << 8)
    assert parts.findings
    assert parts.findings == check_flat(path, dialect=NONE).findings


@pytest.mark.parametrize("piece", [64, 300, 1000, 5000])
def test_where_the_file_is_cut_for_reading_changes_nothing(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    rows = [fee(LINE_ITEM_DATE=f"202602{day:02}") for day in range(1, 29)] + [expense("0"), expense(), expense()]
    data = text(full(rows)).replace("Drafted the", "Drafted\nthe", 1).encode()
    whole = [f.to_json() for f in check_flat(data, dialect=NONE).findings]
    monkeypatch.setattr(module, "PIECE", piece)
    for report in ways(data):
        assert [f.to_json() for f in report.findings] == whole


ODDITIES = {
    "a mark inside a value": (b"Work number 20 ", b"Work [] number 20 "),
    "a line break inside a value": (b"Work number 20 ", b"Work\r\nnumber 20 "),
    "a pipe too many": (b"Work number 20 ", b"Work | number 20 "),
    "a value too few": (b"|Work number 20 ", b" Work number 20 "),
    "a short record and a long one": (b"|Work number 20 ", b" Work number 20 |extra\x1e| |"),
    "the character that parts records": (b"Work number 20 ", b"\x1e|\x1e|Work number 20 "),
    "a control character": (b"Work number 20 ", b"Work\x7fnumber 20 "),
    "a blank before the end": (b"[]", b" []"),
    "an end mark lost": (b"[]", b""),
    "a blank line": (b"[]", b"[]\r\n"),
    "another matter in between": (b"|LIT-", b"|LIT-9"),
    "another invoice in between": (b"|HR-", b"|XX-"),
    "a character outside ASCII": (b"Work number 20 ", "Wörk number 20 ".encode()),
    "a number used before": (b"Work number 20 ", b"Work number 19 "),
}


@pytest.mark.parametrize("odd", ODDITIES)
def test_what_is_odd_inside_a_run_is_found_at_its_place(
    long_file: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    wanted, instead = ODDITIES[odd]
    lines = long_file.read_bytes().splitlines(keepends=True)[: 2 + 12 * 40]
    before = lines[2 + 7 * 40 + 20]
    lines[2 + 7 * 40 + 20] = before.replace(wanted, instead)
    assert lines[2 + 7 * 40 + 20] != before
    data = b"".join(lines)
    thorough = check_flat(data, dialect=NONE, quick=False)
    for piece in (1 << 20, 20_000, 3_000):
        monkeypatch.setattr(module, "PIECE", piece)
        for wide in (True, False):
            quick = check_flat(data, dialect=NONE, wide=wide)
            assert [f.to_json() for f in quick.findings] == [f.to_json() for f in thorough.findings], (piece, wide)
            assert (quick.lines, quick.invoices) == (thorough.lines, thorough.invoices)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_good_bill_is_good_at_every_portal(slug: str) -> None:
    for name in ("LEDES1998B", "LEDES98BI V2"):
        chosen = dialect(slug)
        if chosen.formats and name not in chosen.formats:
            continue
        data = bill(name=name).replace(b"|GBR|", b"|GB|") if chosen.country_letters == 2 else bill(name=name)
        assert check_flat(data, dialect=chosen).findings == [], name


def test_findings_of_a_rule_are_bounded_and_the_rest_is_counted(
    long_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = check_flat(long_file, dialect=NONE)
    days = [f for f in whole.findings if f.rule == "LT01"]
    monkeypatch.setattr(scan, "MOST_OF_A_RULE", 10)
    monkeypatch.setattr(module, "MOST_OF_A_RULE", 10)
    bounded = check_flat(long_file, dialect=NONE)
    assert [f for f in bounded.findings if f.rule == "LT01"] == days[:10]
    assert bounded.left_out["LT01"] == len(days) - 10
    assert whole.left_out == {}


def test_a_file_without_a_line_end_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "LONGEST_DAMAGE", 1 << 14)
    monkeypatch.setattr(module, "PIECE", 1 << 12)
    held: list[int] = []
    feed = scan.Scan.feed

    def watched(self: scan.Scan, data: bytes, *, final: bool) -> bytes:
        held.append(len(data))
        return feed(self, data, final=final)

    monkeypatch.setattr(scan.Scan, "feed", watched)
    check_flat(bill() + b"endless|" * 40_000, dialect=NONE)
    assert max(held) < 1 << 15


@pytest.mark.parametrize("quick", [True, False])
def test_a_long_file_without_end_marks_is_cut_between_its_lines(monkeypatch: pytest.MonkeyPatch, quick: bool) -> None:
    rows = [fee(LINE_ITEM_DATE=f"202602{day % 28 + 1:02}") for day in range(300)]
    data = text(full(rows)).replace("LIT-4402[]", "LIT-4402").encode()
    monkeypatch.setattr(cutting, "LONGEST_DAMAGE", 1 << 13)
    monkeypatch.setattr(module, "PIECE", 1 << 12)
    report = check_flat(data, dialect=NONE, quick=quick)
    assert report.lines == 300
    assert {f.rule for f in report.findings} == {"LF03", "duplicate-line"}
