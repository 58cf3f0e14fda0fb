"""Clients, payers and matters from the firm's files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.problems import Problem
from meruit.matters.models import Client, Matter, MatterId, Payer
from meruit.money import MoneyError, currency
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from datetime import date

    from meruit.imports.core.block import Taken
    from meruit.imports.models import Batch


class _Listed(ABC):
    """What the three have in common: rows one by one, and of a known record only what needs no decision changes."""

    def __init__(self, today: date, origin: str) -> None:
        self.today = today
        self.origin = origin

    def take(self, chunk: Chunk) -> Outcome:
        """Write new rows; of known ones change what may change without a decision."""
        outcome = Outcome()
        for row in chunk.new:
            made = self.make(row.values)
            if isinstance(made, Problem):
                outcome.refused.append((row, made))
            else:
                outcome.became[row.key] = made
        for row, target in chunk.changed:
            self.change(row, target)
        return outcome

    def finish(self, batch: Batch) -> None:  # noqa: B027 - a record of these is whole row by row
        """Nothing waits for the last row."""

    @abstractmethod
    def make(self, said: dict[str, Any]) -> int | Problem:
        """The id of the record a row becomes, or why it cannot."""

    @abstractmethod
    def change(self, row: Taken, target: int) -> None:
        """What a row says anew of a known record."""


class ClientTaker(_Listed):
    """Who hired the firm."""

    def make(self, said: dict[str, Any]) -> int | Problem:
        if Client.objects.filter(number=said["number"]).exists():
            return Problem("number", said["number"], "there is a client of this number, from another source")
        opened = said.get("opened_on", self.today)
        return Client.objects.create(number=said["number"], name=said["name"], opened_on=opened, origin=self.origin).pk

    def change(self, row: Taken, target: int) -> None:
        Client.objects.filter(pk=target).update(name=row.values["name"])

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Who is no longer listed is closed, not deleted."""
        Client.objects.filter(pk__in=targets, closed_on=None).update(closed_on=self.today)


class PayerTaker(_Listed):
    """Who pays. Currency and tax are written once: a later change is not the file's to make."""

    def make(self, said: dict[str, Any]) -> int | Problem:
        client = Client.objects.filter(number=said["client"]).first()
        if client is None:
            return Problem("client", said["client"], "there is no such client; import the client first")
        code = said.get("currency", "USD")
        try:
            currency(code)
        except MoneyError as error:
            return Problem("currency", code, str(error))
        rate = said.get("tax_rate", Decimal(0))
        rate = rate / 100 if rate > 1 else rate
        if not 0 <= rate < 1:
            return Problem("tax_rate", str(said["tax_rate"]), "a tax rate is a percent from 0 to 99")
        return Payer.objects.create(
            client=client,
            name=said["name"],
            address=said.get("address", ""),
            country=said.get("country", "US"),
            email=said.get("email", ""),
            currency=code,
            tax_id=said.get("tax_id", ""),
            tax_name=said.get("tax_name", ""),
            tax_rate=rate,
            delivery=said.get("delivery", "pdf").lower().replace(" ", "-"),
            portal_client_id=said.get("portal_client_id", ""),
        ).pk

    def change(self, row: Taken, target: int) -> None:
        may = {k: row.values[k] for k in ("address", "email", "portal_client_id") if k in row.values}
        if may:
            Payer.objects.filter(pk=target).update(**may)

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """A payer no longer listed keeps its bills; who pays is told by the shares."""


class MatterTaker(_Listed):
    """Engagements. Who is responsible is written once: a later change gives authority, and is decided."""

    def make(self, said: dict[str, Any]) -> int | Problem:
        client = Client.objects.filter(number=said["client"]).first()
        if client is None:
            return Problem("client", said["client"], "there is no such client; import the client first")
        if Matter.objects.filter(number=said["number"]).exists():
            return Problem("number", said["number"], "there is a matter of this number, from another source")
        responsible = Timekeeper.objects.filter(number__iexact=said["responsible"], person__isnull=False).first()
        if responsible is None or responsible.person is None:
            return Problem("responsible", said["responsible"], "there is no timekeeper of this number who signs in")
        made = Matter.objects.create(
            client=client,
            number=said["number"],
            name=said["name"],
            practice=said.get("practice", ""),
            opened_on=said.get("opened_on", self.today),
            responsible=responsible.person,
            code_set=said.get("code_set", "L"),
            currency=said.get("currency", "USD"),
            origin=self.origin,
        )
        payer = client.payers.order_by("pk").first()
        if said.get("client_matter_id") and payer is not None:
            MatterId.objects.create(matter=made, payer=payer, name="client_matter_id", value=said["client_matter_id"])
        return made.pk

    def change(self, row: Taken, target: int) -> None:
        may = {k: row.values[k] for k in ("name", "practice") if k in row.values}
        Matter.objects.filter(pk=target).update(**may)

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """A matter no longer listed is closed, not deleted."""
        Matter.objects.filter(pk__in=targets, closed_on=None).update(closed_on=self.today)
