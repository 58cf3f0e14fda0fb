"""Screening: findings of the payer's rules, kept with their version, closed when they are cured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Decision, Proposal
from meruit.prebills import access, actions
from meruit.prebills.models import Finding, PreBill
from meruit.timesheets import actions as timesheets
from tests.support.bills import FEBRUARY_2, drafted, line, released
from tests.support.bills import approved as bill
from tests.support.rules import accepted
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

BLOCK = "Review lease; call client regarding notice; email opposing counsel regarding hearing"


def test_findings_are_kept_once_with_clause_words_and_the_version_of_the_rules(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    accepted(firm)
    released(firm, [hours(narrative=BLOCK), hours(time="0.4"), cost()])
    prebill = drafted(firm)
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 1}
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 1}
    found = Finding.objects.get()
    assert (found.rule, found.severity, found.clause, found.line_id) == (
        "block-billing", "refuse", "4.2", line(prebill, 1).pk,
    )  # fmt: skip
    assert "3" in found.guideline
    assert PreBill.objects.get(pk=prebill).screened_under == found.guideline
    actions.send(firm.cleo, prebill)
    proposal = Proposal.objects.get(pk=actions.propose_final_bill(firm.cleo, prebill))
    assert [f["rule"] for f in proposal.evidence["findings"]] == ["block-billing"]
    with pytest.raises(NotFound):
        access.prebill(firm.dan, prebill)
    assert actions.screen(firm.dan, [prebill]) == {}


def test_a_cured_line_closes_its_finding(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    accepted(firm)
    entry, _ = released(firm, [hours(narrative=BLOCK), cost()])
    prebill = drafted(firm)
    actions.screen(firm.cleo, [prebill])
    better = hours(time="0.8", narrative="Review lease for notice provisions")
    proposal = timesheets.propose_change(firm.cleo, entry, better, reason="One task")
    timesheets.carry_out_change(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ben, proposal, "approved")))
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 0}
    assert Finding.objects.get().settled_how == "cured"


def test_a_line_that_is_right_all_the_same_is_not_asked_about_again(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    accepted(firm)
    released(firm, [hours(narrative=BLOCK)])
    prebill = drafted(firm)
    actions.screen(firm.cleo, [prebill])
    finding = Finding.objects.get().pk
    for name in ("Cleo", "Ben", "Eve"):
        with pytest.raises(NoAuthority):
            actions.override(firm.actor(name), finding, "The client asked for one entry")
    with pytest.raises(Invalid, match="Say why"):
        actions.override(firm.ada, finding, " ")
    actions.override(firm.ada, finding, "The client asked for one entry")
    with pytest.raises(NotNow, match="no open finding"):
        actions.override(firm.ada, finding, "Again")
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 0}
    assert Finding.objects.count() == 1


def test_the_rules_are_those_in_force_and_a_missing_set_is_named(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    accepted(firm)
    accepted(firm, "4", "2026-01-20")
    accepted(firm, "5", "2026-02-01")
    released(firm, [hours(narrative=BLOCK), hours(matter=2)])
    prebill, without = drafted(firm), drafted(firm, matter=2)
    assert actions.screen(firm.cleo, [prebill, without]) == {prebill: 1, without: 0}
    assert "4" in PreBill.objects.get(pk=prebill).screened_under
    assert PreBill.objects.get(pk=without).screened_under == ""
    with firm.sql("owner") as pg:
        pg.execute("UPDATE matters_payer SET guideline_set = 'lost' WHERE id = 1")
    with pytest.raises(Invalid, match='"lost", and none of that name holds'):
        actions.screen(firm.cleo, [prebill])
    bill(firm, without)
