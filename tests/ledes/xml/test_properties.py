"""Any bill written is read back equal, holds by the library's own rules, and adds up by a second way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meruit.ledes.model import File
from meruit.ledes.xml import check, read, write
from meruit.ledes.xml.schema import schema
from tests.ledes.xml import recalculation
from tests.ledes.xml.bills import XML_FORMATS
from tests.ledes.xml.recalculation import cents
from tests.ledes.xml.strategies import EXAMPLES, bills

SUMS = {"LA01", "LX08", "LX09"}


@pytest.mark.parametrize("name", XML_FORMATS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_bill_written_is_read_back_equal(name: str, data: st.DataObject) -> None:
    file = data.draw(bills(name))
    written = write(file, name)
    again = read(written)
    assert again.notes == []
    assert (again.invoices, again.taxes) == (file.invoices, file.taxes)
    assert write(again, name) == written
    from lxml import etree

    assert schema(name).validate(etree.fromstring(written)), schema(name).error_log


@settings(max_examples=EXAMPLES * 2, deadline=None)
@given(bills())
def test_completed_sums_are_what_a_second_way_comes_to(file: File) -> None:
    """The library's buckets against fractions followed line by line, on the bytes that were written."""
    again = recalculation.of_matters(write(file, "LEDESXML2.1"))
    for matter, sums in zip(file.invoices[0].matters, again, strict=True):
        assert Fraction(matter.detail_fees) == sums.detail["Fee"]
        assert Fraction(matter.detail_expenses) == sums.detail["Exp"]
        assert Fraction(matter.credit_fees) == sums.credits["Fee"]
        assert Fraction(matter.credit_expenses) == sums.credits["Exp"]
        assert Fraction(matter.funds_applied or 0) == sums.funds
        for summary in matter.tax_summaries:
            assert Fraction(summary.fees_tax) == sums.tax.get((summary.tax_id, "Fee"), 0)
            assert Fraction(summary.expenses_tax) == sums.tax.get((summary.tax_id, "Exp"), 0)
        fees, expenses = (sum(v for (_, c), v in sums.tax.items() if c == side) for side in ("Fee", "Exp"))
        assert Fraction(matter.net_fees) == cents(sums.net["Fee"]) + fees
        assert Fraction(matter.net_expenses) == cents(sums.net["Exp"]) + expenses
    assert Fraction(file.invoices[0].total) == sum(Fraction(m.total_due) for m in file.invoices[0].matters)


@settings(max_examples=EXAMPLES, deadline=None)
@given(bills())
def test_the_checks_agree_with_the_second_way_that_a_bill_holds(file: File) -> None:
    assert [
        f.message for f in check(read(write(file, "LEDESXML2.1"))) if f.rule in SUMS and f.severity == "error"
    ] == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    bills(),
    st.sampled_from(["detail_fees", "credit_expenses", "tax_on_fees", "net_fees", "total_due"]),
    st.integers(0, 1),
)
def test_a_sum_that_is_a_cent_off_is_found(file: File, key: str, place: int) -> None:
    matter = file.invoices[0].matters[place % len(file.invoices[0].matters)]
    off = Fraction(getattr(matter, key)) + Fraction(2, 100)
    setattr(matter, key, f"{float(off):.2f}" if abs(off) < 10**9 else "0")
    found = [f for f in check(read(write(file, "LEDESXML2.1"))) if f.rule == "LX09"]
    assert found


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    for text in (data, b"<ledesxmlebilling2.1>" + data, b"<ledesxml><firm>" + data):
        list(check(read(text)))


@settings(max_examples=EXAMPLES * 2, deadline=None)
@given(bills(), st.data())
def test_no_damage_to_a_bill_makes_the_reader_raise_or_drop_what_came_before(file: File, data: st.DataObject) -> None:
    written = write(file, "LEDESXML2.1")
    place = data.draw(st.integers(0, len(written) - 1))
    junk = data.draw(st.binary(min_size=0, max_size=6))
    damaged = written[:place] + junk + written[place + len(junk) :]
    again = read(damaged)
    list(check(again))
    if place > written.index(b"</inv_date>") and b"<!" not in junk and b"<?" not in junk:
        assert again.invoices
