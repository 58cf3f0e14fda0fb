"""Lines: written down by decision, held by a specialist, released by whoever may."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotNow
from meruit.authority.models import Decision
from meruit.prebills import actions, divisions, queries
from meruit.prebills.models import Comment, Hold, Line, PreBill, WriteDown
from tests.support.bills import FEBRUARY_2, amounts, approved, drafted, line, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

REVIEW = date(2026, 2, 20)


def bill(firm: Firm) -> int:
    """Ben's 1.5 hours and forty copies, on 2 February."""
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    released(firm, [hours(), cost()])
    return drafted(firm)


def test_a_write_down_is_decided_and_lowers_the_line_once(firm: Firm) -> None:
    prebill = bill(firm)
    first = line(prebill, 1)
    proposal = actions.propose_write_down(
        firm.cleo, first.pk, Decimal("175.00"), hours=Decimal("0.5"), reason="Two attended", reason_code="staffing"
    )
    for name in ("Cleo", "Ben", "Ines", "Eve"):
        with pytest.raises(NoAuthority):
            authority.decide(firm.actor(name), proposal, "approved")
    decision = Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved"))
    assert decision.amount == 175
    actions.carry_out_write_down(firm.cleo, decision)
    with pytest.raises(NoAuthority, match="already taken effect"):
        actions.carry_out_write_down(firm.cleo, decision)
    first.refresh_from_db()
    assert (first.worked_value, first.billed_value, first.hours, first.billed_hours) == (525, 350, Decimal("1.5"), 1)
    sums = queries.totals(PreBill.objects.get(pk=prebill))
    assert (sums.worked, sums.billed, sums.write_down, sums.hours_billed) == (529, 354, 175, 1)
    assert [(s.timekeeper, s.billed) for s in queries.by_timekeeper(PreBill.objects.get(pk=prebill))] == [(2, 350)]


TOO_MUCH: list[tuple[str, str | None, str]] = [
    ("525.01", None, "cannot be lowered"),
    ("0", None, "cannot be lowered"),
    ("-1", None, "cannot be lowered"),
    ("NaN", None, "cannot be lowered"),
    ("1", "1.6", "cannot come off"),
    ("1", "-0.1", "cannot come off"),
]  # fmt: skip


def test_a_line_is_never_lowered_by_more_than_it_is_worth(firm: Firm) -> None:
    first = line(bill(firm), 1)
    for amount, off, why in TOO_MUCH:
        hours_off = None if off is None else Decimal(off)
        with pytest.raises(Invalid, match=why):
            actions.write_down(firm.ada, first.pk, Decimal(amount), hours=hours_off, reason="Too much")
    with pytest.raises(Invalid, match="says why"):
        actions.write_down(firm.ada, first.pk, Decimal(1), reason="")


def test_two_decided_write_downs_together_never_exceed_the_line(firm: Firm) -> None:
    first = line(bill(firm), 1)
    decisions = [
        Decision.objects.get(pk=authority.decide(firm.ada, actions.propose_write_down(firm.cleo, first.pk, Decimal(amount), reason=amount), "approved"))
        for amount in ("300", "225", "1")
    ]  # fmt: skip
    actions.carry_out_write_down(firm.cleo, decisions[0])
    actions.carry_out_write_down(firm.cleo, decisions[1])
    with pytest.raises(Invalid, match=r"billed at 0\.0000"):
        actions.carry_out_write_down(firm.cleo, decisions[2])
    assert WriteDown.objects.count() == 2


