"""Which room takes which kind of record of an import, and how an import acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access
from meruit.authority.acts import acting, moment, today
from meruit.authority.errors import NotFound
from meruit.firm.imports import TermsTaker
from meruit.firm.register_imports import RegisterTaker
from meruit.imports.actions import Acting
from meruit.imports.core.fields import records
from meruit.imports.models import Owner, SetAside
from meruit.matters.imports import ClientTaker, MatterTaker, PayerTaker
from meruit.matters.models import Matter
from meruit.matters.timekeepers import TimekeeperTaker
from meruit.prebills.queries import billed
from meruit.timesheets.imports import EntryTaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Taker
    from meruit.imports.models import Batch

#: The two columns that stand before those of the file where rows that wait are written as a table.
LINE, WHY = "Line", "Set aside because"


def as_(actor: Actor) -> Acting:
    """An import acts as whoever runs it, in transactions sealed to him."""
    access.require(actor, *access.PREPARES)
    return Acting(person_id=actor.person_id, transaction=lambda: acting(actor), now=moment, note=note)


def taker(actor: Actor, record: str) -> Taker:
    """The room that takes a record."""
    visible = {matter.number.lower(): matter for matter in access.matters(actor)}
    day = today()
    owner = Owner.objects.filter(record=record).first()
    origin = owner.owner if owner else "meruit"
    match record:
        case "timekeepers":
            return TimekeeperTaker(day, origin)
        case "clients":
            return ClientTaker(day, origin)
        case "payers":
            return PayerTaker(day, origin)
        case "matters":
            return MatterTaker(day, origin)
        case "rates" | "terms":
            return TermsTaker(actor, record, visible)
        case "approvals" | "budgets" | "vendors" | "approved-timekeepers":
            return RegisterTaker(actor, record, visible)
        case _:
            return EntryTaker(actor, record, visible, billed)


def row(actor: Actor, batch: Batch, row_id: int) -> SetAside:
    """One row that waits, or `NotFound`: settled, walled off or never there."""
    found = next((one for one in waiting(actor, batch) if one.pk == row_id), None)
    if found is None:
        raise NotFound(f"There is no row {row_id} of batch {batch.pk} that waits.")
    return found


def waiting(actor: Actor, batch: Batch) -> list[SetAside]:
    """The rows of a batch that wait for a correction, as far as this actor may see them.

    Whoever brought the file has seen it whole; for everybody else a row behind a wall is not there.
    """
    access.require(actor, *access.PREPARES)
    rows = list(batch.rows_set_aside.filter(settled_at=None).select_related("batch__mapping").order_by("line"))
    if batch.by_id == actor.person_id:
        return rows
    column = batch.mapping.columns.get("number" if batch.record == "matters" else "matter")
    visible = {number.lower() for number in access.matters(actor).values_list("number", flat=True)}
    walled = {number.lower() for number in Matter.objects.values_list("number", flat=True)} - visible
    return [row for row in rows if str(row.raw.get(column, "")).lower() not in walled]


def asides(batch: Batch, rows: Sequence[SetAside]) -> list[list[str | int]]:
    """Rows that wait as a table: their line and why they wait, then their cells as they stood, fields first."""
    mapped = [batch.mapping.columns[f] for f in records()[batch.record].fields if f in batch.mapping.columns]
    headers = list(dict.fromkeys([*mapped, *(header for row in rows for header in sorted(row.raw) if header)]))
    return [
        [LINE, WHY, *headers],
        *([row.line, row.reason, *(row.raw.get(header, "") for header in headers)] for row in rows),
    ]
