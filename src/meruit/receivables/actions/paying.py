"""Payments: entered once by their key, laid on bills and lines, and taken off again by counter-entries."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.disputes import queries as disputes
from meruit.invoices import access as invoices_access
from meruit.invoices import queries as invoices_queries
from meruit.invoices.models import Invoice, WriteOff
from meruit.money import unit_of
from meruit.portals import core as portals_core
from meruit.portals.actions import move, move_money
from meruit.portals.core import Money, MoneyMove
from meruit.portals.models import Submission
from meruit.receivables import access, core, queries
from meruit.receivables.models import Allocation, LineAllocation, Payment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from meruit.authority.acts import Actor

NOTHING = Decimal(0)


def enter_payment(
    actor: Actor, payer_id: int, amount: Decimal, currency: str, received_on: date, reference: str
) -> Payment:
    """Enter money received. The same reference of the same payer is one payment; another amount under it is refused."""
    authority_access.require(actor, *authority_access.PREPARES)
    payer = access.payer(actor, payer_id)
    if not reference.strip():
        raise Invalid("A payment is known by the reference that the bank or the remittance names.")
    if not amount.is_finite() or amount <= 0:
        raise Invalid(f"A payment of {amount} is none; money that goes out is a refund.")
    key = queries.payment_key(payer.pk, reference)
    with acting(actor):
        known = Payment.objects.filter(natural_key=key).first()
        if known is not None:
            if (known.amount, known.currency) != (amount, currency):
                raise NotNow(
                    f"Payment {reference} of {payer.name} is entered as {known.amount} {known.currency}, "
                    f"not as {amount} {currency}; find out which is right."
                )
            return known
        made = Payment.objects.create(
            natural_key=key,
            payer=payer,
            amount=amount,
            currency=currency,
            received_on=received_on,
            reference=reference.strip(),
            entered_at=moment(),
            entered_by_id=actor.person_id,
        )
        note(
            "payment.entered",
            "receivables_payment",
            made.pk,
            after={"payer": payer.pk, "amount": amount, "currency": currency, "reference": made.reference},
        )
    return made


def apply_payment(
    actor: Actor, payment_id: int, invoice_id: int | None = None, amount: Decimal | None = None
) -> list[Allocation]:
    """Lay a payment on one invoice, or on the payer's oldest; in the payer's order of costs, tax and fees.

    What is too much stays unapplied. A line that the payer cut and nobody has decided about is paid last.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    payment = access.payment(actor, payment_id)
    with acting(actor):
        left = queries.unapplied(payment) if amount is None else amount
        if invoice_id is not None:
            bills = [invoices_access.invoice(actor, invoice_id)]
            if amount is not None and amount > invoices_queries.owed([invoice_id]).get(invoice_id, NOTHING):
                raise Invalid(f"Invoice {bills[0].number} is not owed {amount}; leave what is too much unapplied.")
        else:
            mine = invoices_access.invoices(actor).filter(payer=payment.payer_id, currency=payment.currency)
            bills = list(invoices_queries.stands(mine).order_by("issued_on", "number"))
        owed = invoices_queries.owed(b.pk for b in bills)
        made = []
        for bill in bills:
            now = min(left, owed.get(bill.pk, NOTHING))
            if now > 0:
                made.append(_lay(actor, payment, bill, now))
                left -= now
    if not made:
        raise NotNow("There is nothing left of this payment, or nothing is owed that it could pay.")
    return made


def undo_allocation(actor: Actor, allocation_id: int, *, reason: str) -> Allocation:
    """Take a payment off a bill by the opposite entry; the money is unapplied again."""
    authority_access.require(actor, *authority_access.PREPARES)
    was = access.allocation(actor, allocation_id)
    if not reason.strip():
        raise Invalid("Say why the payment comes off the bill.")
    if was.undoes_id is not None or Allocation.objects.filter(undoes=was).exists():
        raise NotNow("This was undone already, or undoes another; enter a new allocation instead.")
    parts = {(p.line_id, p.part): -p.amount for p in was.lines.all()}
    with acting(actor):
        made = _write(actor, was.payment, was.invoice, -was.amount, parts, undoes=was, reason=reason)
        _track(actor, was.invoice)
    return made


