"""How old the open bills are, by the day of the invoice and by the day the payer's system accepted it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

NOTHING = Decimal(0)


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
