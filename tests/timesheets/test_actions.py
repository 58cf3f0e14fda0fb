"""Entries: prepared, released by who did the work, changed afterwards only by decision."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Decision
from meruit.timesheets import access, actions
from meruit.timesheets.models import Entry, Released, Version
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def test_prepared_time_is_priced_by_the_agreed_rate_and_says_where_it_came_from(firm: Firm) -> None:
    agree_rates(firm)
    time, copies = actions.prepare(firm.cleo, [hours(), cost()])
    said = Version.objects.get(entry_id=time)
    assert (said.agreed_rate, said.worked_value) == (Decimal("350.0000"), Decimal("525.0000"))
    assert "standard (person 2)" in said.rate_source
    assert Version.objects.get(entry_id=copies).worked_value == Decimal("4.0000")
    assert not Released.objects.exists()


def test_time_without_a_rate_is_worth_nothing_yet_and_says_why(firm: Firm) -> None:
    (entry,) = actions.prepare(firm.cleo, [hours()])
    said = Version.objects.get(entry_id=entry)
    assert said.agreed_rate is None
    assert "No rate in USD is in force" in said.rate_source


@pytest.mark.parametrize("wrong, why", [
    (hours(time="25"), "25 hours"),
    (hours(narrative="  "), "no narrative"),
    (hours(matter=99), "no matter 99"),
    (cost(units="0"), "units above 0"),
])  # fmt: skip
def test_an_entry_that_cannot_be_is_refused_by_its_place(firm: Firm, wrong: actions.NewEntry, why: str) -> None:
    with pytest.raises(Invalid, match=f"Entry 2: .*{why}"):
        actions.prepare(firm.cleo, [hours(), wrong])
    assert not Entry.objects.exists()


def test_only_who_did_the_work_releases_it_and_only_once(firm: Firm) -> None:
    agree_rates(firm)
    mine, other = actions.prepare(firm.cleo, [hours(), hours(timekeeper=3)])
    with pytest.raises(NoAuthority, match="no authority"):
        actions.release(firm.cleo, [mine])
    with pytest.raises(NoAuthority, match="no authority"):
        actions.release(firm.ben, [mine, other])
    actions.release(firm.ben, [mine])
    assert list(Released.objects.values_list("entry_id", "version")) == [(mine, 1)]
    with pytest.raises(NotNow, match="already released"):
        actions.release(firm.ben, [mine])


def test_the_narrative_is_the_timekeepers(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.ben, [hours()])
    with pytest.raises(NoAuthority, match="proposed, not written"):
        actions.revise(firm.cleo, entry, hours(narrative="Something else"))
    actions.revise(firm.ben, entry, hours(narrative="Draft answer and affirmative defenses"))
    actions.release(firm.ben, [entry])
    with pytest.raises(NoAuthority, match="proposed, not written"):
        actions.revise(firm.ben, entry, hours(narrative="After release"))
    better = hours(narrative="Draft answer and affirmative defenses to complaint of J. Doe")
    proposal = actions.propose_change(firm.cleo, entry, better, reason="Name the document.")
    with pytest.raises(NoAuthority):
        authority.decide(firm.cleo, proposal, "approved")
    decision = Decision.objects.get(pk=authority.decide(firm.ben, proposal, "approved"))
    actions.carry_out_change(firm.cleo, decision)
    assert (
        list(Version.objects.filter(entry_id=entry).order_by("number").values_list("narrative", flat=True))[-1]
        == better.narrative
    )
    with pytest.raises(NoAuthority, match="already taken effect"):
        actions.carry_out_change(firm.cleo, decision)


def test_an_attorney_changes_her_own_narrative_in_one_act(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.ines, [hours(timekeeper=3)])
    actions.release(firm.ines, [entry])
    actions.change_own(
        firm.ines, entry, hours(timekeeper=3, narrative="Attend hearing on motion to compel"), reason="Wrong text"
    )
    assert Entry.objects.get(pk=entry).version == 2
    assert Released.objects.get(entry_id=entry).version == 2


def test_a_transfer_is_decided_and_moves_the_entry_once(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.cleo, [hours()])
    proposal = actions.propose_transfer(firm.cleo, entry, 2, reason="Worked on the charter dispute")
    with pytest.raises(NoAuthority):
        authority.decide(firm.ben, proposal, "approved")
    decision = Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved"))
    actions.carry_out_transfer(firm.cleo, decision)
    assert Entry.objects.get(pk=entry).matter_id == 2


def test_behind_the_wall_there_is_no_entry(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.cleo, [hours()])
    for attempt in (
        lambda: access.entry(firm.dan, entry),
        lambda: actions.propose_change(firm.dan, entry, hours(narrative="x y"), reason=""),
        lambda: actions.propose_transfer(firm.dan, entry, 2, reason=""),
    ):
        with pytest.raises(NotFound, match=f"There is no entry {entry}"):
            attempt()
    with pytest.raises(Invalid, match="no matter 1"):
        actions.prepare(firm.dan, [hours()])


def test_no_rate_is_invented_in_sql(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.cleo, [hours()])
    pg = firm.sql("app")
    pg.execute("SELECT authority.act('token-cleo')")
    with pytest.raises(Exception, match="no rate that was agreed"):
        pg.execute(
            "INSERT INTO timesheets_version (entry_id, number, worked_on, narrative, hours, task_code, activity_code, expense_code, hard_cost,"
            " billable, agreed_rate, rate_source, standard_value, worked_value, currency, made_by_id, made_at, reason)"
            " SELECT entry_id, 2, worked_on, narrative, hours, task_code, activity_code, expense_code, hard_cost, billable, 900, '', 0, 1350,"
            " currency, made_by_id, made_at, '' FROM timesheets_version WHERE entry_id = %s",
            [entry],
        )


def test_a_release_binds_the_version_that_was_seen(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = actions.prepare(firm.ben, [hours()])
    content = {"entries": [[entry, 1]]}
    proposal = authority.propose(
        firm.cleo, "release-time", content, subject="timesheets_entry", subject_id=entry, reason="Please"
    )
    actions.revise(firm.ben, entry, replace(hours(), hours=Decimal("8.0")))
    with pytest.raises(NotNow, match="changed since"):
        authority.decide(firm.ben, proposal, "approved")
