"""What is on file beside a bill: the firm's registers give the same findings as a context file does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.firm import access
from meruit.firm import actions as registers
from meruit.guidelines import judge, load, read_context
from meruit.matters.models import Payer
from meruit.prebills import actions
from meruit.prebills.models import Finding, PreBill, Screening
from meruit.prebills.screening import sheet
from meruit.timesheets import actions as timesheets
from meruit.timesheets.models import Entry
from tests.support.bills import FEBRUARY_2, JANUARY, approved, drafted, line, released
from tests.support.rules import accepted
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

#: What the same facts look like in a file. The lines are numbered as the application numbers them.
FILE = """
as_of = 2026-02-02
people = ["Ada Archer", "Ben Baxter", "Ines Iriarte"]

[[timekeeper]]
id = "TK-BEN"
name = "Ben Baxter"
class = "ASSOC"
bar_on = 2018-01-01
matters = ["M-1001"]
approved_from = 2025-01-01
approved_to = 2026-01-20

[[rate]]
timekeeper = "TK-BEN"
matter = "M-1001"
amount = 300
from = 2025-01-01
to = 2026-01-20
currency = "USD"
noticed_on = 2024-11-01
approved_on = 2024-12-01

[[approval]]
what = "research-limit"
matter = "M-1001"
timekeeper = "TK-BEN"
hours = "6.0"
approver = "R. Pell"
reference = "mail of 2 January"

[[budget]]
matter = "M-1001"
amount = 2000
task_code = "L2*"
approved_on = 2026-01-02
spent_before = 0

[[receipt]]
entry = "{travel}"
vendor_amount = "900.00"
fare = "business"
flight_hours = "2.5"
international = false
attached = true

[[vendor]]
name = "Speedy Couriers"
approved = false

[[statement]]
topic = "generative-ai"
made = true

[[engagement]]
matter = "M-1001"
starts_on = 2024-01-02

[[invoice]]
number = "pre-bill {prebill}"
date = 2026-02-02
period_start = 2026-01-01
period_end = 2026-01-31
currency = "USD"
client = "C-100"
matter = "M-1001"