def settle(actor: Actor, submission_id: int) -> None:
    """An approved e-bill on which nothing is owed any more is closed."""
    submission = Submission.objects.select_related("invoice").get(pk=submission_id)
    owed = invoices_queries.owed([submission.invoice_id]).get(submission.invoice_id, NOTHING)
    if owed:
        raise NotNow(f"On invoice {submission.invoice.number} {owed} is owed.")
    with acting(actor):
        _track(actor, submission.invoice)
        submission.refresh_from_db()
        move(actor, submission, portals_core.Move.SETTLE)


def _lay(actor: Actor, payment: Payment, bill: Invoice, amount: Decimal) -> Allocation:
    """Lay an amount on the lines that the payer pays, then on those it holds back."""
    order = core.read_order(payment.payer.pays_in_order)
    unit = unit_of(bill.currency)
    held = disputes.in_dispute([bill.pk]).get(bill.pk, {})
    undisputed = queries.open_invoice(bill, held)
    first = min(amount, undisputed.owed)
    parts: dict[tuple[int, str], Decimal] = {}
    if first > 0:
        _add(parts, core.apply_to(undisputed, first, order, unit))
    if amount > first:
        rest = _less(queries.open_invoice(bill), parts)
        try:
            _add(parts, core.apply_to(rest, amount - first, order, unit))
        except core.ReceivableError as error:
            raise Invalid(str(error)) from error
    made = _write(actor, payment, bill, amount, parts)
    _track(actor, bill)
    return made


def _add(parts: dict[tuple[int, str], Decimal], applied: core.Applied) -> None:
    for part in applied.parts:
        key = (part.line, str(part.kind))
        parts[key] = parts.get(key, NOTHING) + part.amount


def _less(bill: core.OpenInvoice, parts: Mapping[tuple[int, str], Decimal]) -> core.OpenInvoice:
    """An open invoice less parts that are about to be paid."""
    lines = tuple(
        core.OpenLine(
            line.line,
            line.kind,
            line.net - parts.get((line.line, str(line.kind)), NOTHING),
            line.tax - parts.get((line.line, str(core.Kind.TAX)), NOTHING),
        )
        for line in bill.lines
    )
    return core.OpenInvoice(bill.invoice, bill.number, bill.issued_on, lines)


def _write(
    actor: Actor,
    payment: Payment,
    bill: Invoice,
    amount: Decimal,
    parts: Mapping[tuple[int, str], Decimal],
    *,
    undoes: Allocation | None = None,
    reason: str = "",
) -> Allocation:
    with connection.cursor() as cursor:
        # An action inside this one has asked for its checks already; an allocation is whole only with its lines.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    made = Allocation.objects.create(
        payment=payment,
        invoice=bill,
        amount=amount,
        allocated_on=payment.received_on,
        undoes=undoes,
        by_id=actor.person_id,
        at=moment(),
    )
    LineAllocation.objects.bulk_create(
        [
            LineAllocation(allocation=made, line_id=line, part=part, amount=value)
            for (line, part), value in parts.items()
        ]
    )
    note(
        "payment.applied" if undoes is None else "payment.taken_off",
        "receivables_allocation",
        made.pk,
        after={"payment": payment.reference, "invoice": bill.number, "amount": amount},
        reason=reason or None,
    )
    made.refresh_from_db()  # who, when and on which day, as the database stamped them
    return made


def _track(actor: Actor, bill: Invoice) -> None:
    """Let the money track of the e-bill say how far the invoice is paid."""
    submission = Submission.objects.filter(invoice=bill).order_by("-number").first()
    if submission is None:
        return
    owed = invoices_queries.owed([bill.pk]).get(bill.pk, NOTHING)
    paid = Allocation.objects.filter(invoice=bill).aggregate(total=Sum("amount"))["total"] or NOTHING
    now = Money(submission.money_track)
    given_up = WriteOff.objects.filter(invoice=bill).exists()
    wanted = Money.UNPAID if not paid else Money.PART_PAID if owed or given_up else Money.PAID
    if now is wanted or (not paid and now in (Money.SENT_FOR_PAYMENT, Money.WITHHELD)):
        return
    for step in MONEY_STEPS:
        if portals_core.MONEY_MOVES.get((now, step), (None,))[0] is wanted:
            move_money(actor, submission, step)
            return


#: The moves by which a payment, or its undoing, changes the money track.
MONEY_STEPS = (
    MoneyMove.PAY_PART,
    MoneyMove.PAY_ALL,
    MoneyMove.TAKE_BACK_PART,
    MoneyMove.TAKE_BACK_ALL,
)
