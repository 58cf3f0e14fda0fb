"""Timekeepers from the firm's files: they are taken beside the matters they work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.problems import Problem
from meruit.people.models import Person, Timekeeper

if TYPE_CHECKING:
    from datetime import date

    from meruit.imports.models import Batch

#: The classes that LEDES and portals know; a firm's own titles are mapped to them before an import.
CLASSES = ("PARTNER", "OFCOUN", "ASSOC", "PARALG", "LGLAST", "CLERK", "SUMMER", "LIBRN", "SECY", "OTHER")


class TimekeeperTaker:
    """Whose time is billed. A file never makes a person who signs in: that is decided by two administrators."""

    def __init__(self, today: date, origin: str) -> None:
        self.today = today
        self.origin = origin

    def take(self, chunk: Chunk) -> Outcome:
        """New timekeepers are written; of known ones class, bar year and departure may change."""
        outcome = Outcome()
        for row in chunk.new:
            said = row.values
            wrong = self._wrong(said["classification"])
            if wrong is None and Timekeeper.objects.filter(number=said["number"]).exists():
                wrong = Problem("number", said["number"], "there is a timekeeper of this number, from another source")
            if wrong is not None:
                outcome.refused.append((row, wrong))
                continue
            person = Person.objects.filter(email__iexact=said["email"]).first() if said.get("email") else None
            outcome.became[row.key] = Timekeeper.objects.create(
                number=said["number"],
                first_name=said["first_name"],
                last_name=said["last_name"],
                classification=said["classification"],
                bar_year=int(said["bar_year"]) if "bar_year" in said else None,
                person=person,
                from_on=said.get("from_on", self.today),
                origin=self.origin,
            ).pk
        for row, target in chunk.changed:
            if (wrong := self._wrong(row.values["classification"])) is not None:
                outcome.refused.append((row, wrong))
                continue
            bar = row.values.get("bar_year")
            Timekeeper.objects.filter(pk=target).update(
                classification=row.values["classification"], bar_year=None if bar is None else int(bar)
            )
        return outcome

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Who is no longer listed has left."""
        Timekeeper.objects.filter(pk__in=targets, left_on=None).update(left_on=self.today)

    def finish(self, batch: Batch) -> None:
        """Nothing waits for the last row."""

    def _wrong(self, classification: str) -> Problem | None:
        if classification in CLASSES:
            return None
        return Problem("classification", classification, f"known are {', '.join(CLASSES)}")
