"""Sending an e-bill, so that it arrives once whatever is killed when.

    intended   committed before anything is sent: name, SHA-256, key, and a fence that counts the claims
    uploaded   under a name that portals leave alone; killed here, nothing has arrived and it is tried again
    unknown    committed just before the file is handed over, by whoever still holds the fence
    handed over by a plain rename, and settled

Killed between the last two, nobody knows: then the portal is looked at before anything is sent again. An upload
that still lies there is taken back, which proves that it was never handed over and that nobody can do so later; a
file in the inbox has arrived; and where neither is found, a receipt or a person settles it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.db.models import F, Max

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.documents.models import Document
from meruit.portals import access, core
from meruit.portals.actions.moving import move
from meruit.portals.models import Attempt, Submission
from meruit.portals.sftp import Lost, NotSent

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

INTENDED, UNKNOWN, ACCEPTED, REFUSED = "intended", "unknown", "accepted", "refused"


class Inbox(Protocol):
    """Where whole files are handed over; `sftp.Door` is one."""

    def write_part(self, name: str, data: bytes) -> None:
        """Upload, not yet handed over."""

    def hand_over(self, name: str) -> None:
        """Hand over what was uploaded."""

    def take_back(self, name: str) -> bool:
        """Take an upload back; False where there is none."""

    def holds(self, name: str) -> bool:
        """Whether a file that was handed over has not been collected."""


def submit(actor: Actor, submission_id: int, inbox: Inbox, *, again: bool = False) -> Attempt:
    """Send a packaged e-bill; `again` sends one that met with silence and was found never to have arrived.

    `NotNow` says what went wrong, and whether something was sent.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    if again:
        _must_be_gone(submission, inbox)
    attempt = _intend(actor, submission, core.Move.RESEND if again else core.Move.SEND)
    document = Document.objects.get(sha256=attempt.sha256)
    try:
        inbox.write_part(attempt.file_name, bytes(document.content))
    except NotSent as error:
        settle(actor, attempt, REFUSED, by="transport", why=str(error))
        raise NotNow(f"Nothing was sent. {error}") from error
    with acting(actor):
        mine = Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence, outcome=INTENDED)
        if not mine.update(outcome=UNKNOWN):
            raise NotNow("Another run has taken this submission over; nothing was handed over here.")
    try:
        inbox.hand_over(attempt.file_name)
    except NotSent as error:
        settle(actor, attempt, REFUSED, by="transport", why=str(error))
        raise NotNow(f"Nothing was sent. {error}") from error
    except Lost as error:
        raise NotNow(
            f"The line broke while {attempt.file_name} was handed over ({error}); whether it arrived is not known, and "
            "is looked up before anything is sent again."
        ) from error
    settle(actor, attempt, ACCEPTED, by="transport")
    return attempt


def look(actor: Actor, submission_id: int, inbox: Inbox) -> str:
    """Find out at the portal what became of an attempt of unknown outcome; the word that settles it, or `unknown`."""
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    attempt = submission.attempts.filter(outcome=UNKNOWN).first()
    if attempt is None:
        raise NotNow("There is no attempt of this submission whose outcome is unknown.")
    try:
        if inbox.take_back(attempt.file_name):
            settle(actor, attempt, REFUSED, by="look", why="The upload was still there: it was never handed over.")
        elif inbox.holds(attempt.file_name):
            settle(actor, attempt, ACCEPTED, by="look", why="The file lies in the portal's inbox.")
    except Lost as error:
        raise NotNow(f"The portal could not be looked at: {error}") from error
    attempt.refresh_from_db()
    return attempt.outcome


def settle_by_person(actor: Actor, attempt_id: int, *, arrived: bool, how: str) -> None:
    """A person has found out, by phone or on the portal's page, whether a file arrived."""
    authority_access.require(actor, *authority_access.PREPARES)
    if not how.strip():
        raise Invalid("Say how it was found out.")
    attempt = access.attempt(actor, attempt_id)
    if attempt.outcome != UNKNOWN:
        raise NotNow(f"Nothing is unknown about this attempt: it is {attempt.outcome}.")
    settle(actor, attempt, ACCEPTED if arrived else REFUSED, by="person", why=how)


def settle(actor: Actor, attempt: Attempt, outcome: str, *, by: str, why: str = "") -> bool:
    """Write down what became of an attempt, once; what has arrived moves its submission on. False: it was settled."""
    with acting(actor):
        open_ = Attempt.objects.filter(pk=attempt.pk, outcome__in=[INTENDED, UNKNOWN])
        if not open_.update(outcome=outcome, settled_at=moment(), settled_by=by, note=why):
            return False
        note(
            f"attempt.{outcome}",
            "portals_attempt",
            attempt.pk,
            after={"file": attempt.file_name, "by": by},
            reason=why or None,
        )
        submission = Submission.objects.get(pk=attempt.submission_id)
        if outcome == ACCEPTED and submission.state == core.State.PACKAGED:
            move(actor, submission, core.Move.SEND, sent_at=moment(), alarmed_at=None)
        elif outcome == ACCEPTED and submission.state == core.State.TRANSMITTED:
            move(actor, submission, core.Move.RESEND, sent_at=moment(), alarmed_at=None)
    return True


def alarm(actor: Actor, submission_id: int) -> None:
    """Nothing was heard of a bill past its portal's limit: somebody must look."""
    submission = access.submission(actor, submission_id)
    reason = f"Nothing was heard of it since {submission.sent_at:%Y-%m-%d %H:%M} UTC."
    move(actor, submission, core.Move.ALARM, reason=reason, alarmed_at=moment())


def _must_be_gone(submission: Submission, inbox: Inbox) -> None:
    try:
        here = inbox.holds(submission.file_name)
    except Lost as error:
        raise NotNow(f"The portal could not be looked at: {error}") from error
    if here:
        raise NotNow(f"{submission.file_name} lies in the portal's inbox; the portal has yet to collect it.")


def _intend(actor: Actor, submission: Submission, wanted: core.Move) -> Attempt:
    """The open attempt under a new fence, or the next one, committed before anything is sent."""
    with acting(actor):
        here = Submission.objects.select_for_update().get(pk=submission.pk)
        if (here.state, wanted) not in core.MOVES:
            core_says = "packaged" if wanted is core.Move.SEND else "sent and met with silence"
            raise NotNow(f"Only an e-bill that is {core_says} is sent; this one is {here.state}.")
        if wanted is core.Move.RESEND and here.alarmed_at is None:
            raise NotNow("This e-bill was sent, and its portal still has time to answer.")
        open_ = here.attempts.filter(outcome__in=[INTENDED, UNKNOWN]).first()
        if open_ is not None and open_.outcome == UNKNOWN:
            raise NotNow("Whether the last attempt arrived is not known; that is looked up before anything is sent.")
        if open_ is not None:
            claimed = Attempt.objects.filter(pk=open_.pk, fence=open_.fence, outcome=INTENDED)
            if not claimed.update(fence=F("fence") + 1):
                raise NotNow("Another run is sending this submission.")
            open_.fence += 1
            return open_
        last = here.attempts.aggregate(last=Max("number"))["last"] or 0
        assert here.revision is not None  # the database holds no packaged submission without an e-bill
        made = Attempt.objects.create(
            submission=here,
            number=last + 1,
            sha256=Document.objects.defer("content").get(pk=here.revision.document_id).sha256,
            file_name=here.file_name,
            fence=1,
            intended_at=moment(),
        )
        note(
            "attempt.intended",
            "portals_attempt",
            made.pk,
            after={"file": made.file_name, "sha256": bytes(made.sha256).hex(), "key": here.key},
        )
        return made
