"""Cash and what it pays: the life of a payment, its allocation, and the age of what is still owed.

A payment settles an invoice in its payer's order of costs, tax and fees; without a remittance it goes to
the oldest invoices first; what is left over stays unapplied and visible. Receivables stand at the billed
amount until a decided reduction posts, and aging is shown by invoice date and by acceptance, since many
clients count from the day their portal took the bill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from meruit import moves
from meruit.money import allocate, total
from meruit.moves import Role

NOTHING = Decimal(0)


class ReceivableError(ValueError):
    """A payment or an order of payment that cannot be applied."""


# --- The life of a payment ----------------------------------------------------------------------------------


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


# --- Allocation ---------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a part of a payment pays."""

    COSTS = "costs"
    TAX = "tax"
    FEES = "fees"


DEFAULT_ORDER = (Kind.COSTS, Kind.TAX, Kind.FEES)


def read_order(text: str) -> tuple[Kind, ...]:
    """A payer's order, such as `costs,tax,fees`; it names each of the three once."""
    names = [name.strip() for name in text.split(",")]
    if sorted(names) != sorted(Kind):
        raise ReceivableError(f'"{text}" is no order of payment; name costs, tax and fees, each once.')
    return tuple(Kind(name) for name in names)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """What is still owed on one line of an invoice: its net amount and its tax."""

    line: int
    kind: Kind  # costs or fees
    net: Decimal
    tax: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with what is still owed on it."""

    invoice: int
    number: str
    issued_on: date
    lines: tuple[OpenLine, ...]

    @property
    def owed(self) -> Decimal:
        """Net and tax still owed."""
        return total(line.net + line.tax for line in self.lines)


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of a payment on a part of a line."""

    line: int
    kind: Kind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Applied:
    """What a payment lays on one invoice."""

    invoice: int
    amount: Decimal
    parts: tuple[LinePart, ...]


def apply_to(
    invoice: OpenInvoice,
    amount: Decimal,
    order: Sequence[Kind] = DEFAULT_ORDER,
    unit: Decimal = Decimal("0.01"),
) -> Applied:
    """Lay an amount on an invoice: each kind in its order, and within a kind by what the lines still owe."""
    if not 0 < amount <= invoice.owed:
        raise ReceivableError(
            f"Invoice {invoice.number} is owed {invoice.owed}; {amount} cannot be applied to it. "
            "Leave what is too much unapplied."
        )
    left, parts = amount, []
    for kind in order:
        owed = _owed_of(invoice, kind)
        now = min(left, total(owed.values()))
        if now > 0:
            divided = allocate(now, owed, unit=unit)
            parts += [LinePart(line, kind, part) for line, part in divided.items() if part]
            left -= now
    return Applied(invoice.invoice, amount, tuple(parts))


def oldest_first(
    invoices: Sequence[OpenInvoice],
    amount: Decimal,
    order: Sequence[Kind] = DEFAULT_ORDER,
    unit: Decimal = Decimal("0.01"),
) -> tuple[list[Applied], Decimal]:
    """Lay a payment without remittance on the oldest invoices first; the second figure stays unapplied."""
    if amount <= 0:
        raise ReceivableError(f"A payment of {amount} pays nothing; money that goes out is a refund.")
    applied, left = [], amount
    for invoice in sorted(invoices, key=lambda i: (i.issued_on, i.number)):
        now = min(left, invoice.owed)
        if now > 0:
            applied.append(apply_to(invoice, now, order, unit))
            left -= now
    return applied, left


def _owed_of(invoice: OpenInvoice, kind: Kind) -> dict[int, Decimal]:
    if kind is Kind.TAX:
        return {line.line: line.tax for line in invoice.lines if line.tax > 0}
    return {line.line: line.net for line in invoice.lines if line.kind is kind and line.net > 0}


# --- Aging --------------------------------------------------------------------------------------------------


class Bucket(StrEnum):
    """AR by age in days. Unaccepted is a bucket of its own, which ages from the day the bill was final."""

    CURRENT = "current"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    DAYS_91_120 = "91-120"
    OVER_120 = "over 120"
    UNACCEPTED = "unaccepted"


_UP_TO = ((30, Bucket.CURRENT), (60, Bucket.DAYS_31_60), (90, Bucket.DAYS_61_90), (120, Bucket.DAYS_91_120))


class Clock(StrEnum):
    """The day from which a bill ages. Every aging names its clock."""

    INVOICE_DATE = "invoice date"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Receivable:
    """What is owed on one invoice as of a day."""

    invoice: int
    issued_on: date
    accepted_on: date | None
    owed: Decimal
    needs_acceptance: bool = True  # a bill sent by post is accepted by being sent


@dataclass(frozen=True, slots=True)
class Aged:
    """One invoice in its bucket."""

    invoice: int
    bucket: Bucket
    aged_days: int
    owed: Decimal


def bucket_of(aged_days: int) -> Bucket:
    """The bucket of an age in days. A bill dated ahead is current."""
    return next((bucket for limit, bucket in _UP_TO if aged_days <= limit), Bucket.OVER_120)


def age(receivable: Receivable, as_of: date, clock: Clock) -> Aged:
    """An invoice's age and bucket by one clock. What is accepted only after `as_of` was not accepted then."""
    accepted = receivable.accepted_on
    waits = receivable.needs_acceptance and (accepted is None or accepted > as_of)
    if clock is Clock.ACCEPTANCE and waits:
        days = (as_of - receivable.issued_on).days
        return Aged(receivable.invoice, Bucket.UNACCEPTED, days, receivable.owed)
    starts = accepted if clock is Clock.ACCEPTANCE and accepted else receivable.issued_on
    days = (as_of - starts).days
    return Aged(receivable.invoice, bucket_of(days), days, receivable.owed)


def aging(receivables: Sequence[Receivable], as_of: date, clock: Clock) -> dict[Bucket, Decimal]:
    """What is owed by bucket, every bucket named, in one currency: callers group by currency first."""
    sums = dict.fromkeys(Bucket, NOTHING)
    for receivable in receivables:
        aged = age(receivable, as_of, clock)
        sums[aged.bucket] += aged.owed
    return sums
