"""The pages on a firm of the cast: what each shows, what each lets happen, and what is not there for Dan."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.test import Client

from meruit.audit.models import Record
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.models import Decision, Proposal
from meruit.desk import queries as desk
from meruit.invoices import queries
from meruit.invoices.models import Invoice
from meruit.people.models import Session
from meruit.prebills import actions as prebills
from meruit.prebills.models import Comment, Finding, PreBill
from meruit.settings.pages import SESSION_COOKIE
from meruit.timesheets import actions as timesheets
from meruit.timesheets.models import Version
from tests.support import bills, cast, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.firm import Firm

    At = Callable[[str], Client]

PLACES = ("/", "/decisions/", "/entries/", "/prebills/", "/bills/", "/me/")
BLOCK = "Review lease; call client re rent; draft letter"


def text(client: Client, path: str) -> str:
    """What a page says, without its tags."""
    got = client.get(path)
    assert got.status_code == 200, f"{path}: {got.status_code} {got.content[:2000]!r}"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.content.decode()))


def find(firm: Firm, prebill: int, number: int, words: str) -> None:
    """A finding on some words of a line, as the night's screening writes it."""
    line = bills.line(prebill, number)
    start = line.narrative.index(words)
    with acting(firm.cleo):
        Finding.objects.create(
            prebill_id=prebill, line=line, rule="block-billing", severity="refuse", words=words, span_from=start,
            span_to=start + len(words), message="Three tasks stand under one figure.", clause="4.2",
            guideline="Northwind 2026", fixable_by="attorney", expected="One entry for each task.", found_at=moment(),
        )  # fmt: skip


