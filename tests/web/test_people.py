"""Access by pages: put forward by one administrator, signed by another, seen while it is delayed, ended at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from meruit.authority.models import Consumption, Decision, Grant, Proposal, StandIn, Standing
from meruit.people.models import Departure, Person
from tests.support import bills, cast
from tests.support.authority import attest, digest_of
from tests.web.test_pages import text, text_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]

PLACES = ("/people/", f"/people/{cast.IDS['Ben']}/")
CHANGES = ("/people/new/", f"/people/{cast.IDS['Ben']}/role/")


def errors(client: Client, path: str, **data: str) -> dict[str, str]:
    """What a refused form says, by field; "" is what stands above them all."""
    got = client.post(path, data)
    assert got.status_code == 400, got.content.decode()[:2000]
    page = got.content.decode()
    found = dict(re.findall(r'role="alert" id="id_(?:[\w:-]+-)?(\w+)_error">([^<]*)<', page))
    return found | {"": " ".join(re.findall(r'class="told bad" role="alert">([^<]*)<', page))}


def test_who_may_what_is_seen_by_administrators_and_auditors_alone(firm: Firm, at_the_page: At) -> None:
    for name in ("Eve", "Hugo", "Jon"):
        for place in PLACES:
            assert at_the_page(name).get(place).status_code == 200
    shown = text(at_the_page("Jon"), "/people/")
    assert "billing partner , up to 100,000.00 USD" in shown
    assert "Put a new person forward" not in shown
    for name in ("Ada", "Cleo", "Dan", "Ben"):
        for place in (*PLACES, *CHANGES):
            assert at_the_page(name).get(place).status_code == 403, (name, place)
    for place in CHANGES:
        assert at_the_page("Jon").get(place).status_code == 403
    assert at_the_page("Jon").post(PLACES[1], {"act": "end-access", "end-access-reason": "x"}).status_code == 403
    assert at_the_page("Eve").get("/people/999/").status_code == 404
    assert Proposal.objects.count() == 0


def test_a_new_person_and_a_role_are_put_forward_signed_delayed_and_take_effect(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    eve, hugo = at_the_page("Eve"), at_the_page("Hugo")
    said = {
        "name": "Lena Lund",
        "email": "lena@firm.example",
        "zone": "Asia/Manila",
        "country": "ph",
        "reason": "Hired",
    }
    wrong = errors(eve, "/people/new/", **said | {"zone": "Manila", "email": "nobody", "reason": ""})
    assert wrong["zone"] == "&quot;Manila&quot; is no time zone; write it as America/New_York."
    assert wrong["email"] == "This is no mail address."
    assert wrong["reason"].startswith("Say why")
    assert "enrolled under" in errors(eve, "/people/new/", **said | {"email": "ben@firm.example"})["email"]
    assert "Put forward" in text_after(eve, "/people/new/", **said)
    proposal = Proposal.objects.get(kind="new-person")
    assert "Needs another person" in text(eve, f"/decisions/{proposal.pk}/")
    assert "Lena Lund" in text(eve, "/people/")

    # Signed by the other administrator; shown with its delay; not there before it is over.
    attest(firm, "Hugo", proposal.pk, digest_of(proposal.pk))
    assert "takes effect from" in text_after(hugo, f"/decisions/{proposal.pk}/", verdict="approve")
    assert re.search("[34] h left", text(at_the_page("Jon"), "/people/"))
    assert not Person.objects.filter(email="lena@firm.example").exists()
    early = hugo.post(f"/decisions/{proposal.pk}/", {"verdict": "carry-out"})
    assert early.status_code == 409
    firm.at(bills.FEBRUARY_2 + timedelta(hours=5))
    assert "Let it take effect" in text(eve, f"/decisions/{proposal.pk}/")
    assert "has taken effect" in text_after(eve, f"/decisions/{proposal.pk}/", verdict="carry-out")
    lena = Person.objects.get(email="lena@firm.example")
    assert (lena.zone, lena.country) == ("Asia/Manila", "PH")
    assert eve.post(f"/decisions/{proposal.pk}/", {"verdict": "carry-out"}).status_code == 409, "once"

    # A role on one matter, up to a limit, until a day, under conditions.
    role = f"/people/{lena.pk}/role/"
    wrong = errors(
        eve, role, role="billing partner", scope="M-7777", limit_amount="5,000", limit_currency="", reason="x"
    )
    assert "in which currency" in wrong["limit_currency"]
    assert "number of no client" in errors(eve, role, role="lead", scope="M-7777", reason="x")["scope"]
    text_after(
        eve, role, role="billing partner", scope="m-2001", limit_amount="5,000", limit_currency="USD",
        until="2026-12-31", needs_nda="on", reason="Covers for Ada",
    )  # fmt: skip
    grant = Proposal.objects.get(kind="grant")
    assert grant.content == {
        "person_id": lena.pk, "role": "billing partner", "client_id": 2, "matter_id": 2, "needs_nda": True,
        "needs_consent": False, "limit_amount": "5000", "limit_currency": "USD", "until_at": "2027-01-01T05:00:00+00:00",
    }  # fmt: skip
    attest(firm, "Hugo", grant.pk, digest_of(grant.pk))
    text_after(hugo, f"/decisions/{grant.pk}/", verdict="approve")
    firm.at(bills.FEBRUARY_2 + timedelta(hours=10))
    assert "has taken effect" in text_after(hugo, f"/decisions/{grant.pk}/", verdict="carry-out")
    held = text(eve, f"/people/{lena.pk}/")
    for told in ("billing partner", "on matter M-2001", "up to 5,000.00 USD", "none on file: not in force"):
        assert told in held


def test_limits_and_resets_are_put_forward_and_what_ends_access_is_at_once(firm: Firm, at_the_page: At) -> None:
    eve, hugo = at_the_page("Eve"), at_the_page("Hugo")
    ada = f"/people/{cast.IDS['Ada']}/"
    grant = Grant.objects.get(person=cast.IDS["Ada"], role="billing partner").pk
    key = f"limit:{grant}"
    assert "Say up to how much" in errors(eve, ada, act=key, **{f"{key}-currency": "USD"})["amount"]
    text_after(eve, ada, act=key, **{f"{key}-amount": "250,000", f"{key}-currency": "USD", f"{key}-reason": "Grown"})
    assert Proposal.objects.get(kind="limit").content == {"grant_id": grant, "currency": "USD", "amount": "250000"}
    text_after(eve, ada, act="reset", **{"reset-reason": "Phone lost"})
    assert Proposal.objects.filter(kind="authenticator-reset", owner_person=cast.IDS["Ada"]).count() == 1
    assert Decision.objects.count() == 0

    # Another person's grant is not ended from this page; a reason is asked for; then it ends now.
    bens = Grant.objects.get(person=cast.IDS["Ben"]).pk
    assert eve.post(ada, {"act": f"revoke:{bens}", f"revoke:{bens}-reason": "x"}).status_code == 404
    assert errors(eve, ada, act=f"revoke:{grant}")["reason"] == "Say why."
    assert "The role has ended" in text_after(eve, ada, act=f"revoke:{grant}", **{f"revoke:{grant}-reason": "Retired"})
    assert not Grant.objects.filter(pk=grant, revocation=None).exists()
    assert "The access has ended" in text_after(
        hugo, f"/people/{cast.IDS['Ben']}/", act="end-access", **{"end-access-reason": "Left the firm"}
    )
    assert Departure.objects.get(person=cast.IDS["Ben"]).reason == "Left the firm"
    assert at_the_page("Ben").get("/").status_code == 302, "every session has ended with it"
    assert "Left" in text(eve, "/people/")
    assert eve.get(f"/people/{cast.IDS['Ben']}/role/").status_code == 404
    assert Consumption.objects.count() == 2
    own = f"/people/{cast.IDS['Eve']}/"
    assert "by another administrator" in errors(eve, own, act="end-access", **{"end-access-reason": "Tired"})[""]


def test_a_stand_in_is_named_by_the_decider_himself_and_ended_by_nobody_else(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    ada, gita = at_the_page("Ada"), at_the_page("Gita")
    said = {"stand_in": str(cast.IDS["Gita"]), "from_on": "2026-02-03", "until_on": "2026-02-20", "within_hours": "24"}
    wrong = errors(ada, "/me/stand-in/", **said | {"until_on": "2026-02-01", "within_hours": "0"})
    assert (wrong["until_on"], wrong["within_hours"]) == ("This is before the first day.", "At least one hour.")
    assert "Gita stands in for you" in text_after(ada, "/me/stand-in/", **said)
    named = StandIn.objects.get()
    assert (named.from_at, named.until_at) == (
        datetime(2026, 2, 3, 5, tzinfo=UTC),
        datetime(2026, 2, 21, 5, tzinfo=UTC),
    ), "days are those of the decider's zone"
    assert "Gita" in text(at_the_page("Eve"), "/people/")
    assert gita.post(f"/me/stand-in/{named.pk}/end/").status_code == 404
    assert "has ended" in text_after(ada, f"/me/stand-in/{named.pk}/end/")
    assert at_the_page("Cleo").get("/me/stand-in/").status_code == 403


def test_a_standing_decision_is_given_within_ones_authority_shown_and_ended(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    ada = at_the_page("Ada")
    said = {
        "kind": "accept-reduction", "payer": "1", "reason_code": "GLF-BLOCK", "currency": "USD", "cap_item": "100",
        "cap_month": "1,000", "until_on": "2026-06-30",
    }  # fmt: skip
    assert "at least as much" in errors(ada, "/me/standing/", **said | {"cap_month": "50"})["cap_month"]
    assert "within a year" in errors(ada, "/me/standing/", **said | {"until_on": "2028-01-01"})["until_on"]
    assert "no authority" in errors(ada, "/me/standing/", **said | {"cap_item": "900000", "cap_month": "900000"})[""]
    for never in ("grant", "new-person", "narrative", "trust"):
        assert ada.post("/me/standing/", said | {"kind": never}).status_code == 400
    assert Standing.objects.count() == 0
    shown = text_after(ada, "/me/standing/", **said)
    assert "up to 100.00 USD each, 1,000.00 USD a month, of which 0.00 USD are used" in shown
    given = Standing.objects.get()
    assert at_the_page("Gita").post(f"/me/standing/{given.pk}/end/").status_code == 404
    assert "has ended" in text_after(ada, f"/me/standing/{given.pk}/end/")
    assert at_the_page("Cleo").get("/me/standing/").status_code == 403
    dan = at_the_page("Dan")
    assert "Northwind" not in text(dan, "/me/standing/"), "a payer whose only matter is behind his wall"
