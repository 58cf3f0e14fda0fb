"""E-bills leave the house once: packaged with what they need, sent under a fence, looked for when nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.documents.models import Document
from meruit.portals import access, actions, core, queries, tasks
from meruit.portals.actions import sending
from meruit.portals.models import Attempt, StatusEvent, Submission
from meruit.portals.sftp import Lost, NotSent
from tests.support.bills import FEBRUARY_2
from tests.support.portals import connect, issued, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.firm import Firm

NOWHERE = {"host": "127.0.0.1", "port": 9, "user": "firm", "host_key": "", "inbox": "inbox", "outbox": "outbox"}


@dataclass
class Inbox:
    """An inbox in memory that fails where it is told to."""

    parts: dict[str, bytes] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)
    fails: Callable[[str], None] = lambda step: None

    def write_part(self, name: str, data: bytes) -> None:
        self.fails("write")
        self.parts[name] = data

    def hand_over(self, name: str) -> None:
        self.fails("before")
        if name not in self.parts:
            raise NotSent("There is no such upload.")
        self.whole[name] = self.parts.pop(name)
        self.fails("after")

    def take_back(self, name: str) -> bool:
        return self.parts.pop(name, None) is not None

    def holds(self, name: str) -> bool:
        return name in self.whole


def failing(step: str, error: Exception) -> Callable[[str], None]:
    def fails(at: str) -> None:
        if at == step:
            raise error

    return fails


class Killed(BaseException):
    """The process ends here, with nothing tidied up."""


@pytest.fixture
def packaged(firm: Firm, tmp_path: Path) -> Submission:
    """A bill that waits to be sent."""
    key = tmp_path / "firm_key"
    key.write_text("not used here")
    connect(firm, NOWHERE | {"firm_key": str(key)})
    firm.use("app")
    return actions.package(firm.cleo, issued(firm).pk)


def last(submission: Submission) -> Attempt:
    return submission.attempts.order_by("-number")[0]


def test_a_bill_is_held_with_what_is_missing_and_packaged_once_it_is_there(firm: Firm, tmp_path: Path) -> None:
    invoice = issued(firm)
    held = actions.package(firm.cleo, invoice.pk)
    assert held.state == core.State.FIRM_HOLD
    assert "has no connection" in held.hold_reason
    assert "client_matter_id of matter M-1001" in held.hold_reason
    with pytest.raises(NotFound):
        actions.package(firm.dan, invoice.pk)
    with pytest.raises(NoAuthority):
        actions.package(firm.eve, invoice.pk)
    key = tmp_path / "key"
    key.write_text("x")
    connect(firm, NOWHERE | {"firm_key": str(key)})
    firm.use("app")
    packaged = actions.package(firm.cleo, invoice.pk)
    assert (packaged.pk, packaged.state, packaged.hold_reason) == (held.pk, core.State.PACKAGED, "")
    assert packaged.revision is not None
    digest = bytes(Document.objects.get(pk=packaged.revision.document_id).sha256).hex()
    assert packaged.key == f"client-portal/NW-1/{invoice.number}/1/{digest}"
    assert actions.package(firm.cleo, invoice.pk).revision_id == packaged.revision_id
    assert list(queries.to_package()) == []
    assert not access.submissions(firm.dan).exists()
    with pytest.raises(NotFound):
        access.submission(firm.dan, packaged.pk)


def test_it_is_sent_once_and_nobody_sends_it_again_while_it_may_have_arrived(firm: Firm, packaged: Submission) -> None:
    inbox = Inbox()
    with pytest.raises(NotFound):
        actions.submit(firm.dan, packaged.pk, inbox)
    actions.submit(firm.cleo, packaged.pk, inbox)
    sent = Submission.objects.get(pk=packaged.pk)
    assert sent.state == core.State.TRANSMITTED
    assert sent.sent_at is not None
    assert sent.sent_at >= FEBRUARY_2
    assert list(inbox.whole) == [packaged.file_name]
    assert bytes(Document.objects.get(pk=packaged.revision.document_id).content) == inbox.whole[packaged.file_name]
    with pytest.raises(NotNow, match="Only an e-bill that is packaged"):
        actions.submit(firm.cleo, packaged.pk, inbox)
    with pytest.raises(NotNow, match="still has time to answer"):
        actions.submit(firm.cleo, packaged.pk, Inbox(), again=True)
    with firm.sql("app") as pg, pytest.raises(psycopg.Error):  # settled stays settled, whoever asks
        pg.execute("UPDATE portals_attempt SET outcome = 'refused'")


def test_what_never_began_is_tried_again_under_the_next_fence(firm: Firm, packaged: Submission) -> None:
    inbox = Inbox(fails=failing("write", Killed()))
    with pytest.raises(Killed):
        actions.submit(firm.cleo, packaged.pk, inbox)
    assert (last(packaged).outcome, last(packaged).fence) == (sending.INTENDED, 1)
    inbox.fails = lambda step: None
    assert actions.submit(firm.cleo, packaged.pk, inbox).fence == 2
    assert (last(packaged).number, last(packaged).outcome) == (1, sending.ACCEPTED)


def test_whoever_was_overtaken_hands_nothing_over(firm: Firm, packaged: Submission) -> None:
    def overtake(step: str) -> None:
        if step == "write":
            Attempt.objects.filter(submission=packaged).update(fence=7)

    slow = Inbox(fails=overtake)
    with pytest.raises(NotNow, match="taken this submission over"):
        actions.submit(firm.cleo, packaged.pk, slow)
    assert slow.whole == {}


@pytest.mark.parametrize(
    ("story", "step", "error", "found"),
    [
        ("killed before the rename", "before", Killed(), sending.REFUSED),
        ("the line broke before the rename", "before", Lost("gone"), sending.REFUSED),
        ("killed after the rename", "after", Killed(), sending.ACCEPTED),
        ("the line broke after the rename", "after", Lost("gone"), sending.ACCEPTED),
    ],
)
def test_what_is_unknown_is_looked_up_before_anything_is_sent_again(
    firm: Firm, packaged: Submission, story: str, step: str, error: BaseException, found: str
) -> None:
    inbox = Inbox(fails=failing(step, error))  # type: ignore[arg-type]  # a kill is no Exception
    with pytest.raises((Killed, NotNow)):
        actions.submit(firm.cleo, packaged.pk, inbox)
    inbox.fails = lambda step: None
    assert last(packaged).outcome == sending.UNKNOWN
    assert packaged in queries.stuck(firm.cleo)
    with pytest.raises(NotNow, match="not known"):
        actions.submit(firm.cleo, packaged.pk, inbox)
    assert actions.look(firm.cleo, packaged.pk, inbox) == found
    if found == sending.REFUSED:
        with pytest.raises(NotSent):  # a sender that was only asleep cannot hand it over any more
            inbox.hand_over(packaged.file_name)
        actions.submit(firm.cleo, packaged.pk, inbox)
    assert Submission.objects.get(pk=packaged.pk).state == core.State.TRANSMITTED
    assert list(inbox.whole) == [packaged.file_name]


def test_what_was_collected_and_not_receipted_waits_for_a_receipt_or_a_person(firm: Firm, packaged: Submission) -> None:
    inbox = Inbox(fails=failing("after", Lost("gone")))
    with pytest.raises(NotNow, match="is not known"):
        actions.submit(firm.cleo, packaged.pk, inbox)
    inbox.whole.clear()  # collected
    assert actions.look(firm.cleo, packaged.pk, inbox) == sending.UNKNOWN
    attempt = last(packaged)
    with pytest.raises(NotFound):
        actions.settle_by_person(firm.dan, attempt.pk, arrived=True, how="Phone")
    with pytest.raises(Invalid):
        actions.settle_by_person(firm.cleo, attempt.pk, arrived=True, how=" ")
    actions.settle_by_person(firm.cleo, attempt.pk, arrived=True, how="Seen on the portal's page")
    assert last(packaged).settled_by == "person"
    assert Submission.objects.get(pk=packaged.pk).state == core.State.TRANSMITTED
    with pytest.raises(NotNow, match="Nothing is unknown"):
        actions.settle_by_person(firm.cleo, attempt.pk, arrived=False, how="Phone")


def test_silence_past_the_limit_is_told_once_and_then_it_may_be_sent_again(firm: Firm, packaged: Submission) -> None:
    inbox = Inbox()
    actions.submit(firm.cleo, packaged.pk, inbox)
    assert queries.silent(FEBRUARY_2 + timedelta(hours=24)) == []
    later = FEBRUARY_2 + timedelta(hours=25)
    firm.at(later)
    (silent,) = queries.silent(later)
    actions.alarm(firm.cleo, silent.pk)
    assert queries.silent(later) == []
    assert packaged in queries.stuck(firm.cleo)
    with pytest.raises(NotNow, match="yet to collect it"):
        actions.submit(firm.cleo, packaged.pk, inbox, again=True)
    inbox.whole.clear()
    actions.submit(firm.cleo, packaged.pk, inbox, again=True)
    sent = Submission.objects.get(pk=packaged.pk)
    assert (sent.state, sent.alarmed_at) == (core.State.TRANSMITTED, None)
    assert sent.sent_at is not None
    assert sent.sent_at >= later


def test_the_night_sends_and_listens_and_twice_changes_nothing(firm: Firm, tmp_path: Path) -> None:
    with running(tmp_path / "portal", "--at", FEBRUARY_2.isoformat()) as portal:
        connect(firm, portal.address)
        firm.use("app")
        invoice = issued(firm)
        night = firm.system("portals")
        counts = tasks.submit(night, FEBRUARY_2)
        assert (counts.done, counts.failed) == (2, {})
        portal.post("tick")
        assert tasks.listen(night, FEBRUARY_2).failed == {}
        submission = Submission.objects.get(invoice=invoice)
        assert (submission.state, submission.money_track) == (core.State.APPROVED, core.Money.SENT_FOR_PAYMENT)
        assert submission.approved_amount == invoice.total - 140 - 210 - 4
        heard = list(StatusEvent.objects.order_by("pk").values_list("word", "understood"))
        assert heard == [
            ("Received", "receipt"), ("Logged", "accepted"), ("With reviewer", "in_review"),
            ("Passed with deductions", "approved"), ("Passed with deductions", "reduction"),
            ("Passed with deductions", "reduction"), ("Passed with deductions", "reduction"), ("Paid", "payment"),
        ]  # fmt: skip
        assert {e.detail["reason_code"] for e in StatusEvent.objects.filter(understood="reduction")} == {
            "GLF-VAGUE", "GLF-BLOCK", "GLE-UNITCOST",
        }  # fmt: skip
        assert tasks.submit(night, FEBRUARY_2).done == 0
        tasks.listen(night, FEBRUARY_2)
        assert StatusEvent.objects.count() == len(heard)


def test_a_portal_that_is_down_or_falls_silent_loses_and_doubles_nothing(firm: Firm, tmp_path: Path) -> None:
    with running(tmp_path / "portal", "--at", FEBRUARY_2.isoformat(), "--by-hand", "--down") as portal:
        connect(firm, portal.address)
        firm.use("app")
        issued(firm)
        night = firm.system("portals")
        (why,) = tasks.submit(night, FEBRUARY_2).failed.values()
        assert "does not answer" in why
        assert Attempt.objects.count() == 0
        portal.post("manner", silent="on")
        (why,) = tasks.submit(night, FEBRUARY_2).failed.values()
        assert "whether it arrived is not known" in why
        portal.post("manner")
        portal.post("tick")
        counts = tasks.submit(night, FEBRUARY_2)
        assert (counts.done, counts.failed) == (1, {})
        assert Attempt.objects.get().settled_by in ("receipt", "look")
        assert portal.get().count("/bill/") == 1
