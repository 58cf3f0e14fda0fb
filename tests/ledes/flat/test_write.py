"""Written strictly: what is clean comes out byte for byte, what is not is mended and listed or refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from meruit.ledes import CannotWrite, check, read, to_bytes, write
from tests.ledes.bills import Row, bill, expense, fee, full, text
from tests.ledes.flat.strategies import bills

MANY = 20_000 if os.environ.get("MERUIT_PROOF") == "1" else 50
FORMATS = ("LEDES1998B", "LEDES98BI V2")


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_file_is_written_back_byte_for_byte(name: str, newline: str, tmp_path: Path) -> None:
    data = bill(name=name).replace(b"\r\n", newline.encode())
    assert write(read(data), tmp_path / "again.txt") == []
    assert (tmp_path / "again.txt").read_bytes() == data


def test_scattered_invoices_keep_their_order(tmp_path: Path) -> None:
    rows = full([fee(), fee(INVOICE_NUMBER="HR-2"), expense(), expense(INVOICE_NUMBER="HR-2"), fee("2.00")])
    data = text(rows).encode()
    write(read(data), tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_bytes() == data


@pytest.mark.proof
@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=bills())
def test_write_read_write_is_equal_in_1998b(rows: list[Row]) -> None:
    once = to_bytes(read(text(rows).encode()))
    assert once == text(rows).encode()
    assert read(once) == read(to_bytes(read(once)))


@pytest.mark.proof
@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=bills(international=True))
def test_write_read_write_is_equal_in_98bi(rows: list[Row]) -> None:
    once = to_bytes(read(text(rows, "LEDES98BI V2").encode()))
    assert once == text(rows, "LEDES98BI V2").encode()
    assert read(once) == read(to_bytes(read(once)))


def test_typographic_characters_are_mended_and_listed(tmp_path: Path) -> None:
    data = bill(fee(LINE_ITEM_DESCRIPTION="Drafted the landlord’s notice"))
    repairs = write(read(data), tmp_path / "mended.txt")
    assert any("landlord's" in repair for repair in repairs)
    again = read(tmp_path / "mended.txt")
    assert again.invoices[0].lines[0].narrative == "Drafted the landlord's notice"
    assert check(tmp_path / "mended.txt") == []


def test_a_line_break_is_mended_and_the_file_is_clean_after(tmp_path: Path) -> None:
    data = bill().replace(b"Copies of", b"Copies\r\nof")
    assert write(read(data), tmp_path / "mended.txt")
    assert (tmp_path / "mended.txt").read_bytes() == bill()


@pytest.mark.parametrize("wrong", [{"LINE_ITEM_TOTAL": "450.01"}, {"INVOICE_TOTAL": "1.00"}, {"TIMEKEEPER_ID": ""}])
def test_a_bill_that_check_finds_wrong_is_refused(wrong: Row, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="not written") as caught:
        write(read(bill(fee(**wrong))), tmp_path / "never.txt")
    assert caught.value.findings
    assert not (tmp_path / "never.txt").exists()


def test_what_the_format_cannot_hold_is_refused_by_name() -> None:
    made = read(bill())
    made.invoices[0].lines[0].narrative = "Drafted | sent"
    with pytest.raises(CannotWrite, match="LINE_ITEM_DESCRIPTION of record 1 holds a pipe"):
        to_bytes(made)
    made.invoices[0].lines[0].narrative = "Drafted the “notice”"
    with pytest.raises(CannotWrite, match="ascii cannot express"):
        to_bytes(made)
    assert "“notice”".encode("cp1252") in to_bytes(made, encoding="cp1252")


def test_a_bill_in_memory_is_judged_as_it_would_be_written() -> None:
    made = read(bill())
    assert check(made) == []
    made.invoices[0].total = "1.00"
    assert {f.rule for f in check(made)} == {"LA03"}


def test_a_value_a_record_states_differently_is_kept_and_written_as_it_was() -> None:
    data = bill(fee(INVOICE_TOTAL="456.00"), expense(INVOICE_TOTAL="456.01"))
    made = read(data)
    assert made.invoices[0].lines[1].differs == {"INVOICE_TOTAL": "456.01"}
    assert to_bytes(made) == data


def test_values_know_their_place() -> None:
    data = bill(name="LEDES98BI V2")
    made = read(data)
    line = made.invoices[0].lines[1]
    for key, raw in (("narrative", "Copies of the lease bundle"), ("expense_code", "E101"), ("tax_rate", "0.2")):
        place = line.place(key)
        assert place is not None
        assert place.line == 4
        assert place.byte is not None
        assert data[place.byte :].startswith(raw.encode())
        assert line.raw(key) == raw
    city = made.invoices[0].firm.place("address.city")
    assert city is not None
    assert city.field == 37
