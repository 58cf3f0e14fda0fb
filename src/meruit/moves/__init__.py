"""State machines as tables: what may happen to a thing, in which state, by whose hand.

    MOVES: Moves[State, Move] = {
        (State.DRAFT, Move.SEND): (State.IN_REVIEW, Role.PREPARER),
        ...
    }
    after(MOVES, State.DRAFT, Move.SEND, of="a pre-bill")     # State.IN_REVIEW
    after(MOVES, State.DRAFT, Move.APPROVE, of="a pre-bill")  # MoveRefused, with what is possible now
    diagram(MOVES)                                            # Mermaid, for the documentation

The table is the only way in: one function of a room writes the column, and asks `after` what to write.
"""

from meruit.moves.table import MoveRefused, Moves, Role, after, diagram, finals, possible, role_of

__all__ = ["MoveRefused", "Moves", "Role", "after", "diagram", "finals", "possible", "role_of"]
