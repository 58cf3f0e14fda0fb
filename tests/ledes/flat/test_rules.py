"""Every rule on flat files: a bill that breaks it, and the nearest one that does not."""

from __future__ import annotations

from datetime import date

import pytest

from meruit.ledes import Dialect
from meruit.ledes.rules import rules as catalogue
from tests.ledes.bills import ADA, BEN, adjustment, bill, expense, fee, found, full, rules, text

V2 = "LEDES98BI V2"
AS_OF = date(2026, 3, 10)


def edited(old: str, new: str, data: bytes | None = None, times: int = 1) -> bytes:
    """An ordinary bill with some of its text replaced."""
    whole = (data or bill()).decode()
    assert old in whole
    return whole.replace(old, new, times).encode()


HEADER = "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID"
TWO_MATTERS = bill(fee(), fee(LAW_FIRM_MATTER_ID="118-08", LINE_ITEM_DATE="20260212"))
TWO_INVOICES = bill(fee(), fee(INVOICE_NUMBER="HR-2042", LINE_ITEM_DATE="20260212"))
ONE_MATTER = Dialect(title="Portal P", slug="p", one_matter=True)
ONE_INVOICE = Dialect(title="Portal P", slug="p", one_invoice=True)
WAY_A = Dialect(title="Portal P", slug="p", adjustment_ways=("A",))
ONE_IF = Dialect(title="Portal P", slug="p", most_if=1)
OLD = Dialect(title="Portal P", oldest_line_days=30)
OLD_BILL = Dialect(title="Portal P", oldest_invoice_days=9)
HALF_EVEN = Dialect(title="Portal P", slug="p", rounding="half-even")

