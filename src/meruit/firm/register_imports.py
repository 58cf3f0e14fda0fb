"""Registers from a file: what clients approved, their budgets, third parties and timekeepers.

Each row goes through the action that a person's entry goes through. A row that says something else than before
ends the former row and records another; a budget is a version of its own for each matter and first day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model

from meruit.authority import access as authority_access
from meruit.authority.acts import Actor, acting
from meruit.authority.errors import Refused
from meruit.firm import actions as firm
from meruit.firm.models import Approval, Budget, Vendor
from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.problems import Problem
from meruit.matters.models import Client, Matter, Payer
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from meruit.imports.core.block import Taken
    from meruit.imports.models import Batch

#: Record of a file -> the register whose rows it holds. A payer's list of timekeepers has dates instead of an end.
REGISTERS = {"approvals": "approval", "budgets": "budget", "vendors": "vendor", "approved-timekeepers": None}
#: What makes two rows of a register the same thing said twice.
_SAME: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "approval": (Approval, ("client_id", "matter_id", "rule", "timekeeper_id", "vendor", "from_on", "reference")),
    "budget": (Budget, ("matter_id", "from_on")),
    "vendor": (Vendor, ("client_id", "name", "from_on")),
}
SAID_ANEW = "The file says something else by now."
LEFT_OUT = "No longer in a file that holds all of them."


class RegisterTaker:
    """Takes rows of one register."""

    def __init__(self, actor: Actor, record: str, visible: Mapping[str, Matter]) -> None:
        self.actor = actor
        self.record = record
        self.matters = visible
        self.clients = {c.number.lower(): c for c in authority_access.clients(actor)}
        self.timekeepers = {t.number.lower(): t for t in Timekeeper.objects.all()}

    def take(self, chunk: Chunk) -> Outcome:
        """Record new rows; what is said anew replaces the row that was recorded before."""
        outcome = Outcome()
        rows = [(row, None) for row in chunk.new] + [(row, target) for row, target in chunk.changed]
        if self.record == "budgets":
            self._budgets(rows, outcome)
            return outcome
        record = {"approvals": self._approval, "vendors": self._vendor}.get(self.record, self._timekeeper)
        for row, before in rows:
            self._one(row, before, record, outcome)
        return outcome

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Rows that a complete file no longer holds have ended."""
        for target in targets:
            self._end(target, LEFT_OUT)

    def finish(self, batch: Batch) -> None:
        """Nothing waits for the last row."""

    def _one(
        self, row: Taken, before: int | None, record: Callable[[dict[str, Any]], int | Problem], outcome: Outcome
    ) -> None:
        try:
            made = self._instead(before, record, dict(row.values))
        except Refused as refused:
            made = Problem(self.record, "", str(refused))
        if isinstance(made, Problem):
            outcome.refused.append((row, made))
            return
        outcome.became[row.key] = made

    def _instead(
        self, before: int | None, record: Callable[[dict[str, Any]], int | Problem], said: dict[str, Any]
    ) -> int | Problem:
        """Record a row; where it says something else than before, the former one ends with it or stays."""
        with acting(self.actor), transaction.atomic():
            if before is not None:
                self._end(before, SAID_ANEW)
            made = record(said)
            if isinstance(made, Problem):
                transaction.set_rollback(True)
        return made

    def _approval(self, said: dict[str, Any]) -> int | Problem:
        client, matter, timekeeper = self._whose(said)
        for found in (client, matter, timekeeper):
            if isinstance(found, Problem):
                return found
        assert isinstance(client, Client)  # found above
        return firm.record_approval(
            self.actor, client.pk, said.pop("rule"), said.pop("approver"), matter_id=_pk(matter),
            timekeeper_id=_pk(timekeeper), **said,
        )  # fmt: skip

    def _vendor(self, said: dict[str, Any]) -> int | Problem:
        client, _, _ = self._whose(said)
        if not isinstance(client, Client):
            return client
        return firm.record_vendor(self.actor, client.pk, said.pop("name"), **said)

    def _timekeeper(self, said: dict[str, Any]) -> int | Problem:
        client, matter, timekeeper = self._whose(said)
        for found in (client, matter, timekeeper):
            if isinstance(found, Problem):
                return found
        assert isinstance(client, Client)  # found above
        assert isinstance(timekeeper, Timekeeper)  # the field is required
        payers = Payer.objects.filter(client=client).order_by("pk")
        name = said.pop("payer", "")
        payer = payers.filter(name__iexact=name).first() if name else payers.first()
        if payer is None:
            return Problem("payer", name, "the client has no such payer")
        return firm.record_timekeeper(self.actor, payer.pk, timekeeper.pk, matter_id=_pk(matter), **said)

    def _budgets(self, rows: Sequence[tuple[Taken, int | None]], outcome: Outcome) -> None:
        """The rows of one matter and first day are one version; a changed row brings the others along."""
        together: dict[tuple[str, Any], list[tuple[Taken, int | None]]] = defaultdict(list)
        for row, before in rows:
            together[row.values["matter"].lower(), row.values["from_on"]].append((row, before))
        for (number, day), own in together.items():
            matter = self.matters.get(number)
            if matter is None:
                outcome.refused += [
                    (r, Problem("matter", r.values["matter"], "there is no such matter")) for r, _ in own
                ]
                continue
            head = own[0][0].values
            former = Budget.objects.filter(matter=matter, from_on=day, ended_at=None).order_by("version").last()
            lines = {} if former is None else {x.task_code: x.amount for x in former.lines.all()}
            lines |= {row.values.get("task_code", ""): row.values["amount"] for row, _ in own}
            kept = {k: head[k] for k in ("approved_on", "approver", "reference", "currency") if k in head}
            try:
                with acting(self.actor), transaction.atomic():
                    if former is not None:
                        firm.end(self.actor, "budget", former.pk, SAID_ANEW)
                    made = firm.record_budget(self.actor, matter.pk, lines, from_on=day, **kept)
            except Refused as refused:
                outcome.refused += [(row, Problem("budget", "", str(refused))) for row, _ in own]
                continue
            outcome.became |= {row.key: made for row, _ in own}

    def _whose(
        self, said: dict[str, Any]
    ) -> tuple[Client | Problem, Matter | Problem | None, Timekeeper | Problem | None]:
        """Client, matter and timekeeper of a row, taken out of it."""
        number, matter_number, who = said.pop("client"), said.pop("matter", None), said.pop("timekeeper", None)
        client = self.clients.get(number.lower()) or Problem("client", number, "there is no such client")
        matter = timekeeper = None
        if matter_number is not None:
            matter = self.matters.get(matter_number.lower()) or Problem(
                "matter", matter_number, "there is no such matter"
            )
        if who is not None:
            timekeeper = self.timekeepers.get(who.lower()) or Problem("timekeeper", who, "there is no such timekeeper")
        return client, matter, timekeeper

    def _end(self, target: int, why: str) -> None:
        """End what stands of a source row: the record it became first, or the one that took that one's place."""
        register = REGISTERS[self.record]
        if register is None:
            return
        model, same = _SAME[register]
        first = model._default_manager.filter(pk=target).values(*same).first()
        if first is None:
            return
        for row in model._default_manager.filter(**first, ended_at=None).values_list("pk", flat=True):
            firm.end(self.actor, register, row, why)


def _pk(found: Matter | Timekeeper | Problem | None) -> int | None:
    return found.pk if isinstance(found, (Matter, Timekeeper)) else None
