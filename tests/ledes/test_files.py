"""Files side by side, and the real ones from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meruit.findings import ABOVE_ADVICE
from meruit.ledes import NotLedes, check, judge, read
from meruit.ledes.across import Register
from tests.ledes.bills import bill, fee

FIELD = Path(os.environ["MERUIT_FIELD"]) / "samples" / "ledes" if os.environ.get("MERUIT_FIELD") else None


def test_an_invoice_number_in_a_second_file_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bill())
    (tmp_path / "b.txt").write_bytes(bill(fee(INVOICE_NUMBER="HR-2042")))
    (tmp_path / "c.txt").write_bytes(bill(fee()))
    register = Register()
    said = [register.twice(judge(tmp_path / name)) for name in ("a.txt", "b.txt", "c.txt")]
    assert said[:2] == [[], []]
    assert [(f.rule, f.severity, f.line, f.found) for f in said[2]] == [("LC04", "error", 3, "HR-2041")]
    assert "a.txt" in said[2][0].message


def test_two_firms_may_use_one_number(tmp_path: Path) -> None:
    register = Register()
    (tmp_path / "a.txt").write_bytes(bill())
    (tmp_path / "b.txt").write_bytes(bill(fee(LAW_FIRM_ID="98-7654321")))
    assert register.twice(judge(tmp_path / "a.txt")) == register.twice(judge(tmp_path / "b.txt")) == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b"hello\nworld\n", b"a,b,c\n1,2,3\n", b"\x00\x01\x02", b"%PDF-1.7\n"])
def test_what_is_no_bill_is_refused_in_a_sentence(data: bytes) -> None:
    for verb in (read, check):
        with pytest.raises(NotLedes, match=r"\.$"):
            verb(data)


#: file -> what is wrong in it, by the note that came with it: (rule, line, field)
REAL = {
    "repeated-line-number.txt": {("LC03", 9, "LINE_ITEM_NUMBER"), ("LA03", 8, "INVOICE_TOTAL")},
    "line-number-twice.txt": {("LC03", 8, "LINE_ITEM_NUMBER"), ("LA03", 3, "INVOICE_TOTAL")},
    "98bi-tax-off.txt": {
        ("LA02", 3, "LINE_ITEM_TAX_TOTAL"), ("LA02", 4, "LINE_ITEM_TAX_TOTAL"), ("LA02", 5, "LINE_ITEM_TAX_TOTAL"),
        ("LA02", 8, "LINE_ITEM_TAX_TOTAL"), ("LA04", 3, "INVOICE_TAX_TOTAL"), ("LA04", 3, "INVOICE_NET_TOTAL"),
    },
}  # fmt: skip


@pytest.mark.skipif(FIELD is None, reason="MERUIT_FIELD names no folder of outside samples")
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_in_full_and_wrong_in_the_known_places_only(name: str) -> None:
    assert FIELD is not None
    data = (FIELD / name).read_bytes()
    lines = data.decode("latin-1").split("[]")[2:-1]
    assert sum(len(invoice.lines) for invoice in read(data).invoices) == len(lines)
    assert {(f.rule, f.line, f.field) for f in check(data) if f.severity in ABOVE_ADVICE} == REAL[name]
