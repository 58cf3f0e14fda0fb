"""Numbers, lines, tax, credits and the frozen document of a bill."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.invoices.core import (
    Applied,
    CreditError,
    CreditLine,
    Document,
    DocumentError,
    DocumentLine,
    Earlier,
    Equivalent,
    Firm,
    Kind,
    LineKind,
    MatterRef,
    NumberError,
    Payer,
    Series,
    Standing,
    TaxBasis,
    TaxSum,
    TrustLine,
    credit,
    freeze,
    priced,
    reverse,
    share_of,
    taxed,
    thaw,
)
from meruit.money import CENTS, Precision, Rounding, total

D = Decimal

# --- Numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "series, year, count, number, key",
    [
        (Series(), 2026, 17, "2026-00017", "INVOICE-2026"),
        (Series("LON"), 2026, 17, "LON-2026-00017", "LON-2026"),
        (Series("CN", digits=4), 2027, 1, "CN-2027-0001", "CN-2027"),
        (Series(by_year=False, digits=6), 2026, 999999, "999999", "INVOICE"),
    ],
)
def test_a_number_is_written_read_and_counted_in_its_series(
    series: Series, year: int, count: int, number: str, key: str
) -> None:
    assert series.write(year, count) == number
    assert series.read(number) == (year if series.by_year else None, count)
    assert series.key(year) == key


@pytest.mark.parametrize("number", ["2026-0017", "2026-00000", "LON-2026-00017", "２026-00017", "2026-00017\n", ""])
def test_a_number_of_another_series_is_not_read(number: str) -> None:
    with pytest.raises(NumberError, match="look like 2026-00001"):
        Series().read(number)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Series("lon"), "capital letters"),
        (lambda: Series("LON-"), "capital letters"),
        (lambda: Series("A|B"), "capital letters"),
        (lambda: Series(digits=2), "3 to 9 digits"),
        (lambda: Series("FRANKFURTMAIN"), "longer than the 20"),
        (lambda: Series().write(2026, 100000), "start a new series"),
        (lambda: Series().write(2026, 0), "start a new series"),
    ],
)
def test_a_series_that_could_not_be_sent_is_refused(make: object, says: str) -> None:
    assert callable(make)
    with pytest.raises(NumberError, match=says):
        make()


# --- Lines and tax ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "units, rate, amount, adjustment",
    [
        ("0.35", "417.50", "146.13", "0.00"),
        ("2.0", "400", "800", "0.00"),
        ("2.0", "400", "480.00", "-320.00"),  # a 60 % share
        ("2.0", "400", "900.00", "100.00"),  # a premium
        ("2.0", "400", "0.00", "-800.00"),  # no charge
    ],
)
def test_one_adjustment_brings_units_and_rate_to_the_amount(
    units: str, rate: str, amount: str, adjustment: str
) -> None:
    line = priced(D(units), D(rate), D(amount))
    assert line.adjustment == D(adjustment)
    assert CENTS.product(line.units, line.rate) + line.adjustment == line.amount


def test_the_shares_of_a_line_add_up_to_it() -> None:
    whole = priced(D("0.35"), D("417.50"), D("146.13"))
    parts = [share_of(whole, D("87.67")), share_of(whole, D("58.46"))]
    assert sum(p.amount for p in parts) == whole.amount
    assert {p.units for p in parts} == {whole.units}


def test_tax_by_line_and_on_the_sum_of_a_rate() -> None:
    lines = [(D("0.12"), D("0.2"))] * 3 + [(D("100.00"), D(0))]
    assert taxed(lines) == [D("0.02")] * 3 + [D(0)]
    assert total(taxed(lines, TaxBasis.RATE)) == D("0.07")  # 0.36 at 20 % is 0.072


@given(
    st.lists(st.tuples(st.integers(-(10**6), 10**6), st.sampled_from(["0", "0.05", "0.2", "0.0725"])), max_size=30),
    st.sampled_from(list(Rounding)),
)
def test_tax_on_the_sum_is_divided_to_the_cent(drawn: list[tuple[int, str]], rule: Rounding) -> None:
    precision = Precision(2, rule)
    lines = [(D(net) / 100, D(rate)) for net, rate in drawn]
    tax = taxed(lines, TaxBasis.RATE, precision)
    for rate in {r for _, r in lines}:
        net = total(n for n, r in lines if r == rate)
        assert total(t for (_, r), t in zip(lines, tax, strict=True) if r == rate) == precision.product(net, rate)
    for (net, rate), amount in zip(lines, tax, strict=True):
        assert abs(amount - net * rate) < D("0.02")


@pytest.mark.parametrize("rate", ["20", "1", "-0.1"])
def test_a_percent_is_not_taken_for_a_fraction(rate: str) -> None:
    with pytest.raises(ValueError, match=r"0\.2 for 20 %"):
        taxed([(D(100), D(rate))])


# --- Credits -----------------------------------------------------------------------------------------------

BILLED = [Standing(1, D("1000.00"), D("200.00")), Standing(2, D("33.33"), D("6.67")), Standing(3, D("50.00"), D(0))]


def test_a_credit_takes_the_tax_that_goes_with_it() -> None:
    assert credit(BILLED, {1: D("250.00"), 3: D("50.00")}) == [
        CreditLine(1, D("250.00"), D("50.00")),
        CreditLine(3, D("50.00"), D(0)),
    ]


def test_the_credit_that_uses_a_line_up_takes_the_rest_of_its_tax() -> None:
    line, taken = BILLED[1], D(0)
    for net in ("11.11", "11.11", "11.11"):
        (part,) = credit([line], {2: D(net)})
        line = replace(line, credited_net=line.credited_net + part.net, credited_tax=line.credited_tax + part.tax)
        taken += part.tax
    assert (line.net_left, line.tax_left, taken) == (D(0), D(0), D("6.67"))


def test_small_credits_never_take_more_tax_than_there_is() -> None:
    line, taken = Standing(1, D("0.04"), D("0.02")), []
    for _ in range(4):  # half a cent of tax each: rounded up, two of them use it up
        (part,) = credit([line], {1: D("0.01")})
        line = replace(line, credited_net=line.credited_net + part.net, credited_tax=line.credited_tax + part.tax)
        taken.append(part.tax)
    assert taken == [D("0.01"), D("0.01"), D("0.00"), D("0.00")]


@pytest.mark.parametrize(
    "nets, says",
    [
        ({}, "at least one line"),
        ({9: D(1)}, "no line 9"),
        ({1: D("1000.01")}, "cannot be credited"),
        ({1: D(0)}, "cannot be credited"),
        ({1: D(-1)}, "cannot be credited"),
        ({1: D("0.001")}, "more decimals"),
    ],
)
def test_a_credit_that_the_invoice_cannot_bear_is_refused(nets: dict[int, Decimal], says: str) -> None:
    with pytest.raises(CreditError, match=says):
        credit(BILLED, nets)


def test_a_reversal_takes_all_that_is_left_and_only_that() -> None:
    lines = [
        replace(BILLED[0], credited_net=D("250.00"), credited_tax=D("50.00")),
        Standing(4, D("-20.00"), D("-4.00")),
    ]
    assert reverse(lines) == [CreditLine(1, D("750.00"), D("150.00")), CreditLine(4, D("-20.00"), D("-4.00"))]
    assert reverse([replace(BILLED[2], credited_net=D("50.00"))]) == []


# --- The document -------------------------------------------------------------------------------------------


def document(**changes: object) -> Document:
    """A VAT bill in pounds with everything on it."""
    fee = DocumentLine(
        number=1,
        kind=LineKind.FEE,
        worked_on=date(2026, 3, 2),
        narrative="Draft café lease",
        units=D("2.5"),
        rate=D("400"),
        amount=D("900.00"),
        adjustment=D("-100.00"),
        tax_rate=D("0.20"),
        tax=D("180.00"),
        timekeeper_id="T1",
        timekeeper_name="Ben Okafor",
        timekeeper_title="Associate",
        timekeeper_class="ASSOC",
        task_code="L310",
        activity_code="A103",
    )
    cost = DocumentLine(
        number=2,
        kind=LineKind.EXPENSE,
        worked_on=date(2026, 3, 3),
        narrative="Filing fee",
        units=D(1),
        rate=D("75.50"),
        amount=D("75.50"),
        expense_code="E112",
    )
    given = {
        "kind": Kind.INVOICE,
        "number": "2026-00017",
        "issued_on": date(2026, 4, 3),
        "due_on": date(2026, 5, 3),
        "period_from": date(2026, 3, 1),
        "period_to": date(2026, 3, 31),
        "currency": "GBP",
        "firm": Firm(name="Meridian & Hale LLP", address=("1 Quay",), remit_to=("Bank",), ledes_id="04-1"),
        "payer": Payer(name="Östergård AB", address=("Gatan 1",), client_id="OI-77"),
        "matter": MatterRef(number="42-3", name="Lease", client_name="Östergård", ids={"Claim no.": "88"}),
        "lines": (fee, cost),
        "tax_name": "VAT",
        "trust": (TrustLine("Held in trust", D("500.00")),),
        "applied": (Applied("Retainer", date(2026, 4, 1), D("155.50")),),
        "earlier": (Earlier("2026-00009", date(2026, 3, 4), D("10.00")),),
        "equivalent": Equivalent("EUR", D("1.16"), date(2026, 4, 1), "European Central Bank"),
        "notes": ("Thank you.",),
        **changes,
    }
    return Document(**given)  # type: ignore[arg-type]  # named fields


def test_the_sums_follow_from_the_lines() -> None:
    bill = document()
    assert (bill.fees, bill.costs, bill.net, bill.tax) == (D("900.00"), D("75.50"), D("975.50"), D("180.00"))
    assert (bill.total, bill.due, bill.hours) == (D("1155.50"), D("1000.00"), D("2.5"))
    assert bill.by_tax_rate() == [
        TaxSum(D("0.2"), D("900.00"), D("180.00")),
        TaxSum(D("0"), D("75.50"), D("0")),
    ]


def test_a_letterhead_names_a_paper_that_printers_have() -> None:
    with pytest.raises(DocumentError, match="us-letter or a4"):
        Firm(name="Meridian", address=(), paper="A3")


def test_a_frozen_document_thaws_to_itself() -> None:
    bill = document()
    assert thaw(json.loads(json.dumps(freeze(bill)))) == bill
    note = document(kind=Kind.CREDIT_NOTE, credits="2026-00016", due_on=None, equivalent=None)
    assert thaw(json.loads(json.dumps(freeze(note)))) == note


def test_a_frozen_amount_is_text() -> None:
    record = freeze(document())
    assert record["lines"][0]["amount"] == "900.00"
    assert not [value for value in record["lines"][0].values() if isinstance(value, float)]
    assert list(record) == [f.name for f in fields(Document)]


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda r: r.update(totl="1"), 'must not have the key "totl"'),
        (lambda r: r.pop("currency"), 'lacks the key "currency"'),
        (lambda r: r["lines"][0].update(amount=900.0), r"document\.lines\[0\]\.amount"),
        (lambda r: r["lines"][0].update(worked_on="2 March"), "worked_on"),
        (lambda r: r["lines"][0].update(kind="fees"), "kind"),
        (lambda r: r["lines"][0].update(number="1"), "expected int"),
        (lambda r: r.update(firm=None), "is no record"),
    ],
)
def test_a_record_that_is_no_document_is_refused_by_name(spoil: object, says: str) -> None:
    record = freeze(document())
    assert callable(spoil)
    spoil(record)
    with pytest.raises(DocumentError, match=says):
        thaw(record)


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"credits": "2026-00001"}, "only a credit note"),
        ({"kind": Kind.CREDIT_NOTE}, "names the invoice"),
        ({"lines": (document().lines[0],) * 2}, "same number"),
        ({"lines": (replace(document().lines[0], amount=D("901.00")),)}, "is not 901.00"),
        ({"lines": (replace(document().lines[0], tax=D("0.001")),)}, "finer than 0.01 GBP"),
        ({"currency": "JPY"}, "finer than 1 JPY"),
        ({"number": "2026-00001", "lines": (replace(document().lines[0], adjustment=D("-100.01")),)}, "is not 900.00"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        document(**changes)
