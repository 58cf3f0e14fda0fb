"""A bill that a person takes to its portal: written down before he goes, settled by his word when he is back.

Where a portal has no way in for files, the exact file is uploaded by hand. Between the two, what became of it is
unknown, as it is when a line breaks, and the same rules hold: it is not sent again before somebody has found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meruit.authority.errors import NotNow
from meruit.portals import access
from meruit.portals import actions as portals
from meruit.portals.core import State
from meruit.portals.models import Connection
from meruit.portals.sftp import Lost

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.portals.models import Attempt, Submission

UNKNOWN: Final = "unknown"


class _Hands:
    """A person's hands as a way in: what he takes has left, and whether it arrived is his to say."""

    def write_part(self, name: str, data: bytes) -> None:
        """He has the file; nothing is uploaded by us."""

    def hand_over(self, name: str) -> None:
        """He has gone; nobody knows yet."""
        raise Lost("a person takes it there")

    def take_back(self, name: str) -> bool:
        """Nothing of ours lies anywhere."""
        return False

    def holds(self, name: str) -> bool:
        """Nobody can look."""
        return False


def is_by_hand(submission: Submission) -> bool:
    """Whether a bill waits to be taken to a portal that has no way in."""
    doors = Connection.objects.filter(payer=submission.invoice.payer_id, active=True, route="sftp")
    return submission.state == State.PACKAGED and not doors.exists()


def unsettled(submission: Submission) -> Attempt | None:
    """The attempt of which nobody has said yet what became of it."""
    return submission.attempts.filter(outcome=UNKNOWN).first()


def take(actor: Actor, submission_id: int) -> Attempt:
    """Write down that a person takes the file to the portal now."""
    submission = access.submission(actor, submission_id)
    if not is_by_hand(submission):
        raise NotNow("This bill is not taken to its portal by hand: it has a way in, or is not ready.")
    if unsettled(submission) is None:
        try:
            portals.submit(actor, submission_id, _Hands())
        except NotNow:
            if unsettled(submission) is None:
                raise
    taken = unsettled(submission)
    assert taken is not None  # written down just now, or before
    return taken
