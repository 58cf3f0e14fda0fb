"""The one function that writes where a submission stands, and the one that writes how far it is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow
from meruit.moves import MoveRefused, Role
from meruit.portals import core
from meruit.portals.models import Submission

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

#: Moves a portal makes on the way, where it tells only how the way ended.
ON_THE_WAY = (core.Move.ACCEPT, core.Move.CLEAR, core.Move.PICK_UP)


def move(actor: Actor, submission: Submission, to_make: core.Move, *, reason: str = "", **columns: Any) -> core.State:
    """Move a submission by the table of states; `columns` are written with it."""
    before = core.State(submission.state)
    try:
        state = core.after(before, to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error
    with acting(actor):
        changes = {"state": state, "state_since": moment(), **columns}
        if not Submission.objects.filter(pk=submission.pk, state=before).update(**changes):
            raise NotNow(f"Submission {submission.pk} is no longer {before}; look at it again.")
        note(
            f"submission.{to_make}",
            "portals_submission",
            submission.pk,
            before={"state": before},
            after={"state": state},
            reason=reason or None,
        )
    for name, value in changes.items():
        setattr(submission, name, value)
    return state


def move_money(actor: Actor, submission: Submission, to_make: core.MoneyMove) -> core.Money:
    """Move the money track of a submission; a move that changes nothing is left out."""
    before = core.Money(submission.money_track)
    try:
        state = core.money_after(before, to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error
    if state is before:
        return state
    with acting(actor):
        if not Submission.objects.filter(pk=submission.pk, money_track=before).update(money_track=state):
            raise NotNow(f"The money of submission {submission.pk} is no longer {before}; look at it again.")
        note(
            f"submission.money_{to_make}",
            "portals_submission",
            submission.pk,
            before={"money": before},
            after={"money": state},
        )
    submission.money_track = state
    return state


def way(state: core.State, to: core.State) -> list[core.Move] | None:
    """The moves of the outside that lead from a state to another, by way of those a portal does not always tell.

    Empty where it stands there already; None where nothing leads.
    """
    if state is to:
        return []
    outside = [(m, after) for (s, m), (after, role) in core.MOVES.items() if s is state and role is Role.OUTSIDE]
    for one, after in outside:
        if after is to:
            return [one]
    for one, after in outside:
        if one in ON_THE_WAY and (rest := way(after, to)) is not None:
            return [one, *rest]
    return None
