"""`--mend`: what has one right answer is put right and listed; meaning, amounts and codes stay."""

from __future__ import annotations

import pytest

from meruit.ledes.convert import convert
from meruit.ledes.convert.dress import ways_of
from meruit.ledes.convert.mend import PLAIN, legal_text
from meruit.ledes.dialects import Dialect
from meruit.ledes.model import File, Invoice, Line, Matter
from tests.ledes.xml.bills import bill


def flat(*lines: Line, total: str = "100.00") -> File:
    file = File(format="LEDES1998B", identifier="LEDES1998B[]")
    for i, line in enumerate(lines, 1):
        line.number, line.order = str(i), i
    file.invoices.append(Invoice(number="1", date="20260401", total=total, matters=[Matter(lines=list(lines))]))
    return file


def fee(**values: str) -> Line:
    return Line(kind="F", **({"units": "1", "rate": "100.00", "total": "100.00", "date": "20260305"} | values))


def mended(file: File, to: str = "LEDES1998B", dialect: Dialect | None = None) -> tuple[File, list[str]]:
    result = convert(file, to, mending=True, dialect=dialect or Dialect())
    return result.file, [f"{e.field}: {e.value}" for e in result.of("mended")]


@pytest.mark.parametrize(
    "key, before, after",
    [
        ("narrative", "Smith’s “lease” – part 1…", 'Smith\'s "lease" - part 1...'),
        ("narrative", "Café|bar [] end\tx", "Cafe/bar () end x"),
        ("total", "$100.00", "100.00"),
        ("total", "100.", "100"),
        ("rate", "+100.00", "100.00"),
        ("units", ".5", "0.5"),
        ("adjustment", "(12.50)", "-12.50"),
        ("date", "2026-03-05", "20260305"),
    ],
)
def test_one_right_answer_is_written_and_listed(key: str, before: str, after: str) -> None:
    file, listed = mended(flat(fee(**{key: before})))
    assert getattr(file.invoices[0].lines[0], key) == after
    assert any(f"-> {after}" in row for row in listed)


@pytest.mark.parametrize(
    "key, value",
    [
        ("total", "99.00"),  # wrong, and stated
        ("total", "1,5"),  # two readings
        ("total", "about 100"),
        ("date", "20260230"),
        ("date", "03/04/2026"),  # March or April
        ("task_code", ""),
        ("narrative", ""),
        ("narrative", "research reserch"),
        ("timekeeper_class", "Partner"),
    ],
)
def test_what_has_no_single_answer_or_a_meaning_stays(key: str, value: str) -> None:
    file, listed = mended(flat(fee(**{key: value})))
    assert getattr(file.invoices[0].lines[0], key) == value
    assert listed == []


def test_a_total_that_records_repeat_differently_is_the_one_the_lines_come_to() -> None:
    one, two = fee(), fee()
    two.differs["INVOICE_TOTAL"] = "200.00"
    file, listed = mended(flat(one, two, total="100.00"))
    assert file.invoices[0].total == "200.00"
    assert file.invoices[0].lines[1].differs == {}
    assert listed == ["INVOICE_TOTAL: 200.00"]
    two.differs["INVOICE_TOTAL"] = "300.00"  # neither is what the lines come to
    file, listed = mended(flat(one, two, total="100.00"))
    assert (file.invoices[0].total, listed) == ("100.00", [])
    assert file.invoices[0].lines[1].differs == {"INVOICE_TOTAL": "300.00"}


def test_an_empty_total_follows_from_its_lines_and_an_empty_line_total_does_not() -> None:
    file, listed = mended(flat(fee(), fee(), total=""))
    assert file.invoices[0].total == "200.00"
    assert listed == ["INVOICE_TOTAL: 200.00"]
    file, _ = mended(flat(fee(total=""), total=""))
    assert (file.invoices[0].total, file.invoices[0].lines[0].total) == ("", "")


def test_blanks_are_drawn_together_only_where_that_makes_a_text_fit() -> None:
    text = "Draft  motion   to compel"
    short = Dialect(lengths={"LINE_ITEM_DESCRIPTION": 22})
    file, _ = mended(flat(fee(narrative=text)), dialect=short)
    assert file.invoices[0].lines[0].narrative == "Draft motion to compel"
    file, listed = mended(flat(fee(narrative=text)))
    assert (file.invoices[0].lines[0].narrative, listed) == (text, [])
    file, _ = mended(flat(fee(narrative=text)), dialect=Dialect(lengths={"LINE_ITEM_DESCRIPTION": 10}))
    assert file.invoices[0].lines[0].narrative == "Draft motion to compel"  # never cut


def test_xml_keeps_letters_and_line_breaks_and_loses_only_what_xml_cannot_hold() -> None:
    file = bill("LEDESXML2.1")
    file.invoices[0].lines[0].narrative = "Café “x”\nsecond\x07"
    file.invoices[0].matters[0].total_due = ""
    out, listed = mended(file, "LEDESXML2.1")
    assert out.invoices[0].lines[0].narrative == "Café “x”\nsecond "
    assert out.invoices[0].matters[0].total_due == "1149.60"
    assert any(row == "Matter.total_due: 1149.60" for row in listed)


def test_every_plain_spelling_is_plain() -> None:
    assert all(plain.isascii() for plain in PLAIN.values())
    assert legal_text("".join(PLAIN), plain=True, flat=True).isascii()


def adjustment(**values: str) -> Line:
    return Line(kind="IF", total="-50.00", date="20260305", narrative="Courtesy", **values)


WAYS = {
    "A": {"units": "", "rate": "", "adjustment": "-50.00"},
    "B": {"units": "1", "rate": "", "adjustment": "-50.00"},
    "C": {"units": "1", "rate": "-50.00", "adjustment": ""},
    "D": {"units": "0", "rate": "0", "adjustment": "-50.00"},
}


@pytest.mark.parametrize("before", WAYS)
@pytest.mark.parametrize("wanted", WAYS)
def test_an_adjustment_line_carries_its_amount_the_portal_s_way(before: str, wanted: str) -> None:
    file, listed = mended(
        flat(fee(), adjustment(**WAYS[before]), total="50.00"), dialect=Dialect(adjustment_ways=(wanted,))
    )
    line = file.invoices[0].lines[1]
    assert wanted in ways_of(line)
    assert line.total == "-50.00"
    assert len(listed) == (wanted not in ways_of(adjustment(**WAYS[before])))


def test_names_and_countries_are_written_the_portal_s_way_where_they_are_known() -> None:
    file = convert(bill("LEDESXML2.1", taxed=False), "LEDES98BI V2").file
    for line in file.invoices[0].lines:
        line.timekeeper_name = line.timekeeper_name.replace("Tully, Ben", "Ben Tully")
    portal = Dialect(name_order="last-first", country_letters=3)
    result = convert(file, "LEDES98BI V2", mending=True, dialect=portal)
    told = {f"{e.field}: {e.value}" for e in result.of("mended")}
    assert {
        "TIMEKEEPER_NAME: Ben Tully -> Tully, Ben",
        "LAW_FIRM_COUNTRY: US -> USA",
        "CLIENT_COUNTRY: US -> USA",
    } <= told
    whole = convert(flat(fee(timekeeper_name="Ben Tully")), "LEDES1998B", mending=True, dialect=portal)
    assert whole.file.invoices[0].lines[0].timekeeper_name == "Ben Tully"  # not taken apart by guess
