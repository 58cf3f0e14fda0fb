"""The one function that writes a pre-bill's state on a person's behalf. (Effects move it in the database.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow
from meruit.moves import MoveRefused
from meruit.prebills import core
from meruit.prebills.models import PreBill

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

#: What the trail says of each move; what is not here is told by the effect that makes it.
SAYS = {
    core.Move.SEND: "prebill.sent",
    core.Move.APPROVE: "prebill.approved",
}


def check(prebill: PreBill, to_make: core.Move) -> core.State:
    """The state after a move; `NotNow` says what is possible instead."""
    try:
        return core.after(core.State(prebill.state), to_make)
    except MoveRefused as error:
        raise NotNow(str(error)) from error


def move(actor: Actor, prebill: PreBill, to_make: core.Move, *, decision_id: int | None = None) -> core.State:
    """Move a pre-bill by its table of states."""
    before = core.State(prebill.state)
    state = check(prebill, to_make)
    with acting(actor):
        moved = PreBill.objects.filter(pk=prebill.pk, state=before).update(state=state, state_since=moment())
        if not moved:
            raise NotNow(f"Pre-bill {prebill.pk} is no longer {before}; look at it again.")
        note(
            SAYS[to_make],
            "prebills_prebill",
            prebill.pk,
            before={"state": before},
            after={"state": state},
            decision_id=decision_id,
        )
    prebill.state = state
    return state
