"""E-bill revisions: what a portal sees of a bill. They never post to the ledger, and never change what was approved.

A revision may put codes and ids another way, which the payer leaves to the biller: they are the second hash,
whose change is checked and logged. Narratives, hours, rates and amounts are the first hash, and stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.documents.actions import keep
from meruit.invoices import access, core
from meruit.invoices.actions.rendering import MEDIA, data_of
from meruit.invoices.models import EBillRevision, Reversal
from meruit.prebills.core import Formalities, LineCodes, second_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.acts import Actor


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one line as the portal wants them; None leaves what the line has."""

    task_code: str | None = None
    activity_code: str | None = None
    expense_code: str | None = None


def revise(
    actor: Actor,
    invoice_id: int,
    purpose: str,
    form: str,
    *,
    portal: str | None = None,
    portal_number: str | None = None,
    codes: Mapping[int, Codes] | None = None,
    ids: Mapping[str, str] | None = None,
    why: str = "",
) -> EBillRevision:
    """Make the next e-bill of an invoice in a LEDES form, in the dialect of a portal where one is named.

    `codes` by line number and `ids` (client_id, client_matter_id, po_number) are what the biller may mend.
    `portal_number` is the number under that portal's rule; without one, the invoice's own.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    invoice = access.invoice(actor, invoice_id)
    if Reversal.objects.filter(invoice=invoice).exists():
        raise NotNow(f"Invoice {invoice.number} has been reversed; there is nothing to send.")
    if purpose not in EBillRevision.Purpose.values:
        raise Invalid(f'"{purpose}" is no purpose of an e-bill; there are {", ".join(EBillRevision.Purpose.values)}.')
    if purpose in (EBillRevision.Purpose.CORRECTION, EBillRevision.Purpose.APPEAL) and not why:
        raise Invalid(f"An e-bill that is sent as {purpose} says why.")
    document = mended(core.thaw(invoice.frozen), codes or {}, ids or {})
    sent = replace(document, number=portal_number or invoice.number)
    data = data_of(sent, form, portal=portal)
    formalities = formalities_of(document, form)
    before = EBillRevision.objects.filter(invoice=invoice).order_by("-number").first()
    with acting(actor):
        media_type, ending = MEDIA[form]
        made = EBillRevision.objects.create(
            invoice=invoice,
            number=0,
            purpose=purpose,
            portal_number=sent.number,
            format=form,
            document=keep(data, media_type=media_type, name=f"{sent.number}.{ending}"),
            second_sha256=second_hash(formalities),
            why=why,
            made_at=moment(),
        )
        made.refresh_from_db()  # its number and moment as the database stamped them
        note(
            "ebill.made",
            "invoices_ebillrevision",
            made.pk,
            before=None if before is None else {"second_sha256": bytes(before.second_sha256).hex()},
            after={
                "number": made.number,
                "purpose": purpose,
                "second_sha256": bytes(made.second_sha256).hex(),
                "codes": {str(k): [c.task_code, c.activity_code, c.expense_code] for k, c in (codes or {}).items()},
                "ids": dict(ids or {}),
            },
            reason=why or None,
        )
    return made


def mended(document: core.Document, codes: Mapping[int, Codes], ids: Mapping[str, str]) -> core.Document:
    """The document with other codes and ids, and nothing else changed."""
    unknown = codes.keys() - {line.number for line in document.lines}
    if unknown:
        raise Invalid(f"{document.number} has no line {min(unknown)}.")
    known = {"client_id", "client_matter_id", "po_number"}
    if foreign := ids.keys() - known:
        raise Invalid(f'"{min(foreign)}" is no id that a biller mends; there are {", ".join(sorted(known))}.')
    payer = replace(document.payer, client_id=ids.get("client_id", document.payer.client_id))
    matter = replace(
        document.matter,
        client_matter_id=ids.get("client_matter_id", document.matter.client_matter_id),
        po_number=ids.get("po_number", document.matter.po_number),
    )
    return replace(
        document, payer=payer, matter=matter, lines=tuple(_coded(x, codes.get(x.number)) for x in document.lines)
    )


def formalities_of(document: core.Document, form: str) -> Formalities:
    """What the second hash covers of a document."""
    ids = {
        "firm": document.firm.ledes_id,
        "client_id": document.payer.client_id,
        "client_matter_id": document.matter.client_matter_id,
        "po_number": document.matter.po_number,
        **{f"matter.{name}": value for name, value in document.matter.ids.items()},
        **{f"timekeeper.{x.timekeeper_id}": x.timekeeper_class for x in document.lines if x.timekeeper_id},
    }
    lines = tuple(LineCodes(x.number, x.task_code, x.activity_code, x.expense_code) for x in document.lines)
    return Formalities(ids=ids, codes=lines, format=form)


def _coded(line: core.DocumentLine, codes: Codes | None) -> core.DocumentLine:
    if codes is None:
        return line
    return replace(
        line,
        task_code=line.task_code if codes.task_code is None else codes.task_code,
        activity_code=line.activity_code if codes.activity_code is None else codes.activity_code,
        expense_code=line.expense_code if codes.expense_code is None else codes.expense_code,
    )
