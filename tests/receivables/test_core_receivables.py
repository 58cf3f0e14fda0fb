"""What a payment pays, in which order, and how old the rest is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.receivables.core import (
    DEFAULT_ORDER,
    Aged,
    Bucket,
    Clock,
    Kind,
    LinePart,
    OpenInvoice,
    OpenLine,
    Receivable,
    ReceivableError,
    age,
    aging,
    apply_to,
    bucket_of,
    oldest_first,
    read_order,
)

D = Decimal


def invoice(number: int, *lines: tuple[Kind, str, str], day: int = 1) -> OpenInvoice:
    return OpenInvoice(
        number,
        f"2026-{number}",
        date(2026, 1, day),
        tuple(OpenLine(n, kind, D(net), D(tax)) for n, (kind, net, tax) in enumerate(lines, start=1)),
    )


VAT_BILL = invoice(1, (Kind.FEES, "1000.00", "200.00"), (Kind.FEES, "500.00", "100.00"), (Kind.COSTS, "90.00", "0"))


@pytest.mark.parametrize(
    "order, amount, expected",
    [
        ("costs,tax,fees", "90.00", {Kind.COSTS: "90.00"}),
        ("costs,tax,fees", "390.00", {Kind.COSTS: "90.00", Kind.TAX: "300.00"}),
        ("costs,tax,fees", "391.00", {Kind.COSTS: "90.00", Kind.TAX: "300.00", Kind.FEES: "1.00"}),
        ("fees, costs, tax", "1590.00", {Kind.FEES: "1500.00", Kind.COSTS: "90.00"}),
        ("tax,fees,costs", "100.00", {Kind.TAX: "100.00"}),
        ("costs,tax,fees", "1890.00", {Kind.COSTS: "90.00", Kind.TAX: "300.00", Kind.FEES: "1500.00"}),
    ],
)
def test_a_payment_follows_its_payers_order(order: str, amount: str, expected: dict[Kind, str]) -> None:
    found = apply_to(VAT_BILL, D(amount), read_order(order))
    sums: dict[Kind, Decimal] = {}
    for part in found.parts:
        sums[part.kind] = sums.get(part.kind, D(0)) + part.amount
    assert sums == {kind: D(a) for kind, a in expected.items()}


def test_within_a_kind_lines_are_paid_by_what_they_owe() -> None:
    assert apply_to(VAT_BILL, D("391.00")).parts == (
        LinePart(3, Kind.COSTS, D("90.00")),
        LinePart(1, Kind.TAX, D("200.00")),
        LinePart(2, Kind.TAX, D("100.00")),
        LinePart(1, Kind.FEES, D("0.67")),
        LinePart(2, Kind.FEES, D("0.33")),
    )


@pytest.mark.parametrize("amount", ["0", "-1", "1890.01"])
def test_more_than_is_owed_is_not_applied(amount: str) -> None:
    with pytest.raises(ReceivableError, match="is owed 1890"):
        apply_to(VAT_BILL, D(amount))


@pytest.mark.parametrize("order", ["", "costs,tax", "costs,tax,fees,fees", "costs,vat,fees"])
def test_an_order_names_each_kind_once(order: str) -> None:
    with pytest.raises(ReceivableError, match="each once"):
        read_order(order)


def test_the_oldest_invoice_is_paid_first_and_the_rest_stays_unapplied() -> None:
    old, young = invoice(2, (Kind.FEES, "100.00", "0"), day=5), invoice(1, (Kind.FEES, "50.00", "0"), day=9)
    applied, unapplied = oldest_first([young, old], D("120.00"))
    assert [(a.invoice, a.amount) for a in applied] == [(2, D("100.00")), (1, D("20.00"))]
    assert unapplied == D("0.00")
    assert oldest_first([young, old], D("200.00"))[1] == D("50.00")
    assert oldest_first([], D("9.00")) == ([], D("9.00"))
    with pytest.raises(ReceivableError, match="refund"):
        oldest_first([old], D("-1"))


amounts = st.integers(0, 10**6).map(lambda n: D(n) / 100)
open_lines = st.lists(st.tuples(st.sampled_from([Kind.FEES, Kind.COSTS]), amounts, amounts), max_size=6)


@given(
    st.lists(st.tuples(st.integers(1, 28), open_lines), max_size=6),
    st.integers(1, 10**7).map(lambda n: D(n) / 100),
    st.permutations(DEFAULT_ORDER),
)
def test_every_cent_of_a_payment_is_applied_or_unapplied_and_no_line_is_overpaid(
    drawn: list[tuple[int, list[tuple[Kind, Decimal, Decimal]]]], amount: Decimal, order: list[Kind]
) -> None:
    invoices = [
        OpenInvoice(n, str(n), date(2026, 1, day), tuple(OpenLine(k, *line) for k, line in enumerate(lines)))
        for n, (day, lines) in enumerate(drawn)
    ]
    applied, unapplied = oldest_first(invoices, amount, order)
    assert sum((a.amount for a in applied), D(0)) + unapplied == amount
    owed = {i.invoice: i for i in invoices}
    for one in applied:
        assert sum((p.amount for p in one.parts), D(0)) == one.amount <= owed[one.invoice].owed
        for part in one.parts:
            line = owed[one.invoice].lines[part.line]
            assert 0 < part.amount <= (line.tax if part.kind is Kind.TAX else line.net)
    assert unapplied == 0 or unapplied == amount - sum((i.owed for i in invoices), D(0))


@pytest.mark.parametrize(
    "days, bucket",
    [
        (-3, Bucket.CURRENT),
        (0, Bucket.CURRENT),
        (30, Bucket.CURRENT),
        (31, Bucket.DAYS_31_60),
        (60, Bucket.DAYS_31_60),
        (61, Bucket.DAYS_61_90),
        (90, Bucket.DAYS_61_90),
        (91, Bucket.DAYS_91_120),
        (120, Bucket.DAYS_91_120),
        (121, Bucket.OVER_120),
    ],
)
def test_the_edges_of_the_buckets(days: int, bucket: Bucket) -> None:
    assert bucket_of(days) is bucket


ISSUED = date(2026, 1, 1)


@pytest.mark.parametrize(
    "story, accepted_after, needs, as_of_days, clock, expected",
    [
        ("by invoice date", 40, True, 100, Clock.INVOICE_DATE, (Bucket.DAYS_91_120, 100)),
        ("by acceptance", 40, True, 100, Clock.ACCEPTANCE, (Bucket.DAYS_31_60, 60)),
        ("unaccepted ages from its issue", None, True, 100, Clock.ACCEPTANCE, (Bucket.UNACCEPTED, 100)),
        ("not accepted then, though it is now", 40, True, 39, Clock.ACCEPTANCE, (Bucket.UNACCEPTED, 39)),
        ("unaccepted by invoice date", None, True, 100, Clock.INVOICE_DATE, (Bucket.DAYS_91_120, 100)),
        ("sent by post", None, False, 100, Clock.ACCEPTANCE, (Bucket.DAYS_91_120, 100)),
    ],
)
def test_two_clocks(
    story: str, accepted_after: int | None, needs: bool, as_of_days: int, clock: Clock, expected: tuple[Bucket, int]
) -> None:
    accepted = None if accepted_after is None else ISSUED + timedelta(days=accepted_after)
    receivable = Receivable(1, ISSUED, accepted, D("10.00"), needs)
    found = age(receivable, ISSUED + timedelta(days=as_of_days), clock)
    assert found == Aged(1, *expected, D("10.00")), story


def test_an_aging_names_every_bucket_and_sums_to_what_is_owed() -> None:
    owed = [Receivable(n, ISSUED - timedelta(days=n * 25), ISSUED if n % 2 else None, D(n)) for n in range(1, 8)]
    for clock in Clock:
        found = aging(owed, ISSUED, clock)
        assert list(found) == list(Bucket)
        assert sum(found.values()) == D(28)
    assert aging(owed, ISSUED, Clock.ACCEPTANCE)[Bucket.UNACCEPTED] == D(2 + 4 + 6)
    assert aging(owed, ISSUED, Clock.INVOICE_DATE)[Bucket.UNACCEPTED] == D(0)
