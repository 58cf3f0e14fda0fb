"""The entries that exist for an actor: those of the matters that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.timesheets.models import Entry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def entries(actor: Actor) -> QuerySet[Entry]:
    """Every entry the actor may see."""
    found = Entry.objects.select_related("matter", "timekeeper")
    return found if actor.is_system else found.filter(matter__in=authority_access.matters(actor))


def entry(actor: Actor, entry_id: int) -> Entry:
    """One entry, or `NotFound`: walled off answers like never there."""
    found = entries(actor).filter(pk=entry_id).first()
    if found is None:
        raise NotFound(f"There is no entry {entry_id}.")
    return found
