"""What a payer sent back: the life of a rejection, of a reduction and of an appeal.

Every reduction is decided by somebody: accepted, or appealed. Silence never accepts a cut; when the
window closes the reduction has lapsed and still waits for the decision to accept the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class Rejection(StrEnum):
    """Where a whole bill that came back stands."""

    OPEN = "open"
    CORRECTED = "corrected"
    RESUBMITTED = "resubmitted"
    OVERRIDDEN = "overridden"  # the client took the bill all the same
    GIVEN_UP = "given up"


class RejectionMove(StrEnum):
    """What may happen to a rejection."""

    CORRECT = "correct"
    REOPEN = "reopen"
    RESUBMIT = "resubmit"
    OVERRIDE = "override"
    GIVE_UP = "give_up"


REJECTION_MOVES: Mapping[tuple[Rejection, RejectionMove], tuple[Rejection, Role]] = {
    (Rejection.OPEN, RejectionMove.CORRECT): (Rejection.CORRECTED, Role.PREPARER),
    (Rejection.OPEN, RejectionMove.OVERRIDE): (Rejection.OVERRIDDEN, Role.OUTSIDE),
    (Rejection.OPEN, RejectionMove.GIVE_UP): (Rejection.GIVEN_UP, Role.DECIDER),
    (Rejection.CORRECTED, RejectionMove.REOPEN): (Rejection.OPEN, Role.PREPARER),
    (Rejection.CORRECTED, RejectionMove.RESUBMIT): (Rejection.RESUBMITTED, Role.PREPARER),
    (Rejection.CORRECTED, RejectionMove.OVERRIDE): (Rejection.OVERRIDDEN, Role.OUTSIDE),
    (Rejection.CORRECTED, RejectionMove.GIVE_UP): (Rejection.GIVEN_UP, Role.DECIDER),
}


def rejection_after(state: Rejection, move: RejectionMove) -> Rejection:
    """The state of a rejection after a move."""
    return moves.after(REJECTION_MOVES, state, move, of="a rejection")


class Reduction(StrEnum):
    """Where a cut stands."""

    OPEN = "open"
    APPEALED = "appealed"
    RECOVERED = "recovered"
    PARTLY_RECOVERED = "partly_recovered"
    DENIED = "denied"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"


class ReductionMove(StrEnum):
    """What may happen to a cut."""

    ACCEPT = "accept"
    APPEAL = "appeal"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    RESTORE_PART = "restore_part"
    DENY = "deny"
    LAPSE = "lapse"


REDUCTION_MOVES: Mapping[tuple[Reduction, ReductionMove], tuple[Reduction, Role]] = {
    (Reduction.OPEN, ReductionMove.ACCEPT): (Reduction.ACCEPTED, Role.DECIDER),
    (Reduction.OPEN, ReductionMove.APPEAL): (Reduction.APPEALED, Role.DECIDER),
    (Reduction.OPEN, ReductionMove.RESTORE): (Reduction.RECOVERED, Role.OUTSIDE),  # the client corrects itself
    (Reduction.OPEN, ReductionMove.LAPSE): (Reduction.LAPSED, Role.SYSTEM),
    (Reduction.APPEALED, ReductionMove.WITHDRAW): (Reduction.OPEN, Role.DECIDER),
    (Reduction.APPEALED, ReductionMove.RESTORE): (Reduction.RECOVERED, Role.OUTSIDE),
    (Reduction.APPEALED, ReductionMove.RESTORE_PART): (Reduction.PARTLY_RECOVERED, Role.OUTSIDE),
    (Reduction.APPEALED, ReductionMove.DENY): (Reduction.DENIED, Role.OUTSIDE),
    (Reduction.APPEALED, ReductionMove.LAPSE): (Reduction.LAPSED, Role.SYSTEM),  # decided, never sent in time
    (Reduction.PARTLY_RECOVERED, ReductionMove.ACCEPT): (Reduction.ACCEPTED, Role.DECIDER),  # the rest of it
    (Reduction.PARTLY_RECOVERED, ReductionMove.APPEAL): (Reduction.APPEALED, Role.DECIDER),  # rounds permitting
    (Reduction.PARTLY_RECOVERED, ReductionMove.LAPSE): (Reduction.LAPSED, Role.SYSTEM),
    (Reduction.DENIED, ReductionMove.ACCEPT): (Reduction.ACCEPTED, Role.DECIDER),
    (Reduction.DENIED, ReductionMove.APPEAL): (Reduction.APPEALED, Role.DECIDER),
    (Reduction.DENIED, ReductionMove.LAPSE): (Reduction.LAPSED, Role.SYSTEM),
    (Reduction.LAPSED, ReductionMove.ACCEPT): (Reduction.ACCEPTED, Role.DECIDER),
    (Reduction.LAPSED, ReductionMove.APPEAL): (Reduction.APPEALED, Role.DECIDER),  # late, at the client's discretion
    (Reduction.LAPSED, ReductionMove.RESTORE): (Reduction.RECOVERED, Role.OUTSIDE),
}


def reduction_after(state: Reduction, move: ReductionMove) -> Reduction:
    """The state of a reduction after a move."""
    return moves.after(REDUCTION_MOVES, state, move, of="a reduction")


class Appeal(StrEnum):
    """Where an appeal stands; an invoice may have many."""

    DRAFTING = "drafting"
    AWAITING_ATTORNEY = "awaiting_attorney"
    READY = "ready"
    SUBMITTED = "submitted"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    DENIED = "denied"
    LAPSED = "lapsed"
    NOT_ALLOWED = "not_allowed"


class AppealMove(StrEnum):
    """What may happen to an appeal."""

    PROPOSE = "propose"
    RETURN = "return"
    APPROVE = "approve"
    SUBMIT = "submit"
    GRANT = "grant"
    GRANT_PART = "grant_part"
    DENY = "deny"
    LAPSE = "lapse"
    BAR = "bar"


APPEAL_MOVES: Mapping[tuple[Appeal, AppealMove], tuple[Appeal, Role]] = {
    (Appeal.DRAFTING, AppealMove.PROPOSE): (Appeal.AWAITING_ATTORNEY, Role.PREPARER),
    (Appeal.DRAFTING, AppealMove.LAPSE): (Appeal.LAPSED, Role.SYSTEM),
    (Appeal.DRAFTING, AppealMove.BAR): (Appeal.NOT_ALLOWED, Role.SYSTEM),  # no round left, or the client takes none
    (Appeal.AWAITING_ATTORNEY, AppealMove.RETURN): (Appeal.DRAFTING, Role.DECIDER),
    (Appeal.AWAITING_ATTORNEY, AppealMove.APPROVE): (Appeal.READY, Role.DECIDER),
    (Appeal.AWAITING_ATTORNEY, AppealMove.LAPSE): (Appeal.LAPSED, Role.SYSTEM),
    (Appeal.READY, AppealMove.RETURN): (Appeal.DRAFTING, Role.DECIDER),
    (Appeal.READY, AppealMove.SUBMIT): (Appeal.SUBMITTED, Role.PREPARER),
    (Appeal.READY, AppealMove.LAPSE): (Appeal.LAPSED, Role.SYSTEM),
    (Appeal.SUBMITTED, AppealMove.GRANT): (Appeal.GRANTED, Role.OUTSIDE),
    (Appeal.SUBMITTED, AppealMove.GRANT_PART): (Appeal.PARTLY_GRANTED, Role.OUTSIDE),
    (Appeal.SUBMITTED, AppealMove.DENY): (Appeal.DENIED, Role.OUTSIDE),
    (Appeal.SUBMITTED, AppealMove.BAR): (Appeal.NOT_ALLOWED, Role.OUTSIDE),
}


def appeal_after(state: Appeal, move: AppealMove) -> Appeal:
    """The state of an appeal after a move."""
    return moves.after(APPEAL_MOVES, state, move, of="an appeal")


def outcome(appealed: Decimal, recovered: Decimal) -> AppealMove:
    """Which answer an amount is. More than was asked for is a mistake to be looked at, not an outcome."""
    if not 0 <= recovered <= appealed:
        raise ValueError(f"An appeal over {appealed} cannot recover {recovered}.")
    if recovered == appealed:
        return AppealMove.GRANT
    return AppealMove.GRANT_PART if recovered else AppealMove.DENY


#: What the end of an appeal does to the reduction it was about.
REDUCTION_AFTER_APPEAL: Mapping[Appeal, ReductionMove] = {
    Appeal.GRANTED: ReductionMove.RESTORE,
    Appeal.PARTLY_GRANTED: ReductionMove.RESTORE_PART,
    Appeal.DENIED: ReductionMove.DENY,
    Appeal.NOT_ALLOWED: ReductionMove.DENY,
    Appeal.LAPSED: ReductionMove.LAPSE,
}
