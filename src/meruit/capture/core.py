"""The life of a suggestion: open until somebody takes it or says that it was no work. Never billable."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class State(StrEnum):
    """Where a suggestion stands."""

    OPEN = "open"
    TAKEN = "taken"
    DISMISSED = "dismissed"


class Move(StrEnum):
    """What may happen to a suggestion."""

    TAKE = "take"
    DISMISS = "dismiss"
    RECALL = "recall"


MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.OPEN, Move.TAKE): (State.TAKEN, Role.PREPARER),
    (State.OPEN, Move.DISMISS): (State.DISMISSED, Role.PREPARER),
    (State.DISMISSED, Move.RECALL): (State.OPEN, Role.PREPARER),  # dismissed in error; nothing was deleted
}


def after(state: State, move: Move) -> State:
    """The state of a suggestion after a move."""
    return moves.after(MOVES, state, move, of="a suggestion")
