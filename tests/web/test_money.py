"""Money by pages: what is given up or given back is put forward and decided; a cut is answered; a portal by hand."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from meruit.authority.models import Decision, Proposal
from meruit.desk import drafting, stuck
from meruit.disputes.models import Appeal, Reduction
from meruit.invoices.models import Invoice, Reversal
from meruit.portals import actions as portals
from meruit.portals.models import Submission
from meruit.receivables import actions as receivables
from meruit.receivables import queries
from meruit.receivables.models import Refund
from tests.support.bills import FEBRUARY_2
from tests.support.portals import issued
from tests.web.test_pages import text, text_after
from tests.web.test_people import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]


def connect_by_hand(firm: Firm) -> None:
    """Northwind's portal takes no files: somebody uploads them on its page."""
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO portals_connection (payer_id, portal, route, address, secret_name, active)"
            " VALUES (1, 'client-portal', 'by hand', '{}', '', true)"
        )
        pg.execute(
            "INSERT INTO matters_matterid (matter_id, payer_id, portal, name, value)"
            " VALUES (1, 1, '', 'client_matter_id', 'NW-77')"
        )


def test_a_bill_is_lowered_given_up_and_undone_by_what_is_put_forward_and_decided(firm: Firm, at_the_page: At) -> None:
    bill = issued(firm)
    cleo, ada, dan = at_the_page("Cleo"), at_the_page("Ada"), at_the_page("Dan")
    here = f"/bills/{bill.pk}/lower/"
    assert "Lower, undo or give up" in text(cleo, f"/bills/{bill.pk}/")
    for method in (dan.get, dan.post):
        assert method(here).status_code == 404
    assert at_the_page("Jon").get(here).status_code == 403

    # More than a line is worth, nothing at all, and no amount are said beside what they are about.
    line = bill.lines.get(number=2)
    key = f"credit-line-{line.pk}"
    too_much = errors(cleo, here, what="credit", **{key: "9,999", "credit-reason": "x"})
    assert too_much[str(line.pk)].startswith("Between 0 and")
    assert "at least one line" in errors(cleo, here, what="credit", **{"credit-reason": "x"})[""]
    assert errors(cleo, here, what="credit", **{key: "ten"})["reason"].startswith("Say why")
    assert "is no amount" in errors(cleo, here, what="write-off", **{"write-off-amount": "NaN"})["amount"]

    assert "Put forward" in text_after(cleo, here, what="credit", **{key: "40", "credit-reason": "Agreed by phone"})
    credit = Proposal.objects.get(kind="credit-note")
    assert (credit.amount, credit.content["lines"][0]["invoice_line_id"]) == (Decimal(40), line.pk)
    assert "waits for its decision" in text(cleo, here)
    assert "has taken effect" in text_after(ada, f"/decisions/{credit.pk}/", verdict="approve")
    assert bill.credit_notes.get().amount == 40

    text_after(cleo, here, what="write-off", **{"write-off-amount": "100", "write-off-reason": "Insolvent"})
    gone = Proposal.objects.get(kind="write-off")
    assert "has taken effect" in text_after(ada, f"/decisions/{gone.pk}/", verdict="approve")
    assert "Written off as bad debt" in text(cleo, f"/bills/{bill.pk}/")
    assert errors(cleo, here, what="reversal", **{"reversal-reason": "Wrong payer"})[""], "a credit stands on it"
    assert Reversal.objects.count() == 0


def test_money_that_pays_nothing_is_laid_on_a_bill_or_goes_back_by_two_people(firm: Firm, at_the_page: At) -> None:
    bill = issued(firm)
    cleo, ada, dan = at_the_page("Cleo"), at_the_page("Ada"), at_the_page("Dan")
    paid = receivables.enter_payment(firm.cleo, 1, Decimal(5000), "USD", date(2026, 2, 2), "WIRE 9")
    assert "WIRE 9" in text(cleo, "/payments/")
    assert "WIRE 9" not in text(dan, "/payments/")
    here = f"/payments/{paid.pk}/"
    assert dan.get(here).status_code == 404
    assert at_the_page("Jon").post(here, {"what": "refund"}).status_code == 403
    assert errors(cleo, here, what="lay", **{"lay-amount": "50"})["bill"] == "Say on which bill."
    over = errors(cleo, here, what="refund", **{"refund-amount": "5000.01", "refund-reason": "x"})
    assert over["amount"] == "Between 0.01 and 5,000.00, which is what is left of it."
    text_after(cleo, here, what="lay", **{"lay-bill": str(bill.pk), "lay-amount": "500"})
    assert queries.unapplied(paid) == 4500
    text_after(cleo, here, what="refund", **{"refund-amount": "4,000", "refund-reason": "Paid twice"})
    proposal = Proposal.objects.get(kind="refund")
    assert "WIRE 9" in text(ada, f"/decisions/{proposal.pk}/")
    assert Refund.objects.count() == 0
    assert "has taken effect" in text_after(ada, f"/decisions/{proposal.pk}/", verdict="approve")
    assert (Refund.objects.get().amount, queries.unapplied(paid)) == (4000, 500)
    assert "Went back" in text(cleo, here)


