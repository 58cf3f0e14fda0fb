"""The rules and registers that exist for an actor: those of clients and matters that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.firm.models import Approval, Budget, GuidelineSet, PortalRate, Statement, Vendor
from meruit.matters.models import Client, Payer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def client(actor: Actor, client_id: int) -> Client:
    """One client, or `NotFound`: walled off answers like never there."""
    found = authority_access.clients(actor).filter(pk=client_id).first()
    if found is None:
        raise NotFound(f"There is no client {client_id}.")
    return found


def payers(actor: Actor) -> QuerySet[Payer]:
    """Every payer of a client that exists for the actor."""
    return Payer.objects.select_related("client").filter(client__in=authority_access.clients(actor))


def payer(actor: Actor, payer_id: int) -> Payer:
    """One payer of a client that exists for the actor, or `NotFound`."""
    found = payers(actor).filter(pk=payer_id).first()
    if found is None:
        raise NotFound(f"There is no payer {payer_id}.")
    return found


def sets(actor: Actor) -> QuerySet[GuidelineSet]:
    """Every version of every set: the firm's own, and those of clients that exist for the actor."""
    found = GuidelineSet.objects.select_related("client", "payer", "owner", "source")
    mine = Q(client=None) | Q(client__in=authority_access.clients(actor))
    return found.defer("source__content").filter(mine)


def guideline_set(actor: Actor, set_id: int) -> GuidelineSet:
    """One version, or `NotFound`."""
    found = sets(actor).filter(pk=set_id).first()
    if found is None:
        raise NotFound(f"There is no guideline set {set_id}.")
    return found


def approvals(actor: Actor) -> QuerySet[Approval]:
    """The clients' consents, of matters that exist for the actor."""
    return Approval.objects.select_related("client", "matter", "timekeeper").filter(_theirs(actor))


def statements(actor: Actor) -> QuerySet[Statement]:
    """What the firm has declared, of matters that exist for the actor."""
    return Statement.objects.select_related("client", "matter").filter(_theirs(actor))


def vendors(actor: Actor) -> QuerySet[Vendor]:
    """Third parties of clients that exist for the actor."""
    return Vendor.objects.select_related("client").filter(client__in=authority_access.clients(actor))


def budgets(actor: Actor) -> QuerySet[Budget]:
    """Budgets of matters that exist for the actor."""
    found = Budget.objects.select_related("matter", "matter__client").prefetch_related("lines")
    return found.filter(matter__in=authority_access.matters(actor))


def timekeepers(actor: Actor) -> QuerySet[PortalRate]:
    """Whom payers have approved, with their rates, of matters that exist for the actor."""
    found = PortalRate.objects.select_related("payer", "payer__client", "matter", "timekeeper")
    everywhere = Q(matter=None) | Q(matter__in=authority_access.matters(actor))
    return found.filter(everywhere, payer__client__in=authority_access.clients(actor))


def _theirs(actor: Actor) -> Q:
    """What speaks of a whole client, or of a matter, that exists for the actor."""
    everywhere = Q(matter=None) | Q(matter__in=authority_access.matters(actor))
    return everywhere & Q(client__in=authority_access.clients(actor))
