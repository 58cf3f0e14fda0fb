"""Work in progress by pages: seen by age, put forward to be given up, decided, and gone from the books."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.authority.models import Proposal
from meruit.invoices import actions, checks, queries
from meruit.invoices.models import WriteOff
from meruit.ledger.models import Posting
from meruit.prebills import actions as prebills
from meruit.prebills.models import PreBill
from tests.support import bills, work
from tests.web.test_pages import text, text_after
from tests.web.test_people import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]

HERE = "/wip/1/"


def holds(account: str) -> Decimal:
    """What stands on an account for the matter."""
    return sum(Posting.objects.filter(account=account, matter_id=1).values_list("amount", flat=True), Decimal(0))


def test_work_in_progress_is_given_up_from_the_page_to_the_books(firm: Firm, at_the_page: At) -> None:
    firm.at(bills.FEBRUARY_2)
    bills.letterhead(firm)
    work.agree_rates(firm)
    paid = work.cost(units="1", price="300", hard_cost=True)  # type: ignore[arg-type]  # a flag among texts
    old, on_draft, late, filing = bills.released(
        firm, [work.hours(on="2025-12-01"), work.hours(), work.hours(on="2026-02-01", time="0.4"), paid]
    )
    firm.use("app")
    cleo, ada, ben, dan = (at_the_page(name) for name in ("Cleo", "Ada", "Ben", "Dan"))
    assert "Doe v. Northwind" in text(cleo, "/wip/")
    assert "Doe v. Northwind" not in text(dan, "/wip/")
    assert dan.get(HERE).status_code == dan.post(HERE).status_code == 404
    assert at_the_page("Eve").get("/wip/").status_code == 403
    assert at_the_page("Jon").get(HERE).status_code == 200
    assert at_the_page("Jon").post(HERE, {"entry": old, "reason": "x"}).status_code == 403
    in_all = sum((row.value for row in queries.in_progress(1)), Decimal(0))
    assert in_all == holds("wip") == 525 + 525 + 140 + 300

    # What cannot be is said; nothing is put forward by half.
    assert "Tick at least one" in errors(cleo, HERE, reason="x")[""]
    assert errors(cleo, HERE, entry=str(old))["reason"].startswith("Say why")
    elsewhere = bills.released(firm, [work.hours(matter=2, timekeeper=1)])[0]
    assert "has been billed" in errors(cleo, HERE, entry=[str(late), str(elsewhere)], reason="x")[""]  # type: ignore[arg-type]  # both ticked
    assert Proposal.objects.filter(kind__in=["write-off", "hard-cost"]).count() == 0

    said = {"entry": str(late), "reason": "The client was told it would not be billed"}
    shown = text_after(cleo, HERE, **said)
    assert "Put forward: 1 entry, 140.00 USD" in shown
    proposal = Proposal.objects.get(kind="write-off")
    assert (proposal.amount, proposal.subject_id) == (Decimal(140), late)
    assert "has been billed, given up or put forward" in errors(cleo, HERE, **said)[""]

    # The partner sees what it is, what it is worth, why, and what would happen; Ben has no say in it.
    seen = text(ada, f"/decisions/{proposal.pk}/")
    for words in ("Is this money given up?", "140.00", said["reason"], "given up for good", "work in progress"):
        assert words in seen
    assert "This is not yours to decide" in text(ben, f"/decisions/{proposal.pk}/")
    assert WriteOff.objects.count() == 0
    assert "has taken effect" in text_after(ada, f"/decisions/{proposal.pk}/", verdict="approve")
    gone = WriteOff.objects.get()
    assert (gone.entry_id, gone.amount, gone.loss) == (late, Decimal(140), "wip")
    assert (holds("wip"), holds("wip-write-off")) == (in_all - 140, 140)
    assert late not in {row.entry for row in queries.in_progress(1)}

    # What stands on an approved pre-bill leaves it, and Ada looks at the difference; what was paid out is its own kind.
    prebill = bills.drafted(firm)
    bills.approved(firm, prebill)
    assert f"on pre-bill {prebill} , approved" in text(cleo, HERE)
    both = {"entry": [str(on_draft), str(filing)], "reason": "Filed in the wrong county"}
    assert "Put forward: 2 entries, 825.00 USD" in text_after(cleo, HERE, **both)  # type: ignore[arg-type]  # both ticked
    for kind, by in (("write-off", ada), ("hard-cost", at_the_page("Gita"))):
        waiting = Proposal.objects.get(kind=kind, decision=None)
        assert "has taken effect" in text_after(by, f"/decisions/{waiting.pk}/", verdict="approve")
    assert (holds("wip"), holds("hard-cost-write-off")) == (525, 300)
    assert PreBill.objects.get(pk=prebill).state == "in review"
    assert [row.entry for row in queries.in_progress(1)] == [old]
    prebills.propose_final_bill(firm.cleo, prebill)
    prebills.approve(firm.ada, prebill)
    (bill,) = actions.issue(firm.cleo, prebill)
    assert (bill.total, holds("wip")) == (525, 0)
    assert "Everything of this matter that is released is billed" in text(cleo, HERE)
    assert checks.differences() == []
