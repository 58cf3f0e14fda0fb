"""The first things that must hold: who acts is known to the database, and nobody grants himself anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions
from meruit.authority.acts import acting, moment, signed_in
from meruit.authority.errors import Invalid, NoAuthority, NotSignedIn
from meruit.authority.models import Grant
from tests.support.cast import IDS, token

if TYPE_CHECKING:
    from tests.support.firm import Firm

GRANT = {
    "person_id": IDS["Cleo"], "role": "billing partner", "client_id": None, "matter_id": None, "until_at": None,
    "needs_nda": False, "needs_consent": False, "limit_amount": "100.00", "limit_currency": "USD",
}  # fmt: skip


def test_a_token_says_who_acts(firm: Firm) -> None:
    assert signed_in(token("Ada")).person_id == IDS["Ada"]
    with pytest.raises(NotSignedIn, match="sign in again"):
        signed_in("token-of-nobody")


def test_nobody_is_not_an_actor(firm: Firm) -> None:
    with pytest.raises(NotSignedIn), acting(firm.ada), acting(firm.ben):
        pass


def test_a_person_grants_himself_nothing(firm: Firm) -> None:
    proposal = actions.propose(
        firm.cleo, "grant", GRANT, subject="people_person", subject_id=IDS["Cleo"], reason="I want it"
    )
    with pytest.raises(NoAuthority, match="no authority"):
        actions.decide(firm.cleo, proposal, "approved")
    with pytest.raises(NoAuthority, match="passkey"):
        actions.decide(firm.eve, proposal, "approved")
    with pytest.raises(NoAuthority, match="none is named"), acting(firm.cleo):
        Grant.objects.create(person_id=IDS["Cleo"], role="billing partner", from_at=moment())


def test_the_clock_moves_in_a_demonstration_only(firm: Firm) -> None:
    far = datetime(2090, 3, 1, 12, tzinfo=UTC)
    firm.at(far)
    assert moment() >= far
    with firm.sql("owner") as pg:
        pg.execute("UPDATE authority.installation SET demonstration = false")
    assert moment() < far
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="demonstration only"):
        firm.at(far)


def test_an_unknown_kind_is_refused_in_a_sentence(firm: Firm) -> None:
    with pytest.raises(Invalid, match="no kind of the matrix"):
        actions.propose(firm.cleo, "bribe", {}, subject="x", subject_id=None, reason="")
