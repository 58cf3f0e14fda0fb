"""Drafting: released work becomes lines, once, on the pre-bill of its period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Decision
from meruit.prebills import access, actions, queries
from meruit.prebills.models import Hold, Line, PreBill
from meruit.timesheets import actions as timesheets
from tests.support.bills import FEBRUARY, FEBRUARY_2, JANUARY, agreed, amounts, drafted, line, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def test_released_work_is_drafted_once_by_matter_and_period(firm: Firm) -> None:
    agree_rates(firm)
    timesheets.prepare(firm.cleo, [hours(narrative="Not released yet")])
    released(firm, [hours(), cost(), hours(on="2026-02-03"), hours(matter=2, timekeeper=3), hours(billable=False)])  # type: ignore[arg-type]  # a flag among texts
    made = actions.draft(firm.cleo, [1, 2, 3], *JANUARY)
    assert [(d.lines, PreBill.objects.get(pk=d.prebill_id).matter_id) for d in made] == [(2, 1), (1, 2)]
    assert actions.draft(firm.cleo, [1, 2, 3], *JANUARY) == []
    prebill = PreBill.objects.get(pk=made[0].prebill_id)
    assert (prebill.state, prebill.reviewer_id, prebill.currency) == ("draft", prebill.matter.responsible_id, "USD")
    time, copies = Line.objects.filter(prebill=prebill).order_by("number")
    assert (time.kind, time.hours, time.rate, time.worked_value, time.billed_value) == (
        "time", Decimal("1.50"), Decimal(350), Decimal(525), Decimal(525),
    )  # fmt: skip
    assert (copies.kind, copies.units, copies.rate, copies.billed_value) == ("expense", 40, Decimal("0.10"), Decimal(4))
    sums = queries.totals(prebill)
    assert (sums.worked, sums.billed, sums.fees, sums.costs) == (529, 529, 525, 4)


def test_late_time_is_marked_and_joins_the_pre_bill_that_is_open(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours()])
    january = drafted(firm)
    released(firm, [hours(on="2026-01-30"), hours(on="2025-12-30"), hours(on="2026-02-10")])
    made = {d.prebill_id: d.lines for d in actions.draft(firm.cleo, [1], *FEBRUARY)}
    february = PreBill.objects.get(period_from=FEBRUARY[0]).pk
    assert made == {january: 1, february: 2}  # January's own goes where January is still open
    on = dict(Line.objects.values_list("worked_on", "late"))
    assert on == {
        date(2026, 1, 14): False,
        date(2026, 1, 30): False,
        date(2025, 12, 30): True,
        date(2026, 2, 10): False,
    }
    assert [x.number for x in Line.objects.filter(prebill=january).order_by("number")] == [1, 2]


def test_a_period_past_review_gets_another_pre_bill(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours()])
    first = drafted(firm)
    actions.send(firm.cleo, first)
    actions.approve(firm.ada, first)
    released(firm, [hours(on="2026-01-20")])
    second = drafted(firm)
    assert second != first
    assert PreBill.objects.get(pk=second).natural_key == "1:2026-01-01:2026-01-31:2"


def test_who_may_not_see_a_matter_drafts_nothing_of_it(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours(), hours(matter=2)])
    for name in ("Ben", "Eve", "Finn", "Jon"):
        with pytest.raises(NoAuthority):
            actions.draft(firm.actor(name), [1], *JANUARY)
    made = actions.draft(firm.dan, [1, 2], *JANUARY)
    assert [PreBill.objects.get(pk=d.prebill_id).matter_id for d in made] == [2]
    prebill = drafted(firm)
    for attempt in (
        lambda: access.prebill(firm.dan, prebill),
        lambda: access.line(firm.dan, line(prebill, 1).pk),
        lambda: actions.send(firm.dan, prebill),
        lambda: actions.hold(firm.dan, prebill, reason="x", review_on=FEBRUARY_2.date()),
        lambda: actions.comment(firm.dan, prebill, "x"),
        lambda: actions.propose_final_bill(firm.dan, prebill),
        lambda: actions.approve(firm.dan, prebill),
        lambda: actions.return_to_draft(firm.dan, prebill, reason="x"),
        lambda: actions.arrange(firm.dan, prebill),
        lambda: actions.propose_write_down(firm.dan, line(prebill, 1).pk, Decimal(1), reason="x"),
        lambda: actions.write_down(firm.dan, line(prebill, 1).pk, Decimal(1), reason="x"),
    ):
        with pytest.raises(NotFound, match="There is no"):
            attempt()
    with pytest.raises(Invalid, match="period runs"):
        actions.draft(firm.cleo, [1], JANUARY[1], JANUARY[0])


def test_lines_are_copies_that_no_login_writes(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours()])
    prebill = drafted(firm)
    for login in ("app", "worker"):
        for statement in (
            "UPDATE prebills_line SET billed_value = 1",
            "UPDATE prebills_line SET narrative = 'x'",
            "DELETE FROM prebills_line",
            "INSERT INTO prebills_line SELECT * FROM prebills_line",
            "INSERT INTO prebills_prebill SELECT * FROM prebills_prebill",
            "UPDATE prebills_prebill SET matter_id = 2",
            "UPDATE prebills_prebill SET returned_at = NULL",
            "INSERT INTO prebills_givenup (entry_id, at) VALUES (1, now())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), firm.sql(login) as pg:
                pg.execute(statement)
    for state in ("draft", "in review"):
        PreBill.objects.filter(pk=prebill).update(state=state)
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="issue of its final bill"),
            firm.sql("app") as pg,
        ):
            pg.execute("UPDATE prebills_prebill SET state = 'invoiced'")


def test_a_changed_entry_takes_its_line_along_and_a_transferred_one_leaves(firm: Firm) -> None:
    agree_rates(firm)
    first, second, _ = released(firm, [hours(), hours(time="1.0"), hours(time="0.3")])
    prebill = drafted(firm)
    actions.send(firm.cleo, prebill)
    actions.write_down(firm.ada, line(prebill, 1).pk, Decimal("100"), reason="Duplicated effort")
    actions.approve(firm.ada, prebill)

    better = replace(hours(), narrative="Draft answer and affirmative defenses", hours=Decimal("1.2"))
    proposal = timesheets.propose_change(firm.cleo, first, better, reason="Says more")
    timesheets.carry_out_change(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ben, proposal, "approved")))
    changed = line(prebill, 1)
    assert (changed.version, changed.narrative, changed.worked_value, changed.billed_value) == (
        2, "Draft answer and affirmative defenses", Decimal(420), Decimal(320),
    )  # fmt: skip
    assert PreBill.objects.get(pk=prebill).state == "in review"  # the approval covered another text

    proposal = timesheets.propose_transfer(firm.cleo, second, 2, reason="Charter")
    timesheets.carry_out_transfer(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved")))
    assert line(prebill, 2).removed_at is not None
    assert amounts(prebill) == [Decimal(320), Decimal(105)]
    assert amounts(drafted(firm, matter=2)) == [Decimal(350)]


def test_a_hold_stays_with_its_work_when_the_bill_goes_without_it(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    released(firm, [hours(), hours(time="1.0")])
    prebill = drafted(firm)
    held = line(prebill, 2)
    hold = actions.hold(firm.cleo, prebill, line_id=held.pk, reason="Which matter?", review_on=date(2026, 2, 20))
    with firm.sql("owner") as pg:  # as the issue of its bill does
        pg.execute("UPDATE prebills_line SET removed_at = now() WHERE id = %s", [held.pk])
        pg.execute("UPDATE prebills_prebill SET state = 'invoiced'")
    second = drafted(firm, period=FEBRUARY)
    again = line(second, 1)
    assert again.on_hold
    assert again.late
    assert Hold.objects.get(pk=hold).line_id == again.pk


CAP = {"kind": "capped", "terms": {"cap": "600"}}
FIXED = {"kind": "fixed", "terms": {"fee": "2000", "parts": [["2026-01-15", "500"], ["2026-03-01", "1500"]]}}
SUBSCRIPTION = {"kind": "subscription", "terms": {"fee": "300"}}
CONTINGENCY = {"kind": "contingency", "terms": {"percent_by_stage": {"settlement": "25"}}}
BLENDED = {"kind": "blended", "terms": {"rate_per_hour": "300"}}


@pytest.mark.parametrize("arrangement, billed", [
    (CAP, ["525", "75", "4"]),  # the second entry reaches the cap; costs are not under it
    (BLENDED, ["450", "300", "4"]),
    (FIXED, ["0", "0", "4", "500"]),
    (SUBSCRIPTION, ["0", "0", "4", "300"]),
    (CONTINGENCY, ["0", "0", "4"]),
])  # fmt: skip
def test_the_arrangement_turns_worked_into_billed(
    firm: Firm, arrangement: dict[str, object], billed: list[str]
) -> None:
    agree_rates(firm)
    agreed(firm, "arrangement", 1, [{"matter_id": 1, "from_on": "2026-01-01"} | arrangement])
    released(firm, [hours(), hours(time="1.0"), cost()])
    prebill = PreBill.objects.get(pk=drafted(firm))
    assert amounts(prebill.pk) == [Decimal(b) for b in billed]
    sums = queries.totals(prebill)
    assert sums.worked == 879  # hours are recorded whatever is charged
    told = next(iter(prebill.arrangement["terms"].values()))
    assert told["steps"][0][0] == "2 entries at agreed rates."
    actions.send(firm.cleo, prebill.pk)
    actions.approve(firm.ada, prebill.pk)


def test_what_no_hour_tells_is_stated_and_kept(firm: Firm) -> None:
    agree_rates(firm)
    agreed(firm, "arrangement", 1, [{"matter_id": 1, "from_on": "2026-01-01"} | CONTINGENCY])
    released(firm, [hours()])
    prebill = drafted(firm)
    won = actions.Facts(recovered=Decimal("10000"), stage="settlement")
    actions.arrange(firm.cleo, prebill, won)
    assert amounts(prebill) == [Decimal(0), Decimal(2500)]
    actions.arrange(firm.cleo, prebill)  # working it out again keeps what was stated
    assert amounts(prebill) == [Decimal(0), Decimal(2500)]
    kept = actions.arrange(firm.cleo, prebill, replace(won, stage="appeal"))
    assert kept is not None
    assert "the agreement knows settlement" in kept["refused"]
    actions.send(firm.cleo, prebill)
    with pytest.raises(NotNow, match="worked out anew"):
        actions.propose_final_bill(firm.cleo, prebill)


def test_a_fee_that_falls_due_without_work_gets_a_pre_bill(firm: Firm) -> None:
    agreed(firm, "arrangement", 1, [{"matter_id": 1, "from_on": "2026-01-01"} | SUBSCRIPTION])
    (made,) = actions.draft(firm.cleo, [1], *JANUARY)
    assert made.lines == 0
    assert amounts(made.prebill_id) == [Decimal(300)]
    assert actions.draft(firm.cleo, [1], *JANUARY) == []
