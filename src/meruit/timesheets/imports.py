"""Time and costs from the firm's files: set-based, since a month end brings a hundred thousand of them.

Rows are checked and priced by columns, each matter, person, day and rate once. Where anything about a row is odd
it is looked at by itself (`EntryTaker._entry`), which also words the reason for which it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import starmap
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F

from meruit.authority.acts import moment
from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.block import Block
from meruit.imports.core.problems import Problem
from meruit.imports.models import Batch, Owner
from meruit.people.models import Timekeeper
from meruit.postgres import cells
from meruit.timesheets import bulk
from meruit.timesheets.actions import NewEntry
from meruit.timesheets.models import Released, SourceConflict, Version
from meruit.timesheets.prices import Prices, cost

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.imports.core.block import Taken
    from meruit.matters.models import Matter

#: Says which of these entries are on a bill already; handed in, since bills stand above.
Billed = Callable[[Sequence[int]], set[int]]


#: How far the earliest zone is ahead of UTC.
_FURTHEST_AHEAD = timedelta(hours=14)


@dataclass(slots=True)
class Prepared:
    """Rows that can be entries, with the cells of each (`bulk.named`, `bulk.said`), and those that cannot."""

    rows: Block
    entries: list[bytes] = field(default_factory=list)
    versions: list[bytes] = field(default_factory=list)
    refused: list[tuple[Taken, Problem]] = field(default_factory=list)


class EntryTaker:
    """Takes rows of time or of expenses. Where the firm's own system owns them, they arrive released."""

    def __init__(self, actor: Actor, record: str, visible: Mapping[str, Matter], billed: Billed) -> None:
        self.actor = actor
        self.record = record
        self.kind = "time" if record == "time" else "expense"
        self.matters = visible
        self.billed = billed
        self.timekeepers = _timekeepers()
        self.prices = Prices(visible.values(), self.timekeepers.values())
        self._place = {number: (matter.pk, matter.closed_on) for number, matter in visible.items()}
        self._person = {name: timekeeper.pk for name, timekeeper in self.timekeepers.items()}
        self.owned_elsewhere = Owner.objects.filter(record=record).exclude(owner="meruit").exists()
        self.today = (moment() + _FURTHEST_AHEAD).date()  # a day that has begun somewhere on earth is no future

    def prepare(self, rows: Block) -> Prepared:
        """Check and price rows by columns; asks no database."""
        refused = [(row, found) for row in self._odd(rows) if isinstance(found := self._entry(row), Problem)]
        rows = rows.without({row.line for row, _ in refused})
        if not rows:
            return Prepared(rows, refused=refused)
        said = _Columns(rows)
        matters, people = said.of("matter"), said.of("timekeeper")
        matter = {name: self._place[name.lower()][0] for name in set(matters)}
        person = {name: self._person[name.lower()] for name in set(people)}
        entries = zip(
            said.each(lambda name: bulk.kept(self.kind, matter[name]), matters),
            said.each(lambda name: cells.bigint(person[name]), people),
            [key + cells.NULL for key in cells.texts(f"{self.record}:{key}" for key in rows.keys)],
            strict=True,
        )
        whose = list(map(matter.__getitem__, matters)), list(map(person.__getitem__, people))
        versions = zip(
            said.each(cells.day, said.of("worked_on")),
            cells.texts(said.of("narrative")),
            *(self._time(said, *whose) if self.kind == "time" else self._costs(said, whose[0])),
            strict=True,
        )
        return Prepared(rows, list(map(b"".join, entries)), list(map(b"".join, versions)), refused)

    def _time(self, said: _Columns, matters: list[int], people: list[int]) -> tuple[Iterable[bytes], ...]:
        """The cells of time behind its narrative: quantities, codes, rates and values."""
        hours = said.of("hours")
        whose = zip(matters, people, said.of("task_code", ""), strict=True)
        priced = self.prices.of_time(whose, said.of("worked_on"), hours)
        return said.each(lambda many: cells.numeric(many) + cells.NULL + cells.NULL, hours), said.codes(), *priced

    def _costs(self, said: _Columns, matters: list[int]) -> tuple[Iterable[bytes], ...]:
        """The same of costs."""
        many = list(zip(said.of("units", Decimal(1)), said.of("unit_cost"), strict=True))
        prices = list(starmap(cost, many))
        currencies = map(self.prices.currency, matters)
        return (
            said.each(lambda one: cells.NULL + cells.numeric(one[0]) + cells.numeric(one[1]), many),
            said.codes(),
            map(bulk.rated, prices),
            map(bulk.valued, prices, currencies),
        )

    def take(self, chunk: Chunk) -> Outcome:
        """Write new entries in two statements, changed ones as new versions, conflicts where a bill has gone out."""
        outcome = Outcome()
        new = chunk.prepared if isinstance(chunk.prepared, Prepared) else self.prepare(chunk.new)
        outcome.refused += new.refused
        changed = self._checked((row for row, _ in chunk.changed), outcome)
        made = bulk.write_cells(new.entries, new.versions, bulk.Made(self.actor.person_id, moment(), chunk.batch.pk))
        outcome.became = dict(zip(new.rows.keys, made, strict=True))
        if changed:
            self._change(chunk, {row.line: entry for row, entry in changed})
        return outcome

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Deleted source rows: no longer billable, or a conflict where that cannot be."""
        conflicts, written = [], []
        for current, fixed in self._current(targets):
            if fixed:
                conflicts.append(_conflict(batch, current, None))
            elif current.billable:
                new = replace(_said(current), billable=False)
                written.append(self._next(current, new))
        self._settle(batch, conflicts, written, "Deleted at its source.")

    def finish(self, batch: Batch) -> None:
        """Release what the firm's own system has released."""
        if self.owned_elsewhere:
            with connection.cursor() as cursor:
                cursor.execute("SELECT timesheets.release_at_source(%s)", [batch.pk])

    def _checked(self, rows: Iterable[Taken], outcome: Outcome) -> list[tuple[Taken, NewEntry]]:
        good = []
        for row in rows:
            found = self._entry(row)
            if isinstance(found, Problem):
                outcome.refused.append((row, found))
            else:
                good.append((row, found))
        return good

    def _odd(self, rows: Block) -> Iterator[Taken]:
        """Rows in which something is not as it is in most, and perhaps not as it has to be."""
        if not rows:
            return
        said = _Columns(rows)
        matters, people, days, units = (said.of(name) for name in ("matter", "timekeeper", "worked_on", "units"))
        places = {name: self._place.get(name.lower()) for name in set(matters)}
        odd = {name for name, place in places.items() if place is None or place[1] is not None}
        unknown = {name for name in set(people) if name.lower() not in self._person}
        few = self.kind == "expense" and any(many is not None and many <= 0 for many in set(units))
        if odd or unknown or few or max(days) > self.today:
            for at, (matter, person, day, many) in enumerate(zip(matters, people, days, units, strict=True)):
                if matter in odd or person in unknown or day > self.today or (few and many is not None and many <= 0):
                    yield rows[at]

    def _entry(self, row: Taken) -> NewEntry | Problem:
        said = row.values
        place = self._place.get(said["matter"].lower())
        if place is None:
            says = "there is no such matter; import the matter first, or correct the number"
            return Problem("matter", said["matter"], says)
        timekeeper = self._person.get(said["timekeeper"].lower())
        if timekeeper is None:
            says = "there is no such timekeeper; import timekeepers first, or correct it"
            return Problem("timekeeper", said["timekeeper"], says)
        day = said["worked_on"]
        if day > self.today:
            return Problem("date", day.isoformat(), "the day is in the future")
        matter, closed_on = place
        if closed_on is not None and day > closed_on:
            return Problem("date", day.isoformat(), f"matter {said['matter']} was closed on {closed_on}")
        if self.kind == "expense" and said.get("units", Decimal(1)) <= 0:
            return Problem(
                "units", str(said["units"]), "units are above zero; a correction is a new version of its cost"
            )
        return NewEntry(
            kind=self.kind,
            matter_id=matter,
            timekeeper_id=timekeeper,
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

    def _change(self, chunk: Chunk, said: Mapping[int, NewEntry]) -> None:
        """A changed row is its entry's next version; where that cannot be, somebody has to look."""
        changed = {target: said[row.line] for row, target in chunk.changed if row.line in said}
        conflicts, written = [], []
        for current, fixed in self._current(list(changed)):
            new, entry = changed[current.entry_id], current.entry
            if fixed or (new.matter_id, new.timekeeper_id) != (entry.matter_id, entry.timekeeper_id):
                conflicts.append(_conflict(chunk.batch, current, new))
            else:
                written.append(self._next(current, replace(new, hard_cost=current.hard_cost or new.hard_cost)))
        self._settle(chunk.batch, conflicts, written, "Changed at its source.")

    def _current(self, targets: Sequence[int]) -> Iterator[tuple[Version, bool]]:
        """What entries say now, and whether a file may not change it: billed, or not the file's to say."""
        billed = self.billed(targets)
        now = Version.objects.filter(entry__in=targets, number=F("entry__version")).select_related("entry")
        theirs = set()
        if not self.owned_elsewhere:
            theirs |= set(Released.objects.filter(entry__in=targets).values_list("entry_id", flat=True))
            theirs |= set(now.exclude(made_by=self.actor.person_id).values_list("entry_id", flat=True))
        for current in now.order_by("entry_id"):
            yield current, current.entry_id in billed or current.entry_id in theirs

    def _next(self, current: Version, new: NewEntry) -> bulk.Next:
        return bulk.Next(current.entry_id, current.number + 1, new, *self.prices.of(new))

    def _settle(
        self, batch: Batch, conflicts: Sequence[SourceConflict], written: Sequence[bulk.Next], reason: str
    ) -> None:
        """Two statements, however many rows have changed."""
        now = moment()
        for conflict in conflicts:
            conflict.found_at = now
        SourceConflict.objects.bulk_create(conflicts)
        if written:
            bulk.write_versions(written, bulk.Made(self.actor.person_id, now, batch.pk, reason))


class _Columns:
    """The columns of rows, and what is made of their cells: once of each that is different."""

    def __init__(self, rows: Block) -> None:
        self._rows = rows

    def of(self, name: str, blank: Any = None) -> Sequence[Any]:
        """A column, with what a blank cell stands for."""
        column = self._rows.values.get(name)
        if column is None:
            return [blank] * len(self._rows)
        return column if blank is None or None not in column else [blank if one is None else one for one in column]

    def codes(self) -> Iterator[bytes]:
        """The cells of `bulk.coded`."""
        names = (
            ("task_code", ""),
            ("activity_code", ""),
            ("expense_code", ""),
            ("hard_cost", False),
            ("billable", True),
        )
        codes = zip(*(self.of(name, blank) for name, blank in names), strict=True)
        return self.each(lambda code: bulk.coded(*code), list(codes))

    def each(self, make: Callable[[Any], bytes], column: Sequence[Any]) -> Iterator[bytes]:
        """What is made of each cell."""
        return map({cell: make(cell) for cell in set(column)}.__getitem__, column)


def _said(current: Version) -> NewEntry:
    return NewEntry(
        kind=current.entry.kind,
        matter_id=current.entry.matter_id,
        timekeeper_id=current.entry.timekeeper_id,
        worked_on=current.worked_on,
        narrative=current.narrative,
        hours=current.hours,
        units=current.units,
        unit_cost=current.unit_cost,
        task_code=current.task_code,
        activity_code=current.activity_code,
        expense_code=current.expense_code,
        hard_cost=current.hard_cost,
        billable=current.billable,
    )


def _conflict(batch: Batch, current: Version, new: NewEntry | None) -> SourceConflict:
    entry = current.entry
    after: dict[str, str | int] | None = None
    if new is not None:
        after = {"narrative": new.narrative, "hours": str(new.hours)}
        if new.matter_id != entry.matter_id:
            after["matter_id"] = new.matter_id
        if new.timekeeper_id != entry.timekeeper_id:
            after["timekeeper_id"] = new.timekeeper_id
    return SourceConflict(
        entry=entry,
        batch_id=batch.pk,
        what="deleted" if new is None else "changed",
        before={"narrative": current.narrative, "hours": str(current.hours), "value": str(current.worked_value)},
        after=after,
    )


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
