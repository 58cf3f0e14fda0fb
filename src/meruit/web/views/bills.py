"""Bills: what is owed, and one bill with everything that ever happened to it on one page."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST, require_safe

from meruit.audit.actions import note
from meruit.audit.models import Record
from meruit.authority import access
from meruit.authority.acts import acting
from meruit.authority.errors import NotFound, Refused
from meruit.authority.models import Proposal
from meruit.disputes.models import Reduction, Rejection
from meruit.disputes.queries import UNDECIDED
from meruit.invoices import access as bills
from meruit.invoices import actions, queries
from meruit.invoices.models import Artefact, Reversal
from meruit.ledger.models import Posting
from meruit.money import Money
from meruit.people.models import Person
from meruit.portals.models import Submission
from meruit.receivables import actions as receivables
from meruit.web import downloads, history, words
from meruit.web.page import actor_of, amount_of, day_of, said, show, tell, warn

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.invoices.models import Invoice


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Final bills, newest first, with what is still owed as the ledger has it."""
    actor = actor_of(request)
    shown = request.GET.get("show", "open")
    everything = bills.invoices(actor).order_by("-issued_on", "-pk")
    owed = queries.owed(everything.values_list("pk", flat=True))
    rows = [bill for bill in everything[:500] if shown != "open" or owed.get(bill.pk)]
    states = dict(
        Submission.objects.filter(invoice__in=[b.pk for b in rows]).order_by("pk").values_list("invoice", "state")
    )
    return show(
        request,
        "web/bills.html",
        "bills",
        {
            "rows": [
                (
                    bill,
                    owed.get(bill.pk, Decimal(0)),
                    words.of(words.SUBMISSION, states[bill.pk]) if bill.pk in states else None,
                )
                for bill in rows
            ],
            "shown": shown,
        },
    )


