"""Arrangements: how worked value becomes billable value. Each is a pure function with its steps told.

Hours are recorded under every arrangement, also where they are not charged (shadow billing), so that the
margin of a fixed fee and the value of a cap can be seen. A valuation therefore keeps three things apart:
what was worked, what each entry's line will charge, and charges that belong to no single entry (a fixed
fee, a success fee). `earned` then spreads the whole over the entries, for realization by timekeeper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from meruit.money import CENTS, Precision, allocate, total

NOTHING = Decimal(0)


class ArrangementError(ValueError):
    """Terms that contradict themselves, or facts under which they give no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One entry as it was worked: its value is hours times the agreed rate, already rounded once."""

    key: str
    worked_on: date
    timekeeper: str
    hours: Decimal
    rate_per_hour: Decimal
    worked: Decimal
    grade: str | None = None  # the timekeeper's class
    phase: str | None = None

    def __post_init__(self) -> None:
        if self.hours < 0 or self.rate_per_hour < 0 or self.worked < 0:
            raise ArrangementError(f"Entry {self.key} has a negative figure; a correction is an entry's new version.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What has happened under the arrangement so far, as the rooms know it. Pure code never looks it up."""

    billed_before: Decimal = NOTHING  # fees billed under this arrangement (volume discount: in its period)
    billed_by_phase: Mapping[str, Decimal] = field(default_factory=dict)
    through: date | None = None  # the last day of the bill
    complete: bool = False  # the job of a fixed fee is done
    phases_done: frozenset[str] = frozenset()
    recovered: Decimal = NOTHING  # won for the client and not yet charged on
    costs: Decimal = NOTHING  # costs that come off the recovery first, where the agreement says so
    stage: str | None = None  # the stage at which the recovery came: settlement, trial, appeal
    periods_due: int = 0  # subscription periods begun and not yet billed


@dataclass(frozen=True, slots=True)
class EntryValue:
    """What an entry was worth and what its own line charges."""

    key: str
    worked: Decimal
    billable: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that belongs to no single entry: a fixed fee, a phase, a success fee, a subscription."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One step from worked to billable, with the sum before and after it."""

    says: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Valuation:
    """The outcome: every entry, every further charge, and the steps that led from one sum to the other."""

    entries: tuple[EntryValue, ...]
    charges: tuple[Charge, ...]
    steps: tuple[Step, ...]
    precision: Precision = CENTS

    @property
    def worked(self) -> Decimal:
        """The value of all work at agreed rates."""
        return total(e.worked for e in self.entries)

    @property
    def billable(self) -> Decimal:
        """What the bill will charge in fees."""
        return total(e.billable for e in self.entries) + total(c.amount for c in self.charges)

    def earned(self) -> dict[str, Decimal]:
        """The whole billable value spread over the entries: own lines as they are, charges by worked value.

        Empty where nothing was worked: a subscription month without work was earned by nobody's hours.
        """
        charged = total(c.amount for c in self.charges)
        weights = {e.key: e.worked for e in self.entries}
        if not any(weights.values()):
            return {}
        share = allocate(charged, weights, unit=self.precision.unit)
        return {e.key: e.billable + share[e.key] for e in self.entries}


# --- The arrangements -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hourly:
    """Hours times agreed rate."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One price for a job: on completion, or in dated parts that sum to it."""

    fee: Decimal
    parts: tuple[tuple[date, Decimal], ...] = ()

    def __post_init__(self) -> None:
        _positive("fixed fee", self.fee)
        if self.parts and total(amount for _, amount in self.parts) != self.fee:
            raise ArrangementError(f"The parts of a fixed fee of {self.fee} sum to another amount.")


@dataclass(frozen=True, slots=True)
class Phased:
    """A price per phase, charged when the phase is done."""

    fees: Mapping[str, Decimal]

    def __post_init__(self) -> None:
        for phase, fee in self.fees.items():
            _positive(f"fee of phase {phase}", fee)


@dataclass(frozen=True, slots=True)
class Capped:
    """Hourly up to a ceiling; what is worked above it is recorded and not charged."""

    cap: Decimal

    def __post_init__(self) -> None:
        _positive("cap", self.cap)


@dataclass(frozen=True, slots=True)
class Contingency:
    """A percent of the recovery, by the stage at which it came, before or after costs; else nothing."""

    percent_by_stage: Mapping[str, Decimal]
    after_costs: bool = False

    def __post_init__(self) -> None:
        for stage, percent in self.percent_by_stage.items():
            _percent(f"share at {stage}", percent)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """A reduced hourly rate plus a success fee."""

    hourly_percent: Decimal
    success: Contingency

    def __post_init__(self) -> None:
        _percent("hourly part", self.hourly_percent)


@dataclass(frozen=True, slots=True)
class Blended:
    """One rate for whoever does the work, or one per class."""

    rate_per_hour: Decimal
    by_grade: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rate in (self.rate_per_hour, *self.by_grade.values()):
            _positive("blended rate", rate)


@dataclass(frozen=True, slots=True)
class VolumeDiscount:
    """A percent off that grows with the fees of the period, by tier.

    Each tier takes its percent off the fees that fall into it; nothing is taken back from earlier bills.
    """

    tiers: tuple[tuple[Decimal, Decimal], ...]  # (fees of the period above this, percent off)

    def __post_init__(self) -> None:
        for above, percent in self.tiers:
            _percent(f"discount above {above}", percent)
        if not self.tiers or any(low >= high for (low, _), (high, _) in pairwise(self.tiers)):
            raise ArrangementError("The tiers of a volume discount rise, each from a higher amount.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A fee per period; hours beyond those included are charged at a percent of the agreed rate."""

    fee: Decimal
    included_hours: Decimal | None = None  # None: all of them
    beyond_percent: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        _positive("subscription fee", self.fee)
        _percent("rate beyond the included hours", self.beyond_percent)


Arrangement = Hourly | Fixed | Phased | Capped | Contingency | Hybrid | Blended | VolumeDiscount | Subscription


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


def _positive(what: str, amount: Decimal) -> None:
    if amount <= 0:
        raise ArrangementError(f"A {what} of {amount} is not a price; it must be above zero.")


def _percent(what: str, percent: Decimal) -> None:
    if not 0 <= percent <= 100:
        raise ArrangementError(f"The {what} is {percent} %; a percent lies between 0 and 100.")
