"""Clients' rules, dry runs, playbooks, the page on the checks, and what to look at: for whom, and not for Dan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.models import Record
from meruit.authority.models import Proposal
from meruit.disputes import tasks
from meruit.disputes.models import Reduction, Rejection
from meruit.firm import actions as firm_actions
from meruit.firm.models import Playbook
from meruit.portals.models import StatusEvent
from tests.disputes.test_disputes import reduced, say, sent  # noqa: F401  # `sent` is a fixture
from tests.support import rules
from tests.support.bills import FEBRUARY_2
from tests.web.test_pages import text, text_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from meruit.portals.models import Submission
    from tests.support.firm import Firm

    At = Callable[[str], Client]

VAGUE = '\n[[rule]]\ntype = "vague"\nclause = "3.1"\nsays = "<b>Say</b> [what](http://x.example) was done."\n'


def test_rules_are_read_compared_rehearsed_and_put_forward(firm: Firm, sent: Submission, at_the_page: At) -> None:  # noqa: F811  # the fixture, by its name
    first = rules.accepted(firm)
    draft = firm_actions.add_set(firm.cleo, 1, rules.text("4", "2026-03-01", VAGUE), name="northwind").set_id
    reduced(firm, sent)
    cleo, ada, dan = (at_the_page(name) for name in ("Cleo", "Ada", "Dan"))

    listed = text(cleo, "/rules/")
    assert "in force" in listed
    assert "draft" in listed
    page = text(cleo, f"/rules/{draft}/")
    assert "What differs from version 3" in page
    assert "block-billing removed" in page
    assert "One entry per task." in text(ada, f"/rules/{first}/")
    html = cleo.get(f"/rules/{draft}/").content.decode()
    assert "&lt;b&gt;Say&lt;/b&gt; [what](http://x.example)" in html, "a client's words are words and never tags"

    ran = text(cleo, f"/rules/{draft}/dry-run/?first=2026-01-01&last=2026-02-28&with={first}")
    assert "Newly flagged 1 140.00 USD 1 140.00 USD" in ran
    assert "No longer flagged 1 700.00 USD 1 210.00 USD" in ran
    assert 'role="img"' in cleo.get(f"/rules/{draft}/dry-run/?first=2026-01-01&last=2026-02-28").content.decode()
    assert cleo.get(f"/rules/{draft}/dry-run/?first=x&last=y").status_code == 400
    assert cleo.get(f"/rules/{draft}/dry-run/?first=2026-02-01&last=2026-01-01").status_code == 400

    assert "Put forward" in text_after(cleo, f"/rules/{draft}/accept/", reason="The client sent it")
    assert Proposal.objects.filter(kind="guideline-set", subject_id=draft).count() == 1
    assert "To the decision on its acceptance" in text(ada, f"/rules/{draft}/")
    for path in (f"/rules/{draft}/", f"/rules/{draft}/dry-run/"):
        assert dan.get(path).status_code == 404, path
    assert dan.post(f"/rules/{draft}/accept/", {"reason": "x"}).status_code == 404
    assert "northwind" not in text(dan, "/rules/")

    # The cut teaches, on its bill and in the counts.
    lesson = "The payer's set does not ask; the reference profile finds it. Rule: vague"
    assert lesson in unescaped(cleo, f"/bills/{sent.invoice_id}/")
    vague = Reduction.objects.get(reason_code="GLF-VAGUE")
    assert lesson in unescaped(cleo, f"/cuts/{vague.pk}/"), "where it is answered as well"
    assert "The next night compares it" not in text(cleo, f"/cuts/{vague.pk}/")
    checks = text(ada, "/checks/")
    assert "Together 2" in checks
    assert "measured 24 Nov 2026" in checks or "measured" in checks
    assert "No cut and no returned bill" in text(dan, "/checks/")
    assert "own, held out" in text(ada, "/checks/?part=own, held out")

    # A payer's playbook: what the tables know, and what people write.
    payer = sent.invoice.payer_id
    assert "northwind 3" in text(cleo, f"/playbooks/{payer}/")
    words = {
        "cadence": "monthly",
        "format": "LEDES 1998B",
        "portal": "",
        "steps": "1. Make it\n2. Send it",
        "quirks": "Never on Fridays",
    }
    assert "The playbook is kept" in text_after(cleo, f"/playbooks/{payer}/edit/", **words)
    assert "Never on Fridays" in text(ada, f"/playbooks/{payer}/")
    assert cleo.post(f"/playbooks/{payer}/edit/", words | {"steps": " "}).status_code == 400
    assert Record.objects.filter(event="playbook.kept").count() == 1
    assert Playbook.objects.get().quirks == "Never on Fridays"
    assert at_the_page("Jon").post(f"/playbooks/{payer}/edit/", words).status_code == 403
    for path in (f"/playbooks/{payer}/", f"/playbooks/{payer}/edit/"):
        assert dan.get(path).status_code == 404, path


def test_a_bill_that_came_back_tells_what_our_rules_knew(firm: Firm, sent: Submission, at_the_page: At) -> None:  # noqa: F811  # the fixture
    cleo = at_the_page("Cleo")
    say(
        firm, sent, "Received,,,,", "Sent back,1,The charge does not say what was done,,",
        "Sent back,,Timekeeper is not on our list,,TK-BEN",
    )  # fmt: skip
    tasks.gather(firm.cleo, FEBRUARY_2)
    places = (f"/bills/{sent.invoice_id}/", f"/submissions/{sent.pk}/")
    told = {r.reason_code: r.hindsight for r in Rejection.objects.select_related("hindsight")}
    assert len(told) == 2
    for place in places:
        page = unescaped(cleo, place)
        assert "What our rules knew" in page
        for lesson in told.values():
            assert lesson.says in page
            assert not lesson.rule or f"Rule: {lesson.rule}" in page
        assert at_the_page("Dan").get(place).status_code == 404

    # One that no night has looked at yet says so.
    with firm.sql("owner", autocommit=True) as pg:
        pg.execute("DELETE FROM disputes_hindsight")
    assert all("The next night compares it" in text(cleo, place) for place in places)


def unescaped(client: Client, path: str) -> str:
    return text(client, path).replace("&#x27;", "'")


def test_what_does_not_move_is_shown_with_what_to_do(firm: Firm, sent: Submission, at_the_page: At) -> None:  # noqa: F811  # the fixture, by its name
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    say(firm, sent, "Quite unheard of,,,,")
    assert "Quite unheard of" in text(cleo, "/attention/")
    assert "Quite unheard of" not in text(dan, "/attention/")
    event = StatusEvent.objects.get(word="Quite unheard of")
    assert dan.post(f"/attention/words/{event.pk}/", {"how": "x"}).status_code == 404
    assert cleo.post(f"/attention/words/{event.pk}/", {"how": " "}).status_code == 400
    assert "Taken note of" in text_after(cleo, f"/attention/words/{event.pk}/", how="Asked the client")
    assert "Everything that portals said was understood" in text(cleo, "/attention/")
    for name in ("Ada", "Eve", "Jon", "Cleo"):
        assert at_the_page(name).get("/attention/").status_code == 200
        assert at_the_page(name).post("/attention/reviews/999/", {"found": "x"}).status_code == 404


def test_whoever_signs_in_has_these_places(firm: Firm, at_the_page: At) -> None:
    for place in ("/rules/", "/playbooks/", "/checks/", "/attention/"):
        for name in ("Ada", "Ben", "Dan", "Eve", "Jon"):
            assert at_the_page(name).get(place).status_code == 200, (place, name)
