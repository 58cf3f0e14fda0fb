"""A file becomes entries, and a fact that format and guideline both judge is told once."""

from datetime import date
from decimal import Decimal

import pytest

from meruit import ledes
from meruit.findings import Finding
from meruit.guidelines import Context, Invoice, Refused, load, read_set
from meruit.ledes.convert import convert
from meruit.screening.core import judge_file, screen, with_invoices
from meruit.screening.join import join

HEADER = (
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|"
    "INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|"
    "LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|"
    "LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID"
)


def bill(*lines, total="1000.00"):
    """A LEDES 1998B file of one invoice; a line is (number, type, units, total, day, task, expense, activity, text)."""
    records = [
        f"20260302|7|C1|M1|{total}|20260201|20260228|February|{n}|{kind}|{units}|0|{amount}|{day}|{task}|{expense}|"
        f"{activity}|B1|{text}|LF1|{cost}|Ben|AS|CM1[]"
        for n, kind, units, cost, amount, day, task, expense, activity, text in lines
    ]
    return "\r\n".join(["LEDES1998B[]", HEADER + "[]", *records, ""]).encode()


WORK = ("1", "F", "1.0", "300.00", "300.00", "20260203", "L210", "", "A103", "Draft answer with defense of laches")


def test_lines_of_an_e_bill_are_judged_with_the_facts_of_their_invoice():
    late = ("2", "F", "0.25", "300.00", "75.00", "20260305", "L210", "", "", "Call with adjuster Moss on reserve")
    copies = ("3", "E", "100", "0.25", "25.00", "20260210", "", "E101", "", "Copies of production")
    out = screen(bill(WORK, late, copies, total="400.00"), "a.txt", load("RP-1"), Context())
    found = {(f.rule, f.line): f for f in out.findings}
    assert out.lines == 3
    assert {("billing-increment", 4), ("date-outside-period", 4), ("codes-required", 4), ("copies", 5)} <= set(found)
    assert found["copies", 5].at_risk == Decimal("15.00")
    assert found["copies", 5].invoice == "7"
    assert found["billing-increment", 4].file == "a.txt"
    assert not any(line == 3 for _, line in found)
    assert out.unjudged[("rate-above-approved", "no approved rates on file")] == 2


def test_an_adjustment_of_the_invoice_is_a_discount_and_no_work():
    less = ("2", "IF", "1", "-30.00", "-30.00", "20260228", "", "", "", "Agreed discount of ten percent")
    out = screen(bill(WORK, less, total="270.00"), "a.txt", load("RP-1"), Context())
    assert out.lines == 1
    assert "arithmetic" not in {f.rule for f in out.findings}


def test_a_csv_of_entries_is_screened_and_bad_rows_are_set_aside():
    data = b"narrative,hours\nReview file,1.5\nDraft answer,abc\n"
    out = screen(data, "a.csv", load("RP-1"), Context())
    assert {f.rule for f in out.findings} >= {"vague"}
    assert [aside.line for aside in out.aside] == [3]


def test_what_is_neither_bill_nor_csv_is_refused():
    with pytest.raises(Refused, match="neither a LEDES file nor a CSV of entries"):
        screen(b"Dear client, please find enclosed", "letter.txt", load("RP-1"), Context())


def test_the_context_adds_to_what_the_file_states_of_an_invoice():
    stated = Invoice(number="7", date=date(2026, 3, 2), total=Decimal(300))
    context = Context(invoices=(Invoice(number="7", submitted_on=date(2026, 3, 9)), Invoice(number="8")))
    known = with_invoices(context, [stated]).invoice_of
    assert known["7"] == Invoice(number="7", date=date(2026, 3, 2), total=Decimal(300), submitted_on=date(2026, 3, 9))
    assert known["8"] == Invoice(number="8")


def finding(rule, severity, line=4, **more):
    return Finding(rule=rule, severity=severity, message="Said.", file="a.txt", line=line, **more)


