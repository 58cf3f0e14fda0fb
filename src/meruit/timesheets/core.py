"""The life of one piece of work: prepared, released by its timekeeper, drafted on a pre-bill, billed.

Only its timekeeper's release makes an entry billable. A billed entry comes back to work in progress only
when its invoice is reversed; work that will never be billed is written off by decision, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class State(StrEnum):
    """Where an entry stands."""

    SUGGESTED = "suggested"
    PREPARED = "prepared"
    RELEASED = "released"
    DRAFTED = "drafted"  # on a pre-bill
    BILLED = "billed"
    DISMISSED = "dismissed"  # a suggestion that was no work
    DISCARDED = "discarded"  # prepared in error, never released
    WRITTEN_OFF = "written_off"


class Move(StrEnum):
    """What may happen to an entry."""

    TAKE = "take"
    DISMISS = "dismiss"
    REVISE = "revise"
    DISCARD = "discard"
    RELEASE = "release"
    TAKE_BACK = "take_back"
    AMEND = "amend"
    TRANSFER = "transfer"
    GATHER = "gather"
    RETURN_TO_WIP = "return_to_wip"
    WRITE_OFF = "write_off"
    INVOICE = "invoice"
    REVERSE = "reverse"


MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.SUGGESTED, Move.TAKE): (State.PREPARED, Role.PREPARER),
    (State.SUGGESTED, Move.DISMISS): (State.DISMISSED, Role.PREPARER),
    (State.PREPARED, Move.REVISE): (State.PREPARED, Role.PREPARER),  # a new version; the old one is kept
    (State.PREPARED, Move.DISCARD): (State.DISCARDED, Role.PREPARER),
    (State.PREPARED, Move.RELEASE): (State.RELEASED, Role.TIMEKEEPER),
    (State.RELEASED, Move.TAKE_BACK): (State.PREPARED, Role.TIMEKEEPER),
    (State.RELEASED, Move.AMEND): (State.RELEASED, Role.DECIDER),  # narrative, hours, codes after release
    (State.RELEASED, Move.TRANSFER): (State.RELEASED, Role.DECIDER),
    (State.RELEASED, Move.GATHER): (State.DRAFTED, Role.PREPARER),
    (State.RELEASED, Move.WRITE_OFF): (State.WRITTEN_OFF, Role.DECIDER),
    (State.DRAFTED, Move.AMEND): (State.DRAFTED, Role.DECIDER),
    (State.DRAFTED, Move.TRANSFER): (State.RELEASED, Role.DECIDER),  # it leaves this pre-bill for another matter
    (State.DRAFTED, Move.RETURN_TO_WIP): (State.RELEASED, Role.DECIDER),
    (State.DRAFTED, Move.WRITE_OFF): (State.WRITTEN_OFF, Role.DECIDER),  # it leaves this pre-bill for good
    (State.DRAFTED, Move.INVOICE): (State.BILLED, Role.SYSTEM),  # with its pre-bill
    (State.BILLED, Move.REVERSE): (State.RELEASED, Role.DECIDER),  # with its invoice
}


def after(state: State, move: Move) -> State:
    """The state of an entry after a move."""
    return moves.after(MOVES, state, move, of="an entry")