def carried(firm: Firm, at_the_page: At) -> tuple[Submission, Invoice]:
    """A bill that Cleo took to its portal by hand, and that arrived."""
    connect_by_hand(firm)
    bill = issued(firm)
    submission = portals.package(firm.cleo, bill.pk)
    assert submission.state == "packaged", submission.hold_reason
    cleo = at_the_page("Cleo")
    text_after(cleo, f"/submissions/{submission.pk}/take/")
    text_after(cleo, f"/submissions/{submission.pk}/settle/", arrived="yes", how="On its page as 4711")
    submission.refresh_from_db()
    return submission, bill


def heard(client: Client, submission: Submission, word: str, **more: str) -> str:
    """Enter a word of the portal."""
    return text_after(client, f"/submissions/{submission.pk}/", word=word, at="2026-02-02T04:00", **more)


def test_a_bill_is_taken_to_a_portal_by_hand_and_what_it_says_is_entered_by_hand(firm: Firm, at_the_page: At) -> None:
    connect_by_hand(firm)
    bill = issued(firm)
    submission = portals.package(firm.cleo, bill.pk)
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    here = f"/submissions/{submission.pk}/"
    for path in (here, f"{here}take/"):
        assert dan.post(path).status_code == 404
    assert bill.number not in text(dan, "/submissions/")
    assert "I take it to the portal" in text(cleo, here)

    # Between his going and his word nobody knows, and it is not sent again.
    text_after(cleo, f"{here}take/")
    attempt = submission.attempts.get()
    assert (attempt.outcome, attempt.settled_by) == ("unknown", "")
    assert "whether it arrived is not known" in text(cleo, here)
    assert "arrived is not known" in text(cleo, "/submissions/"), "it is stuck until he says"
    text_after(cleo, f"{here}take/")
    assert submission.attempts.count() == 1
    assert cleo.post(f"{here}settle/", {"arrived": "yes", "how": ""}).status_code == 302
    assert submission.attempts.get().outcome == "unknown", "how it was found out is said"
    text_after(cleo, f"{here}settle/", arrived="no", how="The page refused it")
    text_after(cleo, f"{here}take/")
    assert "It arrived" in text_after(cleo, f"{here}settle/", arrived="yes", how="Its page shows 4711")
    submission.refresh_from_db()
    assert (submission.state, submission.attempts.count()) == ("transmitted", 2)
    assert submission.attempts.order_by("number").last().settled_by == "person"  # type: ignore[union-attr]  # it is there

    # What the portal says is entered in its own words; what cannot be is said beside its field.
    wrong = errors(cleo, here, word="", at="2099-01-01T00:00", amount="x")
    assert wrong["word"].startswith("Say which of the portal")
    assert (wrong["at"], "is no amount" in wrong["amount"]) == ("This is still to come.", True)
    assert "understood as accepted" in heard(cleo, submission, "Logged", reference="4711")
    assert "could not be followed" in heard(cleo, submission, "Not processed")
    assert "Words that nobody understood" in text(cleo, "/submissions/")
    event = submission.events.get(understood="")
    cleo.post(f"/statuses/{event.pk}/note/", {"how": "Called them: a slip of theirs"})
    assert "Words that nobody understood" not in text(cleo, "/submissions/")
    assert dan.post(f"/statuses/{event.pk}/note/", {"how": "x"}).status_code == 404
    heard(cleo, submission, "With reviewer")
    submission.refresh_from_db()
    assert (submission.state, submission.portal_reference) == ("in_review", "4711")
    assert at_the_page("Jon").post(here, {"word": "Logged"}).status_code == 403


