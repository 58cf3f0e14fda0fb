"""Worked beside billed, the losses kept apart, and the content that an approval covers."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.prebills.core import (
    BillContent,
    Change,
    ContentLine,
    DraftLine,
    Formalities,
    LineCodes,
    Loss,
    Losses,
    PayerTotal,
    WriteDownRefused,
    by_timekeeper,
    difference,
    first_hash,
    is_late,
    second_hash,
    totals,
    written_down,
)

D = Decimal


def line(number: int, billed: str, *, worked: str | None = None, who: int | None = 7, **more: object) -> DraftLine:
    return DraftLine(
        number=number,
        timekeeper=who,
        worked_on=date(2026, 3, 2),
        standard=D(worked or billed),
        worked=D(worked or billed),
        billed=D(billed),
        **{"kind": "time", "hours": D(1), "billed_hours": D(1), **more},  # type: ignore[arg-type]  # named fields
    )


LINES = [
    line(1, "400.00", worked="500.00", hours=D("1.2"), billed_hours=D("1.0")),
    line(2, "900.00", who=8),
    line(3, "75.50", kind="expense", hours=D(0), billed_hours=D(0), hard_cost=True),
    line(4, "250.00", on_hold=True),
]


def test_worked_stands_beside_billed_and_holds_stand_apart() -> None:
    found = totals(LINES)
    assert (found.worked, found.billed, found.write_down) == (D("1475.50"), D("1375.50"), D("100.00"))
    assert (found.fees, found.costs, found.held) == (D("1300.00"), D("75.50"), D("250.00"))
    assert (found.hours_worked, found.hours_billed) == (D("2.2"), D("2.0"))
    assert found.fees + found.costs == found.billed


def test_time_by_timekeeper_leaves_out_costs_and_holds() -> None:
    found = by_timekeeper(LINES)
    assert [(s.timekeeper, s.billed) for s in found] == [(8, D("900.00")), (7, D("400.00"))]
    assert sum(s.billed for s in found) == totals(LINES).fees


def test_a_charge_of_the_arrangement_is_a_fee_and_nobodys_time() -> None:
    fixed = line(5, "5000.00", kind="adjustment", who=None, hours=D(0), billed_hours=D(0))
    found = totals([*LINES, fixed])
    assert (found.fees, found.fees + found.costs) == (D("6300.00"), found.billed)
    assert by_timekeeper([*LINES, fixed]) == by_timekeeper(LINES)


@pytest.mark.parametrize("amount, hours, billed", [("0.01", None, "399.99"), ("400.00", "1.0", "0.00")])
def test_a_write_down_lowers_what_is_billed_and_never_what_was_worked(
    amount: str, hours: str | None, billed: str
) -> None:
    found = written_down(LINES[0], D(amount), D(hours) if hours else None)
    assert (found.billed, found.worked, found.hours) == (D(billed), D("500.00"), D("1.2"))


@pytest.mark.parametrize("amount, hours", [("400.01", None), ("0", None), ("-1", None), ("1", "1.1"), ("1", "-1")])
def test_a_write_down_beyond_the_line_is_refused(amount: str, hours: str | None) -> None:
    with pytest.raises(WriteDownRefused, match="Line 1"):
        written_down(LINES[0], D(amount), D(hours) if hours else None)


def test_the_four_losses_are_never_merged() -> None:
    found = Losses()
    for n, loss in enumerate(Loss, start=1):
        found = found.plus(loss, D(n), hard_cost=loss is Loss.WIP_WRITE_OFF)
    assert found == Losses(D(1), D(2), D(3), D(4), hard_costs=D(2))
    assert {f.name for f in fields(Losses)} == {loss.replace("-", "_") for loss in Loss} | {"hard_costs"}
    with pytest.raises(ValueError, match="is none"):
        found.plus(Loss.BAD_DEBT, D("-0.01"))


@pytest.mark.parametrize("day, late", [(28, True), (1, False)])
def test_work_of_an_earlier_period_is_late(day: int, late: bool) -> None:
    worked_on = date(2026, 2, 28) if late else date(2026, 3, day)
    assert is_late(worked_on, date(2026, 3, 1)) is late


BILL = BillContent(
    currency="USD",
    payers=(PayerTotal(7, D("1250.00"), D("75.5"), D(0), D("1325.5")),),
    lines=(
        ContentLine(1, "time", 3, date(2026, 3, 2), "Draft café lease", D("2.5"), D("2.5"), D(500), D(1250)),
        ContentLine(2, "expense", 3, date(2026, 3, 3), "Filing fee", None, D(1), D("75.5"), D("75.5")),
    ),
)
CANONICAL = (
    "1:B,13:meruit-bill-1,3:USD,"
    "1:P,1:7,9:1250.0000,7:75.5000,6:0.0000,9:1325.5000,"
    "1:L,1:1,4:time,1:3,10:2026-03-02,17:Draft café lease,6:2.5000,6:2.5000,8:500.0000,9:1250.0000,"
    "1:L,1:2,7:expense,1:3,10:2026-03-03,10:Filing fee,~,6:1.0000,7:75.5000,7:75.5000,"
)


def test_the_canonical_text_is_frozen() -> None:
    assert BILL.canonical() == CANONICAL
    assert first_hash(BILL) == hashlib.sha256(CANONICAL.encode()).digest()
    assert first_hash(BILL).hex() == "2e23c0b74af20f1fdf87ef4e51b52d71f7af354f5382c15e2614f15c2469d475"


def test_the_order_in_which_rows_come_does_not_matter() -> None:
    assert first_hash(replace(BILL, lines=BILL.lines[::-1])) == first_hash(BILL)


def test_trailing_zeros_do_not_matter_and_a_negative_zero_is_zero() -> None:
    payer = PayerTotal(7, D("1250"), D("75.5000"), D("-0.00"), D("1325.50"))
    assert first_hash(replace(BILL, payers=(payer,))) == first_hash(BILL)


@pytest.mark.parametrize("field", [f.name for f in fields(ContentLine)])
def test_every_field_of_a_line_changes_the_first_hash_and_is_told(field: str) -> None:
    other = {
        "number": 9,
        "kind": "fee",
        "timekeeper": 4,
        "worked_on": date(2026, 3, 4),
        "narrative": "Draft cafe lease",
    }
    value: dict[str, Any] = {field: other.get(field, D("2.49"))}
    changed = replace(BILL.lines[0], **value)
    now = replace(BILL, lines=(changed, BILL.lines[1]))
    assert first_hash(now) != first_hash(BILL)
    assert field in {c.field for c in difference(BILL, now)}


@pytest.mark.parametrize("field", [f.name for f in fields(PayerTotal)])
def test_every_sum_of_a_payer_changes_the_first_hash_and_is_told(field: str) -> None:
    sums: dict[str, Any] = {field: 8 if field == "payer" else D("0.01")}
    changed = replace(BILL.payers[0], **sums)
    now = replace(BILL, payers=(changed,))
    assert first_hash(now) != first_hash(BILL)
    assert field in {c.field for c in difference(BILL, now)}


def test_the_difference_is_what_changed_and_nothing_else() -> None:
    cut = replace(BILL.lines[0], hours=D("2.0"), amount=D("1000"))
    now = replace(BILL, lines=(cut,), payers=(PayerTotal(7, D(1000), D(0), D(0), D(1000)),))
    found = difference(BILL, now)
    assert Change("line 1", "hours", "2.5000", "2.0000") in found
    assert Change("line 1", "narrative", "Draft café lease", "Draft café lease") not in found
    assert Change("line 2", "narrative", "Filing fee", None) in found
    assert {c.where for c in found} == {"payer 7", "line 1", "line 2"}
    assert difference(BILL, replace(BILL, currency="EUR")) == [Change("currency", "currency", "USD", "EUR")]


cell_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.lists(cell_text, min_size=2, max_size=2), st.lists(cell_text, min_size=2, max_size=2))
def test_no_two_contents_share_a_text(one: list[str], two: list[str]) -> None:
    bills = [
        replace(
            BILL,
            lines=tuple(
                replace(x, kind=k, narrative=n) for x, (k, n) in zip(BILL.lines, [pair, pair[::-1]], strict=True)
            ),
        )
        for pair in (one, two)
    ]
    assert (bills[0].canonical() == bills[1].canonical()) == (bills[0] == bills[1])


def test_an_amount_finer_than_the_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="more than four decimals"):
        replace(BILL, lines=(replace(BILL.lines[0], rate=D("0.00001")),)).canonical()


FORMAL = Formalities(
    ids={"client_matter_id": "CM-9", "claim_number": "77"},
    codes=(LineCodes(1, "L310", "A103", ""), LineCodes(2, "", "", "E112")),
    format="LEDES1998B",
    attachments=("ab" * 32,),
)


def test_the_second_hash_covers_ids_codes_format_and_attachments() -> None:
    assert FORMAL.canonical() == (
        "1:F,20:meruit-formalities-1,10:LEDES1998B,"
        "1:I,12:claim_number,2:77,1:I,16:client_matter_id,4:CM-9,"
        "1:C,1:1,4:L310,4:A103,0:,1:C,1:2,0:,0:,4:E112,"
        f"1:A,64:{'ab' * 32},"
    )
    changes = [
        replace(FORMAL, ids={**FORMAL.ids, "claim_number": "78"}),
        replace(FORMAL, codes=(LineCodes(1, "L320", "A103", ""), FORMAL.codes[1])),
        replace(FORMAL, format="LEDES98BI V2"),
        replace(FORMAL, attachments=()),
    ]
    assert len({second_hash(f) for f in [FORMAL, *changes]}) == 5


def test_codes_and_ids_do_not_void_an_approval() -> None:
    covered = {f.name for f in fields(ContentLine)}
    assert not covered & {"task_code", "activity_code", "expense_code"}
