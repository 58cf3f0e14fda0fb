"""Every rule on XML bills: a bill that breaks it, and a near miss that does not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest

from meruit.ledes.dialects import Dialect, dialect
from meruit.ledes.model import Adjustment, File, Line, Matter, Tax, TaxTier, Timekeeper
from meruit.ledes.rules import rules
from meruit.ledes.xml import check, complete, read, write
from tests.ledes.xml.bills import bill, fee, vat

Change = Callable[[File], None]


def matter(file: File) -> Matter:
    return file.invoices[0].matters[0]


def line(file: File, place: int = 0) -> Line:
    return matter(file).lines[place]


def entry(file: File, place: int) -> Adjustment:
    return matter(file).adjustments[place]


def set_line(place: int = 0, **values: str) -> Change:
    def change(file: File) -> None:
        for key, value in values.items():
            setattr(line(file, place), key, value)

    return change


def set_matter(**values: str) -> Change:
    def change(file: File) -> None:
        for key, value in values.items():
            setattr(matter(file), key, value)

    return change


def set_invoice(**values: str) -> Change:
    def change(file: File) -> None:
        for key, value in values.items():
            setattr(file.invoices[0], key, value)

    return change


def set_entry(place: int, **values: str) -> Change:
    def change(file: File) -> None:
        for key, value in values.items():
            setattr(entry(file, place), key, value)

    return change


def set_tax(**values: str) -> Change:
    def change(file: File) -> None:
        for key, value in values.items():
            setattr(file.taxes[0], key, value)

    return change


def nothing(file: File) -> None:
    """The bill as it is."""


def withheld(on_line: bool) -> Change:
    def change(file: File) -> None:
        file.taxes.append(
            Tax(id="IRPF", registration="E1", type="IRPF", tiered="N", rate="0.15", country="ES", on_tax="N", direction="Decrease")
        )  # fmt: skip
        if on_line:
            line(file).tax_ids.append("IRPF")

    return change


def tiers(*steps: tuple[str, str]) -> Change:
    """A tiered tax beside the other, with steps (from, to)."""

    def change(file: File) -> None:
        file.taxes.append(
            Tax(id="JP", registration="J", type="Income", tiered="Y", country="JP", on_tax="N", direction="Increase")
        )
        for i, (low, high) in enumerate(steps, 1):
            file.tiers.append(
                TaxTier(
                    tax_id="JP",
                    number=str(i),
                    minimum=low,
                    maximum=high,
                    percent="0.10",
                    taxable_amount="0.00",
                    tax_amount="0.00",
                )
            )

    return change  # fmt: skip


def second_matter(file: File) -> None:
    file.invoices[0].matters.append(
        Matter(firm_matter_id="1043", name="Second", final_bill="N", lines=[], **dict.fromkeys(
            ("detail_fees", "detail_expenses", "credit_fees", "credit_expenses", "credit_total", "tax_on_fees",
             "tax_on_expenses", "net_fees", "net_expenses", "total_due"), "0.00"), has_lines="N")
    )  # fmt: skip


def both(*changes: Change) -> Change:
    def change(file: File) -> None:
        for one in changes:
            one(file)

    return change


def tier_on_line(file: File) -> None:
    line(file).tax_ids.append("JP")


#: rule, a field it speaks about, what breaks it, what nearly does
STORIES: list[tuple[str, str | None, Change, Change]] = [
    ("duplicate-line", "FEE.charge_desc",
     lambda f: matter(f).lines.append(deepcopy(line(f))),
     lambda f: (matter(f).lines.append(deepcopy(line(f))), set_line(3, narrative="Another call.")(f))),
    ("LF06", None, both(lambda f: matter(f).lines.clear(), lambda f: matter(f).adjustments.clear(), set_matter(total_due="0")),
     lambda f: matter(f).lines.clear()),
    ("LA01", "FEE.base_amount", set_line(base_amount="1000.01"), set_line(units="2.50001")),
    ("LA01", "FEE.total_amount", set_line(total="999.99"), nothing),
    ("LA01", "FEE.item_disc_cred_amount", set_line(1, adjustment="-6.51"), set_line(1, adjustment="-6.5000")),
    ("LA08", "FEE.units", set_line(units="-2.5"), set_line(units="0.1")),
    ("LA09", "FEE.total_amount", set_line(total="0.00"), set_line(total="0.01")),
    ("LC04", "INVOICE.inv_id", lambda f: f.invoices.append(f.invoices[0]), nothing),
    ("LD01", "INVOICE.inv_start_date", set_invoice(start="2026-04-02"), set_invoice(start="2026-03-31")),
    ("LD02", "FEE.charge_date", set_line(date="2026-02-28"), set_line(date="2026-03-01")),
    ("LD02", "FEE.charge_date", set_line(date="2026-04-02"), set_line(date="2026-03-31")),
    ("LD02", "INVOICE.inv_date", set_invoice(date="2026-03-30"), set_invoice(date="2026-03-31")),
    ("LR01", "CLIENT.cl_lf_id", lambda f: setattr(f.invoices[0].client, "firm_id_at_client", ""), nothing),
    ("LR03", "EXPENSE.expense_code", set_line(2, expense_code="A103"), set_line(2, expense_code="E102")),
    ("LR04", "FEE.task_code", set_line(task_code="E101"), set_line(task_code="L120")),
    ("LR04", "FEE.task_code", set_line(task_code=""), set_line(task_code="", activity_code="")),
    ("LR01", "FEE.charge_desc", set_line(narrative=""), set_line(narrative="X")),
    ("LT01", "FEE.charge_date", set_line(date="2026-02-30"), set_line(date="2026-03-30")),
    ("LT01", "FEE.charge_date", lambda f: None, nothing),
    ("LT02", "FEE.rate", set_line(rate="4OO"), set_line(rate="400")),
    ("LT02", "MATTER.matter_disc_bill_pct_fees", set_matter(bill_discount_fees="10"), set_matter(bill_discount_fees="0.10")),
    ("LT03", "FEE.task_code", set_line(task_code="L1234567890"), set_line(task_code="L123456789")),
    ("LT04", "FEE.charge_type", set_line(charge_type="X"), set_line(charge_type="F")),
    ("LT04", "FEE.tk_level", set_line(timekeeper_class="BOSS"), set_line(timekeeper_class="PT")),
    ("LT05", "INVOICE.inv_currency", set_invoice(currency="GBX"), set_invoice(currency="JPY")),
    ("LX04", "FEE.tk_id", set_line(timekeeper_id="ZZ"), set_line(timekeeper_id="BT")),
    ("LX04", "FEE.rate", set_line(rate="399.00"), set_line(rate="400.0000")),
    ("LX04", "FEE.tk_level", set_line(timekeeper_class="ASSOC"), nothing),
    ("LX05", "TAX_ITEM_FEE.tx_id", lambda f: line(f).tax_ids.append("GST"), nothing),
    ("LX05", "TAX_ITEM_FEE.tx_id", withheld(True), withheld(False)),
    ("LX06", "MATTER_DISC_CRED.disc_cred", set_entry(1, code="FIA"), set_entry(1, code="MICM")),
    ("LX06", "FEE_ITEM_DISC_CRED.disc_cred", lambda f: setattr(line(f, 1).adjustments[0], "code", "EIA"),
     lambda f: setattr(line(f, 1).adjustments[0], "code", "FIFF")),
    ("LX07", "MATTER_DISC_CRED.disc_cred_type", set_entry(1, code="MIDHR", type="Percent"), set_entry(1, code="MIDHR")),
    ("LX07", "MATTER_DISC_CRED.disc_cred_type", set_entry(0, type="Flat"), nothing),
    ("LX07", "MATTER_DISC_CRED.pre_post_split", set_entry(0, split="Pre-Split"), set_entry(1, split="Post-Split")),
    ("LX07", "MATTER_DISC_CRED.disc_cred", lambda f: matter(f).adjustments.append(matter(f).adjustments[0]), nothing),
    ("LX08", "MATTER_DISC_CRED.disc_cred_amount", set_entry(1, direction="Increase"), set_entry(1, direction="Decrease")),
    ("LX08", "MATTER_DISC_CRED.increase_decrease", set_entry(0, direction="Increase"), nothing),
    ("LX08", "TAX.tax_rate_percent", set_tax(rate="-0.20"), nothing),
    ("LX09", "MATTER.matter_total_detail_fees", set_matter(detail_fees="1100.01"), set_matter(detail_fees="1100.0000")),
    ("LX09", "MATTER.matter_disc_credit_fees", set_matter(credit_fees="50.00"), set_matter(credit_fees="-50")),
    ("LX09", "MATTER.matter_disc_cred_total", set_matter(credit_total="0.00"), nothing),
    ("LX09", "MATTER.matter_disc_bill_pct_fees", set_matter(bill_discount_fees="0.11"), set_matter(bill_discount_fees="0.1")),
    ("LX09", "MATTER_DISC_CRED.disc_cred_amount", set_entry(0, amount="-110.02"), set_entry(0, amount="-110.005")),
    ("LX09", "MATTER.matter_tax_on_fees", set_matter(tax_on_fees="188.01"), nothing),
    ("LX09", "MATTER.matter_net_fees", set_matter(net_fees="1128.02"), nothing),
    ("LX09", "MATTER.matter_total_due", set_matter(total_due="1149.61"), nothing),
    ("LX09", "INVOICE.inv_total_tax", set_invoice(tax_total="191.61"), nothing),
    ("LX09", "INVOICE.inv_total_net_due", set_invoice(total="1149.61"), nothing),
    ("LX09", "TAX_SUMMARY.total_tax_on_fees", lambda f: setattr(matter(f).tax_summaries[0], "fees_tax", "190.00"), nothing),
    ("LX09", "TAX_SUMMARY.tax_total_detail_fees", lambda f: setattr(matter(f).tax_summaries[0], "fees_base", "941"),
     lambda f: setattr(matter(f).tax_summaries[0], "fees_base", "940")),
    ("LX10", "INVOICE.inv_payment_terms", set_invoice(payment_terms="10.00/30"), nothing),
    ("LX11", "TAX_TIER_DETAIL.tax_tier_min", tiers(("1", "100"), ("100", "TOP")), tiers(("0", "100"), ("100", "TOP"))),
    ("LX11", "TAX_TIER_DETAIL.tax_tier_min", tiers(("0", "100"), ("150", "TOP")), tiers(("0", "100"), ("101", "TOP"))),
    ("LX11", "TAX_TIER_DETAIL.tax_tier_max", tiers(("0", "100"), ("100", "200")), tiers(("0", "100"), ("100", "TOP"))),
    ("LX11", "TAX.tax_tiers", tiers(), tiers(("0", "TOP"))),
    ("LX11", "TAX.tax_rate_percent", both(tiers(("0", "TOP")), lambda f: setattr(f.taxes[1], "rate", "0.1")),
     tiers(("0", "TOP"))),
    ("LX12", None, both(tiers(("0", "TOP")), tier_on_line, second_matter), both(tiers(("0", "TOP")), tier_on_line)),
    ("LX13", "INVOICE.inv_reference", set_invoice(credit_note="Y"), set_invoice(credit_note="Y", reference="2026-1")),
    ("LX14", "MATTER_DISC_CRED.disc_cred_note", set_entry(1, code="Other"), set_entry(1, code="Other", note="LOYALTY")),
    ("LX15", "MATTER.associated_line_items", set_matter(has_lines="N"), set_matter(has_lines="Y")),
    ("LX16", "ADDRESS_INFO.state_province", lambda f: setattr(f.invoices[0].client.address, "state", ""),
     lambda f: (setattr(f.invoices[0].client.address, "state", ""), setattr(f.invoices[0].client.address, "country", "FR"))),
]  # fmt: skip
STORIES = [story for story in STORIES if not (story[0] == "LT01" and story[3] is nothing)]


def said(change: Change) -> list[tuple[str, str | None]]:
    file = bill("LEDESXML2.2")
    change(file)
    return [(f.rule, f.field) for f in check(read(write(file, "LEDESXML2.2")), as_of=date(2026, 5, 1))]


@pytest.mark.parametrize(
    "rule, field, breaks, near", STORIES, ids=[f"{i}-{s[0]}-{s[1]}" for i, s in enumerate(STORIES)]
)
def test_a_rule_speaks_when_it_is_broken_and_only_then(
    rule: str, field: str | None, breaks: Change, near: Change
) -> None:
    broken = said(breaks)
    assert any(r == rule and (field is None or f == field) for r, f in broken), broken
    missed = said(near)
    assert not any(r == rule and (field is None or f == field) for r, f in missed), missed


def test_the_bill_of_these_tests_holds_in_every_rule() -> None:
    assert said(nothing) == []


def test_every_rule_on_xml_has_a_story() -> None:
    elsewhere = {
        "LX01", "LX02", "LX03",  # the form of the file: test_reading
        "LX17",  # LEDES 2000: test_ledes2000
        "LD03",  # below: somebody has to say how old is too old
        "LC03",  # of all formats; XML has item numbers (LX03) and at least one matter (LX02)
    }  # fmt: skip
    told = {story[0] for story in STORIES} | {"LF07"}
    about_xml = {name for name, rule in rules().items() if rule.on in ("all", "xml", "2000")}
    assert about_xml - told == elsewhere & about_xml


@pytest.mark.parametrize("days, spoken", [(60, ["FEE.charge_date"]), (61, [])])
def test_a_line_may_be_no_older_than_the_client_takes(days: int, spoken: list[str]) -> None:
    file = bill("LEDESXML2.2")
    set_line(date="2026-03-01")(file)
    client = Dialect(title="Portal P", oldest_line_days=days)
    told = check(read(write(file, "LEDESXML2.2")), dialect=client, as_of=date(2026, 5, 1))
    assert [f.field for f in told if f.rule == "LD03" and "2026-03-01" in f.message] == spoken


@pytest.mark.parametrize("days, spoken", [(30, ["INVOICE.inv_date"]), (400, [])])
def test_an_invoice_may_be_no_older_than_the_client_takes(days: int, spoken: list[str]) -> None:
    file = bill("LEDESXML2.2")
    client = Dialect(title="Portal P", oldest_invoice_days=days)
    told = check(read(write(file, "LEDESXML2.2")), dialect=client, as_of=date(2026, 6, 1))
    assert [f.field for f in told if f.rule == "LD03"] == spoken


def test_one_matter_and_one_invoice_where_the_portal_asks_for_it() -> None:
    file = bill("LEDESXML2.2")
    strict = Dialect(slug="x", one_matter=True, one_invoice=True)
    assert not [f for f in check(file, dialect=strict) if f.rule == "LF07"]
    second_matter(file)
    file.invoices.append(bill("LEDESXML2.2").invoices[0])
    file.invoices[1].number = "2026-119"
    assert [f.severity for f in check(file, dialect=strict) if f.rule == "LF07"] == ["portal", "portal"]
    assert not [f for f in check(file) if f.rule == "LF07"]


def test_a_format_the_portal_does_not_take_is_said() -> None:
    file = bill("LEDESXML2.2")
    said_of = {
        p: [f.severity for f in check(file, dialect=dialect(p)) if f.rule == "LF01"]
        for p in ("collaborati", "legal-tracker")
    }
    assert said_of == {"collaborati": ["portal"], "legal-tracker": ["portal"]}
    assert [f for f in check(bill("LEDESXML2.1"), dialect=dialect("collaborati")) if f.rule == "LF01"] == []


def test_a_portal_weighs_rules_its_own_way() -> None:
    file = bill("LEDESXML2.2")
    matter(file).has_lines = "N"
    severities = {
        answer: [f.severity for f in check(file, dialect=Dialect(slug="x", severity={"LX15": answer}))]
        for answer in ("refuse", "warn", "off")
    }
    assert severities == {"refuse": ["portal"], "warn": ["advice"], "off": []}


def test_the_second_reading_of_net_figures_passes_and_is_named() -> None:
    file = bill("LEDESXML2.1")
    own = matter(file)
    own.net_fees, own.net_expenses, own.total_due, file.invoices[0].total = "940.00", "18.00", "958.00", "958.00"
    assert [(f.rule, f.severity, f.field) for f in check(file)] == [("LX09", "advice", "MATTER.matter_total_due")]
    own.total_due = file.invoices[0].total = "1149.60"  # tax outside the net figures, and yet in what is due
    assert [(f.rule, f.severity, f.field) for f in check(file)] == [("LX09", "advice", "MATTER.matter_total_due")]


def test_entries_without_a_tax_follow_the_lines_where_all_lines_carry_the_same() -> None:
    file = bill("LEDESXML2.1")
    for one in matter(file).adjustments:
        one.tax_ids.clear()
    assert list(check(file)) == []


def test_withholding_is_taken_from_the_sums_before_tax() -> None:
    file = bill("LEDESXML2.1", taxed=False)
    file.taxes.append(
        Tax(id="IRPF", registration="E1", type="IRPF", rate="0.15", country="ES", on_tax="N", direction="Decrease")
    )
    own = matter(file)
    for key in ("tax_on_fees", "tax_on_expenses", "net_fees", "net_expenses", "total_due"):
        setattr(own, key, "")
    file.invoices[0].total = file.invoices[0].tax_total = ""
    complete(file)
    assert own.tax_summaries[0].fees_tax == "-141.00"  # 15 % of 940.00
    assert own.total_due == "814.30"  # 958.00 - 141.00 - 2.70
    assert list(check(file)) == []


def test_trust_money_touches_neither_fees_nor_tax() -> None:
    file = bill("LEDESXML2.1")
    own = matter(file)
    own.adjustments.append(
        Adjustment(code="MIFA", type="Flat", category="Fee", direction="Decrease", split="NA", amount="-500.00")
    )
    own.funds_applied = own.total_due = file.invoices[0].total = ""
    complete(file)
    assert (own.net_fees, own.tax_on_fees, own.funds_applied, own.total_due) == (
        "1128.00",
        "188.00",
        "-500.00",
        "649.60",
    )
    assert list(check(file)) == []


def test_a_tax_on_tax_has_the_other_tax_in_its_base() -> None:
    file = bill("LEDESXML2.1", taxed=False)
    gst = vat()
    gst.id, gst.rate, gst.tiered = "GST", "0.05", ""
    pst = vat()
    pst.id, pst.rate, pst.on_tax, pst.on_tax_id, pst.tiered = "PST", "0.08", "Y", "GST", ""
    file.taxes = [gst, pst]
    own = matter(file)
    own.adjustments, own.lines = [], [fee("1", "400.00")]
    own.lines[0].tax_ids = ["GST", "PST"]
    own.timekeepers = [Timekeeper(id="BT", last_name="Tully", first_name="Ben", level="PARTNR", rate="400.00")]
    for key in ("detail_fees", "detail_expenses", "credit_fees", "credit_total", "bill_discount_fees", "tax_on_fees",
                "tax_on_expenses", "net_fees", "net_expenses", "total_due"):  # fmt: skip
        setattr(own, key, "")
    file.invoices[0].total = file.invoices[0].tax_total = ""
    complete(file)
    assert [(s.tax_id, s.fees_base, s.fees_tax) for s in own.tax_summaries] == [
        ("GST", "400.00", "20.00"), ("PST", "420.0000", "33.60"),
    ]  # fmt: skip
    assert own.total_due == "453.60"
    assert list(check(file)) == []


def tiered(amount: str) -> File:
    """The committee's example: 10 % to 25,000, 12.5 % to 50,000, 15 % to 100,000, 17.5 % to 200,000, 20 % above."""
    steps = [("0", "25000", "0.10"), ("25000", "50000", "0.125"), ("50000", "100000", "0.15"),
             ("100000", "200000", "0.175"), ("200000", "TOP", "0.20")]  # fmt: skip
    file = bill("LEDESXML2.2", taxed=False)
    file.taxes.append(
        Tax(id="JP", registration="J", type="Income", tiered="Y", country="JP", on_tax="N", direction="Increase")
    )
    for i, (low, high, rate) in enumerate(steps, 1):
        top = Decimal(amount) if high == "TOP" else min(Decimal(amount), Decimal(high))
        base = max(Decimal(0), top - Decimal(low))
        tax = str(base * Decimal(rate))
        file.tiers.append(
            TaxTier(
                tax_id="JP",
                number=str(i),
                minimum=low,
                maximum=high,
                percent=rate,
                taxable_amount=str(base),
                tax_amount=tax,
            )
        )
    own = matter(file)
    own.lines, own.adjustments, own.bill_discount_fees = [fee("1", amount)], [], ""
    own.lines[0].tax_ids.append("JP")
    for key in (
        "detail_fees",
        "detail_expenses",
        "credit_fees",
        "credit_total",
        "net_fees",
        "net_expenses",
        "total_due",
    ):
        setattr(own, key, "")
    file.invoices[0].total = file.invoices[0].tax_total = ""
    complete(file)
    return file


