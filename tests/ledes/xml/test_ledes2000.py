"""LEDES 2000: read with its spellings, judged where its arithmetic is known, written under its persons."""

from __future__ import annotations

import pytest

from meruit.ledes.convert import convert
from meruit.ledes.model import Contact, File
from meruit.ledes.refusals import CannotWrite
from meruit.ledes.xml import check, read, write
from tests.ledes.xml.bills import bill


def old_bill() -> File:
    file = bill("LEDESXML2.1", taxed=False)
    matter = file.invoices[0].matters[0]
    matter.managing_contact = Contact(last_name="Tully", first_name="Ben")
    matter.client_contact = Contact(last_name="Ward", first_name="Ann")
    return convert(file, "LEDES2000").file


def said(file: File) -> list[tuple[str, str | None]]:
    return [(f.rule, f.field) for f in check(read(write(file, "LEDES2000")))]


def test_a_bill_written_as_ledes_2000_holds_and_is_read_back_equal() -> None:
    file = old_bill()
    data = write(file, "LEDES2000")
    again = read(data)
    assert again.notes == []
    assert list(check(again)) == []
    first, second = file.invoices[0], again.invoices[0]
    assert (first.total, first.firm, first.client) == (second.total, second.firm, second.client)
    assert sorted(map(repr, first.matters[0].lines)) != []
    assert {line.narrative: line.total for line in first.lines} == {line.narrative: line.total for line in second.lines}


def test_other_spellings_are_read_and_never_written() -> None:
    data = write(old_bill(), "LEDES2000")
    other = data.replace(b"tksum>", b"tk_sum>").replace(b"<lf_", b"<if_").replace(b"</lf_", b"</if_")
    assert read(other).invoices == read(data).invoices
    assert write(read(other), "LEDES2000") == data


def test_a_fee_beside_its_person_is_read_too() -> None:
    data = write(old_bill(), "LEDES2000").decode()
    start, end = data.index("<fee>"), data.index("</fee>") + 6
    beside = (data[:start] + data[end:]).replace("</matter>", data[start:end] + "</matter>")
    file = read(beside.encode())
    assert file.notes == []
    assert len(file.invoices[0].lines) == 3


@pytest.mark.parametrize(
    "rule, field, key, wrong, right",
    [
        ("LA01", "FEE.base_amount", "base_amount", "1000.01", "1000.00"),
        ("LA01", "FEE.total_amount", "total", "999.00", "1000.00"),
    ],
)
def test_lines_add_up(rule: str, field: str, key: str, wrong: str, right: str) -> None:
    file = old_bill()
    line = file.invoices[0].lines[0]
    setattr(line, key, wrong)
    assert (rule, field) in said(file)
    setattr(line, key, right)
    assert said(file) == []


@pytest.mark.parametrize("part", ["12.5", "0.125"])
def test_a_discount_by_percent_is_read_as_whole_percent_or_as_a_fraction(part: str) -> None:
    file = old_bill()
    line = file.invoices[0].lines[0]
    line.discount_type, line.discount_percent, line.total = "percent", part, "875.00"
    assert ("LA01", "FEE.total_amount") not in said(file)
    line.total = "880.00"
    assert ("LA01", "FEE.total_amount") in said(file)


@pytest.mark.parametrize("share, net", [("0.60", "564.00"), ("0.40", "564.00")])
def test_a_share_passes_under_both_of_its_readings(share: str, net: str) -> None:
    """940.00 of fees: 60 % paid, or 40 % taken off."""
    file = old_bill()
    matter = file.invoices[0].matters[0]
    matter.share_fees, matter.net_fees, matter.total_due, file.invoices[0].total = share, net, "582.00", "582.00"
    assert said(file) == []
    matter.net_fees = "565.00"
    assert ("LX09", "MATTER.matter_net_fees") in said(file)


@pytest.mark.parametrize(
    "key, field", [("detail_fees", "MATTER.matter_total_detail_fees"), ("total_due", "MATTER.matter_total_due")]
)
def test_sums_of_the_matter(key: str, field: str) -> None:
    file = old_bill()
    setattr(file.invoices[0].matters[0], key, "1.00")
    assert ("LX09", field) in said(file)


def test_the_general_discount_is_taken_from_the_sum() -> None:
    file = old_bill()
    file.invoices[0].generic_discount, file.invoices[0].total = "0.10", "862.20"
    assert said(file) == []
    file.invoices[0].total = "862.00"
    assert ("LX09", "INVOICE.inv_total_net_due") in said(file)


def test_hours_and_cost_of_a_person_agree_with_the_fees() -> None:
    file = old_bill()
    person = file.invoices[0].matters[0].timekeepers[0]
    person.hours = "2.6"
    assert [s for s in said(file) if s[0] == "LX17"] == [("LX17", "TKSUM.tk_hours"), ("LX17", "TKSUM.tk_cost")]


def test_a_second_firm_is_one_too_many() -> None:
    data = write(old_bill(), "LEDES2000")
    firm = data[data.index(b"<firm>") : data.index(b"</firm>") + 7]
    file = read(data.replace(b"</firm>", b"</firm>" + firm, 1))
    assert [(n.rule, n.field) for n in file.notes] == [("LX17", "FIRM")]


def test_the_firm_stands_first() -> None:
    data = write(old_bill(), "LEDES2000")
    firm = data[data.index(b"<firm>") : data.index(b"</firm>") + 7]
    file = read(data.replace(firm, b"").replace(b"</ledesxml>", firm + b"</ledesxml>"))
    assert [(n.rule, n.field) for n in file.notes] == [("LX17", "FIRM")]
    assert len(file.invoices[0].lines) == 3


def test_two_firms_are_not_written_into_one_file() -> None:
    file = old_bill()
    other = old_bill().invoices[0]
    other.firm.id = "another"
    file.invoices.append(other)
    with pytest.raises(CannotWrite, match="one file per firm"):
        write(file, "LEDES2000")


def test_lines_without_a_person_are_not_written() -> None:
    file = old_bill()
    file.invoices[0].matters[0].timekeepers = []
    with pytest.raises(CannotWrite, match="has lines and no timekeeper"):
        write(file, "LEDES2000")
