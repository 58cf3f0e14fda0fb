"""Records out of damaged text: put together where one reading makes sense, reported, never dropped."""

import pytest

from meruit.ledes import check, read
from tests.ledes.bills import bill, expense, fee, found, full, rules, text

ROWS = full([fee(), expense(), fee(LINE_ITEM_DATE="20260212", LINE_ITEM_DESCRIPTION="Call with the surveyor")])
GOOD = text(ROWS)


def narratives(data: bytes) -> list[str]:
    return [line.narrative for invoice in read(data).invoices for line in invoice.lines]


def totals(data: bytes) -> list[str]:
    return [line.total for invoice in read(data).invoices for line in invoice.lines]


@pytest.mark.parametrize(
    "story, data, said",
    [
        ("LF alone", GOOD.replace("\r\n", "\n"), set()),
        ("CR alone", GOOD.replace("\r\n", "\r"), set()),
        ("no end of line at the end", GOOD.rstrip("\r\n"), set()),
        ("a last line of one blank", GOOD + " ", set()),
        ("blank lines between records", GOOD.replace("[]\r\n2026", "[]\r\n\r\n2026"), set()),
        ("a byte order mark", "\ufeff" + GOOD, {"LF05"}),
        ("a blank before the end mark", GOOD.replace("LIT-4402[]", "LIT-4402 []"), {"LF03"}),
        ("no end marks", GOOD.replace("LIT-4402[]", "LIT-4402"), {"LF03"}),
        ("end marks on lines of their own", GOOD.replace("LIT-4402[]", "LIT-4402\r\n[]"), {"LF04"}),
        ("two records on one line", GOOD.replace("LIT-4402[]\r\n", "LIT-4402[]", 1), {"LF03"}),
        ("a line break in a narrative", GOOD.replace("Copies of", "Copies\r\nof"), {"LF04"}),
        ("two line breaks in a narrative", GOOD.replace("Copies of the", "Copies\nof\nthe"), {"LF04"}),
        ("an end mark in a narrative", GOOD.replace("Copies of", "Copies [] of"), {"LF04"}),
        ("an end mark and a break", GOOD.replace("Copies of", "Copies []\r\nof"), {"LF04"}),
        ("a pipe in a narrative", GOOD.replace("Copies of", "Copies | of"), {"LF04"}),
        ("a pipe in the invoice's text", GOOD.replace("in February", "in | February"), {"LF04"}),
        ("a pipe after the last value", GOOD.replace("LIT-4402[]", "LIT-4402|[]"), {"LF03"}),
        ("a pipe before the first value", GOOD.replace("\r\n20260305", "\r\n|20260305"), {"LF03"}),
        ("end marks after every name", GOOD.replace("_DATE|", "_DATE[]|"), {"LF02"}),
        ("a pipe after the last name", GOOD.replace("CLIENT_MATTER_ID[]", "CLIENT_MATTER_ID|[]"), {"LF02"}),
        ("no end mark after the identifier", GOOD.replace("1998B[]", "1998B"), {"LF01"}),
    ],
)
def test_every_record_is_recovered_and_what_was_met_is_said(story: str, data: str, said: set[str]) -> None:
    raw = data.encode()
    assert totals(raw) == [row["LINE_ITEM_TOTAL"] for row in ROWS], story
    assert rules(raw) == said, story


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_told_and_the_text_is_right(encoding: str) -> None:
    data = GOOD.replace("landlord", "Café “Orchard”").encode(encoding)
    bill_read = read(data)
    assert bill_read.invoices[0].lines[0].narrative == "Drafted the notice to the Café “Orchard”"
    named = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    assert bill_read.encoding == named
    wrong = [f for f in check(data) if f.field == "LINE_ITEM_DESCRIPTION"]
    assert [(f.rule, f.severity) for f in wrong] == [("LF05", "advice")]
    assert wrong[0].byte is not None
    wide = 2 if encoding.startswith("utf-16") else 1
    start = data[wrong[0].byte : wrong[0].byte + 7 * wide]
    assert start.decode(named if wide == 2 else "ascii") == "Drafted"


def test_a_plain_file_with_one_windows_character_at_its_very_end_is_windows_1252() -> None:
    data = GOOD.encode() + b"\x93"
    assert read(data).encoding == "cp1252"


def test_columns_are_found_by_name_in_any_order() -> None:
    spec = list(ROWS[0])
    lines = ["LEDES1998B[]", "|".join(spec) + "[]"]
    lines += ["|".join(row.get(name, "") for name in spec) + "[]" for row in ROWS]
    data = "\n".join(lines).encode()
    assert narratives(data) == [row["LINE_ITEM_DESCRIPTION"] for row in ROWS]
    assert ("LF02", "error", 2, None) in found(data)


def test_an_unknown_column_is_kept_and_reported() -> None:
    data = GOOD.replace("CLIENT_MATTER_ID[]", "CLIENT_MATTER_ID|COST_CENTRE[]").replace("LIT-4402[]", "LIT-4402|K9[]")
    bill_read = read(data.encode())
    assert {line.extra["COST_CENTRE"] for line in bill_read.invoices[0].lines} == {"K9"}
    assert ("LF02", "error", 2, None) in found(data.encode())


def test_the_older_international_format_is_read_by_its_header() -> None:
    rows = full([fee()], international=True)
    names = [*list(dict.fromkeys([*ROWS[0]])), "CLIENT_TAX_ID", "INVOICE_CURRENCY", "LINE_ITEM_TAX_TOTAL"]
    data = "LEDES98BI[]\n" + "|".join(names) + "[]\n" + "|".join(rows[0].get(n, "") for n in names) + "[]\n"
    bill_read = read(data.encode())
    assert bill_read.format == "LEDES98BI V2"
    assert bill_read.invoices[0].currency == "GBP"
    assert bill_read.invoices[0].client.tax_id == rows[0]["CLIENT_TAX_ID"]


def test_a_record_cut_off_after_its_total_still_counts_and_one_cut_off_before_does_not() -> None:
    last = GOOD.rstrip("\r\n").rsplit("\r\n", 1)[1]
    late, early = "|".join(last.split("|")[:16]), "|".join(last.split("|")[:9])
    after = GOOD.replace(last, late).encode()
    before = GOOD.replace(last, early).encode()
    for data in (after, before):
        assert ("LF03", "error", 5, None) in found(data)
        assert len(totals(data)) == 3
        assert "LA03" not in rules(data)


def test_a_foreign_line_between_records_is_reported_and_joined_to_none() -> None:
    data = GOOD.replace("[]\r\n2026", "[]\r\nPage 1 of 2\r\n2026", 2).encode()
    kinds = [line.kind for invoice in read(data).invoices for line in invoice.lines]
    assert [kind for kind in kinds if kind] == ["F", "E", "F"]
    assert [f[0] for f in found(data)].count("LF03") >= 1


def test_no_finding_hides_behind_a_damaged_neighbour() -> None:
    rows = full([fee(), expense(LINE_ITEM_DATE="20260230"), fee(LINE_ITEM_DATE="20260212")])
    data = text(rows).replace("Drafted the", "Drafted\nthe", 1).encode()
    assert ("LT01", "error", 5, "LINE_ITEM_DATE") in found(data)


def test_joined_records_count_physical_lines() -> None:
    data = bill(fee(), fee(LINE_ITEM_DATE="20260229")).replace(b"Drafted the", b"Drafted\r\nthe", 1)
    assert ("LT01", "error", 5, "LINE_ITEM_DATE") in found(data)
