"""A bill in the values of LEDES 1998B, and what that format cannot carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit import ledes
from meruit.invoices.artefacts.ledes import NotInThisFormat, as_1998b, family_name_first, render_98bi, render_1998b
from meruit.invoices.core import Document, DocumentLine, Equivalent, Firm, Kind, LineKind, MatterRef, Payer, priced
from meruit.ledes.refusals import CannotWrite
from meruit.money import CENTS

D = Decimal
FEE = DocumentLine(
    number=1,
    kind=LineKind.FEE,
    worked_on=date(2026, 3, 2),
    narrative="Draft answer | research\nnotice rule [] and reply",
    units=D("1.50"),
    rate=D("400"),
    amount=D("360.00"),
    adjustment=D("-240.00"),
    timekeeper_id="T1",
    timekeeper_name="Ben Okafor",
    timekeeper_class="ASSOC",
    task_code="L310",
    activity_code="A103",
)
COST = replace(
    FEE,
    number=2,
    kind=LineKind.EXPENSE,
    units=D(1),
    rate=D("75.5"),
    amount=D("75.50"),
    adjustment=D(0),
    expense_code="E112",
)
DISCOUNT = replace(
    FEE, number=3, kind=LineKind.FEE_ADJUSTMENT, units=D(1), rate=D("-35.50"), amount=D("-35.50"), adjustment=D(0)
)
BILL = Document(
    kind=Kind.INVOICE,
    number="2026-00017",
    issued_on=date(2026, 4, 3),
    due_on=date(2026, 5, 3),
    period_from=date(2026, 3, 1),
    period_to=date(2026, 3, 31),
    currency="USD",
    firm=Firm(name="Meridian & Hale LLP", address=(), tax_id="04-1234567"),
    payer=Payer(name="Östergård", client_id="OI-77"),
    matter=MatterRef(number="42-3", name="Halloran", client_name="Östergård", client_matter_id="CLM-88"),
    lines=(FEE, COST, DISCOUNT),
)


def test_the_heading_values_are_those_of_the_bill() -> None:
    (invoice,) = as_1998b(BILL).invoices
    assert (invoice.date, invoice.start, invoice.end) == ("20260403", "20260301", "20260331")
    assert (invoice.number, invoice.total, invoice.client.id) == ("2026-00017", "400.00", "OI-77")
    assert (invoice.firm.id, invoice.matters[0].client_matter_id) == ("04-1234567", "CLM-88")


def test_every_line_is_units_times_rate_plus_adjustment() -> None:
    bill = as_1998b(BILL)
    for _, _, line in bill.lines():
        units, rate = line.decimal("units") or D(0), line.decimal("rate") or D(0)
        assert units * rate + (line.decimal("adjustment") or D(0)) == line.decimal("total")
    assert sum(line.decimal("total") or D(0) for _, _, line in bill.lines()) == bill.invoices[0].decimal("total")


def test_fee_expense_and_adjustment_fill_their_own_columns() -> None:
    fee, cost, discount = (line for _, _, line in as_1998b(BILL).lines())
    assert (fee.kind, fee.units, fee.rate, fee.timekeeper_name) == ("F", "1.5", "400.00", "Okafor, Ben")
    assert (fee.task_code, fee.activity_code, fee.expense_code) == ("L310", "A103", "")
    assert (cost.kind, cost.task_code, cost.expense_code, cost.timekeeper_id) == ("E", "", "E112", "")
    assert (discount.kind, discount.units, discount.rate, discount.adjustment) == ("IF", "", "", "-35.50")


def test_the_bytes_are_a_file_without_findings_that_says_the_same() -> None:
    made = render_1998b(BILL, portal="client-portal")
    assert ledes.check(made.data, portal="client-portal") == []
    back = ledes.read(made.data)
    assert ledes.to_bytes(back) == made.data
    (invoice,) = back.invoices
    assert (invoice.number, invoice.total, len(invoice.lines)) == ("2026-00017", "400.00", 3)
    assert render_1998b(BILL).data == made.data


def test_nothing_in_a_narrative_breaks_a_record_and_every_repair_is_told() -> None:
    accents = replace(BILL, lines=(replace(FEE, timekeeper_name="Zoë Žižek"), COST, DISCOUNT))
    made = render_1998b(accents)
    fee = ledes.read(made.data).invoices[0].lines[0]
    assert fee.narrative == "Draft answer / research notice rule () and reply"
    assert fee.timekeeper_name == "Zizek, Zoe"
    assert any(repair.startswith("TIMEKEEPER_NAME: ") for repair in made.repairs)
    assert made.data.isascii()


def test_a_file_that_would_be_refused_is_not_made() -> None:
    nameless = replace(BILL, matter=replace(BILL.matter, number=""))
    with pytest.raises(CannotWrite, match="2026-00017 is not sent") as refused:
        render_1998b(nameless)
    assert [finding.field for finding in refused.value.findings]


VAT = replace(
    BILL,
    currency="GBP",
    tax_name="VAT",
    payer=replace(BILL.payer, tax_id="GB987654321", third_party=True),
    matter=replace(BILL.matter, po_number="PO-1"),
    equivalent=Equivalent("EUR", D("1.1642"), date(2026, 4, 1), "European Central Bank"),
    lines=(replace(FEE, tax_rate=D("0.20"), tax=D("72.00")), COST),
)


def test_a_vat_bill_goes_out_in_98bi_with_currency_and_tax() -> None:
    made = render_98bi(VAT)
    assert ledes.check(made.data) == []
    (invoice,) = ledes.read(made.data).invoices
    assert (invoice.net_total, invoice.tax_total, invoice.total) == ("435.50", "72.00", "507.50")
    assert (invoice.currency, invoice.tax_currency, invoice.reported_tax_total) == ("GBP", "EUR", "83.82")
    fee, cost = invoice.lines
    assert (fee.tax_rate, fee.tax_total, fee.tax_type, fee.total) == ("0.2", "72.00", "VAT", "432.00")
    assert (cost.tax_rate, cost.tax_total, cost.tax_type, cost.total) == ("0", "0.00", "", "75.50")
    assert (fee.timekeeper_last_name, fee.timekeeper_first_name) == ("Okafor", "Ben")
    assert (invoice.matters[0].po_number, invoice.matters[0].account_type) == ("PO-1", "T")


@given(
    st.lists(st.tuples(st.integers(1, 240), st.integers(1, 99999), st.integers(0, 100)), min_size=1, max_size=8),
    st.sampled_from(["0", "0.2", "0.0725"]),
)
def test_any_bill_with_shares_and_tax_passes_the_format(drawn: list[tuple[int, int, int]], rate: str) -> None:
    lines = []
    for number, (twentieths, cents, percent) in enumerate(drawn, start=1):
        units, price = D(twentieths) / 20, D(cents) / 100
        amount = CENTS.percent(D(percent), CENTS.product(units, price))
        line = priced(units, price, amount)
        tax = CENTS.product(amount, D(rate))
        lines.append(
            replace(
                FEE,
                number=number,
                units=units,
                rate=price,
                amount=amount,
                adjustment=line.adjustment,
                tax_rate=D(rate),
                tax=tax,
            )
        )
    bill = replace(VAT, lines=tuple(lines), equivalent=None)
    assert ledes.read(render_98bi(bill).data).invoices[0].decimal("total") == bill.total
    if rate == "0":
        assert ledes.read(render_1998b(bill).data).invoices[0].decimal("total") == bill.net


@pytest.mark.parametrize(
    "changed, says",
    [
        (replace(BILL, kind=Kind.CREDIT_NOTE, credits="2026-00001"), "credit note"),
        (replace(BILL, lines=(replace(FEE, tax_rate=D("0.2"), tax=D("72.00")),)), "carries no tax"),
        (replace(BILL, lines=(replace(FEE, tax_rate=D("0.2")),)), "carries no tax"),
    ],
)
def test_what_the_format_cannot_carry_is_refused(changed: Document, says: str) -> None:
    with pytest.raises(NotInThisFormat, match=says):
        as_1998b(changed)


@pytest.mark.parametrize(
    "name, written",
    [
        ("Ben Okafor", "Okafor, Ben"),
        ("Okafor, Ben", "Okafor, Ben"),
        ("Mary Ann Lee", "Lee, Mary Ann"),
        ("Cher", "Cher"),
    ],
)
def test_people_are_written_family_name_first(name: str, written: str) -> None:
    assert family_name_first(name) == written