def tier_findings(file: File) -> list[tuple[str | None, str]]:
    return [(f.field, f.severity) for f in check(file) if f.rule in ("LX09", "LX11", "LX05")]


@pytest.mark.parametrize("amount, tax", [("125000", "17500"), ("25000", "2500"), ("0", "0")])
def test_the_tiers_of_the_committee_s_example(amount: str, tax: str) -> None:
    file = tiered(amount)
    assert Decimal(file.invoices[0].tier_summaries[0].tax_amount) == Decimal(tax)
    assert tier_findings(file) == []


def test_a_tier_takes_what_lies_in_it() -> None:
    file = tiered("125000")
    first, second = file.tiers[0], file.tiers[1]
    first.taxable_amount, first.tax_amount = "20000", "2000.00"
    second.taxable_amount, second.tax_amount = "30000", "3750.00"
    wrong = tier_findings(file)
    assert wrong.count(("TAX_TIER_DETAIL.tax_tier_taxable_amount", "error")) == 2


def test_what_the_tiers_are_charged_on_is_what_the_lines_come_to() -> None:
    file = tiered("125000")
    matter(file).lines[0].tax_ids.clear()
    assert ("TAX_TIER_SUMMARY.tax_tier_total_taxable_amount", "advice") in tier_findings(file)
