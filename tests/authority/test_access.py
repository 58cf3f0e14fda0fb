"""Access itself is decided: signed with a passkey, by two, after a delay in which it can be stopped."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from proof.parts.audit_trail import SITE, Passkey

from meruit.audit import core, queries, tasks
from meruit.authority import access, actions, effects
from meruit.authority.acts import acting, signed_in
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow, NotSignedIn, Refused
from meruit.authority.models import Decision, Grant
from meruit.people.models import Person
from tests.support.authority import GRANT, digest_of
from tests.support.cast import IDS, token

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from tests.support.firm import Firm

VERIFIER = Path(__file__).resolve().parents[2] / "tools" / "verify_audit.py"
PERSON: dict[str, Any] = {
    "name": "Lena", "email": "lena@firm.example", "kind": "human", "same_person_id": None, "zone": "UTC", "country": "US",
    "nda_signed_on": None,
}  # fmt: skip


def enrolled(firm: Firm, name: str, seed: int) -> Passkey:
    """A software authenticator, enrolled at the gate."""
    key = Passkey(seed)
    data = {"public_key": core.base64url(key.public_key), "credential_id": "AQ", "credential": {}}
    with psycopg.connect(firm.url("gate")) as pg:
        login = pg.execute(
            "INSERT INTO people_login (person_id, email, password, is_active) VALUES (%s, %s, '!', true) RETURNING id",
            [IDS[name], f"{name.lower()}@firm.example"],
        ).fetchone()
        assert login is not None
        pg.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'webauthn', %s, now())",
            [login[0], json.dumps(data)],
        )
    return key


def sign(firm: Firm, name: str, key: Passkey, proposal: int, content: bytes | None = None) -> None:
    """The passkey signs what the database says the proposal says; the gate hands it over."""
    nonce = secrets.token_bytes(32)
    content = content or digest_of(proposal)
    made = key.sign(
        core.SignedContent(
            person=str(IDS[name]), proposal=str(proposal), verdict="approved", content=content.hex(), nonce=nonce.hex()
        )
    )
    with psycopg.connect(firm.url("gate")) as pg:
        pg.execute(
            "SELECT authority.attest(%s, %s, 'approved', %s, %s, %s, '\\x01', %s, %s, %s, %s)",
            [token(name), proposal, content, nonce, SITE, made.public_key, made.authenticator_data,
             made.client_data_json, made.signature],
        )  # fmt: skip


def propose(actor: Actor, kind: str, content: dict[str, Any]) -> int:
    return actions.propose(actor, kind, content, subject="people_person", subject_id=None, reason="Asked for")


def approved(firm: Firm, name: str, key: Passkey, proposal: int) -> Decision:
    sign(firm, name, key, proposal)
    return Decision.objects.get(pk=actions.decide(firm.actor(name), proposal, "approved"))


def test_a_person_comes_gets_a_role_and_a_limit_and_goes(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERUIT_HOME", str(tmp_path))
    hugo, eve = enrolled(firm, "Hugo", 1), enrolled(firm, "Eve", 2)
    now = datetime.now(UTC)
    arrival = approved(firm, "Hugo", hugo, propose(firm.eve, "new-person", PERSON))
    with pytest.raises(NoAuthority, match="takes effect from"):
        effects.new_person(firm.cleo, arrival)
    firm.at(now + timedelta(hours=5))
    lena = effects.new_person(firm.cleo, arrival)
    assert Person.objects.get(pk=lena).decision_id == arrival.pk
    with pytest.raises(Refused):
        effects.new_person(firm.cleo, arrival)
    with pytest.raises(Invalid, match="enrolled under LENA"):
        propose(firm.eve, "new-person", PERSON | {"email": "LENA@firm.example"})
    second = PERSON | {"email": "other@firm.example", "same_person_id": lena}
    twin = effects.new_person(
        firm.cleo, _later(firm, now, 10, approved(firm, "Eve", eve, propose(firm.hugo, "new-person", second)))
    )
    with pytest.raises(Invalid, match="first account"):
        propose(firm.eve, "new-person", second | {"email": "third@firm.example", "same_person_id": twin})

    role = approved(firm, "Eve", eve, propose(firm.hugo, "grant", GRANT | {"person_id": lena}))
    grant = effects.grant(firm.cleo, _later(firm, now, 16, role))
    assert access.grants(lena).get().pk == grant
    limit = approved(
        firm, "Hugo", hugo, propose(firm.eve, "limit", {"grant_id": grant, "currency": "USD", "amount": "2500.00"})
    )
    effects.limit(firm.cleo, _later(firm, now, 22, limit))
    with firm.sql("owner") as pg:
        assert pg.execute("SELECT authority.limit_of(%s, 'USD', authority.moment())", [grant]).fetchone() == (2500,)

    end = actions.act_directly(
        firm.eve, "revocation", {"grant_id": grant}, subject="authority_grant", subject_id=grant, reason="Moved on"
    )
    effects.revocation(firm.eve, Decision.objects.get(pk=end))
    assert not access.grants(lena).exists()
    left = {"person_id": IDS["Ben"], "reason": "Left the firm"}
    gone = actions.act_directly(
        firm.eve, "departure", left, subject="people_person", subject_id=IDS["Ben"], reason="Left"
    )
    effects.departure(firm.eve, Decision.objects.get(pk=gone))
    with pytest.raises(NotSignedIn):
        signed_in(token("Ben"))
    with pytest.raises(NotSignedIn), acting(firm.ben):
        pass
    reset = approved(firm, "Hugo", hugo, propose(firm.eve, "authenticator-reset", {"person_id": IDS["Ada"]}))
    assert effects.authenticator_reset(firm.eve, _later(firm, now, 50, reset))

    firm.use("worker")
    made = tasks.receipt()
    assert made is not None
    export = tmp_path / "trail.jsonl"
    export.write_bytes(b"".join(queries.export()))
    checked = subprocess.run([sys.executable, str(VERIFIER), str(export)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "NOT CHECKED" not in checked.stdout, "the passkeys' signatures were checked, against what was enrolled"


def _later(firm: Firm, now: datetime, hours: int, decision: Decision) -> Decision:
    firm.at(now + timedelta(hours=hours + 25 if decision.kind_id == "authenticator-reset" else hours))
    return decision


def test_a_signature_serves_one_decision_by_its_person_in_its_session_for_minutes(firm: Firm) -> None:
    key = enrolled(firm, "Hugo", 1)
    now = datetime.now(UTC)
    first, second = (propose(firm.eve, "grant", GRANT | {"limit_amount": amount}) for amount in ("10.00", "20.00"))
    sign(firm, "Hugo", key, first)
    with pytest.raises(NoAuthority, match="passkey"):
        actions.decide(firm.hugo, second, "approved")
    sign(firm, "Hugo", key, second, digest_of(first))
    with pytest.raises(NoAuthority, match="passkey"):
        actions.decide(firm.hugo, second, "approved")
    firm.at(now + timedelta(minutes=6))
    with pytest.raises(NoAuthority, match="passkey"):
        actions.decide(firm.hugo, first, "approved")
    sign(firm, "Hugo", key, first)
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute(
            "INSERT INTO people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)"
            " VALUES (%s, sha256('elsewhere'), 'passkey', '', '', 'US', '2020-01-01', '2100-01-01')",
            [IDS["Hugo"]],
        )
    with pytest.raises(NoAuthority, match="passkey"):
        actions.decide(signed_in("elsewhere"), first, "approved")
    assert actions.decide(firm.hugo, first, "approved")
    assert actions.decide(firm.hugo, second, "refused"), "a refusal brings nothing about and needs no signature"


def test_what_was_decided_is_stopped_before_it_takes_effect(firm: Firm) -> None:
    key = enrolled(firm, "Hugo", 1)
    decision = approved(firm, "Hugo", key, propose(firm.eve, "grant", GRANT))
    with pytest.raises(NoAuthority, match="prepared it or could decide"):
        actions.withdraw(firm.cleo, decision.proposal_id, "Please not")
    actions.withdraw(firm.eve, decision.proposal_id, "The mail that asked for it was forged.")
    with pytest.raises(NotNow):
        actions.withdraw(firm.hugo, decision.proposal_id, "Again")
    firm.at(datetime.now(UTC) + timedelta(hours=5))
    with pytest.raises(NoAuthority, match="was stopped"):
        effects.grant(firm.cleo, decision)
    assert not Grant.objects.filter(decision_id=decision.pk).exists()


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        ("new-person", PERSON | {"email": ""}, Invalid),
        ("new-person", PERSON | {"kind": "system"}, Invalid),
        ("new-person", PERSON | {"same_person_id": 1}, Invalid),
        ("grant", GRANT | {"person_id": 1}, NotFound),
        ("grant", GRANT | {"role": "owner"}, Invalid),
        ("grant", GRANT | {"limit_amount": "NaN"}, Invalid),
        ("grant", GRANT | {"limit_amount": "-1"}, Invalid),
        ("grant", GRANT | {"limit_amount": None, "limit_currency": "USD"}, Invalid),
        ("grant", GRANT | {"matter_id": 1, "client_id": 2}, NotFound),
        ("limit", {"grant_id": 0, "currency": "USD", "amount": "1"}, NotFound),
        ("limit", {"grant_id": 1, "currency": "USD", "amount": "Infinity"}, Invalid),
        ("limit", {"grant_id": 1, "currency": "*", "amount": "1"}, Invalid),
        ("limit", {"grant_id": "x", "currency": "USD", "amount": "1"}, Invalid),
        ("revocation", {"grant_id": 0}, NotFound),
        ("departure", {"person_id": 0, "reason": ""}, NotFound),
        ("authenticator-reset", {"person_id": 1}, NotFound),
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_put_forward(
    shared: Firm, kind: str, content: dict[str, Any], error: type[Refused]
) -> None:
    shared.use("app")
    with pytest.raises(error):
        propose(shared.eve, kind, content)
