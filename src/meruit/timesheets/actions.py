"""Entries: prepared by a preparer, released by whoever did the work, changed afterwards only by decision."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid
from meruit.authority.models import Decision
from meruit.firm import queries as firm
from meruit.matters.models import Matter
from meruit.people.models import Timekeeper
from meruit.timesheets import access, bulk
from meruit.timesheets.models import Entry, Release, Transfer, Version
from meruit.timesheets.prices import Price, Prices, price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from meruit.authority.acts import Actor

#: Roles that prepare entries; a timekeeper prepares his own.
PREPARES_TIME = (*authority_access.PREPARES, "timekeeper")


@dataclass(slots=True, kw_only=True)  # frozen would take three times as long, and an import makes each row one
class NewEntry:
    """A piece of work, or a cost, about to be prepared. Hours, units and amounts are exact decimals."""

    kind: str  # time, expense
    matter_id: int
    timekeeper_id: int
    worked_on: date
    narrative: str
    hours: Decimal | None = None
    units: Decimal | None = None
    unit_cost: Decimal | None = None
    task_code: str = ""
    activity_code: str = ""
    expense_code: str = ""
    hard_cost: bool = False
    billable: bool = True
    source_key: str | None = None
    suggestion_id: int | None = None


def prepare(actor: Actor, entries: Sequence[NewEntry], *, batch_id: int | None = None) -> list[int]:
    """Write entries down as prepared. They are not billable before their timekeeper releases them.

    Raises `Invalid` naming the entry by its place in the list, `NotFound` for a matter the actor may not see.
    """
    authority_access.require(actor, *PREPARES_TIME)
    matters = {m.pk: m for m in authority_access.matters(actor).filter(pk__in={e.matter_id for e in entries})}
    timekeepers = {t.pk: t for t in Timekeeper.objects.filter(pk__in={e.timekeeper_id for e in entries})}
    for place, entry in enumerate(entries, start=1):
        _check(place, entry, matters, timekeepers)
    if not actor.is_system and authority_access.roles(actor) <= {"timekeeper"}:
        foreign = [t for t in timekeepers.values() if t.person_id != actor.person_id]
        if foreign:
            raise Invalid(f"A timekeeper enters his own time; {foreign[0]} is somebody else.")
    prices = Prices(matters.values(), timekeepers.values())
    now = moment()
    with acting(actor):
        made = bulk.write(
            [(entry, *prices.of(entry)) for entry in entries],
            by=actor.person_id,
            at=now,
            batch_id=batch_id,
        )
        note("entries.prepared", "timesheets_entry", after={"count": len(made), "first": made[0] if made else None})
    return made


def revise(actor: Actor, entry_id: int, new: NewEntry, *, reason: str = "") -> int:
    """Write the next version of an entry one has prepared oneself and nobody has released; returns its number."""
    entry = access.entry(actor, entry_id)
    return _next_version(actor, entry, new, reason=reason, decision=None)


def release(actor: Actor, entry_ids: Iterable[int]) -> int:
    """The timekeeper's tap: these entries may be billed as they stand now. One decision over all of them."""
    entries = list(access.entries(actor).filter(pk__in=list(entry_ids)).order_by("pk"))
    missing = set(entry_ids) - {e.pk for e in entries}
    if missing:
        raise Invalid(f"There is no entry {min(missing)}.")
    content = {"entries": [[e.pk, e.version] for e in entries]}
    with acting(actor):
        decision = authority.act_directly(
            actor,
            "release-time",
            content,
            subject="timesheets_entry",
            subject_id=entries[0].pk if len(entries) == 1 else None,
            reason="Released by its timekeeper.",
        )
        made = Release.objects.create(entries=content["entries"], decision_id=decision)
        note("entries.released", "timesheets_release", made.pk, after={"count": len(entries)}, decision_id=decision)
    return made.pk


def change_content(entry: Entry, new: NewEntry) -> dict[str, Any]:
    """What a decision over a change of an entry says: every column that the change carries out."""
    return {
        "entry_id": entry.pk,
        "number": entry.version + 1,
        "worked_on": new.worked_on.isoformat(),
        "narrative": new.narrative,
        "hours": _text(new.hours),
        "units": _text(new.units),
        "unit_cost": _text(new.unit_cost),
        "task_code": new.task_code,
        "activity_code": new.activity_code,
        "expense_code": new.expense_code,
        "billable": new.billable,
    }


def propose_change(
    actor: Actor, entry_id: int, new: NewEntry, *, reason: str, evidence: Mapping[str, Any] | None = None
) -> int:
    """Propose another text (or hours, or codes) for an entry; its timekeeper, or the partner, decides."""
    authority_access.require(actor, *PREPARES_TIME)
    entry = access.entry(actor, entry_id)
    before = Version.objects.get(entry=entry, number=entry.version)
    return authority.propose(
        actor,
        "narrative",
        change_content(entry, new),
        subject="timesheets_entry",
        subject_id=entry.pk,
        reason=reason,
        evidence={"before": before.narrative, "hours_before": _text(before.hours)} | dict(evidence or {}),
    )


