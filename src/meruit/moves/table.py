"""Reading a table of moves: the next state, whose move it is, what else is possible, and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class Role(StrEnum):
    """Whose hand makes a move. What a role may do to which record is decided by the authority matrix."""

    PREPARER = "preparer"  # a specialist, or software acting for one
    TIMEKEEPER = "timekeeper"  # whose work it is
    DECIDER = "decider"  # whoever holds the authority
    SYSTEM = "system"  # the night, a clock, a check
    OUTSIDE = "outside"  # the client, its portal, the bank; we only hear of it


State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)
Moves = Mapping[tuple[State, Move], tuple[State, Role]]


class MoveRefused(ValueError):
    """The thing is in a state from which this move does not lead anywhere."""


def after(moves: Moves[State, Move], state: State, move: Move, *, of: str) -> State:
    """The state after a move; refused where the table has none, with what is possible instead."""
    if (state, move) in moves:
        return moves[state, move][0]
    now = ", ".join(possible(moves, state)) or "nothing (it is final)"
    raise MoveRefused(f"Cannot {_words(move)} {of} that is {_words(state)}. Possible now: {now}.")


def role_of(moves: Moves[State, Move], state: State, move: Move, *, of: str) -> Role:
    """Whose move it is."""
    after(moves, state, move, of=of)
    return moves[state, move][1]


def possible(moves: Moves[State, Move], state: State, role: Role | None = None) -> list[str]:
    """The moves that lead on from a state, in words; of one role where it is named."""
    return [_words(m) for (s, m), (_, who) in moves.items() if s == state and role in (None, who)]


def finals(moves: Moves[State, Move]) -> set[State]:
    """The states from which nothing leads on."""
    return {to for to, _ in moves.values()} - {state for state, _ in moves}


def diagram(moves: Moves[State, Move]) -> str:
    """The table as a Mermaid state diagram; it starts at the table's first state."""
    start = next(iter(moves))[0]
    states = dict.fromkeys(s for (state, _), (to, _) in moves.items() for s in (state, to))
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_words(s)}" as {_id(s)}' for s in states if _words(s) != _id(s)]
    lines.append(f"    [*] --> {_id(start)}")
    for (state, move), (to, role) in moves.items():
        lines.append(f"    {_id(state)} --> {_id(to)}: {_words(move)} ({role})")
    lines += [f"    {_id(s)} --> [*]" for s in states if s in finals(moves)]
    return "\n".join(lines) + "\n"


def _words(name: StrEnum) -> str:
    return name.value.replace("_", " ").replace("-", " ")


def _id(state: StrEnum) -> str:
    return state.value.replace(" ", "_").replace("-", "_")
