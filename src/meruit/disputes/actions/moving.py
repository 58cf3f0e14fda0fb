"""The functions that write where rejections, reductions and appeals stand. (Decisions move them in the database.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow
from meruit.disputes import core
from meruit.disputes.models import AppealTrack, Reduction, Rejection
from meruit.moves import MoveRefused

if TYPE_CHECKING:
    from meruit.authority.acts import Actor


def move_rejection(actor: Actor, rejection: Rejection, to_make: core.RejectionMove, **columns: Any) -> None:
    """Move a rejection by its table."""
    before = core.Rejection(rejection.state)
    try:
        state = core.rejection_after(before, to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error
    with acting(actor):
        if not Rejection.objects.filter(pk=rejection.pk, state=before).update(state=state, **columns):
            raise NotNow(f"Rejection {rejection.pk} is no longer {before}; look at it again.")
        _note("rejection", "disputes_rejection", rejection.pk, to_make, before, state)
    rejection.state = state


def move_reduction(actor: Actor, reduction: Reduction, to_make: core.ReductionMove, *, reason: str = "") -> None:
    """Move a reduction by its table."""
    before = core.Reduction(reduction.state)
    try:
        state = core.reduction_after(before, to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error
    with acting(actor):
        moved = Reduction.objects.filter(pk=reduction.pk, state=before).update(state=state, state_since=moment())
        if not moved:
            raise NotNow(f"Reduction {reduction.pk} is no longer {before}; look at it again.")
        _note("reduction", "disputes_reduction", reduction.pk, to_make, before, state, reason)
    reduction.state = state


def move_appeal(actor: Actor, track: AppealTrack, to_make: core.AppealMove, **columns: Any) -> None:
    """Move an appeal by its table."""
    before = core.Appeal(track.state)
    try:
        state = core.appeal_after(before, to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error
    with acting(actor):
        changes = {"state": state, "state_since": moment(), **columns}
        if not AppealTrack.objects.filter(pk=track.pk, state=before).update(**changes):
            raise NotNow(f"Appeal {track.appeal_id} is no longer {before}; look at it again.")
        _note("appeal", "disputes_appeal", track.appeal_id, to_make, before, state)
    track.state = state


def _note(noun: str, table: str, key: int, made: str, before: str, after: str, reason: str = "") -> None:
    note(f"{noun}.{made}", table, key, before={"state": before}, after={"state": after}, reason=reason or None)
