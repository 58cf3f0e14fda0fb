"""The history of one bill: everything that happened to it, from the rows of the rooms it happened in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.authority.models import Decision
from meruit.disputes.models import Appeal, Rejection
from meruit.invoices.models import CreditNote, EBillRevision, Reversal, WriteOff
from meruit.portals.actions.hearing import REDUCTION, REJECTION
from meruit.portals.models import Attempt, StatusEvent
from meruit.receivables.models import Allocation
from meruit.ui.templatetags.meruit import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.disputes.models import Reduction
    from meruit.invoices.models import Invoice
    from meruit.portals.models import Submission


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a bill: when, what, who, how much."""

    at: datetime
    what: str
    detail: str = ""
    who: str = ""
    amount: Decimal | None = None
    look: str = "calm"
    file: int | None = None  # the revision whose exact bytes can be had


def of(bill: Invoice, submissions: Sequence[Submission], reductions: Sequence[Reduction]) -> list[Event]:
    """Everything that happened, from the rows of the rooms it happened in."""
    decision = Decision.objects.select_related("decided_by").get(pk=bill.issue.decision_id)
    events = [
        Event(
            decision.decided_at,
            "Final bill approved",
            decision.reason,
            decision.decided_by.name,
            decision.amount,
            "good",
        ),
        Event(bill.issued_at, f"Issued as {bill.number}", f"Due {day(bill.due_on)}", "", bill.total, "good"),
    ]
    for revision in EBillRevision.objects.filter(invoice=bill):
        detail = f"{revision.purpose}, {revision.format}, number {revision.portal_number} in the portal"
        events.append(Event(revision.made_at, f"E-bill revision {revision.number} made", detail, file=revision.pk))
    for attempt in Attempt.objects.filter(submission__in=submissions):
        look = {"accepted": "good", "refused": "bad", "unknown": "stop"}.get(attempt.outcome, "waits")
        detail = f"{attempt.file_name}, SHA-256 {bytes(attempt.sha256).hex()[:16]}…, {attempt.outcome}"
        if attempt.settled_by:
            detail += f", settled by {attempt.settled_by}"
        events.append(Event(attempt.intended_at, f"Submission tried ({attempt.number})", detail, look=look))
    shown_below = (REJECTION, REDUCTION)
    for heard in StatusEvent.objects.filter(submission__in=submissions).exclude(understood__in=shown_below):
        understood = f"understood as {heard.understood}" if heard.understood else "not understood: somebody has to look"
        look = "calm" if heard.understood else "stop"
        events.append(Event(heard.at, f"The portal says “{heard.word}”", understood, heard.portal, look=look))
    for rejection in Rejection.objects.filter(submission__in=submissions):
        detail = f"{rejection.words} ({rejection.reason_code})"
        events.append(Event(rejection.received_at, "Rejected", detail, look="bad"))
    for cut in reductions:
        where = f"line {cut.line.number}: " if cut.line else ""
        detail = f"{where}{cut.words} ({cut.reason_code})"
        events.append(Event(_noon(cut.received_on), "Reduced", detail, "", -cut.amount, "bad"))
    for appeal in Appeal.objects.filter(reduction__in=reductions).select_related("decision__decided_by"):
        told = appeal.decision
        what = f"Appeal decided (round {appeal.round})"
        events.append(Event(told.decided_at, what, appeal.argument, told.decided_by.name, appeal.amount, "waits"))
    for credit in CreditNote.objects.filter(invoice=bill).select_related("decision__decided_by"):
        who = credit.decision.decided_by.name
        events.append(Event(credit.issued_at, f"Credit note {credit.number}", credit.reason, who, -credit.amount))
    for loss in WriteOff.objects.filter(invoice=bill).select_related("decision__decided_by"):
        told = loss.decision
        events.append(
            Event(told.decided_at, "Written off as bad debt", loss.reason, told.decided_by.name, -loss.amount, "bad")
        )
    for part in Allocation.objects.filter(invoice=bill).select_related("payment", "by"):
        what = "Payment taken back" if part.undoes_id else "Paid"
        detail = f"{part.payment.reference}, received {day(part.payment.received_on)}"
        events.append(Event(part.at, what, detail, part.by.name, part.amount, "bad" if part.undoes_id else "good"))
    for undone in Reversal.objects.filter(invoice=bill).select_related("decision__decided_by"):
        who = undone.decision.decided_by.name
        events.append(Event(undone.reversed_at, "Reversed", undone.reason, who, -bill.total, "bad"))
    return sorted(events, key=lambda event: event.at)


def _noon(on: date) -> datetime:
    """A day without a time stands in its middle among moments."""
    return datetime.combine(on, time(12), UTC)
