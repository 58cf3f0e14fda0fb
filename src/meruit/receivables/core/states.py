"""The life of a payment: unapplied, applied in part or whole, refunded, or taken back by the bank."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class State(StrEnum):
    """How far a payment has been matched to bills."""

    UNAPPLIED = "unapplied"
    PART_APPLIED = "part_applied"
    APPLIED = "applied"
    REFUNDED = "refunded"
    RETURNED = "returned"  # taken back by the bank


class Move(StrEnum):
    """What may happen to a payment."""

    APPLY_PART = "apply_part"
    APPLY_ALL = "apply_all"
    UNDO_PART = "undo_part"
    UNDO_ALL = "undo_all"
    REFUND = "refund"
    BOUNCE = "bounce"


MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.UNAPPLIED, Move.APPLY_PART): (State.PART_APPLIED, Role.PREPARER),
    (State.UNAPPLIED, Move.APPLY_ALL): (State.APPLIED, Role.PREPARER),
    (State.UNAPPLIED, Move.REFUND): (State.REFUNDED, Role.DECIDER),
    (State.UNAPPLIED, Move.BOUNCE): (State.RETURNED, Role.OUTSIDE),
    (State.PART_APPLIED, Move.APPLY_PART): (State.PART_APPLIED, Role.PREPARER),
    (State.PART_APPLIED, Move.APPLY_ALL): (State.APPLIED, Role.PREPARER),
    (State.PART_APPLIED, Move.UNDO_PART): (State.PART_APPLIED, Role.PREPARER),
    (State.PART_APPLIED, Move.UNDO_ALL): (State.UNAPPLIED, Role.PREPARER),
    (State.PART_APPLIED, Move.REFUND): (State.APPLIED, Role.DECIDER),  # the rest of it goes back
    (State.APPLIED, Move.UNDO_PART): (State.PART_APPLIED, Role.PREPARER),
    (State.APPLIED, Move.UNDO_ALL): (State.UNAPPLIED, Role.PREPARER),
}


def after(state: State, move: Move) -> State:
    """The state of a payment after a move. A bounce is answered first by undoing what it paid."""
    return moves.after(MOVES, state, move, of="a payment")