#: rule, what breaks it, what just does not, how to ask, the severity of the breach
CASES = [
    ("LF01", edited("LEDES1998B[]", "LEDES1998Z[]"), bill(), {}, "error"),
    ("LF01", edited("LEDES1998B[]", "ledes98b[]"), bill(), {}, "advice"),
    ("LF01", b"\n".join(bill().splitlines()[1:]), bill(), {}, "error"),
    ("LF02", edited(HEADER, "INVOICE_DATE|INVOICE_NO|CLIENT_ID"), bill(), {}, "error"),
    ("LF02", edited(HEADER, "INVOICE_NUMBER|INVOICE_DATE|CLIENT_ID"), bill(), {}, "error"),
    ("LF02", edited(HEADER, HEADER.lower()), bill(), {}, "advice"),
    ("LF03", edited("|12-3456789|0.15|||LIT-4402[]", "|12-3456789[]"), bill(), {}, "error"),
    ("LF03", edited("LIT-4402[]", "LIT-4402"), bill(), {}, "advice"),
    ("LF03", edited("LIT-4402[]", "LIT-4402|[]"), bill(), {}, "advice"),
    ("LF04", edited("the notice to", "the notice | to"), edited("the notice to", "the notice / to"), {}, "error"),
    ("LF04", edited("the notice to", "the notice\r\nto"), edited("the notice to", "the notice  to"), {}, "advice"),
    ("LF04", edited("the notice to", "the [] notice to"), edited("the notice to", "the [ ] notice to"), {}, "advice"),
    ("LF04", edited("the notice to", "the\tnotice to"), bill(), {}, "advice"),
    (
        "LF05",
        edited("the notice to", "the landlord’s notice to"),
        edited("the notice", "the landlord's notice"),
        {},
        "advice",
    ),
    ("LF05", edited("|C-118|", "|NULL|"), edited("|C-118|", "|NULLA|"), {}, "advice"),
    ("LF06", b"\r\n".join(bill().splitlines()[:2]) + b"\r\n", bill(fee()), {}, "error"),
    ("LF07", TWO_MATTERS, bill(fee(), fee(LINE_ITEM_DATE="20260212")), {"portal": ONE_MATTER}, "portal"),
    ("LF07", TWO_INVOICES, bill(fee(), fee(LINE_ITEM_DATE="20260212")), {"portal": ONE_INVOICE}, "portal"),
    ("LT01", bill(fee(LINE_ITEM_DATE="20260229")), bill(fee(LINE_ITEM_DATE="20260228")), {}, "error"),
    ("LT02", bill(fee(LINE_ITEM_TOTAL="1,350")), bill(fee("4.50")), {}, "error"),
    ("LT03", bill(fee(LINE_ITEM_NUMBER="9" * 21)), bill(fee(LINE_ITEM_NUMBER="9" * 20)), {}, "error"),
    ("LT04", bill(fee(**{"EXP/FEE/INV_ADJ_TYPE": "X"})), bill(fee()), {}, "error"),
    ("LT04", bill(fee(**{"EXP/FEE/INV_ADJ_TYPE": "f"})), bill(fee()), {}, "advice"),
    ("LT05", bill(fee(INVOICE_CURRENCY="STG"), name=V2), bill(fee(INVOICE_CURRENCY="USD"), name=V2), {}, "error"),
    ("LR01", bill(fee(CLIENT_ID="")), bill(fee(CLIENT_MATTER_ID="")), {}, "error"),
    ("LR02", bill(fee(TIMEKEEPER_ID="")), bill(expense(TIMEKEEPER_ID="")), {}, "error"),
    ("LR02", bill(fee(TIMEKEEPER_NAME="")), bill(fee()), {}, "error"),
    ("LR02", bill(fee(TIMEKEEPER_CLASSIFICATION="")), bill(fee()), {}, "error"),
    ("LR02", bill(fee("0")), bill(fee("0.1")), {}, "error"),
    ("LR02", bill(fee("1.50", "")), bill(fee("1.50", "1")), {}, "error"),
    ("LR03", bill(expense("")), bill(adjustment("-1.00", LINE_ITEM_NUMBER_OF_UNITS="")), {}, "error"),
    ("LR03", bill(expense("1", "0")), bill(expense("1", "0.01")), {}, "error"),
    ("LR04", bill(fee(LINE_ITEM_TASK_CODE="")), bill(fee(LINE_ITEM_ACTIVITY_CODE="")), {}, "advice"),
    (
        "LR04",
        bill(fee(), fee(LINE_ITEM_TASK_CODE="", LINE_ITEM_ACTIVITY_CODE="", LINE_ITEM_DATE="20260212")),
        bill(fee(LINE_ITEM_TASK_CODE="", LINE_ITEM_ACTIVITY_CODE="")),
        {},
        "advice",
    ),
    ("LR05", bill(fee(LINE_ITEM_EXPENSE_CODE="E101")), bill(expense(LINE_ITEM_TASK_CODE="L120")), {}, "advice"),
    ("LR05", bill(expense(LINE_ITEM_ACTIVITY_CODE="A103")), bill(expense()), {}, "advice"),
    (
        "LR06",
        bill(
            fee(), adjustment("", LINE_ITEM_NUMBER_OF_UNITS="1", LINE_ITEM_UNIT_COST="-9.00", LINE_ITEM_TOTAL="-9.00")
        ),
        bill(fee(), adjustment("-9.00")),
        {"portal": WAY_A},
        "portal",
    ),
    (
        "LR07",
        bill(fee(), adjustment("-9.00"), adjustment("-8.00")),
        bill(fee(), adjustment("-9.00"), adjustment("-8.00", "IE")),
        {"portal": ONE_IF},
        "portal",
    ),
    (
        "LR08",
        bill(fee(LINE_ITEM_DESCRIPTION="")),
        bill(fee(), adjustment("-9.00", LINE_ITEM_DESCRIPTION="")),
        {},
        "advice",
    ),
    ("LC01", bill(fee(INVOICE_TOTAL="456.00"), expense(INVOICE_TOTAL="456.01")), bill(fee(), expense()), {}, "error"),
    ("LC01", bill(fee(), expense(LAW_FIRM_ID="98-7654321")), bill(fee(), expense(CLIENT_MATTER_ID="X")), {}, "error"),
    ("LC01", bill(fee(), expense(INVOICE_DESCRIPTION="Other")), bill(fee(), expense()), {}, "advice"),
    (
        "LC02",
        bill(fee(), expense(CLIENT_ID="C-119")),
        bill(fee(), expense(CLIENT_ID="C-119", LAW_FIRM_MATTER_ID="119-01")),
        {},
        "error",
    ),
    ("LC03", bill(fee(), expense(LINE_ITEM_NUMBER="1")), bill(fee(), expense(LINE_ITEM_NUMBER="7")), {}, "error"),
    (
        "LC05",
        bill(fee(), fee(LINE_ITEM_DATE="20260212", TIMEKEEPER_CLASSIFICATION="ASSOC")),
        bill(fee(), fee(**BEN)),
        {},
        "advice",
    ),
    (
        "LC05",
        bill(fee(), fee(LINE_ITEM_DATE="20260212", TIMEKEEPER_NAME="Marlow, A.")),
        bill(fee(), fee(**BEN)),
        {},
        "advice",
    ),
    ("LA01", bill(fee(LINE_ITEM_TOTAL="450.01")), bill(fee(LINE_ITEM_TOTAL="450.0")), {}, "error"),
    (
        "LA01",
        bill(fee("0.70", "247.15", LINE_ITEM_TOTAL="173.02")),
        bill(fee("0.70", "247.15", LINE_ITEM_TOTAL="173.00")),
        {},
        "error",
    ),
    (
        "LA02",
        bill(fee(LINE_ITEM_TAX_TOTAL="90.01"), name=V2),
        bill(fee(LINE_ITEM_TAX_TOTAL="90"), name=V2),
        {},
        "error",
    ),
    ("LA02", bill(fee(LINE_ITEM_TOTAL="450.00"), name=V2), bill(fee(LINE_ITEM_TOTAL="540"), name=V2), {}, "error"),
    ("LA03", bill(fee(INVOICE_TOTAL="450.01")), bill(fee(INVOICE_TOTAL="450.0")), {}, "error"),
    ("LA04", bill(fee(INVOICE_TAX_TOTAL="89.99"), name=V2), bill(fee(INVOICE_TAX_TOTAL="90.0"), name=V2), {}, "error"),
    ("LA04", bill(fee(INVOICE_NET_TOTAL="540.00"), name=V2), bill(fee(INVOICE_NET_TOTAL="450"), name=V2), {}, "error"),
    (
        "LA05",
        bill(fee("0.70", "247.15", LINE_ITEM_TOTAL="173.01")),
        bill(fee("0.70", "247.15", LINE_ITEM_TOTAL="173.00")),
        {"portal": HALF_EVEN},
        "portal",
    ),
    (
        "LA06",
        bill(fee(), expense(LINE_ITEM_TAX_RATE="0.05"), name=V2),
        bill(fee(), expense(LINE_ITEM_TAX_RATE="0"), name=V2),
        {},
        "advice",
    ),
    (
        "LA07",
        bill(fee(INVOICE_TAX_CURRENCY="USD"), name=V2),
        bill(fee(INVOICE_TAX_CURRENCY="USD", INVOICE_REPORTED_TAX_TOTAL="1"), name=V2),
        {},
        "advice",
    ),
    ("LA08", bill(fee(), fee("-0.50", LINE_ITEM_DATE="20260212")), bill(fee(), adjustment("-150.00")), {}, "advice"),
    ("LA08", bill(adjustment("-1.00")), bill(adjustment("1.00")), {}, "advice"),
    (
        "LA09",
        bill(fee(LINE_ITEM_ADJUSTMENT_AMOUNT="-450.00")),
        bill(fee(LINE_ITEM_ADJUSTMENT_AMOUNT="-449.99")),
        {},
        "advice",
    ),
    ("LD01", bill(fee(BILLING_START_DATE="20260301")), bill(fee(BILLING_START_DATE="20260228")), {}, "error"),
    ("LD02", bill(fee(LINE_ITEM_DATE="20260131")), bill(fee(LINE_ITEM_DATE="20260201")), {}, "advice"),
    ("LD02", bill(fee(INVOICE_DATE="20260227")), bill(fee(INVOICE_DATE="20260228")), {}, "advice"),
    ("LD02", bill(fee(INVOICE_DATE="20260311")), bill(fee(INVOICE_DATE="20260310")), {"as_of": AS_OF}, "advice"),
    (
        "LD03",
        bill(fee(LINE_ITEM_DATE="20260207")),
        bill(fee(LINE_ITEM_DATE="20260208")),
        {"portal": OLD, "as_of": AS_OF},
        "portal",
    ),
    ("LD03", bill(fee(LINE_ITEM_DATE="20260202")), bill(fee(LINE_ITEM_DATE="20260203")), {"portal": OLD}, "portal"),
    (
        "LD03",
        bill(fee(), adjustment("-1.00", LINE_ITEM_DATE="20260207")).replace(b"|20260210|", b"|20260207|"),
        bill(fee(), adjustment("-1.00", LINE_ITEM_DATE="20260207")),
        {"portal": OLD, "as_of": AS_OF},
        "portal",
    ),
    (
        "LD03",
        bill(fee(INVOICE_DATE="20260228")),
        bill(fee(INVOICE_DATE="20260301")),
        {"portal": OLD_BILL, "as_of": AS_OF},
        "portal",
    ),
    ("duplicate-line", bill(fee(), fee()), bill(fee(), fee(LAW_FIRM_MATTER_ID="118-08")), {}, "advice"),
]


