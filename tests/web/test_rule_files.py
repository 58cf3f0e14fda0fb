"""A version of a client's rules is brought as a file with the client's document, mended, and accepted by decision."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from meruit.agenda.models import Deadline
from meruit.audit.models import Record
from meruit.authority.models import Decision, Proposal
from meruit.firm.models import GuidelineSet
from tests.support import bills, cast, rules
from tests.web.test_pages import text, text_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]

NEW = "/rules/new/"
LETTER = b"%PDF-1.7 one entry per task"


def given(toml: str | bytes, **other: object) -> dict[str, object]:
    """What the form is sent with."""
    data = toml.encode() if isinstance(toml, str) else toml
    fields = {"client": "1", "payer": "", "name": "", "due_on": "2026-03-15", "owner": str(cast.IDS["Cleo"])}
    return fields | {"text": SimpleUploadedFile("northwind.toml", data)} | other


def test_a_version_is_brought_with_its_document_and_accepted_by_decision(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    cleo, ada, dan = (at_the_page(name) for name in ("Cleo", "Ada", "Dan"))
    assert "Bring a version" in text(cleo, "/rules/")
    assert at_the_page("Jon").get(NEW).status_code == at_the_page("Jon").post(NEW).status_code == 403
    assert "Northwind" not in text(dan, NEW)

    # Every place to be mended is told with its line and what may stand there; nothing is kept.
    wrong = rules.text("3", "2026-03-01") + '[[rule]]\ntype = "vage"\nseverty = "ask"\n'
    refused = cleo.post(NEW, given(wrong))
    assert refused.status_code == 400
    assert re.search(r"line \d+: Unknown key .*severty.* The nearest known is .*severity", text_of(refused))
    swapped = rules.BLOCK_BILLING.replace("fires", "x").replace("silent", "fires").replace("x =", "silent =")
    refused = cleo.post(NEW, given(rules.text("3", "2026-03-01", swapped)))
    assert "2 places have to be mended; they stand above." in text_of(refused)
    assert text_of(refused).count('class="finding refuse"') == 2
    for bad, says in (
        (given(b"\xff\xfe\x00"), "save it as UTF-8"),
        (given(rules.text()) | {"text": ""}, "Choose the file"),
        (given(rules.text(), client=""), "Say whose rules they are"),
        (given(rules.text(), due_on="soon"), "This is no day"),
        (given(b"x" * 1_000_001), "larger than 1 MB"),
    ):
        got = cleo.post(NEW, bad)
        assert (got.status_code, says in got.content.decode()) == (400, True), says
    assert dan.post(NEW, given(rules.text())).status_code == 400, "a client behind a wall is none of his choices"
    assert GuidelineSet.objects.count() == 0

    document = SimpleUploadedFile("../letter of March.pdf", LETTER)
    kept = text_of(cleo.post(NEW, given(rules.text("3", "2026-03-01"), source=document), follow=True))
    assert "Kept as a draft" in kept
    row = GuidelineSet.objects.get()
    assert (row.name, row.state, row.owner_id, str(row.due_on)) == (
        "northwind-insurance",
        "draft",
        cast.IDS["Cleo"],
        "2026-03-15",
    )
    assert Deadline.objects.filter(subject="firm_guidelineset", subject_id=row.pk, met_at=None).count() == 1
    here = f"/rules/{row.pk}/"
    again = cleo.post(NEW, given(rules.text("3", "2026-03-01")))
    assert "a changed text is a new version" in text_of(again)
    got = cleo.get(f"{here}document/")
    assert (got.content, "attachment" in got.headers["Content-Disposition"]) == (LETTER, True)
    assert "letter of March.pdf" in got.headers["Content-Disposition"]
    assert Record.objects.filter(event="guidelines.exported", subject_id=str(row.pk)).count() == 1

    # A draft is corrected; it is accepted by a partner's decision, and then it never changes.
    assert "Correct the draft" in text(cleo, here)
    better = rules.text("3", "2026-03-01") + '\n[[rule]]\ntype = "vague"\nclause = "3.1"\n'
    cleo.post(f"{here}correct/", {"text": SimpleUploadedFile("n.toml", better.encode()), "owner": str(cast.IDS["Ada"])})
    row.refresh_from_db()
    assert (row.text, row.owner_id) == (better, cast.IDS["Ada"])
    text_after(cleo, f"{here}accept/", reason="The client sent it")
    proposal = Proposal.objects.get(kind="guideline-set")
    assert cleo.post(f"{here}accept-now/", {"reason": "x"}).status_code == 403
    for path in (here, f"{here}document/", f"{here}correct/"):
        assert dan.get(path).status_code == 404, path
    assert dan.post(f"{here}accept-now/", {"reason": "x"}).status_code == 404
    assert "has taken effect" in text_after(ada, f"/decisions/{proposal.pk}/", verdict="approve")
    row.refresh_from_db()
    assert row.state == "accepted"
    assert Deadline.objects.filter(subject="firm_guidelineset", met_at=None).count() == 0
    again = cleo.post(f"{here}correct/", given(better))
    assert (again.status_code, "Possible now: nothing" in text_of(again)) == (400, True)

    # A partner accepts what she brings herself at once: a decision like any other.
    ada.post(NEW, given(rules.text("4", "2026-04-01")))
    later = GuidelineSet.objects.get(version="4")
    assert "Accept it" in text(ada, f"/rules/{later.pk}/")
    assert ada.post(f"/rules/{later.pk}/accept-now/", {"reason": ""}).status_code == 400
    text_after(ada, f"/rules/{later.pk}/accept-now/", reason="As the client asks")
    later.refresh_from_db()
    assert (later.state, Decision.objects.filter(kind="guideline-set").count()) == ("accepted", 2)


def text_of(got: object) -> str:
    return got.content.decode()  # type: ignore[attr-defined, no-any-return]  # an answer of the test's client
