"""The gate: how one comes in, once, and with a second factor; what it refuses; what it never lets out."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import connection

from meruit.authority.acts import signed_in
from meruit.authority.errors import NoAuthority, NotFound
from meruit.authority.errors import NotSignedIn as NoSession
from meruit.gate import links, resets
from meruit.gate.models import Link, UsedCode
from meruit.people.models import Login, Session
from meruit.settings.pages import SESSION_COOKIE
from tests.gate.conftest import browser
from tests.support import cast

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.firm import Firm

PASSWORD = "seven quiet herons wade"


def enrolled(name: str) -> tuple[Client, str]:
    """Somebody who enrolled a password and an authenticator app by a link; the browser, and the app's secret."""
    client = browser()
    address = links.for_mail(f"{name.lower()}@firm.example")
    client.post(path(address), {"password": PASSWORD, "again": PASSWORD})
    client.get("/gate/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/gate/2fa/totp/activate/", {"code": code(secret)})
    assert Authenticator.objects.filter(type="totp").exists()
    return client, secret


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8401")


def code(secret: str, later: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client: Client, mail: str, typed: str) -> int:
    """Password, then code; returns the status of the last answer."""
    client.post("/gate/login/?next=/gate/open/", {"login": mail, "password": PASSWORD})
    return client.post("/gate/2fa/authenticate/", {"code": typed}).status_code


def trail(gate: Firm, event: str) -> list[tuple[str | None, dict[str, object] | None, dict[str, object] | None]]:
    return list(
        gate.sql("owner").execute("SELECT subject_id, before, after FROM audit_record WHERE event = %s", [event])
    )