def test_a_held_line_stays_off_the_bill_until_it_is_released(firm: Firm) -> None:
    prebill = bill(firm)
    first = line(prebill, 1)
    hold = actions.hold(firm.cleo, prebill, line_id=first.pk, reason="Is this the right matter?", review_on=REVIEW)
    assert Hold.objects.get(pk=hold).held_by_id == firm.cleo.person_id
    sums = queries.totals(PreBill.objects.get(pk=prebill))
    assert (sums.billed, sums.held) == (4, 525)
    assert [b.totals.total for b in divisions.division(PreBill.objects.get(pk=prebill)).bills] == [4]
    with pytest.raises(NotNow, match="already held"):
        actions.hold(firm.cleo, prebill, line_id=first.pk, reason="Again", review_on=REVIEW)

    kept = actions.propose_hold_change(firm.cleo, hold, until=date(2026, 4, 1), reason="The client has not answered")
    with pytest.raises(NoAuthority):
        authority.decide(firm.cleo, kept, "approved")
    actions.carry_out_hold_change(firm.cleo, Decision.objects.get(pk=authority.decide(firm.gita, kept, "approved")))
    assert Hold.objects.get(pk=hold).review_on == date(2026, 4, 1)
    with pytest.raises(Invalid, match="later day than 2026-04-01"):
        actions.propose_hold_change(firm.cleo, hold, until=date(2026, 3, 1), reason="Earlier")

    with pytest.raises(NoAuthority):
        actions.release_hold(firm.cleo, hold, reason="I think so")
    actions.release_hold(firm.ada, hold, reason="It is the right matter")
    assert not Line.objects.get(pk=first.pk).on_hold
    with pytest.raises(NotNow, match="has ended"):
        actions.release_hold(firm.ada, hold, reason="Again")


def test_a_whole_pre_bill_is_held_and_released(firm: Firm) -> None:
    prebill = bill(firm)
    hold = actions.hold(firm.cleo, prebill, reason="Rates are disputed", review_on=REVIEW)
    assert PreBill.objects.get(pk=prebill).state == "held"
    with pytest.raises(NotNow, match="Cannot send a pre-bill that is held"):
        actions.send(firm.cleo, prebill)
    with pytest.raises(NotNow, match="lines do not change"):
        actions.hold(firm.cleo, prebill, line_id=line(prebill, 1).pk, reason="x", review_on=REVIEW)
    actions.release_hold(firm.ada, hold, reason="Agreed")
    assert PreBill.objects.get(pk=prebill).state == "draft"


def test_a_hold_says_why_and_when_it_is_looked_at(firm: Firm) -> None:
    prebill = bill(firm)
    for reason, day in (("", REVIEW), ("Later", date(2026, 3, 6)), ("Before", date(2026, 2, 1))):
        with pytest.raises(Invalid, match="within 31 days"):
            actions.hold(firm.cleo, prebill, reason=reason, review_on=day)
    approved(firm, prebill)
    with pytest.raises(NotNow, match="is approved"):
        actions.hold(firm.cleo, prebill, reason="Wait", review_on=REVIEW)
    actions.hold(firm.cleo, prebill, line_id=line(prebill, 1).pk, reason="Wait", review_on=REVIEW)
    assert PreBill.objects.get(pk=prebill).state == "in review"  # what was approved has changed


def test_who_held_and_when_is_said_by_the_database(firm: Firm) -> None:
    prebill = bill(firm)
    with firm.sql("app") as pg:
        pg.execute("SELECT authority.act('token-cleo')")
        pg.execute(
            "INSERT INTO prebills_hold (prebill_id, reason, review_on, held_by_id, held_at, ended_at)"
            " VALUES (%s, 'In Ada''s name', '2026-02-20', %s, '2000-01-01', '2000-01-01')",
            [prebill, firm.ada.person_id],
        )
    made = Hold.objects.get()
    assert (made.held_by_id, made.ended_at, made.held_at.year) == (firm.cleo.person_id, None, 2026)
    for statement in ("UPDATE prebills_hold SET ended_at = now()", "DELETE FROM prebills_hold"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), firm.sql("app") as pg:
            pg.execute(statement)


def test_comments_stay_open_until_somebody_resolves_them(firm: Firm) -> None:
    prebill = bill(firm)
    made = actions.comment(firm.ada, prebill, "Who is J. Doe?", line_id=line(prebill, 1).pk)
    with pytest.raises(Invalid, match="says something"):
        actions.comment(firm.ada, prebill, " ")
    with pytest.raises(NotNow, match="no open comment"):
        actions.resolve(firm.dan, made)
    actions.resolve(firm.cleo, made)
    assert Comment.objects.get(pk=made).resolved_at is not None
    with pytest.raises(NotNow, match="no open comment"):
        actions.resolve(firm.cleo, made)
    assert amounts(prebill) == [525, 4]
