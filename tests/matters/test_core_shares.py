"""Who pays what: percents, a deductible, layers, kinds of line, fixed amounts; always the whole bill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.matters.core import BillLine, Share, ShareError, ShareSet, Split, in_force, read_shares, split

D = Decimal
INSURER, INSURED, CODEF = 1, 2, 3
JANUARY = date(2026, 1, 1)


def lines(*amounts: str, kind: str = "time", code: str = "L310", start: int = 1) -> list[BillLine]:
    return [
        BillLine(number=n, worked_on=date(2026, 3, 1), kind=kind, amount=D(a), code=code)
        for n, a in enumerate(amounts, start=start)
    ]


def shares(*rows: dict[str, object], from_on: date = JANUARY) -> ShareSet:
    return read_shares(from_on, rows)


SIXTY_FORTY = shares({"payer_id": INSURER, "percent": "60"}, {"payer_id": INSURED, "percent": "40", "odd_cent": True})
DEDUCTIBLE = shares(
    {"payer_id": INSURED, "layer": 1, "up_to": "5000.00"},
    {"payer_id": INSURER, "percent": "60", "layer": 2},
    {"payer_id": INSURED, "percent": "40", "layer": 2, "odd_cent": True},
)
POLICY_LIMIT = shares({"payer_id": INSURER, "layer": 1, "up_to": "1000.00"}, {"payer_id": INSURED, "layer": 2})
COSTS_TO_INSURED = shares(
    {"payer_id": INSURED, "line": "expense"},
    {"payer_id": CODEF, "line": "E1"},
    {"payer_id": INSURER, "line": "E110"},
    {"payer_id": INSURER, "percent": "60"},
    {"payer_id": INSURED, "percent": "40", "odd_cent": True},
)
FIXED_FIRST = shares({"payer_id": CODEF, "amount": "250.00"}, {"payer_id": INSURER})


def check_whole(found: Split, bill: Sequence[BillLine]) -> None:
    for line in bill:
        borne = [p.amount for own in found.parts.values() for p in own if p.number == line.number]
        assert sum(borne, D(0)) == line.amount
        assert all(a == 0 or (a > 0) == (line.amount > 0) for a in borne)
    assert sum((found.total(p) for p in found.parts), D(0)) == sum((line.amount for line in bill), D(0))


@pytest.mark.parametrize(
    "story, share_set, amounts, used_before, expected",
    [
        ("60/40", SIXTY_FORTY, ["100.00", "50.00"], "0", {INSURER: "90.00", INSURED: "60.00"}),
        ("60/40, the odd cent to the insured", SIXTY_FORTY, ["100.01"], "0", {INSURER: "60.00", INSURED: "40.01"}),
        ("all below the deductible", DEDUCTIBLE, ["1200.00", "800.00"], "0", {INSURED: "2000.00"}),
        ("to the deductible's last cent", DEDUCTIBLE, ["1000.00"], "4000.00", {INSURED: "1000.00"}),
        (
            "crossed within a line: 500 to the insured, 1,000 in 60/40",
            DEDUCTIBLE,
            ["1500.00"],
            "4500.00",
            {INSURER: "600.00", INSURED: "900.00"},
        ),
        ("above the deductible", DEDUCTIBLE, ["1000.00"], "5000.00", {INSURER: "600.00", INSURED: "400.00"}),
        (
            "a credit runs back below the deductible",
            DEDUCTIBLE,
            ["-1000.00"],
            "5500.00",
            {INSURER: "-300.00", INSURED: "-700.00"},
        ),
        ("a policy limit", POLICY_LIMIT, ["1500.00"], "0", {INSURER: "1000.00", INSURED: "500.00"}),
        ("a fixed amount first", FIXED_FIRST, ["100.00", "400.00"], "0", {CODEF: "250.00", INSURER: "250.00"}),
        ("a bill of credits pays no fixed amount", FIXED_FIRST, ["50.00", "-80.00"], "0", {INSURER: "-30.00"}),
        ("a bill below the fixed amount", FIXED_FIRST, ["100.00"], "0", {CODEF: "100.00"}),
    ],
)
def test_who_pays(
    story: str, share_set: ShareSet, amounts: list[str], used_before: str, expected: dict[int, str]
) -> None:
    bill = lines(*amounts)
    found = split([share_set], bill, used_before=D(used_before))
    assert {p: found.total(p) for p in found.parts} == {p: D(a) for p, a in expected.items()}, story
    check_whole(found, bill)


def test_kinds_of_line_are_taken_first_and_the_longest_name_before() -> None:
    bill = [*lines("100.00"), *lines("30.00", kind="expense", code="E205", start=2)]
    bill += lines("70.00", kind="expense", code="E110", start=3)
    bill += lines("5.00", kind="expense", code="E101", start=4)
    found = split([COSTS_TO_INSURED], bill)
    sums = {p: found.total(p) for p in found.parts}
    assert sums == {INSURER: D("130.00"), INSURED: D("70.00"), CODEF: D("5.00")}
    check_whole(found, bill)


def test_layers_count_only_what_runs_through_them() -> None:
    assert split([DEDUCTIBLE], lines("100.00"), used_before=D("200")).used == D("300.00")
    assert split([FIXED_FIRST], lines("400.00")).used == D("150.00")


def test_a_line_of_no_charge_is_seen_by_whoever_pays_there() -> None:
    found = split([SIXTY_FORTY], lines("100.00", "0.00"))
    assert [[p.number for p in own] for own in found.parts.values()] == [[1, 2], [1, 2]]
    assert list(split([DEDUCTIBLE], lines("0.00")).parts) == [INSURED]
    assert list(split([DEDUCTIBLE], lines("0.00"), used_before=D(5000)).parts) == [INSURER, INSURED]


def test_a_new_set_holds_from_its_day_and_the_deductible_goes_on() -> None:
    later = shares(
        {"payer_id": INSURED, "layer": 1, "up_to": "500.00"},
        {"payer_id": INSURER, "layer": 2},
        from_on=date(2026, 3, 15),
    )
    bill = [*lines("400.00"), BillLine(number=2, worked_on=date(2026, 3, 20), kind="time", amount=D("400.00"))]
    found = split([later, DEDUCTIBLE], bill)
    assert {p: found.total(p) for p in found.parts} == {INSURED: D("500.00"), INSURER: D("300.00")}
    assert in_force([DEDUCTIBLE, later], date(2026, 3, 14)) is DEDUCTIBLE


def test_the_split_tells_its_steps() -> None:
    found = split([DEDUCTIBLE], lines("1500.00"), used_before=D("4500.00"))
    assert found.steps == (
        "Layer 1: 500.00, of which payer 2 100 % = 500.00.",
        "Layer 2: 1000.00, of which payer 1 60 % = 600.00, payer 2 40 % = 400.00.",
    )


@given(
    st.sampled_from([SIXTY_FORTY, DEDUCTIBLE, POLICY_LIMIT, COSTS_TO_INSURED, FIXED_FIRST]),
    st.lists(st.tuples(st.integers(0, 400000), st.sampled_from(["time", "expense"])), max_size=25),
    st.integers(0, 600000),
)
def test_every_split_is_the_whole_bill_line_by_line(
    share_set: ShareSet, amounts: list[tuple[int, str]], used: int
) -> None:
    bill = [
        BillLine(number=n, worked_on=date(2026, 3, 1), kind=kind, amount=D(cents) / 100, code="E101")
        for n, (cents, kind) in enumerate(amounts)
    ]
    check_whole(split([share_set], bill, used_before=D(used) / 100), bill)


@given(
    st.lists(st.integers(-200000, 400000), min_size=1, max_size=25),
    st.integers(0, 600000),
)
def test_with_credits_the_sums_still_hold(amounts: list[int], used: int) -> None:
    bill = lines(*(str(D(cents) / 100) for cents in amounts))
    found = split([DEDUCTIBLE], bill, used_before=D(used) / 100)
    for line in bill:
        borne = [p.amount for own in found.parts.values() for p in own if p.number == line.number]
        assert sum(borne, D(0)) == line.amount


def test_one_bill_or_three_give_the_layers_the_same_use() -> None:
    whole = split([DEDUCTIBLE], lines("3000.00", "3000.00", "3000.00"))
    used, insurer = D(0), D(0)
    for _ in range(3):
        one = split([DEDUCTIBLE], lines("3000.00"), used_before=used)
        used, insurer = one.used, insurer + one.total(INSURER)
    assert (used, insurer) == (whole.used, whole.total(INSURER)) == (D(9000), D(2400))


@pytest.mark.parametrize(
    "rows, says",
    [
        ([{"payer_id": 1, "percent": "60"}, {"payer_id": 2, "percent": "39"}], "sum to 99"),
        ([{"payer_id": 1, "percent": "60"}, {"payer_id": 2, "percent": "40"}], "odd cent"),
        ([{"payer_id": 1, "percent": "50", "odd_cent": True}, {"payer_id": 1, "percent": "50"}], "named twice"),
        ([{"payer_id": 1, "up_to": "5000"}], "what lies above it"),
        ([{"payer_id": 1}, {"payer_id": 2, "layer": 2}], "rising"),
        (
            [
                {"payer_id": 1, "up_to": "50"},
                {"payer_id": 2, "layer": 2, "up_to": "40"},
                {"payer_id": 1, "layer": 3},
            ],
            "rising",
        ),
        (
            [{"payer_id": 1, "percent": "60", "up_to": "5"}, {"payer_id": 2, "percent": "40", "odd_cent": True}],
            "different amounts",
        ),
        ([{"payer_id": 1, "line": "expense"}], "to nobody"),
        ([], "to nobody"),
        ([{"payer_id": 1, "percent": "0.0"}, {"payer_id": 2}], "above 0"),
        ([{"payer_id": 1, "percent": "120"}], "at most 100"),
        ([{"payer_id": 1, "amount": "-5"}, {"payer_id": 2}], "fixed amount"),
        ([{"payer_id": 1, "pct": "60"}], 'does not know "pct"'),
        ([{"percent": "60"}], 'lacks "payer_id"'),
        ([{"payer_id": 1, "percent": 60.0}], "The percent of a share: 60.0 is a float"),
        ([{"payer_id": 1, "up_to": "5k"}], 'The up_to of a share: "5k" is not a number'),
        ([{"payer_id": "Ada"}], 'The payer_id of a share is "Ada"'),
        ([{"payer_id": 1, "layer": -1}], "whole number from 1"),
        ([{"payer_id": 1, "odd_cent": "false"}], "true or false"),
    ],
)
def test_shares_that_make_no_whole_are_refused(rows: list[dict[str, object]], says: str) -> None:
    with pytest.raises(ShareError, match=says):
        read_shares(JANUARY, rows)


def test_a_bill_before_any_shares_is_refused() -> None:
    with pytest.raises(ShareError, match="record who pays"):
        split([shares({"payer_id": 1}, from_on=date(2026, 4, 1))], lines("1.00"))


def test_a_share_object_is_checked_as_well() -> None:
    with pytest.raises(ShareError, match="a layer ends above zero"):
        Share(payer=1, up_to=D(10), line="time")
