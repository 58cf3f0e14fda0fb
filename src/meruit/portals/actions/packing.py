"""From a final bill to the e-bill that will be sent: prerequisites, the exact bytes, their key and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow, Refused
from meruit.documents.models import Document
from meruit.invoices import access as invoices_access
from meruit.invoices import actions as invoices
from meruit.matters.models import MatterId
from meruit.portals import access, core
from meruit.portals.actions.moving import move
from meruit.portals.models import Connection, Submission
from meruit.portals.profiles import profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.acts import Actor
    from meruit.invoices.actions import Codes
    from meruit.invoices.models import EBillRevision, Invoice
    from meruit.portals.profiles import Profile


def package(actor: Actor, invoice_id: int) -> Submission:
    """Make the e-bill of a final bill; held with its reasons where something is missing. Twice changes nothing."""
    authority_access.require(actor, *authority_access.PREPARES)
    invoice = invoices_access.invoice(actor, invoice_id)
    found = profile_of(invoice)
    with acting(actor):
        submission, made = Submission.objects.get_or_create(
            invoice=invoice, number=1, defaults={"portal": found.slug, "state_since": moment()}
        )
        if made:
            note("submission.drafted", "portals_submission", submission.pk, after={"invoice": invoice.number})
        if submission.state not in (core.State.DRAFTED, core.State.FIRM_HOLD):
            return submission
        missing = missing_for(invoice, found)
        revision = None
        if not missing:
            try:
                revision = _revise(actor, invoice, "original", found)
            except Refused as refused:
                missing = [str(refused)]
        if revision is None:
            _hold(actor, submission, " ".join(missing))
        else:
            _pack(actor, submission, revision)
    return submission


def correct(
    actor: Actor,
    submission_id: int,
    *,
    why: str,
    codes: Mapping[int, Codes] | None = None,
    ids: Mapping[str, str] | None = None,
) -> Submission:
    """Make the corrected e-bill of one that failed or was rejected.

    What no client saw goes out again as it was; what was rejected is superseded by a new submission.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    if submission.state not in (core.State.PORTAL_FAILED, core.State.REJECTED):
        raise NotNow(f"Only an e-bill that came back is corrected; this one is {submission.state}.")
    found = profile_of(submission.invoice)
    with acting(actor):
        revision = _revise(actor, submission.invoice, "correction", found, why=why, codes=codes, ids=ids)
        if submission.state == core.State.REJECTED:
            move(actor, submission, core.Move.SUPERSEDE, reason=why)
            submission = Submission.objects.create(
                invoice=submission.invoice, number=submission.number + 1, portal=found.slug, state_since=moment()
            )
        _pack(actor, submission, revision, reason=why)
    return submission


def profile_of(invoice: Invoice) -> Profile:
    """The profile of the portal that takes an invoice's e-bills."""
    found = profile(invoice.payer.delivery)
    if found is None:
        raise NotNow(f"{invoice.payer.name} takes its bills as {invoice.payer.delivery}, which is no portal.")
    return found


def missing_for(invoice: Invoice, found: Profile) -> list[str]:
    """What must be there before the bill can go out, as sentences."""
    missing = []
    if not Connection.objects.filter(payer=invoice.payer, portal=found.slug, active=True).exists():
        missing.append(f"{invoice.payer.name} has no connection to {found.title}.")
    if found.needs_client_id and not invoice.payer.portal_client_id:
        missing.append(f"The number of {invoice.payer.name} at {found.title} is not entered.")
    ids = MatterId.objects.filter(matter=invoice.matter, payer=invoice.payer, portal__in=["", found.slug])
    entered = set(ids.exclude(value="").values_list("name", flat=True))
    missing += [
        f"{found.title} needs the {name} of matter {invoice.matter.number}, which is not entered."
        for name in found.needs_matter_ids
        if name not in entered
    ]
    return missing


def _revise(
    actor: Actor,
    invoice: Invoice,
    purpose: str,
    found: Profile,
    *,
    why: str = "",
    codes: Mapping[int, Codes] | None = None,
    ids: Mapping[str, str] | None = None,
) -> EBillRevision:
    form = invoices.forms_of(invoice)[1]
    return invoices.revise(actor, invoice.pk, purpose, form, portal=found.dialect, codes=codes, ids=ids, why=why)


def _hold(actor: Actor, submission: Submission, reason: str) -> None:
    if submission.state == core.State.DRAFTED:
        move(actor, submission, core.Move.HOLD, reason=reason, hold_reason=reason)
    elif submission.hold_reason != reason:
        Submission.objects.filter(pk=submission.pk).update(hold_reason=reason)
        submission.hold_reason = reason


def _pack(actor: Actor, submission: Submission, revision: EBillRevision, *, reason: str = "") -> None:
    payer = submission.invoice.payer
    client = payer.portal_client_id or payer.client.number
    digest = bytes(Document.objects.defer("content").get(pk=revision.document_id).sha256)
    key = core.submission_key(submission.portal, client, revision.portal_number, revision.number, digest)
    move(
        actor,
        submission,
        core.Move.PACK,
        reason=reason,
        revision=revision,
        key=key,
        file_name=f"{revision.portal_number}-{revision.number}.txt",
        hold_reason="",
        alarmed_at=None,
    )
