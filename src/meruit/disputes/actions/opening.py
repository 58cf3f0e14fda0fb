"""What a portal sent back becomes open work with a deadline, once for each word of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit import deadlines
from meruit.agenda import actions as agenda
from meruit.agenda.models import Deadline
from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.disputes.models import Reduction, Rejection
from meruit.invoices.models import InvoiceLine
from meruit.money import Precision
from meruit.money.currencies import currency
from meruit.portals import access as portals
from meruit.portals import core as portals_core
from meruit.portals.actions.hearing import REDUCTION, REJECTION
from meruit.portals.profiles import UNSPECIFIED, profile, reasons

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor
    from meruit.matters.models import Payer
    from meruit.portals.models import StatusEvent


def open_dispute(actor: Actor, event_id: int) -> Rejection | Reduction:
    """Open the work that a portal's word makes, with its deadline. Twice changes nothing."""
    authority_access.require(actor, *authority_access.PREPARES)
    event = portals.event(actor, event_id)
    if event.submission is None or event.understood not in (REJECTION, REDUCTION):
        raise NotNow("This word of a portal sends nothing back.")
    with acting(actor):
        return _rejection(event) if event.understood == REJECTION else _reduction(event)


def open_question(actor: Actor, event_id: int) -> Deadline:
    """A client's question is work with a deadline for whoever answers for the matter. Twice changes nothing."""
    authority_access.require(actor, *authority_access.PREPARES)
    event = portals.event(actor, event_id)
    if event.submission is None or event.understood != portals_core.State.QUERIED:
        raise NotNow("This word of a portal asks nothing.")
    invoice = event.submission.invoice
    found = profile(event.portal)
    assert found is not None  # a word of it was understood
    window = deadlines.Window("notice", found.answer_days, zone=invoice.payer.zone, source=found.source)
    due = deadlines.deadline(window, event.at)
    with acting(actor):
        return agenda.set_deadline(
            question_key(event.pk),
            due,
            kind="query",
            title=f"Answer the question about {invoice.number}: {event.detail['note'] or event.word}",
            subject="portals_submission",
            subject_id=event.submission.pk,
            started_on=deadlines.in_zone(event.at, due.zone).date(),
            explanation=f"{window.length} {window.unit} from the question ({window.source}).",
            client_id=invoice.matter.client_id,
            matter_id=invoice.matter_id,
            waits_for_id=invoice.matter.responsible_id,
        )


def question_key(event_id: int) -> str:
    """The key of the deadline by which a question is answered."""
    return f"query/{event_id}"


def close_questions(actor: Actor, submission_id: int) -> None:
    """The bill is no longer in question: answered, or taken otherwise."""
    submission = portals.submission(actor, submission_id)
    open_ = Deadline.objects.filter(kind="query", subject="portals_submission", subject_id=submission.pk, met_at=None)
    with acting(actor):
        for key in open_.values_list("natural_key", flat=True):
            agenda.meet(key, moment(), "answered")


def appeal_window(payer: Payer) -> deadlines.Window:
    """How long a payer lets its cuts be appealed, counted in its zone, and how often."""
    unit = deadlines.Unit.BUSINESS_DAYS if payer.appeal_business_days else deadlines.Unit.CALENDAR_DAYS
    return deadlines.Window(
        "notice",
        payer.appeal_days,
        unit,
        payer.zone,
        rounds_allowed=payer.appeals_allowed,
        source=f"terms of {payer.name}",
    )


def appeal_key(reduction: Reduction, round_: int) -> str:
    """The key of the deadline by which a cut is answered in a round."""
    return f"appeal/{reduction.pk}/{round_}"


