"""The pages of a preparer's and an administrator's day in a real browser: by keyboard, at any width."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from meruit.authority.models import Proposal
from meruit.capture import actions as capture
from meruit.capture.models import Suggestion
from meruit.disputes.models import Reduction
from meruit.imports.models import SetAside
from meruit.people.models import Timekeeper
from meruit.portals import actions as portals
from meruit.receivables import actions as receivables
from meruit.timesheets.models import Entry, Version
from tests.support import bills, cast, work
from tests.support.portals import issued
from tests.web.desks import Desk
from tests.web.test_money import connect_by_hand

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.pages import Served

pytestmark = pytest.mark.browser

CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
    b"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Call with adjuster re M-1001\r\n"
    b"DTSTART:20260129T150000Z\r\nDTEND:20260129T154000Z\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Dentist\r\n"
    b"DTSTART:20260130T150000Z\r\nDTEND:20260130T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TIME = (
    "Date,Matter,TK,Hours,Description\n2026-01-14,M-1001,TK-BEN,1.2,Draft answer to complaint\n"
    "2026-01-31,M-1001,TK-BEN,-2,Call with adjuster\n2026-01-16,M-9999,TK-BEN,0.5,Attend hearing\n"
)


def test_suggestions_are_taken_and_dismissed_with_the_keyboard_alone(chromium: Browser, house: Served) -> None:
    firm = house.firm
    work.agree_rates(firm)
    bens = Timekeeper.objects.get(person=cast.IDS["Ben"])
    capture.capture_calendar(firm.cleo, CALENDAR, bens, date(2026, 1, 25), date(2026, 2, 2))
    call, dentist = Suggestion.objects.order_by("worked_on")
    cleo = Desk(chromium, house, "Cleo").signed_in()
    page, keys = cleo.go("/suggestions/"), cleo.page.keyboard
    cleo.fits()

    # Wrong hours are said beside the field, with what is right; nothing was prepared.
    cleo.go("/suggestions/")
    cleo.tab_to("Hours")
    keys.press("Control+a")
    keys.type("soon")
    keys.press("Enter")
    expect(page.locator(f"#id_s{call.pk}-hours_error")).to_have_text("A number of hours, such as 0.6.")
    expect(page.get_by_label("Hours").first).to_have_attribute("aria-describedby", f"id_s{call.pk}-hours_error")
    cleo.shot("suggestion-wrong")
    assert Entry.objects.count() == 0
    cleo.tab_to("Hours")
    keys.press("Control+a")
    keys.type("0.7")
    keys.press("Tab")
    keys.press("Control+a")
    keys.type("Call with adjuster on reserves")
    keys.press("Enter")
    expect(page.get_by_text("Prepared for Ben Baxter, who releases it.")).to_be_visible()
    said = Version.objects.get()
    assert (said.hours, said.narrative) == (Decimal("0.7"), "Call with adjuster on reserves")

    cleo.tab_to("This was no work")
    keys.press("Enter")
    expect(page.get_by_text("No suggestion is open.")).to_be_visible()
    dentist.refresh_from_db()
    assert dentist.state == "dismissed"
    cleo.well()


def test_a_file_is_taken_in_and_its_rows_put_right_in_a_browser(
    chromium: Browser, house: Served, tmp_path: Path
) -> None:
    work.agree_rates(house.firm)
    sheet = tmp_path / "january.csv"
    sheet.write_text(TIME, encoding="utf-8")
    cleo = Desk(chromium, house, "Cleo").signed_in()
    page, keys = cleo.go("/imports/"), cleo.page.keyboard
    cleo.fits()
    page.get_by_label("What the file holds").select_option("time")
    page.get_by_label("File", exact=True).set_input_files(sheet)
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("heading", name="january.csv as time entries")).to_be_visible()
    cleo.fits()
    page.locator("h1").click()
    keys.press("a")
    expect(page.get_by_role("heading", name="january.csv")).to_be_visible()
    expect(page.get_by_text("Taken in", exact=True)).to_be_visible()
    cleo.fits()

    # To the first row by keys, the wrong cell put right, Enter tries it again and leads to the next.
    keys.press("j")
    keys.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Line 3 was set aside"))).to_be_visible()
    expect(page.locator(".invalid")).to_contain_text("hours are above zero")
    cleo.fits()
    cleo.go(page.url.removeprefix(house.web))
    cleo.tab_to("Hours")
    keys.press("Control+a")
    keys.type("2")
    keys.press("Enter")
    expect(page.get_by_text("Line 3 is taken.")).to_be_visible()
    page.locator("h1").click()
    keys.press("d")
    keys.type("Work of another firm")
    cleo.tab_to("Drop it")
    keys.press("Enter")
    expect(page.get_by_text("Nothing waits: every row was taken or settled.")).to_be_visible()
    assert sorted(SetAside.objects.values_list("outcome", flat=True)) == ["dropped: Work of another firm", "taken"]
    assert Entry.objects.count() == 2
    cleo.well()


def test_a_bill_goes_by_hand_and_its_cut_is_answered_in_a_browser(chromium: Browser, house: Served) -> None:
    firm = house.firm
    connect_by_hand(firm)
    bill = issued(firm)
    submission = portals.package(firm.cleo, bill.pk)
    paid = receivables.enter_payment(firm.cleo, 1, Decimal(5000), "USD", date(2026, 2, 2), "WIRE 9")
    cleo = Desk(chromium, house, "Cleo").signed_in()
    page, keys = cleo.go(f"/submissions/{submission.pk}/"), cleo.page.keyboard
    keys.press("t")
    page.get_by_label("How you know").fill("Its page shows 4711")
    page.get_by_role("button", name="It arrived").click()
    expect(page.get_by_text("the portal's clock runs")).to_be_visible()
    cleo.fits()
    for word, line, amount in (("Logged", "", ""), ("Passed with deductions", "3", "300")):
        page.get_by_label("The portal says").select_option(word)
        page.get_by_label("At", exact=True).fill("2026-02-02T04:00")
        page.get_by_label("About line").fill(line)
        page.get_by_label("Amount").fill(amount)
        if line:
            page.get_by_label("Its reason").select_option("Several tasks in one charge")
        page.get_by_role("button", name="Enter it").click()
        expect(page.get_by_text("is entered, and understood")).to_be_visible()

    # The answer: its time limit in both zones, a draft that is no argument yet, then one's own words.
    cut = Reduction.objects.get()
    cleo.go(f"/cuts/{cut.pk}/")
    expect(page.get_by_text("days left")).to_be_visible()
    cleo.fits()
    page.get_by_role("button", name="Put this appeal forward").click()
    expect(page.locator("#id_appeal-argument_error")).to_have_text(
        "Put your own words in the place of the square brackets."
    )
    cleo.shot("cut-refused")
    cleo.tab_to("What the client will read")
    keys.press("Control+a")
    keys.type("The letter states the result of the call.")
    cleo.tab_to("Put this appeal forward")
    keys.press("Enter")
    expect(page.get_by_text("waits for its decision")).to_be_visible()
    assert Proposal.objects.get(kind="appeal").content["argument"] == "The letter states the result of the call."

    # Money given up and given back, and every page of it at both widths.
    places = ["/", "/bills/", f"/bills/{bill.pk}/", f"/bills/{bill.pk}/lower/", "/submissions/", "/payments/"]
    for place in [*places, f"/payments/{paid.pk}/", "/entries/", "/prebills/", "/decisions/", "/me/"]:
        cleo.go(place)
        cleo.fits()
    page = cleo.go(f"/payments/{paid.pk}/")
    keys.press("r")
    cleo.tab_to("Why")
    keys.type("Paid twice")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Shall this money go back to the payer?")).to_be_visible()
    cleo.fits()
    ada = Desk(chromium, house, "Ada").signed_in()
    for place in ("/", "/decisions/", "/me/standing/", "/me/stand-in/"):
        ada.go(place)
        ada.fits()
    cleo.well()
    ada.well()


def test_access_is_put_forward_with_the_keyboard_alone(chromium: Browser, house: Served) -> None:
    eve = Desk(chromium, house, "Eve").signed_in()
    page, keys = eve.go("/people/"), eve.page.keyboard
    eve.fits()
    eve.go("/people/")
    keys.press("n")
    expect(page.get_by_role("heading", name="Put a new person forward")).to_be_visible()
    eve.fits()
    eve.go("/people/new/")
    for field, value in (("Name", "Lena Lund"), ("Mail address", "lena@firm.example"), ("Why", "Hired")):
        eve.tab_to(field)
        keys.type(value)
    eve.tab_to("Put forward")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="May this person sign in?")).to_be_visible()
    expect(page.get_by_text("Needs another person")).to_be_visible()
    for place in (f"/people/{cast.IDS['Ada']}/", f"/people/{cast.IDS['Ada']}/role/", "/people/", "/me/"):
        eve.go(place)
        eve.fits()
    eve.go(f"/people/{cast.IDS['Ada']}/role/")
    page.get_by_role("button", name="Put forward").click()
    expect(page.locator("#id_role_error")).to_have_text("Choose a role.")
    eve.shot("role-refused")
    eve.well()


def test_work_that_will_not_be_billed_is_put_forward_with_the_keyboard_alone(chromium: Browser, house: Served) -> None:
    firm = house.firm
    work.agree_rates(firm)
    (entry,) = bills.released(firm, [work.hours()])
    cleo = Desk(chromium, house, "Cleo").signed_in()
    for place in ("/wip/", "/wip/1/", "/rules/new/"):
        cleo.go(place)
        cleo.fits()

    # Without a reason nothing is put forward, and what was ticked stays so.
    page, keys = cleo.go("/wip/1/"), cleo.page.keyboard
    cleo.tab_to(f"Give up entry {entry}")
    keys.press("Space")
    expect(page.get_by_text("1 ticked")).to_be_visible()
    cleo.tab_to("Put the write-off forward")
    keys.press("Enter")
    expect(page.get_by_text("Say why: whoever decides it reads this.")).to_be_visible()
    expect(page.get_by_label(f"Give up entry {entry}")).to_be_checked()
    assert Proposal.objects.filter(kind="write-off").count() == 0
    cleo.tab_to("Why it will never be billed")
    keys.type("Promised on the telephone")
    cleo.tab_to("Put the write-off forward")
    keys.press("Enter")
    page.wait_for_url(re.compile("/decisions/"))
    expect(page.get_by_role("heading", name="Is this money given up?")).to_be_visible()
    assert Proposal.objects.get(kind="write-off").subject_id == entry
    cleo.well()