def test_a_bill_goes_from_prepared_time_to_its_history_by_pages_alone(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    bills.letterhead(firm)
    work.agree_rates(firm)
    timesheets.prepare(firm.cleo, [work.hours(), work.hours(time="2.0", narrative=BLOCK), work.cost()])
    ben, cleo, ada, dan = (at_the_page(name) for name in ("Ben", "Cleo", "Ada", "Dan"))

    # Ben releases what was prepared for him: one tap for all of it.
    assert "3 of your entries wait to be released" in text(ben, "/")
    shown = re.findall(r'name="entry" value="([^"]+)"', ben.get("/entries/").content.decode())
    assert len(shown) == 3
    assert ben.post("/entries/release/", {"entry": shown}).status_code == 302
    assert "Everything of yours is released" in text(ben, "/entries/")

    # Cleo sees the draft with the words that a client would refuse, and proposes others.
    prebill = bills.drafted(firm)
    find(firm, prebill, 2, "call client re rent")
    assert "Drafts to send on" in text(cleo, "/")
    page = cleo.get(f"/prebills/{prebill}/").content.decode()
    assert '<mark title="block-billing">call client re rent</mark>' in page
    assert "Clause 4.2 of Northwind 2026" in page
    assert "One entry for each task." in page
    line = bills.line(prebill, 2)
    better = "Review lease for rent escalation clause"
    cleo.post(f"/prebills/{prebill}/narrative/", {"line": line.pk, "narrative": better, "reason": "One task an entry."})
    (proposal,) = Proposal.objects.filter(kind="narrative")
    assert Version.objects.filter(narrative=better).count() == 0, "a preparer proposes and never changes"

    # It waits for Ben and for nobody who has no say in it; Ben sees both texts and approves.
    assert proposal.pk in {w.proposal.pk for w in desk.waiting(firm.ben)}
    assert "This is not yours to decide" in text(cleo, f"/decisions/{proposal.pk}/")
    shown_text = text(ben, f"/decisions/{proposal.pk}/")
    assert BLOCK in shown_text
    assert better in shown_text
    assert dan.get(f"/decisions/{proposal.pk}/").status_code == 404
    assert ben.post(f"/decisions/{proposal.pk}/", {"verdict": "approve"}).status_code == 302
    assert Version.objects.filter(narrative=better).count() == 1

    # A hold, a comment, and the way to the partner.
    cost = bills.line(prebill, 3)
    cleo.post(f"/prebills/{prebill}/hold/", {"line": cost.pk, "reason": "Receipt missing", "review_on": "2026-02-10"})
    assert "Receipt missing" in text(ada, f"/prebills/{prebill}/")
    hold = cost.holds.get(ended_at=None)
    ada.post(f"/prebills/{prebill}/release-hold/", {"hold": hold.pk, "reason": "Receipt is here."})
    cleo.post(f"/prebills/{prebill}/comment/", {"text": "Is the second call billable?"})
    assert "Sent to Ada" in text_after(cleo, f"/prebills/{prebill}/send/")
    assert PreBill.objects.get(pk=prebill).state == "in review"
    assert [(w.own, w.proposal.kind_id) for w in desk.waiting(firm.ada)] == [(True, "final-bill")]
    assert [w.own for w in desk.waiting(firm.gita)] == [False], "she could decide it, and it is expected of Ada"

    # Ada may not send it out with an open comment unless she says so.
    assert "open comments" in text_after(ada, f"/prebills/{prebill}/approve/")
    assert PreBill.objects.get(pk=prebill).state == "in review"
    ada.post(f"/prebills/{prebill}/resolve/", {"comment": Comment.objects.get().pk})
    assert "Approved over exactly these lines" in text_after(ada, f"/prebills/{prebill}/approve/")

    # Cleo issues it; the whole history stands on one page.
    assert "Issued as" in text_after(cleo, f"/prebills/{prebill}/issue/")
    bill = Invoice.objects.get()
    history = text(cleo, f"/bills/{bill.pk}/")
    for told in ("Final bill approved", f"Issued as {bill.number}", "In the ledger", "Audit trail", better):
        assert told in history
    assert dan.get(f"/bills/{bill.pk}/").status_code == 404
    assert dan.get(f"/prebills/{prebill}/").status_code == 404

    # Its exact bytes leave the house, and that is written down.
    assert "LEDES1998B is made and kept" in text_after(cleo, f"/bills/{bill.pk}/make/")
    for form, begins in (("pdf", b"%PDF"), ("LEDES1998B", b"LEDES1998B[]")):
        got = cleo.get(f"/bills/{bill.pk}/file/{form}/")
        assert got.content.startswith(begins)
        assert "attachment" in got.headers["Content-Disposition"]
    told = Record.objects.filter(event="bill.exported", subject_id=str(bill.pk)).values_list("after__form", flat=True)
    assert sorted(told) == ["LEDES1998B", "pdf"]
    assert dan.get(f"/bills/{bill.pk}/file/pdf/").status_code == 404

    # Part of the money comes; what is owed is what the ledger has.
    paid = {"amount": "1,000.00", "received_on": "2026-02-02", "reference": "WIRE 7"}
    assert "$1,000.00 of WIRE 7 are laid on the bill" in text_after(cleo, f"/bills/{bill.pk}/pay/", **paid)
    assert queries.owed([bill.pk])[bill.pk] == Decimal(229)
    assert dan.post(f"/bills/{bill.pk}/pay/", paid).status_code == 404
    assert at_the_page("Jon").post(f"/bills/{bill.pk}/pay/", paid | {"reference": "WIRE 8"}).status_code == 403
    assert cleo.post(f"/bills/{bill.pk}/pay/", paid | {"amount": "NaN"}).status_code == 400
    for who in (ben, cleo, ada, dan, at_the_page("Eve"), at_the_page("Jon")):
        for place in PLACES:
            assert who.get(place).status_code == 200, place


def text_after(client: Client, path: str, **data: str) -> str:
    """What the page says to which an action leads."""
    got = client.post(path, data, follow=True)
    assert got.status_code == 200, f"{path}: {got.status_code} {got.content[:2000]!r}"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.content.decode()))