[[elsewhere]]
id = "other {other}"
timekeeper = "TK-BEN"
date = 2026-01-14
hours = "9.00"
narrative = "Attend hearing on charter dispute"
"""


def test_the_same_facts_by_file_and_by_application_give_the_same_findings(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    accepted(firm, client=2)
    registers.use_set(firm.ada, 1, "RP-1")
    _, _, entry, other = released(
        firm,
        [
            hours(narrative="Legal research regarding limitation of actions", time="5.5", activity_code="A102"),
            hours(narrative="Draft motion to compel; review file", time="4.0", on="2026-01-21", task_code="L250"),
            timesheets.NewEntry(
                kind="expense",
                matter_id=1,
                timekeeper_id=2,
                worked_on=date(2026, 1, 15),
                units=Decimal(1),
                unit_cost=Decimal(1000),
                narrative="Airfare to Boston",
                expense_code="E110",
            ),
            hours(matter=2, narrative="Attend hearing on charter dispute", time="9.0"),
        ],
    )
    registers.record_timekeeper(
        firm.cleo, 1, 2, from_on=date(2025, 1, 1), until_on=date(2026, 1, 20), matter_id=1, amount=Decimal(300),
        noticed_on=date(2024, 11, 1), approved_on=date(2024, 12, 1), approver="R. Pell",
    )  # fmt: skip
    registers.record_approval(
        firm.cleo, 1, "research-limit", "R. Pell", matter_id=1, timekeeper_id=2, hours=Decimal(6),
        reference="mail of 2 January", source=registers.SourceFile(b"Dear Ada", "consent.txt", "text/plain"),
    )  # fmt: skip
    registers.record_budget(firm.cleo, 1, {"L200": Decimal(500)}, from_on=date(2025, 6, 1))
    registers.record_budget(
        firm.cleo,
        1,
        {"L200": Decimal(2000)},
        from_on=date(2026, 1, 2),
        approved_on=date(2026, 1, 2),
        approver="R. Pell",
    )
    registers.record_budget(firm.cleo, 1, {"": Decimal(1)}, from_on=date(2026, 2, 1))  # begins after the bill
    registers.record_vendor(firm.cleo, 1, "Speedy Couriers", approved=False)
    registers.record_statement(firm.cleo, 1, "generative-ai", made=False)
    registers.record_statement(firm.cleo, 1, "generative-ai", made=True)
    actions.record_receipt(
        firm.ben, entry, content=b"%PDF ticket", name="ticket.pdf", vendor="Northern Air", vendor_amount=Decimal(900),
        fare="business", flight_hours=Decimal("2.5"), international=False,
    )  # fmt: skip
    prebill = drafted(firm)
    actions.screen(firm.cleo, [prebill])

    travel = line(prebill, 2 if line(prebill, 2).kind == "expense" else 3).pk
    ours = sheet(
        Payer.objects.get(pk=1), [PreBill.objects.select_related("matter__client").get(pk=prebill)], FEBRUARY_2.date()
    )
    theirs = read_context(FILE.format(travel=travel, prebill=prebill, other=other))
    by_file = judge(load("RP-1"), ours.entries, theirs)
    by_application = judge(load("RP-1"), ours.entries, ours.context)
    assert by_file.findings == by_application.findings
    assert by_file.unjudged == by_application.unjudged
    # The receipt's vendor stands on the line; everything else in the two contexts is equal, fact by fact.
    assert {e.vendor for e in ours.entries} == {None, "Northern Air"}
    assert replace(ours.context, rates=(), budgets=(), receipts=(), elsewhere=()) == replace(
        theirs, rates=(), budgets=(), receipts=(), elsewhere=()
    )
    said = set(Finding.objects.values_list("rule", flat=True))
    assert {"unapproved-timekeeper", "rate-above-approved", "no-markup", "travel-approval"} <= said
    assert "research-limit" not in said  # approved up to six hours
    assert Finding.objects.filter(rule="rate-above-approved", rules=None).exists()
    assert Screening.objects.get().unjudged


def test_a_register_is_kept_by_whoever_prepares_and_is_not_there_behind_the_wall(firm: Firm) -> None:
    firm.at(FEBRUARY_2)
    one = registers.record_approval(firm.cleo, 1, "research-limit", "R. Pell", matter_id=1)
    budget = registers.record_budget(firm.cleo, 1, {"": Decimal(9000), "L310": Decimal(500)}, from_on=JANUARY[0])
    vendor = registers.record_vendor(firm.cleo, 1, "Speedy Couriers")
    told = registers.record_statement(firm.cleo, 1, "records", made=True, years=Decimal(7))
    registers.record_timekeeper(firm.cleo, 1, 2, from_on=JANUARY[0])
    for fetch in (access.approvals, access.budgets, access.vendors, access.statements, access.timekeepers):
        assert fetch(firm.cleo).count() == 1
        assert fetch(firm.dan).count() == 0
    for attempt in (
        lambda who: registers.record_approval(who, 1, "research-limit", "R. Pell"),
        lambda who: registers.record_budget(who, 1, {"": Decimal(1)}, from_on=JANUARY[0]),
        lambda who: registers.record_vendor(who, 1, "Others"),
        lambda who: registers.record_statement(who, 1, "records", made=True),
        lambda who: registers.record_timekeeper(who, 1, 2, from_on=JANUARY[0]),
        lambda who: registers.end(who, "approval", one, "Taken back"),
    ):
        with pytest.raises(NotFound):
            attempt(firm.dan)
        for name in ("Eve", "Jon"):
            with pytest.raises(NoAuthority):
                attempt(firm.actor(name))
    with pytest.raises(Invalid, match="no rule"):
        registers.record_approval(firm.cleo, 1, "reserch-limit", "R. Pell")
    with pytest.raises(Invalid, match="another client"):
        registers.record_approval(firm.cleo, 1, "research-limit", "R. Pell", matter_id=2)
    with pytest.raises(Invalid, match="no register"):
        registers.end(firm.cleo, "weather", 1, "Rain")
    with pytest.raises(Invalid, match="Say why"):
        registers.end(firm.cleo, "approval", one, "")
    for register, row in (("approval", one), ("budget", budget), ("vendor", vendor), ("statement", told)):
        registers.end(firm.cleo, register, row, "Taken back by the client")
        with pytest.raises(NotNow, match="ended already"):
            registers.end(firm.cleo, register, row, "Again")


def test_a_receipt_proves_a_cost_of_a_matter_that_one_may_see(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    time, copies = released(firm, [hours(), cost()])
    with pytest.raises(NotFound):
        actions.record_receipt(firm.cleo, time)
    with pytest.raises(NotFound):
        actions.record_receipt(firm.dan, copies)
    with pytest.raises(NoAuthority):
        actions.record_receipt(firm.eve, copies)
    with pytest.raises(Invalid, match="A fare is"):
        actions.record_receipt(firm.cleo, copies, fare="deluxe")
    with pytest.raises(Invalid, match="after it"):
        actions.record_receipt(firm.cleo, copies, booked_on=date(2026, 1, 9), travelled_on=date(2026, 1, 8))
    actions.record_receipt(firm.cleo, copies, content=b"scan", name="scan.pdf")


def test_a_later_screening_judges_what_changed_and_comes_to_the_same(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    registers.use_set(firm.ada, 1, "RP-1")
    block = "Review lease; call client regarding notice; email opposing counsel regarding hearing"
    released(firm, [hours(narrative=block), hours(time="8.0"), hours(on="2026-01-16", time="9.0"), cost()])
    prebill = drafted(firm)
    actions.screen(firm.cleo, [prebill])
    before = Screening.objects.get().seen
    first = line(prebill, 1)
    actions.write_down(firm.ada, first.pk, first.billed_value, hours=first.hours, reason="Not billed")
    counted = actions.screen(firm.cleo, [prebill])
    after = Screening.objects.get().seen
    assert [key for key in before if before[key] != after[key]] == [str(first.pk)]
    opened = set(Finding.objects.filter(settled_at=None).values_list("pk", flat=True))
    assert actions.screen(firm.cleo, [prebill], anew=True) == counted
    assert set(Finding.objects.filter(settled_at=None).values_list("pk", flat=True)) == opened
    # A consent that is recorded is another fact: everything is judged by it.
    registers.record_approval(firm.cleo, 1, "block-billing", "R. Pell")
    actions.screen(firm.cleo, [prebill])
    assert Screening.objects.get().judged_with != before


def test_the_version_of_the_bills_period_judges_and_earlier_bills_are_remembered(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    third = accepted(firm)
    fourth = accepted(firm, "4", "2026-02-01")
    block = "Review lease; call client regarding notice; email opposing counsel regarding hearing"
    released(firm, [hours(narrative=block), hours(narrative=block, on="2025-12-18")])
    december = drafted(firm, period=(date(2025, 12, 1), date(2025, 12, 31)))
    january = drafted(firm)
    actions.screen(firm.cleo, [december, january])
    assert set(Finding.objects.values_list("rules_id", flat=True)) == {third}
    assert fourth != third
    for found in Finding.objects.filter(prebill=december):
        actions.override(firm.ada, found.pk, "Agreed with the client")
    from meruit.invoices.actions import issuing
    from tests.support.bills import letterhead

    letterhead(firm)
    approved(firm, december)
    issuing.issue(firm.cleo, december)
    seen = sheet(
        Payer.objects.get(pk=1), [PreBill.objects.select_related("matter__client").get(pk=january)], FEBRUARY_2.date()
    )
    assert [(e.date, e.narrative) for e in seen.context.earlier] == [(date(2025, 12, 18), block)]
    assert Entry.objects.count() == 2
