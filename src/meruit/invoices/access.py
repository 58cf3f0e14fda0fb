"""The invoices that exist for an actor: those of the matters that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.invoices.models import CreditNote, EBillRevision, Invoice

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


def invoices(actor: Actor) -> QuerySet[Invoice]:
    """Every invoice the actor may see."""
    found = Invoice.objects.select_related("matter", "matter__client", "payer", "issue")
    return found if actor.is_system else found.filter(matter__in=authority_access.matters(actor))


def invoice(actor: Actor, invoice_id: int) -> Invoice:
    """One invoice, or `NotFound`: walled off answers like never there."""
    found = invoices(actor).filter(pk=invoice_id).first()
    if found is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return found


def credit_note(actor: Actor, credit_note_id: int) -> CreditNote:
    """One credit note, or `NotFound`."""
    found = CreditNote.objects.select_related("invoice").filter(pk=credit_note_id, invoice__in=invoices(actor)).first()
    if found is None:
        raise NotFound(f"There is no credit note {credit_note_id}.")
    return found


def revision(actor: Actor, revision_id: int) -> EBillRevision:
    """One e-bill revision, or `NotFound`."""
    found = EBillRevision.objects.select_related("invoice").filter(pk=revision_id, invoice__in=invoices(actor)).first()
    if found is None:
        raise NotFound(f"There is no e-bill revision {revision_id}.")
    return found