@pytest.mark.parametrize(
    "story, ledes, ours, told",
    [
        ("the graver is kept", finding("LD02", "advice"), finding("date-outside-period", "refuse"), ["date-outside-period"]),
        ("an error stays the format's", finding("LA01", "error"), finding("arithmetic", "refuse"), ["LA01"]),
        ("another line is another fact", finding("LD02", "error", 5), finding("date-outside-period", "refuse"), ["LD02", "date-outside-period"]),
        ("another rule is another fact", finding("LR01", "error"), finding("arithmetic", "refuse"), ["LR01", "arithmetic"]),
        ("another code is another fact", finding("LR04", "error", field="LINE_ITEM_TASK_CODE"), finding("codes-required", "refuse", field="activity_code"), ["LR04", "codes-required"]),
        ("the same code is one fact", finding("LR04", "error", field="LINE_ITEM_TASK_CODE"), finding("codes-required", "refuse", field="task_code"), ["LR04"]),
    ],
)  # fmt: skip
def test_a_fact_that_both_judge_is_told_once(story, ledes, ours, told):
    assert [f.rule for f in join([ledes], [ours])] == told


def test_the_finding_that_is_kept_takes_what_only_the_other_knows():
    ledes = finding("LD02", "advice", byte=88, field="LINE_ITEM_DATE", format="LEDES1998B")
    ours = finding("date-outside-period", "refuse", clause="4.2", guideline="acme 3")
    (one,) = join([ledes], [ours])
    assert (one.rule, one.byte, one.format, one.clause, one.guideline) == (
        "date-outside-period", 88, "LEDES1998B", "4.2", "acme 3",
    )  # fmt: skip


def test_the_whole_of_a_set_is_one_pass_over_a_bill_of_many_invoices():
    set_ = read_set('[set]\nclient = "A"\ntitle = "B"\nversion = "1"\n[[rule]]\ntype = "repeated-narrative"\n', "a")
    rows = [f"Review documents,{n // 4},B1\n" for n in range(12)]
    out = screen(("narrative,invoice,timekeeper\n" + "".join(rows)).encode(), "a.csv", set_, Context())
    assert [f.invoice for f in out.findings] == ["0", "1", "2"]


def test_entries_taken_while_the_format_is_judged_are_those_of_the_bill_read(tmp_path):
    path = tmp_path / "bill.txt"
    late = ("2", "F", "0.25", "300.00", "75.00", "20260305", "L210", "", "", "Call with adjuster Moss on reserve")
    less = ("3", "IF", "1", "-30.00", "-30.00", "20260228", "", "", "", "Agreed discount of ten percent")
    copies = ("4", "E", "100", "0.25", "25.00", "20260210", "", "E101", "", "Copies of production")
    one = bill(WORK, late, less, copies, total="370.00")
    scattered = one.replace(
        b"\r\n20260302|7|C1|M1|370.00|20260201|20260228|February|4|",
        b"\r\n20260302|8|C1|M1|25.00|20260201|20260228|February|1|",
    )
    scattered += one.split(b"\r\n")[2] + b"\r\n"
    for data in (one, scattered):
        path.write_bytes(data)
        report, screened = judge_file(path, load("RP-1"), Context())
        alone = screen(data, str(path), load("RP-1"), Context())
        assert screened.findings == alone.findings
        assert screened.unjudged == alone.unjudged
        assert {f.rule for f in report.findings} >= {"billing-increment", "copies"}


@pytest.mark.parametrize("form", ["LEDESXML2.0", "LEDESXML2.2", "LEDES2000", "LEDES98BI V2"])
def test_the_same_bill_in_another_format_has_the_same_faults(form, tmp_path):
    late = ("2", "F", "0.25", "300.00", "75.00", "20260205", "L210", "", "", "Call with adjuster Moss on reserve")
    copies = ("3", "E", "1000", "0.25", "250.00", "20260210", "", "E101", "", "Copies of production")
    first = ledes.read(bill(WORK, late, copies, total="625.00"))
    other, path = convert(first, form).file, tmp_path / "bill"
    path.write_bytes(ledes.to_bytes(other))
    _, screened = judge_file(path, load("RP-1"), Context())
    flat = screen(bill(WORK, late, copies, total="625.00"), "flat", load("RP-1"), Context())
    assert {(f.rule, f.at_risk) for f in screened.findings} == {(f.rule, f.at_risk) for f in flat.findings}
