"""Money and tax in conversion: each arrangement that a format cannot show, refused and given up by name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from meruit import ledes
from meruit.ledes.convert import MONEY, convert
from meruit.ledes.model import Adjustment, File, Matter, TaxTier
from meruit.ledes.xml import check, complete
from tests.ledes.xml.bills import bill, fee, vat

FLAT = ("LEDES1998B", "LEDES98BI V2")
SUMS = (
    "detail_fees", "detail_expenses", "credit_fees", "credit_expenses", "credit_total", "tax_on_fees", "tax_on_expenses",
    "net_fees", "net_expenses", "total_due", "has_lines", "funds_applied",
)  # fmt: skip


def matter(file: File) -> Matter:
    return file.invoices[0].matters[0]


def summed(file: File) -> File:
    """The bill with its sums worked out anew."""
    for own in file.invoices[0].matters:
        for key in SUMS:
            setattr(own, key, "")
        own.tax_summaries = []
    file.invoices[0].total = file.invoices[0].tax_total = ""
    complete(file)
    assert [f.message for f in check(file) if f.severity != "advice" and f.rule != "LF06"] == []
    return file


def with_funds() -> File:
    file = bill("LEDESXML2.2")
    matter(file).adjustments.append(
        Adjustment(code="MIFA", type="Flat", category="Fee", direction="Decrease", split="NA", amount="-500.00")
    )
    return summed(file)


def with_withholding() -> File:
    file = bill("LEDESXML2.2")
    withheld = vat()
    withheld.id, withheld.rate, withheld.direction = "IRPF", "0.15", "Decrease"
    file.taxes.append(withheld)
    return summed(file)


def with_two_taxes() -> File:
    file = bill("LEDESXML2.2")
    second = vat()
    second.id, second.rate = "PST", "0.08"
    file.taxes.append(second)
    matter(file).lines[0].tax_ids.append("PST")
    return summed(file)


def with_tiers() -> File:
    file = bill("LEDESXML2.2", taxed=False)
    tax = vat()
    tax.id, tax.rate, tax.tiered = "JP", "", "Y"
    file.taxes.append(tax)
    file.tiers = [
        TaxTier(
            tax_id="JP",
            number="1",
            minimum="0",
            maximum="TOP",
            percent="0.10",
            taxable_amount="940.00",
            tax_amount="94.00",
        )
    ]
    matter(file).lines[0].tax_ids.append("JP")
    return summed(file)


def due(file: File) -> Decimal:
    return Decimal(file.invoices[0].total)


@pytest.mark.parametrize(
    "make, to, about, named",
    [
        (bill, "LEDES1998B", "tax", "191.60"),
        (with_funds, "LEDES1998B", "funds", "-500.00"),
        (with_funds, "LEDES98BI V2", "funds", "-500.00"),
        (with_funds, "LEDES2000", "funds", "-500.00"),
        (with_withholding, "LEDES98BI V2", "withholding", "-143.70"),
        (with_withholding, "LEDESXML2.0", "withholding", "-143.70"),
        (with_withholding, "LEDES2000", "withholding", "-143.70"),
        (with_two_taxes, "LEDES98BI V2", "tax", "272.00"),
        (with_tiers, "LEDES98BI V2", "tiers", "94.00"),
        (with_tiers, "LEDESXML2.1", "tiers", "94.00"),
        (with_tiers, "LEDESXML2.0", "tiers", "94.00"),
    ],
)
def test_what_a_format_cannot_show_is_refused_with_its_amount(
    make: Callable[[], File], to: str, about: str, named: str
) -> None:
    file = make()
    refused = convert(file, to).refused
    assert (about, Decimal(named)) in {(entry.about, entry.amount) for entry in refused}
    given_up = convert(file, to, accept=MONEY)
    assert given_up.refused == []
    assert (about, Decimal(named)) in {(entry.about, entry.amount) for entry in given_up.of("lost")}


@pytest.mark.parametrize("make", [with_funds, with_withholding, with_two_taxes, bill])
@pytest.mark.parametrize("to", [*FLAT, "LEDES2000", "LEDESXML2.0"])
def test_what_is_given_up_leaves_a_bill_that_adds_up(make: Callable[[], File], to: str) -> None:
    result = convert(make(), to, accept=MONEY)
    found = ledes.check(ledes.to_bytes(result.file, encoding="utf-8"))
    arithmetic = {"LA01", "LA02", "LA03", "LA04", "LX09"}
    assert [f.message for f in found if f.rule in arithmetic and f.severity != "advice"] == []


@pytest.mark.parametrize("make", [with_funds, with_withholding, with_two_taxes, with_tiers, bill])
@pytest.mark.parametrize("to", [*FLAT, "LEDES2000", "LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2"])
def test_without_consent_the_sum_due_is_the_same_or_nothing_is_written(make: Callable[[], File], to: str) -> None:
    file = make()
    result = convert(file, to)
    assert result.refused or due(result.file) == due(file)


def test_tax_on_the_sum_against_tax_by_line_moves_cents_onto_a_line_of_their_own() -> None:
    file = bill("LEDESXML2.2")
    own = matter(file)
    own.adjustments, own.timekeepers, own.bill_discount_fees = [], own.timekeepers[:1], ""
    own.lines = [fee("0.1", "100.20") for _ in range(3)]
    for line in own.lines:
        line.tax_ids = ["VAT20"]
    summed(file)
    result = convert(file, "LEDES98BI V2")
    assert result.refused == []
    assert due(result.file) == due(file) == Decimal("36.07")  # 30.06 and 6.01; by line the tax is 6.00
    last = result.file.invoices[0].lines[-1]
    assert (last.kind, last.total, last.tax_rate, last.narrative) == ("IF", "0.01", "0", "Rounding of tax")
    assert [e.amount for e in result.of("changed")] == [Decimal("0.01")]


def test_a_flat_fee_without_lines_becomes_one_if_line() -> None:
    file = bill("LEDESXML2.2")
    own = matter(file)
    own.lines, own.bill_discount_fees = [], ""
    own.adjustments = [
        Adjustment(
            code="MIFF",
            type="Flat",
            category="Fee",
            direction="Increase",
            split="Post-Split",
            amount="5000.00",
            tax_ids=["VAT20"],
        )
    ]
    summed(file)
    result = convert(file, "LEDES98BI V2")
    assert [(line.kind, line.total, line.tax_total) for line in result.file.invoices[0].lines] == [
        ("IF", "6000.00", "1000.00")
    ]


def test_an_invoice_without_lines_is_not_dropped_in_silence() -> None:
    file = bill("LEDESXML2.2", taxed=False)
    own = matter(file)
    own.lines, own.adjustments, own.bill_discount_fees = [], [], ""
    summed(file)
    assert [entry.value for entry in convert(file, "LEDES1998B").refused] == ["2026-118"]


def test_a_line_of_no_known_type_is_not_dropped_in_silence() -> None:
    file = convert(bill("LEDESXML2.1", taxed=False), "LEDES1998B").file
    file.invoices[0].lines[0].kind = "Q"
    for to in ("LEDESXML2.1", "LEDES2000", "LEDES98BI V2"):
        assert [entry.value for entry in convert(file, to).refused] == ["Q"]


def test_a_stated_total_that_is_wrong_is_carried_between_flat_formats_and_refused_into_them() -> None:
    file = convert(bill("LEDESXML2.1", taxed=False), "LEDES1998B").file
    file.invoices[0].total = "999.00"
    assert due(convert(file, "LEDES98BI V2").file) == Decimal("999.00")
    xml = convert(file, "LEDESXML2.1")
    assert due(xml.file) == Decimal("999.00")
    refused = convert(xml.file, "LEDES1998B").refused
    assert [(entry.about, entry.amount) for entry in refused] == [("difference", Decimal("41.00"))]