def test_a_cut_is_answered_with_ones_own_words_before_its_time_limit(firm: Firm, at_the_page: At) -> None:
    submission, bill = carried(firm, at_the_page)
    cleo, ada, dan = at_the_page("Cleo"), at_the_page("Ada"), at_the_page("Dan")
    heard(cleo, submission, "Logged")
    said = {"line": "3", "amount": "300", "reason": "Several tasks in one charge", "note": "One task each"}
    heard(cleo, submission, "Passed with deductions", **said)
    cut = Reduction.objects.get()
    here = f"/cuts/{cut.pk}/"
    for path in (here, f"/bills/{bill.pk}/"):
        assert "Several tasks in one charge" in text(cleo, path)
    assert dan.get(here).status_code == 404
    assert dan.post(here, {"how": "accept", "accept-reason": "x"}).status_code == 404
    assert at_the_page("Jon").post(here, {"how": "accept"}).status_code == 403
    page = text(cleo, here)
    assert "days left" in page
    assert "New York" in page, "the client's zone beside the reader's"
    assert "[Say here how the parts of this entry are one piece of work" in page

    # A draft is no argument: it is not put forward before a person has made it his own.
    draft = re.search(r'name="appeal-argument"[^>]*>([^<]*)<', cleo.get(here).content.decode())
    assert draft is not None
    refused = errors(cleo, here, how="appeal", **{"appeal-argument": draft[1], "appeal-amount": "301"})
    assert refused["argument"] == "Put your own words in the place of the square brackets."
    assert refused["amount"] == "Between 0.01 and 300.00."
    own = {"appeal-argument": "The letter states the result of the call.", "appeal-amount": "300"}
    assert "waits for its decision" in text_after(cleo, here, how="appeal", **own)
    assert "Put this appeal forward" not in text(cleo, here)
    proposal = Proposal.objects.get(kind="appeal")
    assert proposal.due_at is not None
    assert "The cut with its line and time limit" in text(ada, f"/decisions/{proposal.pk}/")
    text_after(ada, f"/decisions/{proposal.pk}/", verdict="approve")
    assert Appeal.objects.get().argument == own["appeal-argument"]

    # Another one is accepted.
    heard(cleo, submission, "Passed with deductions", **said | {"line": "2", "amount": "10"})
    other = Reduction.objects.exclude(pk=cut.pk).get()
    assert errors(cleo, f"/cuts/{other.pk}/", how="accept")["reason"].startswith("Say why")
    text_after(cleo, f"/cuts/{other.pk}/", how="accept", **{"accept-reason": "Vague indeed"})
    accept = Proposal.objects.get(kind="accept-reduction")
    text_after(ada, f"/decisions/{accept.pk}/", verdict="approve")
    other.refresh_from_db()
    assert (other.state, Decision.objects.filter(proposal=accept).count()) == ("accepted", 1)


def test_a_bill_without_an_answer_for_forty_days_is_stuck_and_says_what_to_do(firm: Firm, at_the_page: At) -> None:
    submission, bill = carried(firm, at_the_page)
    assert stuck.of(firm.cleo) == []
    firm.at(FEBRUARY_2 + timedelta(days=40, hours=1))
    portals.alarm(firm.cleo, submission.pk)  # as the night does; it breaks no silence
    (row,) = stuck.of(firm.cleo)
    assert (row.submission.pk, row.days) == (submission.pk, 40)
    assert "has not said a word for 40 days" in row.why
    shown = text(at_the_page("Cleo"), "/submissions/")
    assert f"{bill.number} Northwind Insurance" in shown
    assert "if it never arrived, send it again" in shown
    assert stuck.of(firm.dan) == []
    heard(at_the_page("Cleo"), submission, "Logged")
    assert stuck.of(firm.cleo) == []
    firm.at(FEBRUARY_2 + timedelta(days=80))
    assert "Ask its reviewer" in stuck.of(firm.cleo)[0].why


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("TK-RATEHIGH", "when and by whom the rate was agreed"),
        ("TK-UNKNOWN", "when the timekeeper was made known"),
        ("REV-UNSPEC", "why the charge is owed as billed"),
    ],
)
def test_a_draft_asks_for_what_only_a_person_knows(code: str, asks: str) -> None:
    cut = drafting.Cut("2026-7", "Too high", code, Decimal("40.50"), "USD", 3, date(2026, 1, 16), "4.2")
    draft = drafting.appeal(cut)
    assert draft.startswith(
        'Line 3 of 16 January 2026 of invoice 2026-7 was reduced by 40.50 USD under clause 4.2, with the words "Too high".'
    )
    assert asks in draft
    assert drafting.is_open(draft)
    assert not drafting.is_open("The rate was agreed on 2 January.")
