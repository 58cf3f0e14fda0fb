"""The PDF of a bill: what stands on it, in which order, and that it is the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from meruit.invoices.artefacts import CannotPrint, render_pdf
from meruit.invoices.artefacts.view import hours, initials, view
from meruit.invoices.core import (
    Applied,
    Document,
    DocumentLine,
    Earlier,
    Equivalent,
    Firm,
    Kind,
    LineKind,
    MatterRef,
    Payer,
    TrustLine,
    priced,
)

D = Decimal
FIRM = Firm(
    name="Meridian & Hale LLP",
    address=("One Harbor Plaza", "Boston, MA 02110"),
    tax_id="04-1234567",
    phone="+1 617 555 0100",
    remit_to=("First Harbor Bank", "Account 000123456789"),
)


def line(number: int, narrative: str, *, amount: str | None = None, tax_rate: str = "0") -> DocumentLine:
    units, rate = D("1.5"), D("400")
    price = priced(units, rate, D(amount or "600.00"))
    return DocumentLine(
        number=number,
        kind=LineKind.FEE,
        worked_on=date(2026, 3, 2),
        narrative=narrative,
        units=units,
        rate=rate,
        amount=price.amount,
        adjustment=price.adjustment,
        tax_rate=D(tax_rate),
        tax=price.amount * D(tax_rate),
        timekeeper_name="Łukasz Żółć",
        timekeeper_title="Associate",
        task_code="L310",
        activity_code="A103",
    )


def bill(*lines: DocumentLine, **changes: object) -> Document:
    given = {
        "kind": Kind.INVOICE,
        "number": "2026-00017",
        "issued_on": date(2026, 4, 3),
        "due_on": date(2026, 5, 3),
        "period_from": date(2026, 3, 1),
        "period_to": date(2026, 3, 31),
        "currency": "USD",
        "firm": FIRM,
        "payer": Payer(name="Östergård Insurance AB", address=("Gatan 1", "Stockholm")),
        "matter": MatterRef(number="42-3", name="Halloran", client_name="Östergård", ids={"Claim no.": "88-A"}),
        "lines": lines or (line(1, "Draft answer"),),
        "terms": "Payment is due within 30 days.",
        **changes,
    }
    return Document(**given)  # type: ignore[arg-type]  # named fields


def text_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_a_bill_says_who_what_how_much_and_where_to_pay() -> None:
    (page,) = text_of(render_pdf(bill()))
    for words in (
        "Meridian & Hale LLP",
        "Östergård Insurance AB",
        "Invoice no. 2026-00017",
        "3 May 2026",
        "Claim no. 88-A",
        "Łukasz Żółć",
        "Draft answer",
        "L310 / A103",
        "Amount due $600.00",
        "First Harbor Bank",
        "Page 1 of 1",
    ):
        assert words in page, words


def test_two_hundred_lines_run_over_pages_with_their_heading_and_count() -> None:
    long = "Review production and prepare summary of evidence for use at deposition; " * 4
    pages = text_of(render_pdf(bill(*(line(n, f"Entry {n}. {long}") for n in range(1, 201)))))
    assert len(pages) > 10
    for n, page in enumerate(pages, start=1):
        assert f"Page {n} of {len(pages)}" in page
    assert all("Invoice 2026-00017" in page for page in pages[1:])
    assert all("Amount (USD)" in page for page in pages[:-1])  # the last one holds where to pay
    whole = " ".join(pages)
    assert all(f"Entry {n}." in whole for n in range(1, 201))
    assert "$120,000.00" in pages[0]


@pytest.mark.parametrize("ids", [4, 5, 6, 7])  # each moves the page's end by a line; two of them met the fault
def test_a_sum_never_stands_alone_on_the_next_page(ids: int) -> None:
    matter = MatterRef(number="42-3", name="Lease", client_name="Ö", ids={f"Id {n}": "x" for n in range(ids)})
    for count in range(12, 17):
        lines = [line(n, f"Entry {n}.") for n in range(1, count + 1)]
        pages = text_of(render_pdf(bill(*lines, matter=matter)))
        (last,) = (page for page in pages if "Total of services" in page)
        assert f"Entry {count}." in last


def test_a_narrative_longer_than_a_page_is_printed_whole() -> None:
    for place in (1, 2):
        entries = [line(1, "Short."), line(2, "Short.")]
        entries[place - 1] = line(place, "Summarise production. " * 400)
        assert " ".join(text_of(render_pdf(bill(*entries)))).count("Summarise production.") == 400


def test_vat_in_pounds_with_the_tax_in_euros_beside_it() -> None:
    vat = bill(
        line(1, "Advise", tax_rate="0.2"),
        currency="GBP",
        tax_name="VAT",
        payer=Payer(name="Östergård", tax_id="SE556"),
        equivalent=Equivalent("EUR", D("1.1642"), date(2026, 4, 1), "European Central Bank"),
    )
    page = " ".join(text_of(render_pdf(vat)))
    for words in ("£720.00", "20 % 600.00 120.00", "Your VAT no. SE556", "VAT in EUR: €139.70"):
        assert words in page, words


def test_a_credit_note_names_its_invoice_and_asks_for_no_payment() -> None:
    note = bill(
        kind=Kind.CREDIT_NOTE, credits="2026-00017", number="CN-2026-00003", due_on=None, reason="Block billing"
    )
    (page,) = text_of(render_pdf(note))
    for words in ("Credit note no. CN-2026-00003", "For invoice 2026-00017", "Reason Block billing", "Credited to you"):
        assert words in page, words
    assert "First Harbor Bank" not in page
    assert "Amount due" not in page


def test_a_share_a_retainer_and_earlier_bills_are_shown() -> None:
    shared = bill(
        line(1, "Draft answer", amount="360.00"),
        share_note="Your share: 60 % of the bill.",
        trust=(TrustLine("Held in trust on 31 March 2026", D("5000.00")),),
        applied=(Applied("Payment received", date(2026, 3, 28), D("400.00")),),
        earlier=(Earlier("2026-00009", date(2026, 3, 4), D("1820.00")),),
    )
    page = " ".join(text_of(render_pdf(shared)))
    for words in (
        "Your share: 60 % of the bill.",
        "adjustment \N{MINUS SIGN}240.00",
        "$5,000.00",
        "\N{MINUS SIGN}$400.00",
        "In your favour \N{MINUS SIGN}$40.00",
        "2026-00009",
        "Open with this invoice 1,780.00",
    ):
        assert words in page, words


def test_a_fixed_fee_has_no_hours_to_show() -> None:
    fee = replace(line(1, "Motion to dismiss, as agreed"), kind=LineKind.FEE_ADJUSTMENT, units=D(1), rate=D(600))
    (page,) = text_of(render_pdf(bill(replace(fee, adjustment=D(0), timekeeper_name=""))))
    assert "Motion to dismiss, as agreed" in page
    assert "Hours" not in page
    assert "Services by timekeeper" not in page


def test_markup_in_a_narrative_is_only_text() -> None:
    sly = 'Review #set page(width: 1pt) *bold* $x$ \\ "quoted" <b>|</b> @ref `raw` // not a comment'
    (page,) = text_of(render_pdf(bill(line(1, sly))))
    assert " ".join(sly.split()) in page


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    script = "import sys; from tests.invoices.test_core_pdf import bill, render_pdf; sys.stdout.buffer.write(render_pdf(bill()))"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert other == render_pdf(bill())


def test_it_is_an_archive_pdf_dated_with_the_bill() -> None:
    reader = PdfReader(BytesIO(render_pdf(bill())))
    metadata = str(reader.xmp_metadata and reader.xmp_metadata.stream.get_data())
    assert "pdfaid:part>2<" in metadata
    assert "2026-04-03" in metadata
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice 2026-00017"


def test_characters_without_a_shape_are_all_named_and_nothing_is_sent() -> None:
    with pytest.raises(CannotPrint) as refused:
        render_pdf(bill(line(1, "Call with 東京 office 😀"), payer=Payer(name="株式会社")))
    assert set(refused.value.characters) == set("東京😀株式会社")
    assert "U+6771" in str(refused.value)


def test_a_whole_text_without_a_font_is_refused_after_twenty_characters() -> None:
    script = "".join(chr(0x4E00 + n) for n in range(300))
    with pytest.raises(CannotPrint, match="and perhaps more") as refused:
        render_pdf(bill(line(1, script)))
    assert len(refused.value.characters) == 20


@pytest.mark.parametrize(
    "value, shown", [("1", "1.0"), ("1.50", "1.5"), ("0.25", "0.25"), ("100", "100.0"), ("0", "0.0")]
)
def test_hours_as_a_reader_wants_them(value: str, shown: str) -> None:
    assert hours(D(value)) == shown


@pytest.mark.parametrize(
    "name, letters", [("Ben Okafor", "BO"), ("Okafor, Ben", "BO"), ("Noémie d’Aubigné", "ND"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_rate_keeps_its_decimals_and_yen_have_none() -> None:
    yen = replace(line(1, "Review"), rate=D("60000.5"), amount=D("90001"), adjustment=D(0))
    shown = view(bill(yen, currency="JPY"))
    assert shown["fees"][0]["rate"] == "60,000.5"
    assert shown["due"] == "¥90,001"
