"""Two at once, held open, restored, watched: what statements alone do not show."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions
from meruit.authority.acts import acting
from meruit.authority.errors import NoAuthority, NotSignedIn, Refused
from meruit.authority.models import Consumption, Decision
from meruit.invoices.actions import giving_up
from meruit.people.models import Session
from tests.support.bills import released
from tests.support.cast import IDS, token
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def act(pg: psycopg.Connection, name: str) -> None:
    pg.execute("SELECT authority.act(%s)", [token(name)])


def both(first: psycopg.Connection, second: psycopg.Connection, one: str, other: str) -> list[str]:
    """`one` runs and holds its transaction, `other` waits for it; then both commit. What each was told."""
    told = ["", ""]
    first.execute(one.encode())

    def wait() -> None:
        try:
            second.execute(other.encode())
            second.commit()
        except psycopg.Error as error:
            told[1] = str(error)
            second.rollback()

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.3)  # long enough to reach the lock; when it is slower, the order is the same and so is the answer
    first.commit()
    waiting.join()
    return told


def effect(decision: int, entry: int) -> str:
    return (
        "INSERT INTO invoices_writeoff (loss, entry_id, amount, currency, hard_cost, reason, written_off_on, decision_id)"
        f" VALUES ('wip', {entry}, 525.00, 'USD', false, 'Uncollectable', '2026-01-01', {decision})"
    )


def test_one_decision_and_one_threshold_hold_when_two_use_them_at_once(firm: Firm) -> None:
    agree_rates(firm)
    (entry,) = released(firm, [hours()])
    decision = actions.decide(
        firm.ada, giving_up.propose_wip_write_off(firm.cleo, entry, reason="Uncollectable"), "approved"
    )
    first, second = firm.sql("app"), firm.sql("app")
    act(first, "Cleo")
    act(second, "Kim")
    _, told = both(first, second, effect(decision, entry), effect(decision, entry))
    assert "duplicate key" in told or "already taken effect" in told
    assert Consumption.objects.filter(decision=decision).count() == 1

    own = released(firm, [hours(timekeeper=1) for _ in range(2)])  # 900 dollars each; alone she may give up 1,000
    parts = [giving_up.propose_wip_write_off(firm.ada, one, reason="Uncollectable") for one in own]
    first, second = firm.sql("app"), firm.sql("app")
    act(first, "Ada")
    act(second, "Ada")
    _, told = both(first, second, *(f"SELECT authority.decide({part}, 'approved')" for part in parts))
    assert "two people" in told
    assert Decision.objects.filter(proposal__in=parts).count() == 1


def test_a_transaction_held_open_decides_nothing_after_its_session_or_grant_has_ended(firm: Firm) -> None:
    agree_rates(firm)
    proposals = [
        giving_up.propose_wip_write_off(firm.cleo, one, reason="x") for one in released(firm, [hours(), hours()])
    ]
    ended, revoked = firm.sql("app"), firm.sql("app")
    act(ended, "Ada")
    act(revoked, "Gita")
    with psycopg.connect(firm.url("gate")) as gate:
        assert gate.execute("SELECT people.end_session(sha256('token-ada'))").fetchone() == (True,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="signed in"):
        ended.execute("SELECT authority.decide(%s, 'approved')", [proposals[0]])
    content = {"grant_id": _grant("Gita")}
    decision = actions.act_directly(
        firm.eve, "revocation", content, subject="authority_grant", subject_id=_grant("Gita"), reason="Left"
    )
    from meruit.authority import effects

    effects.revocation(firm.eve, Decision.objects.get(pk=decision))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no authority"):
        revoked.execute("SELECT authority.decide(%s, 'approved')", [proposals[1]])
    with pytest.raises(NotSignedIn), acting(firm.ada):
        pass


def test_rows_of_who_acted_do_not_speak_for_a_restored_copy(firm: Firm) -> None:
    with psycopg.connect(firm.url("app")) as pg:
        before = pg.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert before is not None
    with psycopg.connect(firm.url("owner")) as owner:  # as a plain dump, restored on another server, brings them
        owner.execute(
            "INSERT INTO authority.acts (xid, run, person_id, session_id, origin, at)"
            " SELECT x::text::xid8, '2020-01-01', %s, 1, 'web', now() FROM generate_series(%s::bigint, %s::bigint) x",
            [IDS["Ada"], before[0] + 2, before[0] + 60],
        )
    with psycopg.connect(firm.url("app")) as pg:
        pg.execute("SELECT pg_current_xact_id()")
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification, match="Nobody acts"):
            pg.execute("SELECT authority.actor()")
    with psycopg.connect(firm.url("app")) as pg:
        act(pg, "Cleo")
        assert pg.execute("SELECT authority.actor()").fetchone() == (IDS["Cleo"],)
    with psycopg.connect(firm.url("worker"), autocommit=True) as pg:
        pg.execute("SELECT authority.forget_acts()")
    with psycopg.connect(firm.url("owner")) as owner:
        assert owner.execute("SELECT count(*) FROM authority.acts WHERE run = '2020-01-01'").fetchone() == (0,)


def test_a_token_is_in_no_text_that_another_connection_sees(firm: Firm) -> None:
    watching = firm.sql("app", autocommit=True)
    with acting(firm.ada):
        seen = watching.execute("SELECT query FROM pg_stat_activity WHERE datname = current_database()").fetchall()
        assert any("authority" in query or "SELECT" in query for (query,) in seen)
        assert not any(token("Ada") in query for (query,) in seen)
    with pytest.raises(Refused) as refused, acting(firm.actor("Ada").__class__(person_id=1, token="token-nobody")):
        pass
    assert "token-nobody" not in str(refused.value)
    assert "token" not in repr(firm.ada)
    assert Session.objects.defer("token_sha256").filter(person=IDS["Ada"]).exists()


def test_a_stand_in_leaves_both_names_and_only_where_he_stood_in(firm: Firm) -> None:
    from datetime import timedelta

    from meruit.audit.models import Record
    from meruit.authority.acts import moment

    agree_rates(firm)
    proposals = [
        giving_up.propose_wip_write_off(firm.cleo, one, reason="x") for one in released(firm, [hours(), hours()])
    ]
    with pytest.raises(NoAuthority, match="stand in"):
        actions.decide(firm.gita, proposals[0], "approved", on_behalf_of=IDS["Ada"])
    now = moment()
    actions.name_stand_in(
        firm.ada, IDS["Gita"], kind="write-off", from_at=now - timedelta(days=1), until_at=now + timedelta(days=1)
    )
    with acting(firm.gita):
        for proposal, behalf in ((proposals[0], IDS["Ada"]), (proposals[1], None)):
            actions.decide(firm.gita, proposal, "approved", on_behalf_of=behalf)
    rows = Record.objects.filter(event="decision.approved", after__kind="write-off").order_by("pk")
    assert [(r.person_id, r.on_behalf_of) for r in rows] == [(IDS["Gita"], IDS["Ada"]), (IDS["Gita"], None)]
    assert rows[0].after["on_behalf_of"] == str(IDS["Ada"])


def _grant(name: str) -> int:
    from meruit.authority.models import Grant

    return Grant.objects.get(person_id=IDS[name]).pk
