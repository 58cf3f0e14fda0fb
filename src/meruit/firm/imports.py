"""Rates and engagement terms from a file: a proposal for each client; nothing holds before another person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.authority.acts import Actor
from meruit.authority.errors import Refused
from meruit.firm import actions as firm
from meruit.imports.actions import Chunk, Outcome
from meruit.imports.core.problems import Problem
from meruit.matters.models import Client, Matter
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from meruit.imports.core.block import Taken
    from meruit.imports.models import Batch

#: What an arrangement's amount is called in its terms.
_AMOUNT = {"fixed": "fee", "capped": "cap", "blended": "rate_per_hour", "subscription": "fee"}


class TermsTaker:
    """Collects a file's rows by client and puts them forward; what a row becomes is its proposal."""

    def __init__(self, actor: Actor, record: str, visible: Mapping[str, Matter]) -> None:
        self.actor = actor
        self.kind = "rate" if record == "rates" else "arrangement"
        self.matters = visible

    def take(self, chunk: Chunk) -> Outcome:
        """One proposal for each client of the chunk; a row that could never hold is set aside."""
        outcome = Outcome()
        by_client: dict[int | None, list[tuple[Taken, dict[str, Any]]]] = defaultdict(list)
        for row in (*chunk.new, *(row for row, _ in chunk.changed)):
            found = self._rate(row.values) if self.kind == "rate" else self._arrangement(row.values)
            if isinstance(found, Problem):
                outcome.refused.append((row, found))
            else:
                by_client[found[0]].append((row, found[1]))
        for client, rows in by_client.items():
            where = f"{chunk.batch.file_name}, from line {rows[0][0].line}"
            key = f"import:{chunk.batch.pk}:{self.kind}:{client}:{rows[0][0].line}"
            try:
                proposal = firm.propose_terms(
                    self.actor, self.kind, client, [said for _, said in rows], reason=where, natural_key=key
                )
            except Refused as refused:
                outcome.refused += [(row, Problem(self.kind, "", str(refused))) for row, _ in rows]
                continue
            outcome.became |= {row.key: proposal for row, _ in rows}
        return outcome

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Terms end by decision, not by absence from a file."""

    def finish(self, batch: Batch) -> None:
        """The proposals wait for a partner."""

    def _rate(self, said: dict[str, Any]) -> tuple[int | None, dict[str, Any]] | Problem:
        matter = timekeeper = client = None
        if "matter" in said and (matter := self.matters.get(said["matter"].lower())) is None:
            return Problem("matter", said["matter"], "there is no such matter")
        if "client" in said and (client := Client.objects.filter(number=said["client"]).first()) is None:
            return Problem("client", said["client"], "there is no such client")
        if "timekeeper" in said:
            timekeeper = Timekeeper.objects.filter(number__iexact=said["timekeeper"]).first()
            if timekeeper is None:
                return Problem("timekeeper", said["timekeeper"], "there is no such timekeeper")
        if ("amount" in said) == ("percent" in said):
            return Problem("amount", "", "a row has a rate, or a discount in percent")
        client_id = matter.client_id if matter else client.pk if client else None
        row = {
            "level": _level(said, matter is not None, client_id is not None),
            "matter_id": matter.pk if matter else None,
            "timekeeper_id": timekeeper.pk if timekeeper else None,
            "classification": said.get("classification"),
            "task_code": said.get("task_code"),
            "amount": _text(said.get("amount")),
            "percent": _text(said.get("percent")),
            "currency": said.get("currency", matter.currency if matter else "USD"),
        }
        return client_id, _present(row) | _dates(said)

    def _arrangement(self, said: dict[str, Any]) -> tuple[int | None, dict[str, Any]] | Problem:
        matter = self.matters.get(said["matter"].lower())
        if matter is None:
            return Problem("matter", said["matter"], "there is no such matter")
        kind = said["arrangement"].strip().lower().replace(" ", "-")
        if kind != "hourly" and (kind not in _AMOUNT or "amount" not in said):
            known = ", ".join(("hourly", *_AMOUNT))
            says = f"a file brings {known}, each with its amount; others are put forward on the matter"
            return Problem("arrangement", said["arrangement"], says)
        terms = {} if kind == "hourly" else {_AMOUNT[kind]: str(said["amount"])}
        return matter.client_id, {"matter_id": matter.pk, "kind": kind, "terms": terms} | _dates(said)


def _level(said: dict[str, Any], matter: bool, client: bool) -> str:
    whose = "matter" if matter else "client" if client else None
    if "percent" in said:
        return "discount"
    if "task_code" in said:
        return "task"
    if whose is None:
        return "standard"
    return f"{whose}-person" if "timekeeper" in said else f"{whose}-class"


def _dates(said: dict[str, Any]) -> dict[str, str]:
    return {name: said[name].isoformat() for name in ("from_on", "until_on") if name in said}


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
