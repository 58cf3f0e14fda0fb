"""The pre-bills that exist for an actor: those of the matters that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.prebills.models import Finding, Hold, Line, PreBill
from meruit.timesheets.models import Entry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def prebills(actor: Actor) -> QuerySet[PreBill]:
    """Every pre-bill the actor may see."""
    found = PreBill.objects.select_related("matter", "matter__client", "reviewer")
    return found if actor.is_system else found.filter(matter__in=authority_access.matters(actor))


def prebill(actor: Actor, prebill_id: int) -> PreBill:
    """One pre-bill, or `NotFound`: walled off answers like never there."""
    found = prebills(actor).filter(pk=prebill_id).first()
    if found is None:
        raise NotFound(f"There is no pre-bill {prebill_id}.")
    return found


def lines(actor: Actor) -> QuerySet[Line]:
    """Every line, of pre-bills the actor may see, that has not left its pre-bill."""
    found = Line.objects.select_related("prebill", "timekeeper").filter(removed_at=None)
    return found if actor.is_system else found.filter(prebill__matter__in=authority_access.matters(actor))


def line(actor: Actor, line_id: int) -> Line:
    """One line that is on its pre-bill, or `NotFound`."""
    found = lines(actor).filter(pk=line_id).first()
    if found is None:
        raise NotFound(f"There is no line {line_id}.")
    return found


def hold(actor: Actor, hold_id: int) -> Hold:
    """One hold, or `NotFound`."""
    found = Hold.objects.select_related("prebill", "line").filter(pk=hold_id, prebill__in=prebills(actor)).first()
    if found is None:
        raise NotFound(f"There is no hold {hold_id}.")
    return found


def finding(actor: Actor, finding_id: int) -> Finding:
    """One finding, or `NotFound`."""
    found = Finding.objects.select_related("prebill", "line").filter(pk=finding_id, prebill__in=prebills(actor)).first()
    if found is None:
        raise NotFound(f"There is no finding {finding_id}.")
    return found


def cost(actor: Actor, entry_id: int) -> Entry:
    """One cost of a matter that exists for the actor, or `NotFound`."""
    costs = Entry.objects.filter(pk=entry_id, kind=Entry.Kind.EXPENSE)
    found = (costs if actor.is_system else costs.filter(matter__in=authority_access.matters(actor))).first()
    if found is None:
        raise NotFound(f"There is no cost {entry_id}.")
    return found