@require_safe
def one(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """A bill: its lines, what is owed on it, and its whole history in the order in which it happened."""
    actor = actor_of(request)
    bill = bills.invoice(actor, invoice_id)
    submissions = list(Submission.objects.filter(invoice=bill).select_related("revision").order_by("pk"))
    reductions = list(
        Reduction.objects.filter(invoice=bill).select_related("line", "hindsight__finding").order_by("pk")
    )
    back = Rejection.objects.filter(submission__in=submissions).select_related("hindsight__finding").order_by("pk")
    owed = queries.owed([bill.pk]).get(bill.pk, Decimal(0))
    standing = {s.line: s for s in queries.standing(bill.pk)}
    return show(
        request,
        "web/bill.html",
        "bills",
        {
            "bill": bill,
            "owed": owed,
            "credited": sum((c.amount for c in bill.credit_notes.all()), Decimal(0)),
            "paid": sum((a.amount for a in bill.allocations.all()), Decimal(0)),
            "reversed": Reversal.objects.filter(invoice=bill).first(),
            "lines": [
                (line, standing.get(line.pk)) for line in bill.lines.select_related("timekeeper").order_by("number")
            ],
            "submissions": [(s, words.of(words.SUBMISSION, s.state)) for s in submissions],
            "rejections": list(back),
            "reductions": [(r, words.of(words.REDUCTION, r.state)) for r in reductions],
            "history": history.of(bill, submissions, reductions),
            "postings": Posting.objects.filter(Q(invoice_id=bill.pk) | Q(invoice_id=None))
            .filter(entry__in=Posting.objects.filter(invoice_id=bill.pk).values("entry"))
            .select_related("entry", "account")
            .order_by("entry__entered_at", "entry_id", "pk"),
            "trail": _trail(bill, submissions, reductions),
            "forms": actions.forms_of(bill),
            "artefacts": {a.form for a in Artefact.objects.filter(invoice=bill)},
            "undecided": {r.pk for r in reductions if r.state in UNDECIDED} - _answered(reductions),
            "prepares": bool(access.roles(actor) & set(access.PREPARES)),
        },
    )


def _answered(reductions: list[Reduction]) -> set[int]:
    """Cuts to which an answer was put forward and waits for its decision."""
    waiting = Proposal.objects.filter(subject="disputes_reduction", decision=None, withdrawal=None)
    found = waiting.filter(subject_id__in=[r.pk for r in reductions]).values_list("subject_id", flat=True)
    return {key for key in found if key is not None}


def _trail(bill: Invoice, submissions: list[Submission], reductions: list[Reduction]) -> list[tuple[Record, str]]:
    """What was done to the bill and all that hangs on it, and who did it. The history of rows is in the export."""
    about = Q(subject="invoices_invoice", subject_id=str(bill.pk))
    for subject, keys in (
        ("portals_submission", [s.pk for s in submissions]),
        ("disputes_reduction", [r.pk for r in reductions]),
        ("invoices_creditnote", [c.pk for c in bill.credit_notes.all()]),
        ("receivables_allocation", [a.pk for a in bill.allocations.all()]),
        ("authority_decision", [bill.issue.decision_id]),
    ):
        about |= Q(subject=subject, subject_id__in=[str(key) for key in keys])
    rows = list(Record.objects.filter(about).exclude(event__startswith="row").order_by("at", "pk")[:500])
    names = dict(Person.objects.filter(pk__in={r.person_id for r in rows if r.person_id}).values_list("pk", "name"))
    return [(row, names.get(row.person_id or 0, row.login)) for row in rows]


@require_POST
def make(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Make the forms of a bill that are not made yet; the night does the same."""
    actor = actor_of(request)
    bill = bills.invoice(actor, invoice_id)
    for form in actions.forms_of(bill):
        try:
            actions.render(actor, bill.pk, form)
            tell(request, f"{form} is made and kept.")
        except Refused as refusal:
            warn(request, f"{form}: {refusal}")
    return redirect("bill", invoice_id=bill.pk)


@require_POST
def pay(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Enter money that came for a bill and lay it on its lines; what is too much stays unapplied."""
    actor = actor_of(request)
    bill = bills.invoice(actor, invoice_id)
    amount = amount_of(said(request, "amount", "how much came"))
    received = day_of(said(request, "received_on", "on which day it came"))
    reference = said(request, "reference", "the reference that the bank or the remittance names")
    with acting(actor):
        payment = receivables.enter_payment(actor, bill.payer_id, amount, bill.currency, received, reference)
        laid = receivables.apply_payment(actor, payment.pk, bill.pk)
    together = Money.of(sum((part.amount for part in laid), Decimal(0)), bill.currency)
    tell(request, f"{together.shown()} of {payment.reference} are laid on the bill.")
    return redirect("bill", invoice_id=bill.pk)


@require_safe
def file(request: HttpRequest, invoice_id: int, form: str) -> HttpResponse:
    """The exact bytes of a bill in one form. They leave the house: that is written down."""
    actor = actor_of(request)
    bill = bills.invoice(actor, invoice_id)
    made = Artefact.objects.filter(invoice=bill, form=form).select_related("document").first()
    if made is None:
        raise NotFound(f"Bill {bill.number} has not been made as {form}.")
    with acting(actor):
        note(
            "bill.exported",
            "invoices_invoice",
            bill.pk,
            after={"form": form, "sha256": bytes(made.document.sha256).hex()},
        )
    return downloads.document_of(made.document)


@require_safe
def revision(request: HttpRequest, revision_id: int) -> HttpResponse:
    """The exact file that a portal was sent, or would be."""
    actor = actor_of(request)
    found = bills.revision(actor, revision_id)
    with acting(actor):
        note(
            "revision.exported",
            "invoices_invoice",
            found.invoice_id,
            after={"revision": found.number, "sha256": bytes(found.document.sha256).hex()},
        )
    return downloads.document_of(found.document)
