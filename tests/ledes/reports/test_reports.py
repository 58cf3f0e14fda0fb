"""Reports that leave the house: complete, escaped, asking nobody for anything."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from lxml import html as parse_html

from meruit.findings import ORDER, SEVERITIES, Finding
from meruit.ledes import reports
from meruit.ledes.reports.overview import FIXERS, SEVERITY_WORDS
from meruit.ledes.reports.page import INVOICES, ROWS

SCOPE = reports.Scope(files=2, invoices=3, lines=40, portal="Collaborati")


def finding(**more: object) -> Finding:
    values: dict[str, object] = {
        "rule": "LA01", "severity": "error", "message": "Line 7: total is 99.00; units times rate give 100.00.",
        "file": "march.xml", "invoice": "118", "entry": "7", "line": 7, "fixable_by": "decider",
        "at_risk": Decimal("99.00"), "currency": "USD",
    }  # fmt: skip
    return Finding(**(values | more))  # type: ignore[arg-type]  # the test overrides fields by name


@pytest.mark.parametrize(
    "story, findings, expected",
    [
        ("two findings on one line count it once", [finding(), finding(rule="LD01")], {"USD": Decimal("99.00")}),
        ("two lines add up", [finding(), finding(entry="8", at_risk=Decimal("1.50"))], {"USD": Decimal("100.50")}),
        ("the whole invoice covers its lines", [finding(), finding(entry=None, at_risk=Decimal("500"))], {"USD": Decimal("500")}),
        ("advice puts nothing at risk", [finding(severity="advice")], {}),
        ("currencies stay apart", [finding(), finding(entry="8", currency="EUR")], {"USD": Decimal("99.00"), "EUR": Decimal("99.00")}),
    ],
)  # fmt: skip
def test_money_at_risk_is_counted_once(story: str, findings: list[Finding], expected: dict[str, Decimal]) -> None:
    assert reports.at_risk(findings) == expected, story


def test_the_page_shows_every_message_and_escapes_what_a_bill_says() -> None:
    evil = finding(message='<script>alert("x")</script> & more', found="<img src=x onerror=y>", words="</td>")
    page = reports.html([evil, finding(invoice="119", message="Second.")], SCOPE)
    tree = parse_html.document_fromstring(page)
    assert not tree.xpath("//script|//img|//iframe|//link")
    text = tree.text_content()
    for piece in ('<script>alert("x")</script> & more', "<img src=x onerror=y>", "Second.", "Invoice 119", "USD 99.00"):
        assert piece in text


def test_the_page_asks_no_other_host() -> None:
    page = reports.html([finding(severity=s) for s in SEVERITIES], SCOPE)
    assert not re.search(r"""\ssrc\s*=|href\s*=\s*["'](?!#)|url\(|@import|https?://""", page)
    assert "default-src 'none'" in page


def test_the_first_sentence_says_what_a_partner_must_know() -> None:
    assert "Nothing was found" in reports.html([], SCOPE)
    assert "there is advice below" in reports.html([finding(severity="advice")], SCOPE)
    assert "1 of 3 invoices needs work before going out, with USD 99.00 at risk." in reports.html([finding()], SCOPE)


def test_what_does_not_fit_the_page_is_said_to_stand_in_the_workbook() -> None:
    page = reports.html([finding(entry=str(i)) for i in range(ROWS + 5)], SCOPE)
    assert "5 more findings of this invoice stand in the workbook" in page


def test_a_page_of_many_invoices_shows_the_gravest_and_says_where_the_rest_is() -> None:
    many = [finding(invoice=str(i), severity="advice") for i in range(INVOICES + 3)]
    page = reports.html([*many, finding(invoice="grave")], SCOPE)
    assert "Invoice grave" in page
    assert "4 more invoices, none graver than these, stand in the workbook" in page


def test_the_workbook_has_every_finding_with_every_key_and_no_formula() -> None:
    findings = [
        finding(found='=HYPERLINK("http://x")', message="+cmd"),
        finding(invoice="119", message="bad \x07 bell"),
    ]
    book = openpyxl.load_workbook(io.BytesIO(reports.xlsx(findings, SCOPE)))
    sheet = book["Findings"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ORDER
    assert {row[ORDER.index("message")] for row in rows[1:]} == {"+cmd", "bad   bell"}
    assert rows[1][ORDER.index("at_risk")] == 99
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert [sheet.title for sheet in book] == ["Summary", "Invoices", "Findings"]
    summary = dict(book["Summary"].iter_rows(values_only=True))
    assert summary["Invoices that need work"] == 2
    assert summary["Money at risk"] == "USD 198.00"


def test_amounts_read_as_a_person_writes_them() -> None:
    amounts = {"USD": Decimal("1234.5"), "": Decimal("7"), "EUR": Decimal("2")}
    assert reports.money(amounts) == "EUR 2.00, USD 1,234.50 and 7.00 (no currency stated)"
    assert reports.money({"USD": Decimal("5")}) == "USD 5.00"
    assert reports.money({}) == ""


def test_a_portal_is_called_by_its_name() -> None:
    assert "by the rules of Legal Tracker" in reports.html(
        [], reports.Scope(files=1, invoices=1, lines=1, portal="legal-tracker")
    )


def test_every_severity_and_every_person_has_a_name() -> None:
    assert set(SEVERITY_WORDS) == set(SEVERITIES)
    assert set(FIXERS) == {"biller", "attorney", "decider", "client"}
