"""Clients' rules in the firm: kept, corrected, accepted by a partner, never changed afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.agenda.models import Deadline
from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Decision, Proposal
from meruit.firm import access, actions, queries
from meruit.firm.core.sets import Standing
from meruit.firm.models import GuidelineSet
from meruit.matters.models import Payer
from meruit.night import queries as night
from tests.support import rules

if TYPE_CHECKING:
    from tests.support.firm import Firm

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_version_is_kept_with_its_document_and_its_acceptance_never_passes_unseen(firm: Firm) -> None:
    firm.at(MARCH)
    pdf = actions.SourceFile(b"%PDF-1.7 guidelines", "Guidelines 2026.pdf")
    added = actions.add_set(firm.cleo, 1, rules.text(starts="2026-03-20"), source=pdf, owner_id=firm.ines.person_id)
    row = access.guideline_set(firm.cleo, added.set_id)
    assert (row.name, row.version, row.state, row.effective_from) == (
        "northwind-insurance", "3", "draft", date(2026, 3, 20),
    )  # fmt: skip
    assert row.source is not None
    assert bytes(row.source.content) == pdf.content
    assert (row.owner_id, row.added_by_id) == (firm.ines.person_id, firm.cleo.person_id)
    deadline = Deadline.objects.get(kind="guideline-acceptance")
    assert deadline.zone == "America/New_York"
    assert deadline.due_at.date() == date(2026, 3, 21)  # the end of the 20th in New York
    assert [e.title for e in night.expires(MARCH)] == ["Accept the billing rules of Northwind Insurance, version 3"]
    (version,) = queries.versions(firm.cleo, 1)
    assert version.standing is Standing.DRAFT
    proposal = actions.propose_acceptance(firm.cleo, row.pk, reason="Sent by the client on 27 February")
    asked = Proposal.objects.get(pk=proposal)
    assert (asked.due_at, asked.evidence["document"]) == (deadline.due_at, "Guidelines 2026.pdf")
    assert queries.versions(firm.cleo, 1)[0].standing is Standing.PROPOSED
    decision = authority.decide(firm.ada, proposal, "approved")
    actions.carry_out_acceptance(firm.cleo, Decision.objects.get(pk=decision))
    row.refresh_from_db()
    assert (row.state, row.accepted_by, row.accepted_on) == ("accepted", "Ada", MARCH.date())
    assert queries.versions(firm.cleo, 1)[0].standing is Standing.UPCOMING
    assert list(night.expires(MARCH)) == []
    assert Payer.objects.get(pk=1).guideline_set == "northwind-insurance"
    with pytest.raises(NoAuthority, match="already taken effect"):
        actions.carry_out_acceptance(firm.cleo, Decision.objects.get(pk=decision))


def test_who_may_keep_and_who_may_accept(firm: Firm) -> None:
    firm.at(MARCH)
    added = actions.add_set(firm.cleo, 1, rules.text())
    for name in ("Cleo", "Ines", "Kim", "Eve"):
        with pytest.raises((NoAuthority, NotFound)):
            actions.accept(firm.actor(name), added.set_id, reason="Mine")
    for name in ("Ben", "Eve", "Jon"):
        with pytest.raises(NoAuthority):
            actions.add_set(firm.actor(name), 1, rules.text("4"))
    # Northwind's only matter is behind Dan's wall, so the client and its rules are not there for him.
    for attempt in (
        lambda: access.guideline_set(firm.dan, added.set_id),
        lambda: actions.add_set(firm.dan, 1, rules.text("4")),
        lambda: actions.revise_set(firm.dan, added.set_id, text=rules.text()),
        lambda: actions.withdraw_set(firm.dan, added.set_id, "Not wanted"),
        lambda: actions.propose_acceptance(firm.dan, added.set_id, reason="Good"),
        lambda: actions.use_set(firm.dan, 1, "RP-1"),
    ):
        with pytest.raises((NotFound, NoAuthority)):
            attempt()
    assert queries.versions(firm.dan) == []
    assert [v.row.pk for v in queries.versions(firm.cleo)] == [added.set_id]


def test_a_draft_is_corrected_and_what_was_put_forward_before_counts_no_more(firm: Firm) -> None:
    firm.at(MARCH)
    added = actions.add_set(firm.cleo, 1, rules.text())
    proposal = actions.propose_acceptance(firm.cleo, added.set_id, reason="Good")
    other = rules.text(rules=rules.BLOCK_BILLING.replace('"4.2"', '"4.3"'))
    actions.revise_set(firm.cleo, added.set_id, text=other)
    with pytest.raises(NotNow, match="withdrawn"):
        authority.decide(firm.ada, proposal, "approved")
    with pytest.raises(Invalid, match="block-biling"):
        actions.revise_set(firm.cleo, added.set_id, text=rules.text().replace("block-billing", "block-biling"))
    again = actions.propose_acceptance(firm.cleo, added.set_id, reason="Good")
    with firm.sql("owner") as pg:  # behind the actions' back
        pg.execute("UPDATE firm_guidelineset SET text = %s WHERE id = %s", [rules.text(), added.set_id])
    with pytest.raises(NotNow, match="another one by now"):
        authority.decide(firm.ada, again, "approved")
    actions.withdraw_set(firm.cleo, added.set_id, "The client sent another text")
    assert Deadline.objects.get().outcome == "withdrawn"
    with pytest.raises(NotNow, match="withdrawn"):
        actions.accept(firm.ada, added.set_id, reason="Good")
    assert actions.add_set(firm.cleo, 1, rules.text()).set_id != added.set_id


def test_an_accepted_version_never_changes_whoever_asks(firm: Firm) -> None:
    firm.at(MARCH)
    kept = rules.accepted(firm)
    with pytest.raises(NotNow, match="Possible now: nothing"):
        actions.revise_set(firm.cleo, kept, text=rules.text())
    with pytest.raises(NotNow, match="Possible now: nothing"):
        actions.withdraw_set(firm.cleo, kept, "No")
    with pytest.raises(Invalid, match='version "3" of northwind already'):
        actions.add_set(firm.cleo, 1, rules.text(), name="northwind")
    for login in ("app", "owner"):
        with firm.sql(login) as pg, pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="never changed"):
            pg.execute("UPDATE firm_guidelineset SET text = text || ' ' WHERE id = %s", [kept])
    with firm.sql("app") as pg, pytest.raises(psycopg.errors.InsufficientPrivilege):
        pg.execute("DELETE FROM firm_guidelineset WHERE id = %s", [kept])
    draft = actions.add_set(firm.cleo, 1, rules.text("4", "2026-04-01"), name="northwind").set_id
    with firm.sql("app") as pg, pytest.raises(psycopg.errors.InsufficientPrivilege, match="by decision only"):
        pg.execute("UPDATE firm_guidelineset SET state = 'accepted' WHERE id = %s", [draft])
    early = actions.add_set(firm.cleo, 1, rules.text("2", "2024-01-01"), name="northwind").set_id
    with pytest.raises(Invalid, match="begins after that"):
        actions.propose_acceptance(firm.cleo, early, reason="Late")


def test_the_version_of_a_day_and_the_payers_own(firm: Firm) -> None:
    firm.at(MARCH)
    third = rules.accepted(firm, client=2)
    fourth = rules.accepted(firm, "4", "2026-02-01", client=2)
    own = rules.accepted(firm, "UK-1", "2026-03-01", client=2, payer=3)
    american, british = Payer.objects.get(pk=2), Payer.objects.get(pk=3)

    def judged_by(payer: Payer, day: date) -> int | None:
        held = queries.held(payer, day)
        assert held is not None
        return None if held.kept is None else held.kept.pk

    assert judged_by(american, date(2026, 1, 31)) == third
    assert judged_by(american, date(2026, 2, 1)) == judged_by(american, date(2026, 3, 31)) == fourth
    assert judged_by(british, date(2026, 2, 28)) == fourth
    assert judged_by(british, date(2026, 3, 1)) == own
    assert [v.standing for v in queries.versions(firm.cleo, 2)] == [
        Standing.IN_FORCE, Standing.SUPERSEDED, Standing.IN_FORCE,  # the client's, then the British payer's own
    ]  # fmt: skip
    with pytest.raises(Invalid, match="none of that name holds on 2023-12-31"):
        queries.held(american, date(2023, 12, 31))
    with pytest.raises(NoAuthority):
        actions.use_set(firm.cleo, 2, "RP-1")
    with pytest.raises(Invalid, match='has no accepted set "lost"'):
        actions.use_set(firm.ada, 2, "lost")
    actions.use_set(firm.ada, 2, "RP-1")
    built_in = queries.held(Payer.objects.get(pk=2), date(2026, 3, 1))
    assert built_in is not None
    assert built_in.kept is None
    assert built_in.rules.name == "RP-1"


def test_the_firms_own_set_is_kept_without_a_client(firm: Firm) -> None:
    firm.at(MARCH)
    kept = rules.accepted(firm, client=None, name="house-rules")
    assert GuidelineSet.objects.get(pk=kept).accepted_by == "Ada"
    actions.use_set(firm.ada, 2, "house-rules")
    held = queries.held(Payer.objects.get(pk=2), MARCH.date())
    assert held is not None
    assert held.kept is not None
    assert held.kept.pk == kept
    with pytest.raises(Invalid, match="built-in set"):
        actions.add_set(firm.cleo, 1, rules.text(), name="RP-1")
    assert [v.row.pk for v in queries.versions(firm.dan)] == [kept]
