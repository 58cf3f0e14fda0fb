"""Worked beside billed, and the losses between them, which are never merged into one figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from meruit.money import total

NOTHING = Decimal(0)


class Loss(StrEnum):
    """Where value is lost between work and cash. Each has another cause, another decider and another cure."""

    WRITE_DOWN = "write-down"  # before the bill, by line and timekeeper
    WIP_WRITE_OFF = "wip-write-off"  # work that will never be billed
    BILLING_REDUCTION = "billing-reduction"  # after the bill, a credit note with reason and tax
    BAD_DEBT = "bad-debt"  # an invoice that will never be collected


@dataclass(frozen=True, slots=True)
class Losses:
    """The four losses side by side; on purpose there is no sum of them. Hard costs are cash already spent."""

    write_down: Decimal = NOTHING
    wip_write_off: Decimal = NOTHING
    billing_reduction: Decimal = NOTHING
    bad_debt: Decimal = NOTHING
    hard_costs: Decimal = NOTHING  # the part of all of these that was paid out to third parties

    def plus(self, loss: Loss, amount: Decimal, *, hard_cost: bool = False) -> Losses:
        """These losses and one more; an amount below zero would hide a loss behind another."""
        if amount < 0:
            raise ValueError(f"A loss of {amount} is none; a recovery is recorded as what it is.")
        name = loss.value.replace("-", "_")
        cash = self.hard_costs + amount if hard_cost else self.hard_costs
        return replace(self, **{name: getattr(self, name) + amount}, hard_costs=cash)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line of a pre-bill: what was worked is never overwritten, what is billed stands beside it."""

    number: int
    kind: str  # time, expense, or adjustment: a charge of the arrangement, which is a fee of nobody in particular
    timekeeper: int | None
    worked_on: date
    standard: Decimal
    worked: Decimal
    billed: Decimal
    hours: Decimal = NOTHING
    billed_hours: Decimal = NOTHING
    on_hold: bool = False
    hard_cost: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a pre-bill. Lines on hold are left out of what is billed and summed apart."""

    standard: Decimal
    worked: Decimal
    billed: Decimal
    fees: Decimal
    costs: Decimal
    hours_worked: Decimal
    hours_billed: Decimal
    held: Decimal

    @property
    def write_down(self) -> Decimal:
        """Worked at agreed rates less billed, of the lines that are billed."""
        return self.worked - self.billed


@dataclass(frozen=True, slots=True)
class PersonSum:
    """One timekeeper's part of a pre-bill."""

    timekeeper: int
    hours_worked: Decimal
    hours_billed: Decimal
    worked: Decimal
    billed: Decimal


def totals(lines: Iterable[DraftLine]) -> Totals:
    """The sums over a pre-bill's lines."""
    every = list(lines)
    live = [line for line in every if not line.on_hold]
    return Totals(
        standard=total(line.standard for line in live),
        worked=total(line.worked for line in live),
        billed=total(line.billed for line in live),
        fees=total(line.billed for line in live if line.kind != "expense"),
        costs=total(line.billed for line in live if line.kind == "expense"),
        hours_worked=total(line.hours for line in live),
        hours_billed=total(line.billed_hours for line in live),
        held=total(line.billed for line in every if line.on_hold),
    )


def by_timekeeper(lines: Iterable[DraftLine]) -> list[PersonSum]:
    """Time by timekeeper, the highest billed first; held lines, expenses and adjustments are not of it."""
    own: dict[int, list[DraftLine]] = defaultdict(list)
    for line in lines:
        if line.kind == "time" and line.timekeeper is not None and not line.on_hold:
            own[line.timekeeper].append(line)
    sums = [
        PersonSum(
            who,
            total(line.hours for line in theirs),
            total(line.billed_hours for line in theirs),
            total(line.worked for line in theirs),
            total(line.billed for line in theirs),
        )
        for who, theirs in own.items()
    ]
    return sorted(sums, key=lambda s: (-s.billed, s.timekeeper))


def is_late(worked_on: date, period_from: date) -> bool:
    """Late time: work of an earlier period than the bill's, which clients look at twice."""
    return worked_on < period_from


class WriteDownRefused(ValueError):
    """A write-down that the line cannot bear."""


def written_down(line: DraftLine, amount: Decimal, hours: Decimal | None = None) -> DraftLine:
    """The line billed for less. Never below zero, and never more than it was: that would be a write-up."""
    if not 0 < amount <= line.billed:
        raise WriteDownRefused(f"Line {line.number} is billed at {line.billed}; it cannot be lowered by {amount}.")
    if hours is not None and not 0 <= hours <= line.billed_hours:
        raise WriteDownRefused(f"Line {line.number} bills {line.billed_hours} hours; {hours} cannot come off.")
    return replace(line, billed=line.billed - amount, billed_hours=line.billed_hours - (hours or NOTHING))