def set_appeal_deadline(reduction: Reduction, round_: int, started: datetime) -> None:
    """Every cut has a deadline: of the appeal, or, where no round is left, of the word that it is accepted."""
    payer = reduction.invoice.payer
    window = appeal_window(payer)
    due = deadlines.deadline(window, started)
    last = window.rounds_allowed is not None and round_ > window.rounds_allowed
    number = reduction.invoice.number
    agenda.set_deadline(
        appeal_key(reduction, round_),
        due,
        kind="decision" if last else "appeal",
        title=f"{'Accept' if last else 'Answer'} the cut of {reduction.amount} on {number}",
        subject="disputes_reduction",
        subject_id=reduction.pk,
        started_on=deadlines.in_zone(started, due.zone).date(),
        explanation=(
            f"{payer.name} allows no further appeal; the loss waits to be accepted."
            if last
            else f"{window.length} {window.unit} from notice ({window.source}), round {round_}/{window.rounds_allowed}."
        ),
        client_id=reduction.invoice.matter.client_id,
        matter_id=reduction.invoice.matter_id,
        waits_for_id=reduction.invoice.matter.responsible_id,
    )


def _rejection(event: StatusEvent) -> Rejection:
    assert event.submission is not None  # asked by the caller
    code = event.detail.get("reason_code", UNSPECIFIED)
    submission = event.submission
    made, new = Rejection.objects.get_or_create(
        natural_key=event.natural_key,
        defaults={
            "submission": submission,
            "reason_code": code,
            "words": " ".join(filter(None, [event.word, event.detail["reason"], event.detail["note"]])),
            "line_number": event.detail["line"],
            "fixable_by": reasons()[code].fixable_by,
            "received_at": event.at,
        },
    )
    if new:
        note("rejection.opened", "disputes_rejection", made.pk, after={"reason": code, "words": made.words})
        invoice = submission.invoice
        found = profile(submission.portal)
        assert found is not None  # a word of it was understood
        window = deadlines.Window("notice", found.resubmit_days, zone=invoice.payer.zone, source=found.source)
        due = deadlines.deadline(window, event.at)
        agenda.set_deadline(
            resubmit_key(submission.pk),
            due,
            kind="submission",
            title=f"Correct and send {invoice.number} again",
            subject="portals_submission",
            subject_id=submission.pk,
            started_on=deadlines.in_zone(event.at, due.zone).date(),
            explanation=f"{window.length} {window.unit} from its return ({window.source}).",
            client_id=invoice.matter.client_id,
            matter_id=invoice.matter_id,
            waits_for_role="specialist",
        )
    return made


def resubmit_key(submission_id: int) -> str:
    """The key of the deadline by which a bill that came back is sent again."""
    return f"resubmit/{submission_id}"


def _reduction(event: StatusEvent) -> Reduction:
    assert event.submission is not None  # asked by the caller
    if event.detail["amount"] is None or Decimal(event.detail["amount"]) <= 0:
        raise Invalid(f'"{event.word}" of {event.submission.invoice.number} takes nothing off; look at what was said.')
    known = Reduction.objects.filter(natural_key=event.natural_key).first()
    if known is not None:
        return known
    invoice = event.submission.invoice
    line = _line(invoice.pk, event.detail["line"])
    amount = Decimal(event.detail["amount"])
    unit = Precision(currency(invoice.currency).minor_units)
    made = Reduction.objects.create(
        natural_key=event.natural_key,
        submission=event.submission,
        invoice=invoice,
        line=line,
        amount=amount,
        tax=unit.round(amount * line.tax_rate) if line is not None else Decimal(0),
        currency=invoice.currency,
        reason_code=event.detail.get("reason_code", UNSPECIFIED),
        words=" ".join(filter(None, [event.detail["reason"], event.detail["note"]])) or event.word,
        received_on=deadlines.in_zone(event.at, invoice.payer.zone).date(),
        state_since=moment(),
    )
    note(
        "reduction.opened",
        "disputes_reduction",
        made.pk,
        after={"invoice": invoice.number, "amount": amount, "reason": made.reason_code, "words": made.words},
    )
    set_appeal_deadline(made, 1, event.at)
    return made


def _line(invoice_id: int, number: int | None) -> InvoiceLine | None:
    if number is None:
        return None
    found = InvoiceLine.objects.filter(invoice=invoice_id, number=number).first()
    if found is None:
        raise Invalid(f"The portal cuts line {number}, which the invoice does not have.")
    return found