def test_a_batch_is_bound_to_the_list_that_was_shown(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    work.agree_rates(firm)
    made = bills.released(firm, [work.hours(), work.hours(on="2026-01-15"), work.hours(on="2026-01-16")])
    ids = []
    for entry in made:
        better = work.hours(narrative=f"Draft answer to complaint, part {entry}")
        ids.append(timesheets.propose_change(firm.cleo, entry, better, reason="More detail"))
    ben = at_the_page("Ben")
    page = ben.post("/decisions/batch/", {"proposal": ids[:2]}).content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest is not None
    assert Decision.objects.filter(proposal__in=ids).count() == 0, "looking decides nothing"

    # Another list under the same digest is refused whole.
    ben.post("/decisions/batch/", {"proposal": ids, "sure": "yes", "digest": digest[1]})
    assert Decision.objects.filter(proposal__in=ids).count() == 0
    ben.post("/decisions/batch/", {"proposal": ids[:2], "sure": "yes", "digest": digest[1]})
    assert sorted(Decision.objects.filter(proposal__in=ids).values_list("proposal", flat=True)) == ids[:2]
    assert Version.objects.filter(entry__in=made, number=2).count() == 2, "decided is carried out at once"

    # A refusal asks its question and reaches whoever prepared it; without a question there is none.
    assert ben.post(f"/decisions/{ids[2]}/", {"verdict": "refuse"}).status_code == 400
    ben.post(f"/decisions/{ids[2]}/", {"verdict": "refuse", "reason": "Which part of the complaint?"})
    assert "Which part of the complaint?" in text(at_the_page("Cleo"), "/")

    # An amendment is Ben's own text.
    again = timesheets.propose_change(
        firm.cleo, made[2], work.hours(narrative="Draft answer, count two"), reason="Asked"
    )
    ben.post(f"/decisions/{again}/", {"verdict": "amend", "amended": "Draft answer to count two", "reason": "Exact"})
    assert Version.objects.get(entry=made[2], number=2).narrative == "Draft answer to count two"


def test_a_stand_in_sees_for_whom_and_a_preparer_sees_that_it_takes_another(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    work.agree_rates(firm)
    authority.name_stand_in(
        firm.ada, cast.IDS["Ines"], kind="final-bill",
        from_at=datetime(2026, 2, 1, tzinfo=UTC), until_at=datetime(2026, 2, 20, tzinfo=UTC),
    )  # fmt: skip
    terms = [{"level": "standard", "timekeeper_id": 1, "amount": "650.00", "currency": "USD", "from_on": "2026-03-01"}]
    from meruit.firm import actions as firm_terms

    rate = firm_terms.propose_terms(firm.ada, "rate", None, terms, reason="Rate card of March")
    own = text(at_the_page("Ada"), f"/decisions/{rate}/")
    assert "it takes two people" in own
    assert "650.00" in own
    assert Decision.objects.filter(proposal=rate).count() == 0
    assert "Two people" not in text(at_the_page("Gita"), f"/decisions/{rate}/")
    at_the_page("Gita").post(f"/decisions/{rate}/", {"verdict": "approve"})
    assert Decision.objects.get(proposal=rate).verdict == "approved"
    assert "Stand-ins" in text(at_the_page("Ines"), "/me/")


def test_without_a_session_every_address_leads_to_the_gate(firm: Firm) -> None:
    nobody = Client(SERVER_NAME="localhost")
    for path in (*PLACES, "/prebills/1/", "/nowhere/"):
        got = nobody.get(path)
        assert got.status_code == 302
        assert got.headers["Location"].startswith("http://localhost:8401/gate/open/?next=")
    nobody.cookies[SESSION_COOKIE] = "token-nobody"
    assert nobody.get("/").status_code == 302
    part = nobody.get("/prebills/", headers={"HX-Request": "true"})
    assert (part.status_code, "/gate/open/" in part.headers["HX-Redirect"]) == (204, True)


def test_every_answer_forbids_scripts_and_styles_from_elsewhere(firm: Firm, at_the_page: At) -> None:
    ada = at_the_page("Ada")
    for path in (*PLACES, "/prebills/999/", "/nowhere/"):
        got = ada.get(path)
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        body = got.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", body), f"{path} has a script inside"
        assert not re.search(r"\sstyle=|\son[a-z]+=", body), f"{path} has a style or handler inside"
        assert not re.search(r"""(?:src|href|action)=["']https?://(?!localhost:8401)""", body), path
        assert got.headers["Cache-Control"] == "no-store"


def test_a_form_from_elsewhere_changes_nothing(firm: Firm) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.cookies[SESSION_COOKIE] = cast.token("Ada")
    got = strict.post("/sign-out/")
    assert got.status_code == 409
    assert "no longer fresh" in got.content.decode()
    assert strict.get("/").status_code == 200


def test_sessions_are_ended_from_another_by_their_own_person_alone(firm: Firm, at_the_page: At) -> None:
    ada, gita = at_the_page("Ada"), at_the_page("Gita")
    mine = Session.objects.only("id").get(person=cast.IDS["Ada"])
    assert gita.post(f"/me/sessions/{mine.pk}/end/").status_code == 404
    assert ada.get("/").status_code == 200
    out = ada.post("/sign-out/")
    assert out.headers["Location"] == "http://localhost:8401/gate/signed-out/"
    assert ada.get("/").status_code == 302
    ada.cookies[SESSION_COOKIE] = cast.token("Ada")
    assert ada.get("/").status_code == 302, "the token itself has ended, not only its cookie"
    assert gita.get("/").status_code == 200
    assert Record.objects.filter(event="session.ended", subject_id=str(mine.pk)).count() == 1


def test_what_cannot_be_is_a_page_with_its_sentence(firm: Firm, at_the_page: At) -> None:
    cleo = at_the_page("Cleo")
    missing, walled = cleo.get("/prebills/77/"), at_the_page("Dan").get("/decisions/12/")
    assert (missing.status_code, walled.status_code) == (404, 404)
    assert "There is no pre-bill 77." in missing.content.decode()
    assert cleo.post("/entries/release/", {}).status_code == 400
    assert cleo.get("/prebills/1/approve/").status_code == 405
    assert at_the_page("Eve").get("/suggestions/").status_code == 403


def test_a_proposal_of_the_firm_is_seen_by_who_may_decide_its_kind(firm: Firm) -> None:
    content = {
        "person_id": cast.IDS["Ben"], "role": "attorney", "client_id": None, "matter_id": None, "until_at": None,
        "needs_nda": False, "needs_consent": False, "limit_amount": None, "limit_currency": "",
    }  # fmt: skip
    grant = authority.propose(
        firm.eve, "grant", content, subject="people_person", subject_id=cast.IDS["Ben"], reason="Admitted to the bar"
    )
    assert [w.proposal.pk for w in desk.waiting(firm.hugo)] == [grant]
    assert [(w.proposal.pk, w.needs_another) for w in desk.waiting(firm.eve)] == [(grant, True)]
    assert desk.waiting(firm.ada) == []
    assert desk.proposals(firm.hugo).count() == 1
    assert desk.proposals(firm.jon).count() == 1
    assert desk.proposals(firm.cleo).count() == 0


def test_drafting_from_the_night_is_seen_by_nobody_behind_a_wall(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    work.agree_rates(firm)
    bills.released(firm, [work.hours(), work.hours(matter=2, timekeeper=1)])
    first, second = (prebills.draft(firm.cleo, [m], *bills.JANUARY)[0].prebill_id for m in (1, 2))
    dan = at_the_page("Dan")
    page = text(dan, "/prebills/")
    assert "Charter dispute" in page
    assert "Doe v. Northwind" not in page
    assert (dan.get(f"/prebills/{first}/").status_code, dan.get(f"/prebills/{second}/").status_code) == (404, 200)


def test_a_token_of_the_command_line_opens_no_page_and_is_revoked_from_ones_own_place(
    firm: Firm, at_the_page: At
) -> None:
    token = "a-token-of-the-command-line"
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)"
            " VALUES (%s, sha256(%s), 'command-line', '127.0.0.1', 'Time of January', '', '2020-01-01', '2100-01-01')",
            [cast.IDS["Cleo"], token.encode()],
        )
    held = Session.objects.only("id").get(method="command-line")
    stolen = Client(SERVER_NAME="localhost")
    stolen.cookies[SESSION_COOKIE] = token
    assert stolen.get("/").headers["Location"].startswith("http://localhost:8401/gate/open/")
    assert "Time of January" in text(at_the_page("Cleo"), "/me/")
    assert at_the_page("Ada").post(f"/me/sessions/{held.pk}/end/").status_code == 404
    assert "It has ended." in text_after(at_the_page("Cleo"), f"/me/sessions/{held.pk}/end/")
    assert "Time of January" not in text(at_the_page("Cleo"), "/me/")
