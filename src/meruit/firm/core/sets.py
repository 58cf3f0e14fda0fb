"""The life of one version of a client's rules, and which version a day is judged by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from meruit import moves
from meruit.moves import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A client that names no day until which its rules are to be accepted waits so long; a later first day counts instead.
DAYS_TO_ACCEPT = 14


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What may happen to a version."""

    REVISE = "revise"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"


MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.DRAFT, Move.REVISE): (State.DRAFT, Role.PREPARER),
    (State.DRAFT, Move.ACCEPT): (State.ACCEPTED, Role.DECIDER),  # the effect of a decision, over the text's hash
    (State.DRAFT, Move.WITHDRAW): (State.WITHDRAWN, Role.PREPARER),
}


def after(state: State, move: Move) -> State:
    """The state of a version after a move."""
    return moves.after(MOVES, state, move, of="a version of the rules")


def due(today: date, starts_on: date, wanted: date | None) -> date:
    """The day until which a version is to be accepted: the client's, else its first day, else in two weeks."""
    return wanted or max(starts_on, today + timedelta(days=DAYS_TO_ACCEPT))


class Standing(StrEnum):
    """What a version is on a day, in the words of the practice."""

    DRAFT = "draft"
    PROPOSED = "proposed"  # put before a partner
    UPCOMING = "accepted, not yet in force"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dated:
    """An accepted version: its key and its days."""

    key: int
    starts_on: date
    ends_on: date | None = None


def in_force(versions: Iterable[Dated], on: date) -> Dated | None:
    """The version that judges a day: of those that have begun the one that began last, unless it has ended."""
    begun = max((v for v in versions if v.starts_on <= on), key=lambda v: (v.starts_on, v.key), default=None)
    return None if begun is None or (begun.ends_on is not None and begun.ends_on < on) else begun


def standing(state: State, key: int, accepted: Iterable[Dated], today: date, *, is_proposed: bool = False) -> Standing:
    """What a version of a lineage is today."""
    if state is State.WITHDRAWN:
        return Standing.WITHDRAWN
    if state is State.DRAFT:
        return Standing.PROPOSED if is_proposed else Standing.DRAFT
    mine = {v.key: v for v in accepted}
    own = mine[key]
    if own.starts_on > today:
        return Standing.UPCOMING
    current = in_force(mine.values(), today)
    if current is not None and current.key == key:
        return Standing.IN_FORCE
    later = any(own.starts_on < v.starts_on <= today for v in mine.values())
    return Standing.SUPERSEDED if later else Standing.ENDED
