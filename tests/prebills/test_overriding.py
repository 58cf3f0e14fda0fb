"""Findings stand with a reason, or by a partner's decision where the client's set says so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Decision
from meruit.firm.core.reading import digest
from meruit.prebills import actions, queries
from meruit.prebills.models import Finding, Override
from tests.support.bills import FEBRUARY_2, drafted, released
from tests.support.rules import BLOCK_BILLING, accepted, text
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

STRICT = BLOCK_BILLING.replace('severity = "refuse"', 'severity = "refuse"\noverride = "decision"')
BLOCK = "Review lease; call client regarding notice; email opposing counsel regarding hearing"
OTHER = "Draft reply; telephone conference with client regarding terms; review discovery responses"


def screened(firm: Firm, rules: str) -> tuple[int, list[int]]:
    """A pre-bill of two lines that the rules speak of, and the findings."""
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    kept = accepted(firm, rules=rules)
    released(firm, [hours(narrative=BLOCK), hours(narrative=OTHER, on="2026-01-15")])
    prebill = drafted(firm)
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 2}
    found = Finding.objects.order_by("line_id")
    assert {f.rules_id for f in found} == {kept}
    assert {bytes(f.rules_sha256 or b"") for f in found} == {digest(text(rules=rules))}
    return prebill, [f.pk for f in found]


def test_where_the_set_says_so_a_partner_decides_whether_a_finding_stands(firm: Firm) -> None:
    prebill, (first, second) = screened(firm, STRICT)
    for name in ("Cleo", "Ben", "Ines", "Eve"):
        with pytest.raises(NoAuthority):
            actions.override(firm.actor(name), first, "The client asked for one entry")
    with pytest.raises(NotFound):
        actions.override(firm.dan, first, "Let it stand")
    with pytest.raises(NotFound):
        actions.propose_override(firm.dan, first, reason="Let it stand")
    with pytest.raises(Invalid, match="Say why"):
        actions.propose_override(firm.cleo, first, reason=" ")
    with firm.sql("app") as pg, pytest.raises(psycopg.errors.InsufficientPrivilege, match="a partner decides"):
        pg.execute(
            "UPDATE prebills_finding SET settled_at = now(), settled_how = 'overridden: mine' WHERE id = %s", [first]
        )
    proposal = actions.propose_override(firm.cleo, first, reason="The client asked for one entry")
    with pytest.raises(NoAuthority):
        authority.decide(firm.cleo, proposal, "approved")
    decision = Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved"))
    actions.carry_out_override(firm.cleo, decision)
    with pytest.raises(NoAuthority, match="already taken effect"):
        actions.carry_out_override(firm.cleo, decision)
    actions.override(firm.ada, second, "One telephone conference")
    assert set(Finding.objects.values_list("settled_how", flat=True)) == {
        "overridden: The client asked for one entry", "overridden: One telephone conference",
    }  # fmt: skip
    assert Override.objects.count() == 2
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 0}
    assert actions.screen(firm.cleo, [prebill], anew=True) == {prebill: 0}
    with pytest.raises(NotNow, match="is settled"):
        actions.override(firm.ada, second, "Again")


def test_what_was_approved_is_void_when_the_line_changed_meanwhile(firm: Firm) -> None:
    _, (first, _) = screened(firm, STRICT)
    proposal = actions.propose_override(firm.cleo, first, reason="The client asked for one entry")
    decision = Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved"))
    line = Finding.objects.get(pk=first).line
    assert line is not None
    actions.write_down(firm.ada, line.pk, line.billed_value / 2, reason="Too long")
    with pytest.raises(NoAuthority, match="has changed since"):
        actions.carry_out_override(firm.cleo, decision)


def test_how_often_each_rule_is_overridden_can_be_asked(firm: Firm) -> None:
    prebill, (first, second) = screened(firm, BLOCK_BILLING)
    actions.override(firm.ines, first, "The client asked for one entry")
    (rate,) = queries.override_rates(firm.cleo)
    assert (rate.rule, rate.guideline, rate.findings, rate.overridden, rate.cured, rate.open) == (
        "block-billing", "northwind 3", 2, 1, 0, 1,
    )  # fmt: skip
    assert rate.rate == 1
    line = Finding.objects.get(pk=second).line
    assert line is not None
    actions.write_down(firm.ada, line.pk, line.billed_value - 100, hours=Decimal("1.2"), reason="One task of it")
    assert actions.screen(firm.cleo, [prebill]) == {prebill: 0}
    (rate,) = queries.override_rates(firm.cleo)
    assert (rate.cured, str(rate.rate)) == (1, "0.5")
    assert queries.override_rates(firm.dan) == []
