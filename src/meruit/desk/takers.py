"""Which room takes which kind of record of an import, and how an import acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access
from meruit.authority.acts import acting, moment
from meruit.imports.actions import Acting
from meruit.invoices.models import InvoiceLine
from meruit.timesheets.imports import EntryTaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Taker


def as_(actor: Actor) -> Acting:
    """An import acts as whoever runs it, in transactions sealed to him."""
    access.require(actor, *access.PREPARES)
    return Acting(person_id=actor.person_id, transaction=lambda: acting(actor), now=moment, note=note)


def taker(actor: Actor, record: str) -> Taker:
    """The room that takes a record."""
    visible = {matter.number.lower(): matter for matter in access.matters(actor)}
    return EntryTaker(actor, record, visible, _billed)


def _billed(entries: Sequence[int]) -> set[int]:
    lines = InvoiceLine.objects.filter(entry_id__in=list(entries), invoice__reversal=None)
    return set(lines.values_list("entry_id", flat=True))
