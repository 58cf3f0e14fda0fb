"""Judging: what is counted, what is found, in which order, and by re-judging only what a change touches."""

import dataclasses
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from meruit.guidelines import (
    Approval,
    Context,
    Entry,
    Invoice,
    Judge,
    Live,
    Rate,
    Refused,
    Timekeeper,
    judge,
    load,
    read_set,
)

HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'
INCREMENT = read_set(HEAD + '[[rule]]\ntype = "billing-increment"\nclause = "4.2"\n', "acme")


def test_a_blank_cell_is_counted_and_never_found():
    judgement = judge(INCREMENT, [Entry(id="1"), Entry(id="2", hours=Decimal("0.25"))])
    assert [f.entry for f in judgement.findings] == ["2"]
    assert judgement.unjudged == {("billing-increment", "hours not known"): 1}
    assert judgement.entries == 2


def test_a_finding_carries_place_clause_version_and_the_money_of_its_line():
    line = Entry(id="9", file="a.txt", line=12, invoice="7", hours=Decimal("0.25"), rate=Decimal("400"), currency="USD")
    (finding,) = judge(INCREMENT, [line]).findings
    assert (finding.file, finding.line, finding.invoice, finding.entry) == ("a.txt", 12, "7", "9")
    assert (finding.clause, finding.guideline, finding.severity) == ("4.2", "acme 3", "refuse")
    assert (finding.at_risk, finding.currency) == (Decimal("100.00"), "USD")
    assert (finding.found, finding.expected) == ("0.25 h", "0.3 h")


def test_scope_narrows_a_rule_and_cannot_be_judged_where_the_line_does_not_tell():
    scoped = read_set(
        HEAD + '[[rule]]\ntype = "billing-increment"\nscope = { classes = ["paralegal"], task_codes = ["L3*"] }\n',
        "acme",
    )
    odd = {"hours": Decimal("0.25"), "task_code": "L310"}
    lines = [
        Entry(id="partner", timekeeper_class="PT", **odd),
        Entry(id="paralegal", timekeeper_class="PARALG", **odd),
        Entry(id="unknown", **odd),
        Entry(id="elsewhere", timekeeper_class="PARALG", hours=Decimal("0.25"), task_code="L210"),
    ]
    judgement = judge(scoped, lines)
    assert [f.entry for f in judgement.findings] == ["paralegal"]
    assert judgement.unjudged == {("billing-increment", "timekeeper class not known"): 1}


def test_findings_stand_in_the_order_of_the_lines():
    both = read_set(HEAD + '[[rule]]\ntype = "daily-hours"\n[[rule]]\ntype = "billing-increment"\n', "acme")
    day = {"timekeeper": "B1", "date": date(2026, 2, 3)}
    lines = [
        Entry(id="1", hours=Decimal("8.25"), **day),
        Entry(id="2", hours=Decimal("8"), **day),
        Entry(id="3", hours=Decimal("0.25"), timekeeper="C1", date=date(2026, 2, 3)),
    ]
    found = [(f.entry, f.rule) for f in judge(both, lines).findings]
    assert found == [("1", "billing-increment"), ("2", "daily-hours"), ("3", "billing-increment")]


CONTEXT = Context(
    as_of=date(2026, 4, 1),
    timekeepers=(
        Timekeeper(id="A1", class_="partner"),
        Timekeeper(id="B1", class_="associate", bar_on=date(2025, 9, 1)),
    ),
    rates=(Rate(timekeeper="A1", amount=Decimal("500")), Rate(class_="associate", amount=Decimal("300"))),
    approvals=(Approval(what="daily-hours", timekeeper="A1", from_=date(2026, 2, 2), to=date(2026, 2, 3)),),
    invoices=(Invoice(number="7", date=date(2026, 3, 3), period_start=date(2026, 2, 1), period_end=date(2026, 2, 28)),),
)
NARRATIVES = (
    "Attend deposition of H. Marsh",
    "Attention to file",
    "Draft motion to compel further responses to requests for production",
    "Telephone call with client",
    "Review documents",
)


def _line(chance: random.Random, number: int) -> Entry:
    pick = chance.choice
    return Entry(
        id=str(number),
        narrative=pick([*NARRATIVES, None]),
        date=pick([date(2026, 1, 30) + timedelta(days=chance.randrange(6)), None]),
        timekeeper=pick(["A1", "B1", "C1", None]),
        timekeeper_class=pick(["PT", "AS", None]),
        hours=pick([Decimal("0.25"), Decimal("4"), Decimal("7.5"), None]),
        rate=pick([Decimal("300"), Decimal("510")]),
        amount=pick([Decimal("1200"), None]),
        task_code=pick(["L310", "", None]),
        activity_code=pick(["A104", "X1", None]),
        matter=pick(["M1", "M2"]),
        invoice=pick(["7", "8", None]),
    )


def _as_set(judgement):
    return sorted(f.to_json() for f in judgement.findings), judgement.unjudged


def test_a_changed_line_re_judged_alone_gives_what_judging_all_afresh_gives():
    chance = random.Random(4)
    ready = Judge(load("RP-1"), CONTEXT)
    live = Live(ready, (_line(chance, n) for n in range(40)))
    for _ in range(60):
        number = chance.randrange(50)
        if chance.random() < 0.2:
            live.change(removed=[str(number)])
        else:
            live.change([_line(chance, number)])
        assert _as_set(live.judgement()) == _as_set(ready.judge(live.entries.values()))


def test_a_change_touches_its_line_and_its_groups_and_nothing_else():
    lines = [
        Entry(
            id=str(n),
            timekeeper=f"T{n % 50}",
            date=date(2026, 2, 1 + n % 28),
            hours=Decimal("1"),
            narrative=f"Draft {n}",
        )
        for n in range(500)
    ]
    ready = Judge(read_set(HEAD + '[[rule]]\ntype = "daily-hours"\n[[rule]]\ntype = "billing-increment"\n', "acme"))
    live = Live(ready, lines)
    live.change([dataclasses.replace(lines[3], hours=Decimal("13"))])
    assert live.judged == (1, 1)
    assert [f.rule for f in live.judgement().findings] == ["daily-hours"]


def test_an_approval_of_no_rule_is_refused():
    with pytest.raises(Refused, match=r'"research-limits", which is no rule\. The nearest known is "research-limit"'):
        Judge(INCREMENT, Context(approvals=(Approval(what="research-limits"),)))


def test_a_class_known_from_the_roster_alone_lets_the_level_of_work_be_judged():
    level = read_set(HEAD + '[[rule]]\ntype = "level-of-work"\n', "acme")
    line = Entry(id="1", timekeeper="A1", hours=Decimal(3), narrative="Code 210 e-mails for responsiveness")
    partner = Context(timekeepers=(Timekeeper(id="A1", class_="partner"),))
    assert [f.rule for f in judge(level, [line], partner).findings] == ["level-of-work"]
    assert judge(level, [line]).unjudged == {("level-of-work", "timekeeper class not known"): 1}
