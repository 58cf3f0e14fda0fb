"""Rendering: the bytes of a bill, from its frozen document, after its number was taken.

Doing it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from meruit.audit.actions import note
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid, Refused, sentences
from meruit.documents.actions import keep
from meruit.invoices import access, artefacts, core
from meruit.invoices.artefacts.ledes import PLAIN, WITH_TAX
from meruit.invoices.models import Artefact, InvoiceLine
from meruit.ledes.refusals import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.authority.acts import Actor
    from meruit.invoices.models import CreditNote, Invoice

PDF = "pdf"
MEDIA = {PDF: ("application/pdf", "pdf"), PLAIN: ("text/plain", "txt"), WITH_TAX: ("text/plain", "txt")}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a bill that was to be rendered: its artefact, or why there is none."""

    invoice_id: int
    artefact_id: int | None
    why: str = ""


def forms_of(invoice: Invoice) -> tuple[str, str]:
    """The forms a bill is made in: always a PDF, and the LEDES format that can carry what it says."""
    return PDF, WITH_TAX if invoice.tax or invoice.currency != "USD" else PLAIN


def render(actor: Actor, invoice_id: int, form: str, *, portal: str | None = None) -> Artefact:
    """The kept bytes of a bill in one form; made now where there are none yet.

    `Refused` names what the form cannot carry, or what its rules find wrong.
    """
    invoice = access.invoice(actor, invoice_id)
    kept = Artefact.objects.filter(invoice=invoice, form=form).first()
    if kept is not None:
        return kept
    data = data_of(core.thaw(invoice.frozen), form, portal=portal)
    return _keep(actor, data, form, invoice.number, invoice=invoice)


def render_many(actor: Actor, invoice_ids: Iterable[int], form: str, *, portal: str | None = None) -> list[Rendered]:
    """Many in one form, as the night does; one that cannot be made never stops the others."""
    asked = list(invoice_ids)
    seen = {i.pk: i for i in access.invoices(actor).filter(pk__in=asked)}
    kept = dict(Artefact.objects.filter(invoice__in=asked, form=form).values_list("invoice_id", "pk"))
    found = []
    with acting(actor):
        for pk in asked:
            if pk not in seen:
                found.append(Rendered(pk, None, f"There is no invoice {pk}."))
            elif pk in kept:
                found.append(Rendered(pk, kept[pk]))
            else:
                found.append(_rendered(seen[pk], form, portal))
    return found


def _rendered(invoice: Invoice, form: str, portal: str | None) -> Rendered:
    try:
        data = data_of(core.thaw(invoice.frozen), form, portal=portal)
        with sentences(), transaction.atomic():
            return Rendered(invoice.pk, _write(data, form, invoice.number, invoice=invoice).pk)
    except Refused as refused:
        return Rendered(invoice.pk, None, str(refused))


def render_credit_note(actor: Actor, credit_note_id: int) -> Artefact:
    """The kept PDF of a credit note; made now where there is none yet."""
    credit = access.credit_note(actor, credit_note_id)
    kept = Artefact.objects.filter(credit_note=credit, form=PDF).first()
    if kept is not None:
        return kept
    return _keep(actor, data_of(credit_document(credit), PDF), PDF, credit.number, credit_note=credit)


def data_of(document: core.Document, form: str, *, portal: str | None = None) -> bytes:
    """The bytes of a document in one form."""
    try:
        if form == PDF:
            return artefacts.render_pdf(document)
        if form == PLAIN:
            return artefacts.render_1998b(document, portal).data
        if form == WITH_TAX:
            return artefacts.render_98bi(document, portal).data
    except (artefacts.CannotPrint, artefacts.NotInThisFormat, CannotWrite) as error:
        raise Refused(str(error)) from error
    raise Invalid(f'"{form}" is no form of a bill; there are {", ".join(MEDIA)}.')


def credit_document(credit: CreditNote) -> core.Document:
    """The document of a credit note: the bill's own, with the lines that are lowered and by how much."""
    bill = core.thaw(credit.invoice.frozen)
    taken = {part["invoice_line_id"]: part for part in credit.lines}
    numbers = dict(InvoiceLine.objects.filter(pk__in=taken).values_list("number", "pk"))
    lines = tuple(
        replace(
            line,
            units=Decimal(1),
            rate=Decimal(taken[numbers[line.number]]["amount"]),
            adjustment=Decimal(0),
            amount=Decimal(taken[numbers[line.number]]["amount"]),
            tax=Decimal(taken[numbers[line.number]]["tax"]),
        )
        for line in bill.lines
        if line.number in numbers
    )
    return replace(
        bill,
        kind=core.Kind.CREDIT_NOTE,
        number=credit.number,
        issued_on=credit.issued_on,
        due_on=None,
        lines=lines,
        credits=bill.number,
        reason=credit.reason,
        terms="",
        share_note="",
    )


def _keep(
    actor: Actor,
    data: bytes,
    form: str,
    number: str,
    *,
    invoice: Invoice | None = None,
    credit_note: CreditNote | None = None,
) -> Artefact:
    with acting(actor):
        return _write(data, form, number, invoice=invoice, credit_note=credit_note)


def _write(
    data: bytes, form: str, number: str, *, invoice: Invoice | None = None, credit_note: CreditNote | None = None
) -> Artefact:
    """Inside the running act: keep the bytes and say which bill they are of."""
    media_type, ending = MEDIA[form]
    document = keep(data, media_type=media_type, name=f"{number}.{ending}")
    made = Artefact.objects.create(
        invoice=invoice, credit_note=credit_note, form=form, document=document, made_at=timezone.now()
    )
    sha256 = bytes(document.sha256).hex()
    note("artefact.made", "invoices_artefact", made.pk, after={"number": number, "form": form, "sha256": sha256})
    return made
