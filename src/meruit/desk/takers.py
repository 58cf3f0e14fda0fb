"""Which room takes which kind of record of an import, and how an import acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access
from meruit.authority.acts import acting, moment
from meruit.firm.imports import TermsTaker
from meruit.imports.actions import Acting
from meruit.imports.models import Owner
from meruit.invoices.models import InvoiceLine
from meruit.matters.imports import ClientTaker, MatterTaker, PayerTaker
from meruit.matters.timekeepers import TimekeeperTaker
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
    today = moment().date()
    owner = Owner.objects.filter(record=record).first()
    origin = owner.owner if owner else "meruit"
    match record:
        case "timekeepers":
            return TimekeeperTaker(today, origin)
        case "clients":
            return ClientTaker(today, origin)
        case "payers":
            return PayerTaker(today, origin)
        case "matters":
            return MatterTaker(today, origin)
        case "rates" | "terms":
            return TermsTaker(actor, record, visible)
        case _:
            return EntryTaker(actor, record, visible, _billed)


def _billed(entries: Sequence[int]) -> set[int]:
    lines = InvoiceLine.objects.filter(entry_id__in=list(entries), invoice__reversal=None)
    return set(lines.values_list("entry_id", flat=True))
