"""The life of a pre-bill: draft, in review, held, approved, invoiced."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class State(StrEnum):
    """Where a pre-bill stands."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    HELD = "held"
    APPROVED = "approved"
    INVOICED = "invoiced"


class Move(StrEnum):
    """What may happen to a pre-bill."""

    SEND = "send"
    HOLD = "hold"
    KEEP = "keep"
    RELEASE = "release"
    RETURN = "return"
    APPROVE = "approve"
    CHANGE = "change"
    INVOICE = "invoice"


MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.DRAFT, Move.SEND): (State.IN_REVIEW, Role.PREPARER),
    (State.DRAFT, Move.HOLD): (State.HELD, Role.PREPARER),  # with a reason and a review date
    (State.IN_REVIEW, Move.HOLD): (State.HELD, Role.PREPARER),
    (State.IN_REVIEW, Move.RETURN): (State.DRAFT, Role.DECIDER),
    (State.IN_REVIEW, Move.APPROVE): (State.APPROVED, Role.DECIDER),
    (State.HELD, Move.KEEP): (State.HELD, Role.DECIDER),  # longer, to another review date
    (State.HELD, Move.RELEASE): (State.DRAFT, Role.DECIDER),
    (State.APPROVED, Move.RETURN): (State.DRAFT, Role.DECIDER),
    (State.APPROVED, Move.CHANGE): (State.IN_REVIEW, Role.SYSTEM),  # its first hash changed: approve the difference
    (State.APPROVED, Move.INVOICE): (State.INVOICED, Role.PREPARER),  # uses the approval, once; takes the number
}


def after(state: State, move: Move) -> State:
    """The state of a pre-bill after a move."""
    return moves.after(MOVES, state, move, of="a pre-bill")
