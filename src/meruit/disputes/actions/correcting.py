"""A bill that came back is corrected and goes out again; given up only by whoever may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.agenda import actions as agenda
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow
from meruit.disputes import access, core
from meruit.disputes.actions.moving import move_rejection
from meruit.disputes.actions.opening import resubmit_key
from meruit.disputes.models import Rejection
from meruit.portals import access as portals_access
from meruit.portals import actions as portals
from meruit.portals.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.acts import Actor
    from meruit.invoices.actions import Codes
    from meruit.portals.models import Submission

#: Roles that answer for a bill that is not sent again.
GIVES_UP = ("billing partner",)


def correct(
    actor: Actor,
    submission_id: int,
    *,
    why: str,
    codes: Mapping[int, Codes] | None = None,
    ids: Mapping[str, str] | None = None,
) -> Submission:
    """Make the corrected e-bill of a bill that came back; every rejection of it is answered by it.

    Codes and ids are the biller's to mend. Narratives, hours and rates are not, and stay.
    """
    before = portals_access.submission(actor, submission_id)
    with acting(actor):
        after = portals.correct(actor, submission_id, why=why, codes=codes, ids=ids)
        for rejection in Rejection.objects.filter(submission=before, state=core.Rejection.OPEN):
            move_rejection(actor, rejection, core.RejectionMove.CORRECT, corrected_by=after.revision)
    return after


def resubmitted(actor: Actor, rejection_id: int) -> None:
    """The corrected e-bill of a rejection has been sent."""
    rejection = access.rejection(actor, rejection_id)
    arrived = Attempt.objects.filter(
        submission__revision=rejection.corrected_by, outcome="accepted", sha256=_digest(rejection)
    )
    if not arrived.exists():
        raise NotNow("The corrected e-bill has not been sent yet.")
    with acting(actor):
        move_rejection(actor, rejection, core.RejectionMove.RESUBMIT)
        agenda.meet(resubmit_key(rejection.submission_id), moment(), "sent again")


def overridden(actor: Actor, rejection_id: int) -> None:
    """The client has taken the bill all the same."""
    rejection = access.rejection(actor, rejection_id)
    with acting(actor):
        move_rejection(actor, rejection, core.RejectionMove.OVERRIDE)
        agenda.meet(resubmit_key(rejection.submission_id), moment(), "taken by the client all the same")


def give_up(actor: Actor, submission_id: int, *, reason: str) -> None:
    """The bill is not sent again; what it is worth is then credited or written off by decision."""
    authority_access.require(actor, *GIVES_UP)
    submission = portals_access.submission(actor, submission_id)
    open_ = Rejection.objects.filter(submission=submission, state__in=[core.Rejection.OPEN, core.Rejection.CORRECTED])
    if not open_.exists():
        raise NotNow("Nothing of this submission is open.")
    with acting(actor):
        for rejection in open_:
            move_rejection(actor, rejection, core.RejectionMove.GIVE_UP)
        agenda.meet(resubmit_key(submission.pk), moment(), f"given up: {reason}")


def _digest(rejection: Rejection) -> bytes:
    assert rejection.corrected_by is not None  # a rejection is corrected by an e-bill
    return bytes(rejection.corrected_by.document.sha256)
