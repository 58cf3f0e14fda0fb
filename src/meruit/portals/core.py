"""What becomes of an e-bill once it leaves the house: one model for every portal.

Three tracks run side by side, since an invoice can be approved, part paid and under appeal at once: the
submission (this file), its money (this file), and its appeals (`disputes`). A portal's word is mapped by
portal and word, never by the word alone: the same word means different things in two portals.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from meruit import moves
from meruit.moves import Role


class State(StrEnum):
    """Where a submission stands."""

    DRAFTED = "drafted"  # final in the ledger, no e-bill yet
    FIRM_HOLD = "firm_hold"  # our own checks found a missing prerequisite
    PACKAGED = "packaged"  # file built and checked, its hash kept
    TRANSMITTED = "transmitted"  # sent by some route, nothing heard yet
    PORTAL_DRAFT = "portal_draft"  # in the portal, not yet sent on to the client
    PORTAL_FAILED = "portal_failed"  # refused by technique or rule before the client saw it
    PORTAL_HOLD = "portal_hold"  # taken and parked: schedule, matter task, frozen matter
    ACCEPTED = "accepted"  # validated, waits to be picked up
    IN_REVIEW = "in_review"
    QUERIED = "queried"  # the firm must answer, and a clock runs
    REJECTED = "rejected"  # the whole bill is back
    APPROVED = "approved"  # in full or reduced: read the amount, not the word
    CLOSED = "closed"  # paid, appealed out, or the rest written off
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"  # answered by a linked resubmission
    LOST_SIGHT = "lost_sight"  # no longer visible before its end was read


class Move(StrEnum):
    """What happens to a submission, done by us or heard from the portal."""

    HOLD = "hold"
    PACK = "pack"
    SEND = "send"
    ALARM = "alarm"
    RESEND = "resend"
    LAND = "land"
    FAIL = "fail"
    PARK = "park"
    ACCEPT = "accept"
    SUBMIT = "submit"
    DISCARD = "discard"
    CLEAR = "clear"
    PICK_UP = "pick_up"
    RECALL = "recall"
    QUERY = "query"
    ANSWER = "answer"
    TIME_OUT = "time_out"
    REJECT = "reject"
    OVERRIDE = "override"
    SUPERSEDE = "supersede"
    APPROVE = "approve"
    RESTART = "restart"
    SETTLE = "settle"
    VANISH = "vanish"
    FIND_DRAFT = "find_portal_draft"
    FIND_FAILED = "find_portal_failed"
    FIND_HELD = "find_portal_hold"
    FIND_ACCEPTED = "find_accepted"
    FIND_IN_REVIEW = "find_in_review"
    FIND_QUERIED = "find_queried"
    FIND_REJECTED = "find_rejected"
    FIND_APPROVED = "find_approved"
    FIND_CLOSED = "find_closed"
    FIND_WITHDRAWN = "find_withdrawn"
    FIND_SUPERSEDED = "find_superseded"


#: States that a portal has shown or may show, from which a submission can get out of sight.
AT_THE_PORTAL = (
    State.TRANSMITTED,
    State.PORTAL_DRAFT,
    State.PORTAL_FAILED,
    State.PORTAL_HOLD,
    State.ACCEPTED,
    State.IN_REVIEW,
    State.QUERIED,
    State.REJECTED,
    State.APPROVED,
)

MOVES: Mapping[tuple[State, Move], tuple[State, Role]] = {
    (State.DRAFTED, Move.HOLD): (State.FIRM_HOLD, Role.SYSTEM),
    (State.DRAFTED, Move.PACK): (State.PACKAGED, Role.PREPARER),
    (State.FIRM_HOLD, Move.PACK): (State.PACKAGED, Role.PREPARER),
    (State.PACKAGED, Move.SEND): (State.TRANSMITTED, Role.PREPARER),
    (State.TRANSMITTED, Move.ALARM): (State.TRANSMITTED, Role.SYSTEM),  # silence past the portal's limit
    (State.TRANSMITTED, Move.RESEND): (State.TRANSMITTED, Role.PREPARER),  # only after looking: it never arrived
    (State.TRANSMITTED, Move.LAND): (State.PORTAL_DRAFT, Role.OUTSIDE),
    (State.TRANSMITTED, Move.FAIL): (State.PORTAL_FAILED, Role.OUTSIDE),
    (State.TRANSMITTED, Move.PARK): (State.PORTAL_HOLD, Role.OUTSIDE),
    (State.TRANSMITTED, Move.ACCEPT): (State.ACCEPTED, Role.OUTSIDE),
    (State.PORTAL_DRAFT, Move.SUBMIT): (State.ACCEPTED, Role.PREPARER),
    (State.PORTAL_DRAFT, Move.DISCARD): (State.WITHDRAWN, Role.PREPARER),
    (State.PORTAL_FAILED, Move.PACK): (State.PACKAGED, Role.PREPARER),  # corrected; same number, no client saw it
    (State.PORTAL_HOLD, Move.CLEAR): (State.ACCEPTED, Role.OUTSIDE),
    (State.PORTAL_HOLD, Move.REJECT): (State.REJECTED, Role.OUTSIDE),
    (State.ACCEPTED, Move.PICK_UP): (State.IN_REVIEW, Role.OUTSIDE),
    (State.ACCEPTED, Move.REJECT): (State.REJECTED, Role.OUTSIDE),
    (State.ACCEPTED, Move.RECALL): (State.WITHDRAWN, Role.PREPARER),  # only while nobody has collected it
    (State.IN_REVIEW, Move.QUERY): (State.QUERIED, Role.OUTSIDE),
    (State.IN_REVIEW, Move.REJECT): (State.REJECTED, Role.OUTSIDE),
    (State.IN_REVIEW, Move.APPROVE): (State.APPROVED, Role.OUTSIDE),
    (State.QUERIED, Move.ANSWER): (State.IN_REVIEW, Role.DECIDER),
    (State.QUERIED, Move.TIME_OUT): (State.REJECTED, Role.OUTSIDE),
    (State.REJECTED, Move.SUPERSEDE): (State.SUPERSEDED, Role.PREPARER),  # the new revision starts as packaged
    (State.REJECTED, Move.OVERRIDE): (State.IN_REVIEW, Role.OUTSIDE),  # the client turns its rules into flags
    (State.APPROVED, Move.RESTART): (State.IN_REVIEW, Role.OUTSIDE),
    (State.APPROVED, Move.SETTLE): (State.CLOSED, Role.SYSTEM),
    **{(state, Move.VANISH): (State.LOST_SIGHT, Role.SYSTEM) for state in AT_THE_PORTAL},
    (State.LOST_SIGHT, Move.FIND_DRAFT): (State.PORTAL_DRAFT, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_FAILED): (State.PORTAL_FAILED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_HELD): (State.PORTAL_HOLD, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_ACCEPTED): (State.ACCEPTED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_IN_REVIEW): (State.IN_REVIEW, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_QUERIED): (State.QUERIED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_REJECTED): (State.REJECTED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_APPROVED): (State.APPROVED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_CLOSED): (State.CLOSED, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_WITHDRAWN): (State.WITHDRAWN, Role.PREPARER),
    (State.LOST_SIGHT, Move.FIND_SUPERSEDED): (State.SUPERSEDED, Role.PREPARER),
}


def after(state: State, move: Move) -> State:
    """The state of a submission after a move."""
    return moves.after(MOVES, state, move, of="a submission")


class Turn(StrEnum):
    """Who must act next."""

    FIRM = "firm"
    WAIT = "wait"  # for the portal or the client, with a clock
    NOBODY = "nobody"


TURNS: Mapping[State, Turn] = {
    State.DRAFTED: Turn.FIRM,
    State.FIRM_HOLD: Turn.FIRM,
    State.PACKAGED: Turn.FIRM,
    State.TRANSMITTED: Turn.WAIT,
    State.PORTAL_DRAFT: Turn.FIRM,
    State.PORTAL_FAILED: Turn.FIRM,
    State.PORTAL_HOLD: Turn.WAIT,
    State.ACCEPTED: Turn.WAIT,
    State.IN_REVIEW: Turn.WAIT,
    State.QUERIED: Turn.FIRM,
    State.REJECTED: Turn.FIRM,
    State.APPROVED: Turn.FIRM,
    State.CLOSED: Turn.NOBODY,
    State.WITHDRAWN: Turn.NOBODY,
    State.SUPERSEDED: Turn.NOBODY,
    State.LOST_SIGHT: Turn.FIRM,
}

#: The word a screen shows for a state; `screen_word` refines it by amount and money.
SCREEN_WORDS: Mapping[State, str] = {
    State.DRAFTED: "draft",
    State.FIRM_HOLD: "on hold",
    State.PACKAGED: "ready",
    State.TRANSMITTED: "submitted",
    State.PORTAL_DRAFT: "received",
    State.PORTAL_FAILED: "rejected",
    State.PORTAL_HOLD: "received, on hold",
    State.ACCEPTED: "accepted",
    State.IN_REVIEW: "in review",
    State.QUERIED: "more information",
    State.REJECTED: "rejected",
    State.APPROVED: "approved",
    State.CLOSED: "closed",
    State.WITHDRAWN: "withdrawn",
    State.SUPERSEDED: "superseded",
    State.LOST_SIGHT: "out of sight",
}


class Money(StrEnum):
    """How far a submission has been paid."""

    UNPAID = "unpaid"
    SENT_FOR_PAYMENT = "sent_for_payment"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    WITHHELD = "withheld"


class MoneyMove(StrEnum):
    """What is heard or seen of the money."""

    ANNOUNCE = "announce"
    WITHHOLD = "withhold"
    PAY_PART = "pay_part"
    PAY_ALL = "pay_all"
    PAY_TOO_MUCH = "pay_too_much"
    TAKE_BACK_PART = "take_back_part"
    TAKE_BACK_ALL = "take_back_all"
    REFUND = "refund"


_OWED = (Money.UNPAID, Money.SENT_FOR_PAYMENT, Money.PART_PAID, Money.WITHHELD)

MONEY_MOVES: Mapping[tuple[Money, MoneyMove], tuple[Money, Role]] = {
    (Money.UNPAID, MoneyMove.ANNOUNCE): (Money.SENT_FOR_PAYMENT, Role.OUTSIDE),
    (Money.WITHHELD, MoneyMove.ANNOUNCE): (Money.SENT_FOR_PAYMENT, Role.OUTSIDE),
    (Money.UNPAID, MoneyMove.WITHHOLD): (Money.WITHHELD, Role.OUTSIDE),
    (Money.SENT_FOR_PAYMENT, MoneyMove.WITHHOLD): (Money.WITHHELD, Role.OUTSIDE),
    (Money.PART_PAID, MoneyMove.WITHHOLD): (Money.WITHHELD, Role.OUTSIDE),
    **{(state, MoneyMove.PAY_PART): (Money.PART_PAID, Role.PREPARER) for state in _OWED},
    **{(state, MoneyMove.PAY_ALL): (Money.PAID, Role.PREPARER) for state in _OWED},
    **{(state, MoneyMove.PAY_TOO_MUCH): (Money.OVERPAID, Role.PREPARER) for state in (*_OWED, Money.PAID)},
    (Money.PAID, MoneyMove.TAKE_BACK_PART): (Money.PART_PAID, Role.PREPARER),  # a payment returned by the bank
    (Money.OVERPAID, MoneyMove.TAKE_BACK_PART): (Money.PART_PAID, Role.PREPARER),
    (Money.PART_PAID, MoneyMove.TAKE_BACK_ALL): (Money.UNPAID, Role.PREPARER),
    (Money.PAID, MoneyMove.TAKE_BACK_ALL): (Money.UNPAID, Role.PREPARER),
    (Money.OVERPAID, MoneyMove.TAKE_BACK_ALL): (Money.UNPAID, Role.PREPARER),
    (Money.OVERPAID, MoneyMove.REFUND): (Money.PAID, Role.DECIDER),
}


def money_after(state: Money, move: MoneyMove) -> Money:
    """The state of the money after a move."""
    return moves.after(MONEY_MOVES, state, move, of="a bill")


def payment_move(owed: Decimal, paid: Decimal) -> MoneyMove:
    """Which move a payment makes, by what is owed in all and what has now been paid in all."""
    if paid < owed:
        return MoneyMove.PAY_PART
    return MoneyMove.PAY_ALL if paid == owed else MoneyMove.PAY_TOO_MUCH


def may_appeal(state: State) -> bool:
    """Whether an appeal can be opened: on what was rejected or approved with a cut."""
    return state in (State.REJECTED, State.APPROVED)


def submission_key(portal: str, client: str, number: str, revision: int, sha256: bytes) -> str:
    """The idempotency key under which a file is sent: the same file for the same revision is one submission."""
    for name, value in (("portal", portal), ("client", client), ("invoice number", number)):
        if not value or "/" in value:
            raise ValueError(f'The {name} "{value}" cannot be part of a key; it must not be empty or hold a slash.')
    return "/".join((portal, client, number, str(revision), sha256.hex()))


def alarm_after(hours: int, sent_at: datetime, now: datetime) -> bool:
    """Whether a transmitted bill has been met with silence for longer than its portal's limit."""
    return now - sent_at > timedelta(hours=hours)


def screen_word(state: State, *, billed: Decimal, approved: Decimal | None, money: Money, appealed: bool) -> str:
    """One status word for everyone. The portal's own word is kept and shown beside it."""
    if money in (Money.PAID, Money.OVERPAID) and state in (State.APPROVED, State.CLOSED):
        return "paid"
    if state is State.APPROVED and appealed:
        return "appealed"
    if state is State.APPROVED and approved is not None and approved < billed:
        return "reduced"
    return SCREEN_WORDS[state]