def test_a_link_enrols_once_and_a_second_factor_opens_the_session(gate: Firm) -> None:
    client, secret = enrolled("Ben")
    assert client.get("/gate/open/").headers["Location"].startswith("/gate/login/"), "enrolled is not signed in"
    assert SESSION_COOKIE not in client.cookies

    other = browser()
    assert other.post("/gate/login/", {"login": "ben@firm.example", "password": PASSWORD}).status_code == 302
    assert other.get("/gate/open/").headers["Location"].startswith("/gate/login/"), "a password alone opens nothing"
    assert sign_in(other, "ben@firm.example", code(secret, 1)) == 302
    into = other.get("/gate/open/?next=/decisions/5/")
    assert into.headers["Location"] == "http://localhost:8400/decisions/5/"
    cookie = other.cookies[SESSION_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    kept = Session.objects.get(person=cast.IDS["Ben"], method="totp")
    assert bytes(kept.token_sha256) == hashlib.sha256(cookie.value.encode()).digest()

    gate.use("app")
    assert signed_in(cookie.value).person_id == cast.IDS["Ben"]
    gate.use("gate")
    out = other.post("/gate/sign-out/")
    assert out.status_code == 302
    gate.use("app")
    with pytest.raises(NoSession, match="sign in again"):
        signed_in(cookie.value)


def test_a_code_works_once_also_in_another_browser_and_older_ones_never(gate: Firm) -> None:
    _, secret = enrolled("Ben")
    assert UsedCode.objects.count() == 1, "the code that enrolled the app is used up"
    assert sign_in(browser(), "ben@firm.example", code(secret)) == 200, "the same code again"
    assert sign_in(browser(), "ben@firm.example", code(secret, -1)) == 200, "an older code"
    assert sign_in(browser(), "ben@firm.example", code(secret, 1)) == 302
    assert sign_in(browser(), "ben@firm.example", code(secret, 1)) == 200


def test_a_link_is_used_once_expires_and_does_not_replace_a_second_factor(gate: Firm) -> None:
    address = links.for_mail("ben@firm.example")
    secret = path(address).split("/")[-2]
    assert secret not in str(list(Link.objects.values_list("secret_sha256", flat=True))), (
        "the secret itself is not kept"
    )
    stale = browser()
    assert stale.get(path(address)).status_code == 200
    spoilt = browser().post(path(address), {"password": "short", "again": "short"})
    assert "too short" in spoilt.content.decode()
    assert browser().post(path(address), {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert stale.post(path(address), {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert browser().get("/gate/enrol/no-such-secret/").status_code == 404

    old = links.for_mail("cleo@firm.example")
    gate.at(_moment(gate) + timedelta(days=3))
    assert browser().get(path(old)).status_code == 404

    client, _ = enrolled("Ada")
    with pytest.raises(NoAuthority, match="two administrators decide its reset"):
        links.for_mail("ada@firm.example")
    with pytest.raises(NotFound, match="no person"):
        links.for_mail("nobody@firm.example")
    assert client.get("/gate/open/").status_code == 302


def _moment(gate: Firm):  # type: ignore[no-untyped-def]  # a datetime, for arithmetic above
    row = gate.sql("app").execute("SELECT authority.moment()").fetchone()
    assert row is not None
    return row[0]


def test_a_demonstration_link_works_once_from_this_machine_in_a_demonstration(gate: Firm) -> None:
    address = path(links.make(cast.IDS["Cleo"], "demo"))
    assert browser().get(address).status_code == 200
    assert browser().get(address).status_code == 200, "a look ahead uses nothing up"
    far = browser()
    assert far.get(address, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert far.post(address, REMOTE_ADDR="203.0.113.9").status_code == 404
    near = browser()
    into = near.post(address)
    assert into.headers["Location"] == "http://localhost:8400/"
    assert Session.objects.get(method="demo-link").person_id == cast.IDS["Cleo"]
    assert browser().post(address).status_code == 404
    with psycopg.connect(gate.url("owner")) as pg:
        pg.execute("UPDATE authority.installation SET demonstration = false")
    with pytest.raises(NoAuthority, match="demonstration only"):
        links.make(cast.IDS["Cleo"], "demo")


def test_enrolment_stands_in_the_trail_without_its_secret(gate: Firm) -> None:
    _, secret = enrolled("Ben")
    ((person, before, after),) = [t for t in trail(gate, "second_factor.added") if t[2] and t[2]["type"] == "totp"]
    assert (person, before) == (str(cast.IDS["Ben"]), None)
    assert after == {"person_id": str(cast.IDS["Ben"]), "type": "totp"}
    everything = gate.sql("owner").execute("SELECT count(*) FROM audit_record r WHERE r::text LIKE %s", [f"%{secret}%"])
    assert everything.fetchone() == (0,)
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data), "the table holds it encrypted"
    with pytest.raises(psycopg.errors.RestrictViolation, match="never exchanged"), gate.sql("gate") as raw:
        raw.execute("UPDATE mfa_authenticator SET user_id = user_id, type = 'webauthn'")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="with its public key"), gate.sql("gate") as raw:
        raw.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) SELECT id, 'webauthn', '{}', now() FROM people_login"
        )


def test_a_decided_reset_forgets_authenticators_password_and_sessions(gate: Firm) -> None:
    client, secret = enrolled("Ben")
    with psycopg.connect(gate.url("owner")) as pg:
        pg.execute(
            "ALTER TABLE people_authenticatorreset DISABLE TRIGGER USER"
        )  # the decision is another test's matter
        pg.execute(
            "INSERT INTO people_authenticatorreset (person_id, at, decision_id) VALUES (%s, authority.moment(), 1)",
            [cast.IDS["Ben"]],
        )
        pg.commit()
        pg.execute("ALTER TABLE people_authenticatorreset ENABLE TRIGGER USER")
    client.get("/gate/login/")
    assert Authenticator.objects.count() == 0
    assert not Login.objects.get(person=cast.IDS["Ben"]).has_usable_password()
    assert Session.objects.filter(person=cast.IDS["Ben"], ended_at=None).count() == 0
    assert Session.objects.filter(person=cast.IDS["Ada"], ended_at=None).count() == 1
    assert trail(gate, "second_factor.removed")
    assert resets.carry_out() == 0, "a reset is carried out once"
    again = browser()
    sign_in(again, "ben@firm.example", code(secret, 1))
    assert again.get("/gate/open/").headers["Location"].startswith("/gate/login/"), "neither opens anything any more"
    assert links.for_mail("ben@firm.example"), "and the person may enrol anew"


def test_whoever_left_cannot_come_in(gate: Firm) -> None:
    _, secret = enrolled("Ben")
    with psycopg.connect(gate.url("owner")) as pg:
        pg.execute("ALTER TABLE people_departure DISABLE TRIGGER USER")
        pg.execute(
            "INSERT INTO people_departure (person_id, left_at, reason, decision_id) VALUES (%s, '2020-01-01', 'Left', 1)",
            [cast.IDS["Ben"]],
        )
    client = browser()
    sign_in(client, "ben@firm.example", code(secret, 1))
    got = client.get("/gate/open/")
    assert got.status_code == 403
    assert "cannot sign in" in got.content.decode()
    assert SESSION_COOKIE not in client.cookies


def test_nobody_signs_up_and_no_address_leads_elsewhere(gate: Firm) -> None:
    got = browser().post("/gate/no-sign-up/", {"email": "new@firm.example", "password1": PASSWORD})
    assert got.status_code == 200
    assert Login.objects.filter(email="new@firm.example").count() == 0
    client, secret = enrolled("Ben")
    client = browser()
    sign_in(client, "ben@firm.example", code(secret, 1))
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        fresh = client.get("/gate/open/", {"next": elsewhere}).headers["Location"]
        assert fresh == "http://localhost:8400/"


def test_the_gate_tells_signed_kinds_to_their_deciders_alone(gate: Firm) -> None:
    from meruit.authority import actions as authority

    content = {
        "person_id": cast.IDS["Ben"], "role": "attorney", "client_id": None, "matter_id": None, "until_at": None,
        "needs_nda": False, "needs_consent": False, "limit_amount": None, "limit_currency": "",
    }  # fmt: skip
    gate.use("app")
    grant = authority.propose(
        gate.eve, "grant", content, subject="people_person", subject_id=cast.IDS["Ben"], reason="Admitted to the bar"
    )
    gate.use("gate")
    hugo, ada, nobody = browser(), browser(), browser()
    hugo.cookies[SESSION_COOKIE] = cast.token("Hugo")
    ada.cookies[SESSION_COOKIE] = cast.token("Ada")
    page = hugo.get(f"/gate/sign/{grant}/").content.decode()
    for told in ("attorney", "Ben", "Admitted to the bar", "You have no passkey enrolled"):
        assert told in page
    assert ada.get(f"/gate/sign/{grant}/").status_code == 404
    assert hugo.get("/gate/sign/999/").status_code == 404
    assert nobody.get(f"/gate/sign/{grant}/").status_code == 302


def test_the_pages_cannot_read_what_the_gate_keeps(gate: Firm) -> None:
    enrolled("Ben")
    for login in ("app", "worker", "reader"):
        for table in ("people_login", "mfa_authenticator", "django_session", "gate_link", "gate_usedcode"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.sql(login) as raw:
                raw.execute(f"SELECT * FROM {table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), gate.sql(login) as raw:
            raw.execute("SELECT gate.make_link(2, 'enrol', sha256('x'), '1 day')")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_login")
        assert cursor.fetchone() == (1,)