@pytest.mark.parametrize(
    "rule, broken, near_miss, how, severity", CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_the_rule_speaks_of_the_breach_and_not_of_the_near_miss(
    rule: str, broken: bytes, near_miss: bytes, how: dict[str, object], severity: str
) -> None:
    assert (rule, severity) in [(r, s) for r, s, _, _ in found(broken, **how)]
    assert rule not in rules(near_miss, **how)


def test_every_rule_on_flat_files_has_a_case() -> None:
    elsewhere = {"LC04": "test_files.py"}
    spoken = {case[0] for case in CASES} | set(elsewhere)
    flat = {name for name, rule in catalogue().items() if rule.on in ("all", "flat")}
    assert flat == spoken


def test_a_finding_stands_at_its_cell() -> None:
    data = bill(fee(), fee(LINE_ITEM_DATE="20260229", LINE_ITEM_TASK_CODE="L130"))
    from meruit.ledes import check

    wrong = [f for f in check(data) if f.rule == "LT01"]
    assert [(f.line, f.field, f.invoice, f.entry, f.found) for f in wrong] == [
        (4, "LINE_ITEM_DATE", "HR-2041", "2", "20260229")
    ]
    assert wrong[0].byte is not None
    assert data[wrong[0].byte :].startswith(b"20260229|")


def test_one_bad_cell_does_not_hide_another() -> None:
    data = bill(fee(LINE_ITEM_DATE="soon", LINE_ITEM_TOTAL="none", TIMEKEEPER_ID=""), expense("0"))
    assert {"LT01", "LT02", "LR02", "LR03"} <= rules(data)


def test_what_an_invoice_repeats_is_said_once() -> None:
    rows = full(
        [fee(INVOICE_DATE="2026"), *[fee(INVOICE_DATE="2026", LINE_ITEM_DATE=f"202602{d}") for d in range(11, 20)]]
    )
    assert [f[0] for f in found(text(rows).encode())].count("LT01") == 1


def test_ada_and_ben_may_share_a_name() -> None:
    assert "LC05" not in rules(bill(fee(), fee(**{**BEN, "TIMEKEEPER_NAME": ADA["TIMEKEEPER_NAME"]})))
