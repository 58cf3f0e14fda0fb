"""The morning digest: what the night did, what waits for whom, what expires when. Pure: records in, text out.

The same record is shown in the terminal, on the first page and in the mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of the night."""

    title: str
    done: int
    skipped: int
    failed: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """An item that failed or was left, and why."""

    step: str
    item: str
    why: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Decisions of one kind that wait for one person (or role)."""

    whom: str
    kind: str
    count: int
    amounts: tuple[tuple[str, Decimal], ...]  # currency, sum
    oldest_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Expires:
    """A deadline that is near or has passed."""

    title: str
    due_at: datetime
    zone: str
    waits_for: str
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """A bill that does not move at its portal: how long it has been silent, and what to do about it."""

    bill: str
    payer: str
    days: int
    why: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a queue stands when the shift is handed over."""

    name: str
    count: int
    amounts: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything the morning needs to know."""

    firm: str
    night_of: datetime
    firm_zone: str
    shift_zone: str
    steps: Sequence[StepDone] = ()
    troubles: Sequence[Trouble] = ()
    waits: Sequence[Waits] = ()
    expires: Sequence[Expires] = ()
    stuck: Sequence[Stuck] = ()
    queues: Sequence[Queue] = ()
    unsealed: int = 0
    receipt: str = ""
    notices: Sequence[str] = field(default_factory=tuple)

    @property
    def decisions(self) -> int:
        """How many decisions wait."""
        return sum(w.count for w in self.waits)


def both(moment: datetime, *zones: str) -> str:
    """A moment in each of these zones: "Tue 3 Nov 18:30 New York / Wed 4 Nov 07:30 Manila"."""
    shown = []
    for zone in dict.fromkeys(zones):
        local = moment.astimezone(ZoneInfo(zone))
        shown.append(f"{local:%a} {local.day} {local:%b %H:%M} {zone.rpartition('/')[2].replace('_', ' ')}")
    return " / ".join(shown)


def money(amounts: Sequence[tuple[str, Decimal]]) -> str:
    """Amounts by currency: "USD 12,300.00, GBP 400.00"."""
    return ", ".join(f"{code} {amount:,.2f}" for code, amount in amounts)


def text(digest: Digest) -> str:
    """The digest as plain text, for the terminal and the mail; lines stay under 100 characters where words allow."""
    zones = (digest.firm_zone, digest.shift_zone)
    out = [f"{digest.firm}: the night of {both(digest.night_of, *zones)}", ""]
    out.append(f"{digest.decisions} decisions wait." if digest.decisions else "No decision waits.")
    out += _waits(digest, zones)
    if digest.expires:
        out += ["", "Expires"]
        for row in digest.expires:
            mark = "LAPSED " if row.lapsed else ""
            out.append(f"  {mark}{both(row.due_at, row.zone, *zones)}: {row.title} (waits for {row.waits_for})")
    if digest.stuck:
        out += ["", "Stuck at their portal"]
    out += [f"  {row.bill} of {row.payer}, silent for {row.days} days: {row.why}" for row in digest.stuck]
    out += ["", "Done in the night"]
    for step in digest.steps:
        rest = f", {step.skipped} left" * bool(step.skipped) + f", {step.failed} FAILED" * bool(step.failed)
        out.append(f"  {step.title}: {step.done} done{rest}")
    for trouble in digest.troubles:
        out.append(f"    {'FAILED' if trouble.failed else 'left'} {trouble.step} {trouble.item}: {trouble.why}")
    out += ["", "Hand-over"]
    out += [f"  {q.name}: {q.count}" + (f" ({money(q.amounts)})" if q.amounts else "") for q in digest.queues]
    out += [f"  {notice}" for notice in digest.notices]
    out += ["", f"Audit trail: {digest.unsealed} records not yet sealed."]
    if digest.receipt:
        out += ["", digest.receipt.rstrip()]
    return "\n".join(out) + "\n"


def _waits(digest: Digest, zones: tuple[str, str]) -> list[str]:
    out = []
    for whom in dict.fromkeys(w.whom for w in digest.waits):
        out.append(f"  {whom}")
        for row in (w for w in digest.waits if w.whom == whom):
            amounts = f", {money(row.amounts)}" if row.amounts else ""
            due = f", by {both(row.due_at, *zones)}" if row.due_at else ""
            out.append(f"    {row.count} x {row.kind}{amounts}{due}")
    return out
