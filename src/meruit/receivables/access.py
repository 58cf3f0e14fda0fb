"""The payments that exist for an actor: those of payers of a client, some matter of which exists for him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.invoices import access as invoices
from meruit.matters.models import Payer
from meruit.receivables.models import Allocation, Payment

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def payers(actor: Actor) -> QuerySet[Payer]:
    """The payers of clients that exist for the actor."""
    return Payer.objects.select_related("client").filter(client__in=authority_access.clients(actor))


def payer(actor: Actor, payer_id: int) -> Payer:
    """One payer, or `NotFound`."""
    found = payers(actor).filter(pk=payer_id).first()
    if found is None:
        raise NotFound(f"There is no payer {payer_id}.")
    return found


def payments(actor: Actor) -> QuerySet[Payment]:
    """Every payment the actor may see."""
    return Payment.objects.select_related("payer").filter(payer__in=payers(actor))


def payment(actor: Actor, payment_id: int) -> Payment:
    """One payment, or `NotFound`: walled off answers like never there."""
    found = payments(actor).filter(pk=payment_id).first()
    if found is None:
        raise NotFound(f"There is no payment {payment_id}.")
    return found


def allocation(actor: Actor, allocation_id: int) -> Allocation:
    """One allocation, or `NotFound`."""
    found = Allocation.objects.select_related("payment", "invoice").filter(
        pk=allocation_id, payment__in=payments(actor), invoice__in=invoices.invoices(actor)
    )
    one = found.first()
    if one is None:
        raise NotFound(f"There is no allocation {allocation_id}.")
    return one
