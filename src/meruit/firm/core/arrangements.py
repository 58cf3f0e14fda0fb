"""Arrangements: how worked value becomes billable value. Each is a pure function with its steps told.

Hours are recorded under every arrangement, also where they are not charged (shadow billing), so that the
margin of a fixed fee and the value of a cap can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from meruit.firm.core.kinds import (
    Arrangement,
    Blended,
    Capped,
    Contingency,
    Fixed,
    Hourly,
    Hybrid,
    Phased,
    Subscription,
    VolumeDiscount,
)
from meruit.firm.core.valuation import NOTHING, ArrangementError, Charge, EntryValue, Progress, Step, Valuation, Work
from meruit.money import CENTS, Precision, allocate, total

__all__ = [
    "Arrangement",
    "ArrangementError",
    "Blended",
    "Capped",
    "Charge",
    "Contingency",
    "EntryValue",
    "Fixed",
    "Hourly",
    "Hybrid",
    "Phased",
    "Progress",
    "Step",
    "Subscription",
    "Valuation",
    "VolumeDiscount",
    "Work",
    "value",
]


def value(
    arrangement: Arrangement, work: Sequence[Work], progress: Progress, precision: Precision = CENTS
) -> Valuation:
    """Turn worked value into billable value, in the order in which the work was done."""
    ordered = sorted(work, key=lambda w: (w.worked_on, w.key))
    draft = _Draft(ordered, precision)
    _RULES[type(arrangement)](arrangement, draft, progress)
    return draft.valuation()


class _Draft:
    """A valuation while it is made: entries start at worked value, and each change of them is a step."""

    def __init__(self, work: Sequence[Work], precision: Precision) -> None:
        self.work = work
        self.precision = precision
        self.billable = {w.key: w.worked for w in work}
        self.charges: list[Charge] = []
        self.steps: list[Step] = []
        self.step(f"{len(work)} entries at agreed rates.", NOTHING)
        if len(self.billable) != len(work):
            raise ArrangementError("Two entries have the same key.")

    @property
    def sum(self) -> Decimal:
        return total(self.billable.values()) + total(c.amount for c in self.charges)

    def step(self, says: str, before: Decimal) -> None:
        self.steps.append(Step(says, before, self.sum))

    def revalue(self, new: Callable[[Work], Decimal], says: str) -> None:
        before = self.sum
        self.billable = {w.key: new(w) for w in self.work}
        self.step(says, before)

    def charge(self, name: str, amount: Decimal, says: str) -> None:
        before = self.sum
        if amount:
            self.charges.append(Charge(name, amount))
        self.step(says, before)

    def valuation(self) -> Valuation:
        entries = tuple(EntryValue(w.key, w.worked, self.billable[w.key]) for w in self.work)
        return Valuation(entries, tuple(self.charges), tuple(self.steps), self.precision)


def _hourly(arrangement: Hourly, draft: _Draft, progress: Progress) -> None:
    """Worked is billable; the first step has said all."""


def _fixed(arrangement: Fixed, draft: _Draft, progress: Progress) -> None:
    draft.revalue(_zero, "Hours are recorded and not charged under a fixed fee.")
    if arrangement.parts:
        if progress.through is None:
            raise ArrangementError("A fixed fee in dated parts needs the last day of the bill.")
        due = total(amount for on, amount in arrangement.parts if on <= progress.through)
        why = f"parts due by {progress.through}"
    else:
        due = arrangement.fee if progress.complete else NOTHING
        why = "the job is done" if progress.complete else "the job is not done"
    now = _not_below_zero(due - progress.billed_before)
    draft.charge(
        "Fixed fee",
        now,
        f"Of {arrangement.fee}, {due} is due ({why}); {progress.billed_before} billed before.",
    )


def _phased(arrangement: Phased, draft: _Draft, progress: Progress) -> None:
    draft.revalue(_zero, "Hours are recorded and not charged under a fee by phase.")
    unknown = progress.phases_done - set(arrangement.fees)
    if unknown:
        raise ArrangementError(f"Phase {min(unknown)} is done and has no fee in the arrangement.")
    for phase, fee in arrangement.fees.items():
        before = progress.billed_by_phase.get(phase, NOTHING)
        if phase in progress.phases_done:
            now = _not_below_zero(fee - before)
            draft.charge(phase, now, f"Phase {phase} is done: {fee}, of which {before} billed before.")


def _capped(arrangement: Capped, draft: _Draft, progress: Progress) -> None:
    room = _not_below_zero(arrangement.cap - progress.billed_before)
    allowed: dict[str, Decimal] = {}
    left = room
    for work in draft.work:
        allowed[work.key] = min(work.worked, left)
        left -= allowed[work.key]
    draft.revalue(
        lambda w: allowed[w.key],
        f"The cap of {arrangement.cap} leaves {room} after {progress.billed_before} billed before; "
        "entries are charged in order of work until it is used.",
    )


def _contingency(arrangement: Contingency, draft: _Draft, progress: Progress) -> None:
    draft.revalue(_zero, "Hours are recorded and not charged under a contingency fee.")
    _success(arrangement, draft, progress)


def _hybrid(arrangement: Hybrid, draft: _Draft, progress: Progress) -> None:
    rate = arrangement.hourly_percent
    draft.revalue(lambda w: draft.precision.percent(rate, w.worked), f"{rate} % of the hourly value, line by line.")
    _success(arrangement.success, draft, progress)


def _success(arrangement: Contingency, draft: _Draft, progress: Progress) -> None:
    if not progress.recovered:
        draft.charge("Success fee", NOTHING, "Nothing recovered, so no success fee is due.")
        return
    percent = arrangement.percent_by_stage.get(progress.stage or "")
    if percent is None:
        known = ", ".join(arrangement.percent_by_stage)
        raise ArrangementError(f'The recovery came at stage "{progress.stage}"; the agreement knows {known}.')
    base = _not_below_zero(progress.recovered - progress.costs) if arrangement.after_costs else progress.recovered
    basis = f"{progress.recovered} less costs of {progress.costs}" if arrangement.after_costs else f"{base}"
    amount = draft.precision.percent(percent, base)
    draft.charge("Success fee", amount, f"{percent} % of {basis} recovered at {progress.stage}.")


def _blended(arrangement: Blended, draft: _Draft, progress: Progress) -> None:
    def at_blended(work: Work) -> Decimal:
        rate = arrangement.by_grade.get(work.grade or "", arrangement.rate_per_hour)
        return draft.precision.product(work.hours, rate)

    by_grade = "".join(f", {grade} {rate}" for grade, rate in arrangement.by_grade.items())
    draft.revalue(at_blended, f"All hours at the blended rate of {arrangement.rate_per_hour}{by_grade}.")


def _volume_discount(arrangement: VolumeDiscount, draft: _Draft, progress: Progress) -> None:
    low, high = progress.billed_before, progress.billed_before + draft.sum
    ends = [*(above for above, _ in arrangement.tiers[1:]), high]
    discount, parts = NOTHING, []
    for (above, percent), end in zip(arrangement.tiers, ends, strict=True):
        within = min(high, end) - max(low, above)
        if within > 0:
            discount += draft.precision.percent(percent, within)
            parts.append(f"{percent} % off {within} above {above}")
    # Spread once and by worked value, so that no line loses more than it is worth.
    off = allocate(discount, {w.key: w.worked for w in draft.work}, unit=draft.precision.unit)
    says = "; ".join(parts) or f"{high} in the period is not above the first tier"
    draft.revalue(lambda w: w.worked - off[w.key], f"{says}.")


def _subscription(arrangement: Subscription, draft: _Draft, progress: Progress) -> None:
    if arrangement.included_hours is None:
        draft.revalue(_zero, "All hours are included in the subscription.")
    else:
        included = arrangement.included_hours * progress.periods_due
        beyond = _hours_beyond(draft.work, included)
        draft.revalue(
            lambda w: _beyond_value(w, beyond[w.key], arrangement.beyond_percent, draft.precision),
            f"{included} hours are included; those beyond are charged at {arrangement.beyond_percent} %.",
        )
    fee = arrangement.fee * progress.periods_due
    draft.charge("Subscription", fee, f"{progress.periods_due} periods at {arrangement.fee}.")


def _hours_beyond(work: Sequence[Work], included: Decimal) -> dict[str, Decimal]:
    left, beyond = included, {}
    for entry in work:
        used = min(entry.hours, left)
        left -= used
        beyond[entry.key] = entry.hours - used
    return beyond


def _beyond_value(work: Work, hours: Decimal, percent: Decimal, precision: Precision) -> Decimal:
    if not hours:
        return NOTHING
    at_rate = work.worked if hours == work.hours else precision.product(hours, work.rate_per_hour)
    return precision.percent(percent, at_rate)


_RULES: Mapping[type, Callable[..., None]] = {
    Hourly: _hourly,
    Fixed: _fixed,
    Phased: _phased,
    Capped: _capped,
    Contingency: _contingency,
    Hybrid: _hybrid,
    Blended: _blended,
    VolumeDiscount: _volume_discount,
    Subscription: _subscription,
}


def _zero(work: Work) -> Decimal:
    return NOTHING


def _not_below_zero(amount: Decimal) -> Decimal:
    return max(amount, NOTHING)
