"""Tokens of the command line: issued to whoever is signed in, shown once, told in the trail, ended, of no other use."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from meruit.audit.actions import note
from meruit.audit.models import Record
from meruit.authority import actions as authority
from meruit.authority.acts import Actor, acting, signed_in
from meruit.authority.errors import NoAuthority, NotSignedIn
from meruit.authority.models import Decision
from meruit.firm import actions as terms
from meruit.gate import links
from meruit.invoices import actions
from meruit.people.models import Session
from meruit.settings.environment import URL_OF
from meruit.settings.pages import SESSION_COOKIE
from meruit.timesheets.models import Entry
from tests.gate.conftest import browser
from tests.support import bills, cast, rules, work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.firm import Firm


def at_the_gate(token: str) -> Client:
    """A browser that holds a session's token."""
    client = browser()
    client.cookies[SESSION_COOKIE] = token
    return client


def issued(gate: Firm, name: str = "Cleo", hours: str = "4") -> tuple[str, Session]:
    """A token that somebody got at the gate, and its session."""
    got = at_the_gate(cast.token(name)).post("/gate/token/", {"purpose": "Time of January", "hours": hours})
    assert got.status_code == 200
    found = re.search(r'id="token" value="([^"]{40,})"', got.content.decode())
    assert found is not None
    return found[1], Session.objects.get(method="command-line", person=cast.IDS[name])


def test_a_token_is_shown_once_acts_as_its_person_and_is_told_as_the_command_line(gate: Firm) -> None:
    token, session = issued(gate)
    assert session.agent == "Time of January"
    assert session.expires_at - session.opened_at == timedelta(hours=4)
    assert bytes(session.token_sha256) == hashlib.sha256(token.encode()).digest()
    assert token not in at_the_gate(cast.token("Cleo")).get("/gate/token/").content.decode()
    opened = gate.sql("owner").execute(
        "SELECT after ->> 'method' FROM audit_record WHERE event = 'session.opened' AND subject_id = %s",
        [str(session.pk)],
    )
    assert opened.fetchall() == [("command-line",)]

    gate.use("app")
    cleo = signed_in(token, origin="cli")
    assert cleo.person_id == cast.IDS["Cleo"]
    for claims in ("cli", "web"):  # whatever the caller says of his way in
        with acting(Actor(person_id=cleo.person_id, token=token, origin=claims)):
            note("import.begun", "imports_batch", 1)
    told = Record.objects.filter(event="import.begun").values_list("origin", "person_id", "session_id")
    assert list(told) == [("cli", cast.IDS["Cleo"], session.pk)] * 2


def test_a_token_decides_nothing_unless_it_was_made_to(gate: Firm) -> None:
    gate.use("app")
    work.agree_rates(gate)
    bills.released(gate, [work.hours(), work.hours(), work.hours()])
    kept = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    waiting = [actions.propose_wip_write_off(gate.cleo, entry, reason="Not billable") for entry in kept]
    tokens = []
    for ticked in ({}, {"may_decide": "on"}):
        gate.use("gate")
        got = at_the_gate(cast.token("Ada")).post("/gate/token/", {"purpose": "Close of month", "hours": "1", **ticked})
        assert ("It decides nothing" in got.content.decode()) == (not ticked)
        found = re.search(r'id="token" value="([^"]{40,})"', got.content.decode())
        assert found is not None
        gate.use("app")
        tokens.append(signed_in(found[1], origin="cli"))
    preparing, deciding = tokens
    assert list(Session.objects.filter(method="command-line").order_by("pk").values_list("may_decide", flat=True)) == [
        False, True,
    ]  # fmt: skip

    # Neither one by one nor together nor within one's own authority; what it prepares is prepared.
    draft = terms.add_set(preparing, 1, rules.text("9"), name="northwind").set_id
    decides: tuple[Callable[[], object], ...] = (
        lambda: authority.decide(preparing, waiting[0], "approved"),
        lambda: authority.decide(preparing, waiting[0], "refused", reason="No"),
        lambda: authority.decide_batch(preparing, waiting[:1], b"x" * 32, "approved"),
        lambda: terms.accept(preparing, draft, reason="x"),
    )
    for decide in decides:
        with pytest.raises(NoAuthority, match="was not made to decide"):
            decide()
    assert Decision.objects.filter(proposal__in=waiting).count() == 0
    assert authority.decide(deciding, waiting[0], "approved")
    assert authority.decide(gate.ada, waiting[1], "approved"), "at a page nothing has changed"


def test_a_stolen_hash_is_of_no_use(gate: Firm) -> None:
    token, session = issued(gate)
    kept = bytes(session.token_sha256)
    gate.use("app")
    for stolen in (kept.hex(), "\\x" + kept.hex(), kept.decode("latin-1").replace("\x00", ""), f"{session.pk}"):
        with pytest.raises(NotSignedIn):
            signed_in(stolen)
    with pytest.raises(NotSignedIn), acting(Actor(person_id=cast.IDS["Cleo"], token=kept.hex(), origin="cli")):
        pass
    assert signed_in(token).person_id == cast.IDS["Cleo"]


def test_a_token_opens_no_page_and_issues_no_other(gate: Firm) -> None:
    token, _ = issued(gate)
    again = at_the_gate(token).post("/gate/token/", {"purpose": "More", "hours": "12"})
    assert again.headers["Location"].startswith("/gate/open/")
    assert Session.objects.filter(method="command-line").count() == 1
    assert browser().get("/gate/token/").status_code == 302
    assert at_the_gate("token-nobody").post("/gate/token/", {"purpose": "x", "hours": "1"}).status_code == 302


def test_what_a_token_is_for_and_how_long_it_lasts_is_said(gate: Firm) -> None:
    cleo = at_the_gate(cast.token("Cleo"))
    blank = cleo.post("/gate/token/", {"purpose": " ", "hours": "4"})
    assert (blank.status_code, "Say what it is for." in blank.content.decode()) == (400, True)
    assert cleo.post("/gate/token/", {"purpose": "Year", "hours": "9000"}).status_code == 400
    assert Session.objects.filter(method="command-line").count() == 0


def test_the_machines_administrator_prints_a_link_for_somebody_who_was_decided(gate: Firm, tmp_path: Path) -> None:
    urls = {name: gate.url(login) for login, name in URL_OF.items()}

    def enrol(mail: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "meruit.cli", "enrol", mail],
            env={**os.environ, **urls, "MERUIT_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    printed = enrol("ben@firm.example")
    assert printed.returncode == 0, printed.stderr
    secret = printed.stdout.strip().removeprefix("http://localhost:8401/gate/enrol/").rstrip("/")
    holder = links.holder(secret, "enrol")
    assert holder is not None
    assert holder.name == "Ben"
    nobody = enrol("nobody@firm.example")
    assert (nobody.returncode, "no person with the mail address" in nobody.stderr) == (2, True)


def test_a_token_ends_by_itself_and_with_its_person(gate: Firm) -> None:
    token, session = issued(gate, hours="1")
    gate.use("app")
    gate.at(session.opened_at + timedelta(minutes=59))
    assert signed_in(token).person_id == cast.IDS["Cleo"]
    gate.at(session.opened_at + timedelta(minutes=61))
    with pytest.raises(NotSignedIn):
        signed_in(token)
