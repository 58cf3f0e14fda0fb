"""The pages in a real browser: signing in, one bill from entry to history, a signed grant, the keyboard alone."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import expect

from meruit.authority import actions as authority
from meruit.authority.models import Attestation, Decision
from meruit.people.models import Session
from meruit.timesheets import actions as timesheets
from tests.support import bills, cast, work
from tests.web.desks import PASSWORD, Desk
from tests.web.test_pages import BLOCK, find

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.pages import Served


pytestmark = pytest.mark.browser


def test_a_person_enrols_and_signs_in_with_an_authenticator_app(chromium: Browser, house: Served) -> None:
    ben = Desk(chromium, house, "Ben")
    ben.go("/decisions/")
    expect(ben.page).to_have_url(re.compile(r"/gate/login/"))
    ben.enrol_password()
    ben.page.get_by_role("link", name="Set up an app").click()
    ben.shot("gate-totp")
    secret = ben.page.locator("#authenticator_secret").input_value()
    ben.page.get_by_label("Authenticator code").fill(_code(secret))
    ben.page.get_by_role("button", name="Activate").click()
    ben.page.wait_for_url(re.compile("recovery-codes"))
    ben.page.goto(f"{house.gate}/gate/open/?next=/me/")
    ben.page.get_by_label("Email").fill("ben@firm.example")
    ben.page.get_by_label("Password").fill(PASSWORD)
    ben.page.get_by_role("button", name="Continue").click()
    ben.shot("gate-second")
    ben.page.get_by_label("Code").fill(_code(secret, 1))
    ben.page.get_by_role("button", name="Sign in").click()
    ben.page.wait_for_url(f"{house.web}/me/")
    ben.shot("me")
    expect(ben.page.get_by_text("this one")).to_be_visible()
    ben.page.get_by_role("button", name="Sign out").click()
    expect(ben.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    ben.go("/")
    expect(ben.page).to_have_url(re.compile(r"/gate/login/"))
    ben.well()


def _code(secret: str, later: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def test_a_grant_is_signed_with_a_passkey_and_stands_as_evidence(chromium: Browser, house: Served) -> None:
    content = {
        "person_id": cast.IDS["Ben"], "role": "attorney", "client_id": None, "matter_id": None, "until_at": None,
        "needs_nda": False, "needs_consent": False, "limit_amount": None, "limit_currency": "",
    }  # fmt: skip
    grant = authority.propose(
        house.firm.eve,
        "grant",
        content,
        subject="people_person",
        subject_id=cast.IDS["Ben"],
        reason="Admitted to the bar",
    )
    hugo = Desk(chromium, house, "Hugo")
    hugo.authenticator()
    hugo.enrol_passkey()
    assert Session.objects.only("method").filter(person=cast.IDS["Hugo"]).latest("pk").method == "passkey"
    hugo.go(f"/decisions/{grant}/")
    hugo.shot("decision-grant")
    expect(hugo.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    hugo.page.get_by_role("link", name="Sign with my passkey").click()
    expect(hugo.page.get_by_text("Admitted to the bar")).to_be_visible()
    hugo.shot("gate-sign")
    hugo.page.get_by_role("button", name="Sign with my passkey").click()
    hugo.page.wait_for_url(re.compile(rf"/decisions/{grant}/"))
    hugo.shot("decision-grant-signed")
    hugo.page.get_by_role("button", name="Approve", exact=True).click()
    expect(hugo.page.get_by_text("takes effect from")).to_be_visible()
    decision = Decision.objects.get(proposal=grant)
    attestation = Attestation.objects.get()
    assert (decision.decided_by_id, decision.attestation_id) == (cast.IDS["Hugo"], attestation.pk)
    enrolled = house.firm.sql("owner").execute(
        "SELECT after ->> 'public_key' FROM audit_record WHERE event = 'authenticator.enrolled'"
    )
    assert len(enrolled.fetchall()) == 1

    # In the hours before it takes effect it can be stopped.
    hugo.go(f"/decisions/{grant}/").get_by_text("Stop it before it takes effect").click()
    hugo.page.get_by_label("Why it is stopped").fill("The bar admission is next week.")
    hugo.page.get_by_role("button", name="Stop it").click()
    expect(hugo.page.get_by_text("takes no effect")).to_be_visible()
    hugo.shot("decision-grant-stopped")
    hugo.well()


def test_one_bill_walks_from_entry_to_payment_through_three_people(chromium: Browser, house: Served) -> None:
    firm = house.firm
    bills.letterhead(firm)
    work.agree_rates(firm)
    timesheets.prepare(firm.cleo, [work.hours(), work.hours(time="2.0", narrative=BLOCK), work.cost()])
    ben, cleo, ada = (Desk(chromium, house, name).signed_in() for name in ("Ben", "Cleo", "Ada"))

    # The timekeeper releases in one tap.
    ben.go("/").get_by_role("link", name="Release my time").click()
    ben.shot("entries")
    ben.page.get_by_role("button", name="Release the ticked").click()
    expect(ben.page.get_by_text("3 entries are released")).to_be_visible()

    # The specialist sees the words a client would refuse, proposes others, sends the draft.
    prebill = bills.drafted(firm)
    find(firm, prebill, 2, "call client re rent")
    cleo.go("/prebills/").get_by_role("link", name=str(prebill), exact=True).click()
    expect(cleo.page.locator("mark")).to_have_text("call client re rent")
    cleo.page.get_by_text("Do something with line 2").click()
    cleo.shot("prebill-draft")
    line = bills.line(prebill, 2)
    form = cleo.page.locator(f"#line-{line.pk}")
    form.get_by_label("Propose another narrative").fill("Review lease for rent escalation clause")
    form.get_by_label("Why it should read otherwise").fill("One task an entry.")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(cleo.page.get_by_text("decides on the new narrative")).to_be_visible()
    ben.go("/decisions/")
    ben.shot("decisions")
    ben.page.get_by_role("link", name="Change of a narrative", exact=True).click()
    ben.shot("decision-narrative")
    ben.page.get_by_role("button", name="Approve", exact=True).click()
    expect(ben.page.get_by_text("has taken effect")).to_be_visible()
    cleo.go(f"/prebills/{prebill}/").get_by_role("button", name="Send to Ada").click()

    # The partner finds it in the morning, reads and approves.
    ada.go("/")
    ada.shot("home-partner")
    ada.page.get_by_role("link", name="Begin with the most urgent").click()
    ada.shot("decision-final-bill")
    ada.page.get_by_role("link", name="The pre-bill with its lines").click()
    ada.shot("prebill-review")
    ada.page.get_by_role("button", name="Approve this bill").click()
    expect(ada.page.get_by_text("Approved over exactly these lines")).to_be_visible()

    # The specialist issues it and has the exact files.
    cleo.go(f"/prebills/{prebill}/").get_by_role("button", name="Issue the bill").click()
    cleo.page.get_by_role("link", name=re.compile("^Bill ")).click()
    cleo.page.get_by_role("button", name="Make the files").click()
    with cleo.page.expect_download() as got:
        cleo.page.get_by_role("link", name="LEDES1998B").click()
    assert Path(got.value.path()).read_bytes().startswith(b"LEDES1998B[]")
    cleo.page.reload()
    cleo.shot("bill")
    expect(cleo.page.get_by_text("Final bill approved")).to_be_visible()

    # The money comes, is laid on the lines, and nothing is owed any more.
    cleo.page.locator("summary", has_text="Enter a payment").click()
    cleo.page.get_by_label("Amount that came").fill("1,229.00")
    cleo.page.get_by_label("Received on").fill("2026-02-02")
    cleo.page.get_by_label("Reference of the bank").fill("WIRE 20260202-7")
    cleo.page.get_by_role("button", name="Enter and lay on this bill").click()
    expect(cleo.page.get_by_text("Settled")).to_be_visible()
    expect(cleo.page.get_by_text("WIRE 20260202-7, received")).to_be_visible()
    cleo.shot("bill-paid")
    cleo.go("/bills/?show=all")
    cleo.shot("bills")
    cleo.go("/")
    cleo.shot("home-specialist")
    for desk in (ben, cleo, ada):
        desk.well()


def test_decisions_are_taken_with_the_keyboard_alone(chromium: Browser, house: Served) -> None:
    firm = house.firm
    work.agree_rates(firm)
    made = bills.released(firm, [work.hours(), work.hours(on="2026-01-15"), work.hours(on="2026-01-16")])
    for entry in made:
        better = work.hours(narrative=f"Draft answer to complaint, part {entry}")
        timesheets.propose_change(firm.cleo, entry, better, reason="More detail")
    authority.name_stand_in(
        firm.ada, cast.IDS["Ines"], kind=None,
        from_at=datetime(2026, 2, 1, tzinfo=UTC), until_at=datetime(2026, 2, 20, tzinfo=UTC),
    )  # fmt: skip
    ben = Desk(chromium, house, "Ben").signed_in()
    ben.go("/")
    keys = ben.page.keyboard
    keys.press("Shift+?")
    expect(ben.page.locator("#keys")).to_be_visible()
    ben.shot("keys")
    keys.press("Escape")
    keys.press("g")
    keys.press("d")
    ben.page.wait_for_url(f"{house.web}/decisions/")
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    expect(ben.page.locator("[data-ticked]")).to_have_text("2 ticked")
    ben.shot("decisions-ticked")
    keys.press("b")
    expect(ben.page.get_by_role("heading", name="Approve these 2 together?")).to_be_visible()
    ben.shot("batch")
    keys.press("a")
    expect(ben.page.get_by_text("2 decisions are approved")).to_be_visible()
    keys.press("j")
    keys.press("Enter")
    expect(ben.page.get_by_role("heading", name="Is this what was done?")).to_be_visible()
    keys.press("q")
    keys.type("Which part of it?")
    keys.press("Escape")
    keys.press("f")
    expect(ben.page.get_by_text("is refused")).to_be_visible()
    assert Decision.objects.filter(kind="narrative").count() == 3
    # From the top, Tab reaches first the way past the navigation, then the navigation itself.
    ben.go("/decisions/")
    keys.press("Tab")
    assert ben.page.evaluate("document.activeElement.textContent") == "To the content"
    ben.well()