def carry_out_change(actor: Actor, decision: Decision) -> int:
    """Write a decided change as the entry's next version; returns the version's id."""
    content = decision.content
    entry = access.entry(actor, content["entry_id"])
    new = NewEntry(
        kind=entry.kind,
        matter_id=entry.matter_id,
        timekeeper_id=entry.timekeeper_id,
        worked_on=date.fromisoformat(content["worked_on"]),
        narrative=content["narrative"],
        hours=_number(content["hours"]),
        units=_number(content["units"]),
        unit_cost=_number(content["unit_cost"]),
        task_code=content["task_code"],
        activity_code=content["activity_code"],
        expense_code=content["expense_code"],
        billable=content["billable"],
    )
    _next_version(actor, entry, new, reason=decision.reason, decision=decision)
    return Version.objects.get(entry=entry, number=content["number"]).pk


def change_own(actor: Actor, entry_id: int, new: NewEntry, *, reason: str) -> int:
    """Change an entry within one's own authority (an attorney on her own narrative); returns the version's id."""
    entry = access.entry(actor, entry_id)
    with acting(actor):
        decision = authority.act_directly(
            actor,
            "narrative",
            change_content(entry, new),
            subject="timesheets_entry",
            subject_id=entry.pk,
            reason=reason,
        )
        return carry_out_change(actor, Decision.objects.get(pk=decision))


def propose_transfer(actor: Actor, entry_id: int, to_matter_id: int, *, reason: str) -> int:
    """Propose that an entry belongs to another matter."""
    authority_access.require(actor, *PREPARES_TIME)
    entry = access.entry(actor, entry_id)
    target = authority_access.matter(actor, to_matter_id)
    content = {"entry_id": entry.pk, "from_matter_id": entry.matter_id, "to_matter_id": target.pk, "reason": reason}
    return authority.propose(actor, "transfer", content, subject="timesheets_entry", subject_id=entry.pk, reason=reason)


def carry_out_transfer(actor: Actor, decision: Decision) -> int:
    """Move a decided entry; uses the decision once."""
    content = decision.content
    with acting(actor):
        made = Transfer.objects.create(
            entry_id=content["entry_id"],
            from_matter_id=content["from_matter_id"],
            to_matter_id=content["to_matter_id"],
            reason=content["reason"],
            decision=decision,
        )
        note("entry.transferred", "timesheets_entry", content["entry_id"], after=content, decision_id=decision.pk)
    return made.pk


def version(entry_id: int, number: int, new: NewEntry, priced: Price) -> dict[str, Any]:
    """The columns of a version but its maker's."""
    says = {k: v for k, v in asdict(new).items() if k in _SAID}
    return says | {
        "entry_id": entry_id,
        "number": number,
        "standard_rate": priced.standard_rate,
        "agreed_rate": priced.agreed_rate,
        "rate_source": priced.source,
        "standard_value": priced.standard_value,
        "worked_value": priced.worked_value,
    }


_SAID = frozenset({
    "worked_on", "narrative", "hours", "units", "unit_cost", "task_code", "activity_code", "expense_code", "hard_cost",
    "billable",
})  # fmt: skip


def _next_version(actor: Actor, entry: Entry, new: NewEntry, *, reason: str, decision: Decision | None) -> int:
    matter = entry.matter
    _check(1, new, {matter.pk: matter, new.matter_id: matter}, {new.timekeeper_id: entry.timekeeper})
    priced = price(new, matter, entry.timekeeper, firm.rate_table([matter.client_id]))
    before = Version.objects.get(entry=entry, number=entry.version)
    number = entry.version + 1 if decision is None else decision.content["number"]
    with acting(actor):
        Version.objects.create(
            **version(entry.pk, number, new, priced),
            currency=matter.currency,
            made_by_id=actor.person_id,
            made_at=moment(),
            reason=reason,
            decision=decision,
        )
        note(
            "entry.revised",
            "timesheets_entry",
            entry.pk,
            before={"narrative": before.narrative, "hours": before.hours, "value": before.worked_value},
            after={"narrative": new.narrative, "hours": new.hours, "value": priced.worked_value},
            reason=reason,
            decision_id=None if decision is None else decision.pk,
        )
    return number


def _check(place: int, e: NewEntry, matters: Mapping[int, Matter], timekeepers: Mapping[int, Timekeeper]) -> None:
    """Refuse an entry that cannot be, by its place in the list."""
    wrong = None
    if e.matter_id not in matters:
        wrong = f"there is no matter {e.matter_id}"
    elif e.timekeeper_id not in timekeepers:
        wrong = f"there is no timekeeper {e.timekeeper_id}"
    elif not e.narrative.strip():
        wrong = "it has no narrative"
    elif e.kind == "time" and (e.hours is None or not 0 < e.hours <= 24):
        wrong = f"{e.hours} hours; a day's entry is above 0 and at most 24"
    elif e.kind == "expense" and (e.units is None or e.units <= 0 or e.unit_cost is None):
        wrong = "a cost has units above 0 and a unit cost"
    elif e.kind not in ("time", "expense"):
        wrong = f'its kind is "{e.kind}"; it is time or expense'
    elif (closed := matters[e.matter_id].closed_on) is not None and e.worked_on > closed:
        wrong = f"matter {matters[e.matter_id].number} was closed on {closed}"
    if wrong:
        raise Invalid(f"Entry {place}: {wrong}.")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
