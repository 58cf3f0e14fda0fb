"""Conversion there and back loses only what the report said, and never a cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meruit import ledes
from meruit.ledes.convert import Conversion, convert
from meruit.ledes.convert.walk import values, walk
from meruit.ledes.values import day_of, decimal_of
from meruit.ledes.xml import check, read, write
from tests.ledes.convert.flat_bills import EXAMPLES, flat_bills
from tests.ledes.xml.bills import XML_FORMATS, bill
from tests.ledes.xml.strategies import bills

if TYPE_CHECKING:
    from meruit.ledes.model import File, Line

VERSIONS = st.sampled_from(["LEDESXML2.1", "LEDESXML2.2", "LEDESXML2.0"])


def same(first: str, second: str) -> bool:
    """Equal as text, as a number or as a day."""
    numbers = decimal_of(first or "0"), decimal_of(second or "0")
    return (
        first == second
        or (numbers[0] is not None and numbers[0] == numbers[1])
        or (day_of(first) is not None and day_of(first) == day_of(second))
    )


def differences(before: Line, after: Line) -> dict[str, tuple[str, str]]:
    left, right = dict(values(before)), dict(values(after))
    return {
        key: (left.get(key, ""), right.get(key, ""))
        for key in left.keys() | right.keys()
        if not same(left.get(key, ""), right.get(key, ""))
    }


def through_bytes(result: Conversion) -> File:
    """The converted bill as somebody else would read it."""
    assert not result.refused, result.refused
    return read(write(result.file, result.to))


@settings(max_examples=EXAMPLES, deadline=None)
@given(flat_bills(), VERSIONS)
def test_98b_comes_back_from_xml_with_every_value_of_every_record(file: File, version: str) -> None:
    there = convert(file, version)
    back = convert(through_bytes(there), "LEDES1998B")
    assert not back.refused
    for before, after in zip(file.invoices, back.file.invoices, strict=True):
        assert same(before.total, after.total)
        lines = {line.number: line for line in after.lines}
        assert set(lines) == {line.number for line in before.lines}
        for line in before.lines:
            assert differences(line, lines[line.number]) == {}
            assert line.kind == lines[line.number].kind


@settings(max_examples=EXAMPLES, deadline=None)
@given(flat_bills(taxed=True), st.sampled_from(["LEDESXML2.1", "LEDESXML2.2"]))
def test_98bi_comes_back_from_xml_with_its_taxes_to_the_cent(file: File, version: str) -> None:
    there = convert(file, version)
    back = convert(through_bytes(there), "LEDES98BI V2")
    assert not back.refused
    for before, after in zip(file.invoices, back.file.invoices, strict=True):
        for key in ("total", "tax_total", "net_total", "currency"):
            assert same(getattr(before, key), getattr(after, key)), key
        lines = {line.number: line for line in after.lines}
        for line in before.lines:
            assert differences(line, lines[line.number]) == {}
    assert [e for e in there.entries if e.kind == "lost"] == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(flat_bills(), VERSIONS)
def test_a_converted_bill_adds_up_by_the_math_statement(file: File, version: str) -> None:
    arithmetic = {"LA01", "LX08", "LX09", "LX02", "LX03", "LX05", "LX06", "LX07"}
    found = [f.message for f in check(through_bytes(convert(file, version))) if f.rule in arithmetic]
    assert found == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(flat_bills(taxed=True))
def test_tax_is_never_lost_in_silence(file: File) -> None:
    tax = sum((Decimal(i.tax_total) for i in file.invoices), Decimal(0))
    narrow = convert(file, "LEDES1998B")
    charged = [i for i in file.invoices if any(decimal_of(line.tax_total) for line in i.lines)]
    assert len(narrow.refused) == len([i for i in charged if sum(Decimal(r.tax_total) for r in i.lines)])
    accepted = convert(file, "LEDES1998B", accept=["tax"])
    assert not accepted.refused
    gross = sum((Decimal(i.total) for i in file.invoices), Decimal(0))
    assert sum((Decimal(i.total) for i in accepted.file.invoices), Decimal(0)) == gross - tax


@pytest.mark.parametrize("source", XML_FORMATS)
@pytest.mark.parametrize("to", ["LEDES98BI V2", "LEDES2000", *XML_FORMATS])
def test_what_is_asked_of_the_client_stays_the_same(source: str, to: str) -> None:
    result = convert(bill(source), to)
    assert not result.refused
    assert result.file.invoices[0].total == "1149.60"


@pytest.mark.parametrize("source", XML_FORMATS)
@pytest.mark.parametrize("to", XML_FORMATS)
def test_every_value_that_does_not_come_back_was_reported(source: str, to: str) -> None:
    file = bill(source)
    there = convert(file, to)
    back = convert(through_bytes(there), source)
    reported = {entry.value for entry in [*there.entries, *back.entries]}
    before, after = _all(file), _all(back.file)
    assert {value for value in before - after if value not in reported} == set()


@settings(max_examples=EXAMPLES, deadline=None)
@given(bills(), st.sampled_from(["LEDES98BI V2", "LEDES2000", "LEDESXML2.0", "LEDESXML2.2"]))
def test_any_bill_comes_back_but_for_what_was_reported(file: File, to: str) -> None:
    there = convert(file, to, mending=True)  # texts hold what a flat file cannot
    if there.refused:
        return
    back = convert(ledes.read(ledes.to_bytes(there.file, encoding="utf-8")), "LEDESXML2.1")
    if back.refused:  # LEDES 2000 says a tax without its name; the refusal is the report
        assert to == "LEDES2000"
        return
    assert same(file.invoices[0].total, back.file.invoices[0].total)
    reported = {entry.value for entry in [*there.entries, *back.entries]}
    told = " ".join(reported)
    missing = {v for v in _all(file) - _all(back.file) if v not in reported and v not in told and decimal_of(v) is None}
    assert missing == set()


def _all(file: File) -> set[str]:

    return {value for _, record, _, _ in walk(file) for _, value in values(record)}
