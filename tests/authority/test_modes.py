"""Standing and batch decisions, firms of one or two people, and their reviews; and that nobody approves his own."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from meruit.authority import actions, queries
from meruit.authority.acts import Actor, moment
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow, Refused
from meruit.authority.models import Decision, Kind, Mode
from meruit.invoices.actions import giving_up
from tests.support.authority import strangers
from tests.support.bills import released
from tests.support.cast import IDS, token
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def declare(firm: Firm, mode: str) -> None:
    """The owner declares how many people the firm has for its decisions, as `init` does."""
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("INSERT INTO authority_mode (mode, declared_at, declared_by) VALUES (%s, now(), 'init')", [mode])


def test_a_firm_of_few_decides_alone_and_owes_a_review_by_somebody_else(firm: Firm) -> None:
    agree_rates(firm)
    one, two, three = released(firm, [hours(time="4"), hours(time="4.1"), hours(time="4.2")])
    proposals = [giving_up.propose_wip_write_off(firm.ada, entry, reason="x") for entry in (one, two, three)]
    with pytest.raises(NoAuthority, match="two people"):
        actions.decide(firm.ada, proposals[0], "approved")
    declare(firm, "two-person")
    decision = actions.decide(firm.ada, proposals[0], "approved")
    assert [d.pk for d in queries.owed_reviews()] == [decision]
    assert "accountant" in queries.owed_reviews().get().compensating
    with pytest.raises(NoAuthority, match="somebody else"):
        actions.review(firm.ada, decision, "Looks right to me")
    with pytest.raises(Invalid, match="what was found"):
        actions.review(firm.gita, decision, "")
    actions.review(firm.gita, decision, "Compared with the client's letter of 3 May.")
    with pytest.raises(NotNow, match="already reviewed"):
        actions.review(firm.gita, decision, "Again")
    assert not queries.owed_reviews().exists()
    declare(firm, "one-person")
    alone = actions.decide(firm.ada, proposals[1], "approved")
    actions.review(firm.ada, alone, "The accountant's list of May, item 4.")
    declare(firm, "standard")
    with pytest.raises(NoAuthority, match="two people"):
        actions.decide(firm.ada, proposals[2], "approved")
    with pytest.raises(NotFound, match="owes no review"):
        actions.review(firm.gita, actions.decide(firm.gita, proposals[2], "approved"), "Nothing to see")
    assert Mode.objects.count() == 3
    assert not Kind.objects.filter(signed=True).exclude(alone="").exists(), "access itself is never decided alone"


def test_a_standing_decision_is_used_up_to_its_caps_until_its_day(firm: Firm) -> None:
    agree_rates(firm)
    entries = released(firm, [hours() for _ in range(5)])
    proposals = [giving_up.propose_wip_write_off(firm.cleo, entry, reason="x") for entry in entries]
    given: dict[str, Any] = {
        "payer_id": None,
        "reason_code": "wip",
        "cap_item": Decimal(525),
        "cap_month": Decimal(1050),
    }
    standing = actions.give_standing(
        firm.ada, "write-off", currency="USD", expires_at=moment() + timedelta(days=300), **given
    )
    first = Decision.objects.get(pk=actions.decide_by_standing(firm.cleo, proposals[0], standing))
    assert (first.decided_by_id, first.standing_id, first.session_id) == (IDS["Ada"], standing, None)
    worker = firm.system("standing")
    actions.decide_by_standing(worker, proposals[1], standing)
    with pytest.raises(NoAuthority, match="left this month"):
        actions.decide_by_standing(worker, proposals[2], standing)
    firm.use("app")
    firm.at(datetime.now(UTC) + timedelta(days=32))
    actions.decide_by_standing(firm.cleo, proposals[2], standing)
    firm.at(datetime.now(UTC) + timedelta(days=301))
    with pytest.raises(NoAuthority, match="No standing decision"):
        actions.decide_by_standing(firm.cleo, proposals[3], standing)
    firm.at(datetime.now(UTC))
    with pytest.raises(NoAuthority, match="no open standing"):
        actions.end_standing(firm.gita, standing)
    actions.end_standing(firm.ada, standing)
    with pytest.raises(NoAuthority, match="No standing decision"):
        actions.decide_by_standing(firm.cleo, proposals[4], standing)


#: Deciders first: what is drawn most often should be what could go wrong.
PEOPLE = ("Ada", "second", "Gita", "Ben", "Cleo", "Eve", "Ines", "Kim")


class Permissions(RuleBasedStateMachine):
    """Anybody tries anything; whatever happens, no two-person decision has one human being on both sides."""

    firm: Firm
    entries: list[int]
    ids: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        self.proposals: list[int] = []

    def actor(self, name: str) -> Actor:
        return Actor(person_id=self.ids[name], token=token(name))

    @rule(who=st.sampled_from(PEOPLE), entry=st.integers(0, 7))
    def propose(self, who: str, entry: int) -> None:
        with contextlib.suppress(Refused):
            self.proposals.append(giving_up.propose_wip_write_off(self.actor(who), self.entries[entry], reason="x"))

    @rule(who=st.sampled_from(PEOPLE[:3]), at=st.integers(0, 30))
    def decide(self, who: str, at: int) -> None:
        self.attempt(who, None, at)

    @rule(who=st.sampled_from(PEOPLE), behalf=st.sampled_from(PEOPLE), at=st.integers(0, 30))
    def decide_for(self, who: str, behalf: str, at: int) -> None:
        self.attempt(who, self.ids[behalf], at)

    def attempt(self, who: str, behalf: int | None, at: int) -> None:
        if self.proposals:
            with contextlib.suppress(Refused):
                actions.decide(
                    self.actor(who), self.proposals[-1 - at % len(self.proposals)], "approved", on_behalf_of=behalf
                )

    @rule(who=st.sampled_from(PEOPLE), stand_in=st.sampled_from(PEOPLE))
    def stand_in(self, who: str, stand_in: str) -> None:
        now = moment()
        with contextlib.suppress(Refused):
            actions.name_stand_in(
                self.actor(who),
                self.ids[stand_in],
                kind=None,
                from_at=now - timedelta(days=1),
                until_at=now + timedelta(days=9),
            )

    @rule(who=st.sampled_from(PEOPLE), at=st.integers(0, 30))
    def take_back(self, who: str, at: int) -> None:
        if self.proposals and at < 5:  # now and then; most are left for somebody to decide
            with contextlib.suppress(Refused):
                actions.withdraw(self.actor(who), self.proposals[at % len(self.proposals)], "x")

    @invariant()
    def nobody_approves_what_he_prepared(self) -> None:
        same = {self.ids["second"]: self.ids["Ada"]}
        alone: dict[tuple[int, int | None], Decimal] = {}
        decided = Decision.objects.filter(kind_id="write-off", verdict="approved").select_related("proposal", "grant")
        for decision in decided:
            sides = {decision.decided_by_id, decision.on_behalf_of_id or decision.decided_by_id}
            humans = {same.get(one, one) for one in sides}
            preparer = same.get(decision.proposal.prepared_by_id, decision.proposal.prepared_by_id)
            assert decision.grant is not None
            assert decision.grant.role == "billing partner"
            if preparer in humans:
                assert decision.on_behalf_of_id is None, "a stand-in never decides what either of them prepared"
                key = (preparer, decision.proposal.client_id)
                alone[key] = alone.get(key, Decimal(0)) + (decision.amount or 0)
        assert all(total <= 1000 for total in alone.values()), "one human being alone gives up more than the threshold"


def test_no_way_through_grants_stand_ins_and_accounts_ends_in_an_approval_of_ones_own(shared: Firm) -> None:
    ids = IDS | {name: number for name, number in strangers(shared).items() if name == "second"}
    agree_rates(shared)
    entries = released(shared, [hours(timekeeper=1 + n % 2, time=("0.5", "1.5", "4")[n % 3]) for n in range(8)])
    machine = type("Machine", (Permissions,), {"firm": shared, "entries": entries, "ids": ids})
    many = bool(os.environ.get("MERUIT_PROOF"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if many else 8, stateful_step_count=40 if many else 20, deadline=None,
            suppress_health_check=list(HealthCheck), derandomize=not many, database=None,
        ),
    )  # fmt: skip
    assert Decision.objects.filter(kind_id="write-off").exists(), "some of it must have been allowed"
