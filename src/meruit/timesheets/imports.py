"""Time and costs from the firm's files: set-based, since a month end brings a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection

from meruit.authority.acts import moment
from meruit.firm import queries as firm
from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.problems import Problem
from meruit.imports.models import Batch, Owner
from meruit.matters.models import Matter
from meruit.people.models import Timekeeper
from meruit.timesheets import bulk
from meruit.timesheets.actions import NewEntry, Price, price, priced, version
from meruit.timesheets.models import Entry, SourceConflict, Version

if TYPE_CHECKING:
    from datetime import date, datetime

    from meruit.authority.acts import Actor
    from meruit.firm.core.rates import NoRate, Rate, RateTable
    from meruit.imports.core.rows import Taken

#: Says which of these entries are on a bill already; handed in, since bills stand above.
Billed = Callable[[Sequence[int]], set[int]]
#: So many rates that were looked up are remembered, so that memory stays bounded.
_REMEMBERED = 50_000


class EntryTaker:
    """Takes rows of time or of expenses. Where the firm's own system owns them, they arrive released."""

    def __init__(self, actor: Actor, record: str, visible: Mapping[str, Matter], billed: Billed) -> None:
        self.actor = actor
        self.record = record
        self.kind = "time" if record == "time" else "expense"
        self.matters = visible
        self.billed = billed
        self.timekeepers = _timekeepers()
        self._by_id = {matter.pk: matter for matter in visible.values()}
        self._timekeeper_by_id = {t.pk: t for t in self.timekeepers.values()}
        self.owned_elsewhere = Owner.objects.filter(record=record).exclude(owner="meruit").exists()
        self.today = moment().date()
        self._rates: RateTable | None = None
        self._found: dict[tuple[int, int, date, str], Rate | NoRate] = {}

    def take(self, chunk: Chunk) -> Outcome:
        """Write new entries in two statements, changed ones as new versions, conflicts where a bill has gone out."""
        outcome = Outcome()
        new = self._checked(chunk.new, outcome)
        changed = self._checked([row for row, _ in chunk.changed], outcome)
        if new:
            outcome.became = self._insert(chunk.batch, new)
        if changed:
            self._change(chunk, {row.line: entry for row, entry in changed})
        return outcome

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """A deleted source row: no longer billable, or a conflict where it has been billed."""
        billed = self.billed(targets)
        for entry in Entry.objects.filter(pk__in=targets):
            current = Version.objects.get(entry=entry, number=entry.version)
            if entry.pk in billed:
                self._conflict(batch, entry, current, None)
            elif current.billable:
                self._next(batch, entry, current, self._said(entry, current, billable=False), "Deleted at its source.")

    def finish(self, batch: Batch) -> None:
        """Release what the firm's own system has released."""
        if self.owned_elsewhere:
            with connection.cursor() as cursor:
                cursor.execute("SELECT timesheets.release_at_source(%s)", [batch.pk])

    def _checked(self, rows: Sequence[Taken], outcome: Outcome) -> list[tuple[Taken, NewEntry]]:
        good = []
        for row in rows:
            found = self._entry(row)
            if isinstance(found, Problem):
                outcome.refused.append((row, found))
            else:
                good.append((row, found))
        return good

    def _entry(self, row: Taken) -> NewEntry | Problem:
        said = row.values
        matter = self.matters.get(said["matter"].lower())
        if matter is None:
            says = "there is no such matter; import the matter first, or correct the number"
            return Problem("matter", said["matter"], says)
        timekeeper = self.timekeepers.get(said["timekeeper"].lower())
        if timekeeper is None:
            says = "there is no such timekeeper; import timekeepers first, or correct it"
            return Problem("timekeeper", said["timekeeper"], says)
        day = said["worked_on"]
        if day > self.today:
            return Problem("date", day.isoformat(), "the day is in the future")
        if matter.closed_on is not None and day > matter.closed_on:
            return Problem("date", day.isoformat(), f"matter {matter.number} was closed on {matter.closed_on}")
        if self.kind == "expense" and said.get("units", Decimal(1)) <= 0:
            return Problem(
                "units", str(said["units"]), "units are above zero; a correction is a new version of its cost"
            )
        return NewEntry(
            kind=self.kind,
            matter_id=matter.pk,
            timekeeper_id=timekeeper.pk,
            worked_on=day,
            narrative=said["narrative"],
            hours=said.get("hours"),
            units=said.get("units", Decimal(1)) if self.kind == "expense" else None,
            unit_cost=said.get("unit_cost"),
            task_code=said.get("task_code", ""),
            activity_code=said.get("activity_code", ""),
            expense_code=said.get("expense_code", ""),
            hard_cost=said.get("hard_cost", False),
            billable=said.get("billable", True),
            source_key=f"{self.record}:{row.key}",
        )

    def _insert(self, batch: Batch, rows: Sequence[tuple[Taken, NewEntry]]) -> dict[str, int]:
        """Two statements for the whole chunk: entries, then what they say."""
        priced = [(new, self._price(new), self._by_id[new.matter_id].currency) for _, new in rows]
        made = bulk.write(priced, by=self.actor.person_id, at=moment(), batch_id=batch.pk)
        return {row.key: entry for entry, (row, _) in zip(made, rows, strict=True)}

    def _change(self, chunk: Chunk, said: Mapping[int, NewEntry]) -> None:
        """A changed row is its entry's next version; where its entry is billed, somebody has to look."""
        changed = [(said[row.line], target) for row, target in chunk.changed if row.line in said]
        billed = self.billed([target for _, target in changed])
        for new, target in changed:
            entry = Entry.objects.get(pk=target)
            current = Version.objects.get(entry=entry, number=entry.version)
            if entry.pk in billed:
                self._conflict(chunk.batch, entry, current, new)
            else:
                self._next(chunk.batch, entry, current, new, "Changed at its source.")

    def _next(self, batch: Batch, entry: Entry, current: Version, new: NewEntry, reason: str) -> None:
        made = self._version(entry.pk, entry.version + 1, new, batch, moment(), reason)
        made.hard_cost = current.hard_cost or new.hard_cost
        made.save(force_insert=True)

    def _version(self, entry: int, number: int, new: NewEntry, batch: Batch, now: datetime, reason: str) -> Version:
        return Version(
            **version(entry, number, new, self._price(new)),
            currency=self._by_id[new.matter_id].currency,
            made_by_id=self.actor.person_id,
            made_at=now,
            batch_id=batch.pk,
            reason=reason,
        )

    def _said(self, entry: Entry, current: Version, *, billable: bool) -> NewEntry:
        return NewEntry(
            kind=entry.kind,
            matter_id=entry.matter_id,
            timekeeper_id=entry.timekeeper_id,
            worked_on=current.worked_on,
            narrative=current.narrative,
            hours=current.hours,
            units=current.units,
            unit_cost=current.unit_cost,
            task_code=current.task_code,
            activity_code=current.activity_code,
            expense_code=current.expense_code,
            hard_cost=current.hard_cost,
            billable=billable,
        )

    def _conflict(self, batch: Batch, entry: Entry, current: Version, new: NewEntry | None) -> None:
        SourceConflict.objects.create(
            entry=entry,
            batch_id=batch.pk,
            what="deleted" if new is None else "changed",
            before={"narrative": current.narrative, "hours": str(current.hours), "value": str(current.worked_value)},
            after=None if new is None else {"narrative": new.narrative, "hours": str(new.hours)},
            found_at=moment(),
        )

    def _price(self, new: NewEntry) -> Price:
        """What an entry is worth; the same question for a rate is asked once an import."""
        matter, timekeeper = self._by_id[new.matter_id], self._timekeeper_by_id[new.timekeeper_id]
        if self._rates is None:
            self._rates = firm.rate_table({m.client_id for m in self.matters.values()})
        if new.kind == "expense":
            return price(new, matter, timekeeper, self._rates)
        asked = matter.pk, timekeeper.pk, new.worked_on, new.task_code
        if asked not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[asked] = self._rates.rate_for(firm.question(matter, timekeeper, new.worked_on, new.task_code))
        return priced(new, self._found[asked])


def _timekeepers() -> dict[str, Timekeeper]:
    """By number, and by initials or name where these tell one from all others."""
    found: dict[str, Timekeeper] = {}
    ambiguous: set[str] = set()
    for timekeeper in Timekeeper.objects.all():
        initials = f"{timekeeper.first_name[:1]}{timekeeper.last_name[:1]}".lower()
        for name in (f"{timekeeper.first_name} {timekeeper.last_name}".lower(), initials):
            if name in found:
                ambiguous.add(name)
            found[name] = timekeeper
    numbers = {t.number.lower(): t for t in found.values()}
    return {name: t for name, t in found.items() if name not in ambiguous} | numbers
