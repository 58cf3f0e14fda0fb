"""Money that is put forward to be given up or given back: credit notes, reversals, write-offs, refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from meruit.authority import access
from meruit.authority.errors import NotFound, Refused
from meruit.authority.models import Proposal
from meruit.invoices import access as bills
from meruit.invoices import actions, queries
from meruit.invoices.models import Reversal
from meruit.portals.profiles import reasons
from meruit.receivables import access as receivables
from meruit.receivables import actions as paying
from meruit.receivables import queries as paid
from meruit.web.forms import Amount, Form, Text, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from meruit.invoices.models import Invoice, InvoiceLine
    from meruit.receivables.models import Payment

PLACE = "bills"
WHY = "Say why: whoever decides it reads this."
NOTHING = Decimal(0)


class Credit(Form):
    """What comes off which line, net of tax."""

    reason_code = forms.ChoiceField(label="The payer's reason", required=False)
    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))

    def __init__(self, bill: Invoice, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.choose("reason_code", [("", "none named"), *((code, code) for code in sorted(reasons()))])
        self.left = {s.line: s.net_left for s in queries.standing(bill.pk)}
        self.lines: list[InvoiceLine] = list(bill.lines.select_related("timekeeper").order_by("number"))
        for line in self.lines:
            field = Amount(label=f"Less on line {line.number}", required=False)
            field.widget.attrs |= {"class": "form-control num", "aria-label": f"Less on line {line.number}"}
            self.fields[f"line-{line.pk}"] = field

    def rows(self) -> Iterable[tuple[InvoiceLine, Decimal, Any]]:
        """Each line with what can still come off it, and its field."""
        return [(line, self.left[line.pk], self[f"line-{line.pk}"]) for line in self.lines]

    @property
    def nets(self) -> dict[int, Decimal]:
        """What comes off, by line."""
        given = {line.pk: self.cleaned_data.get(f"line-{line.pk}") for line in self.lines}
        return {pk: amount for pk, amount in given.items() if amount}

    def clean(self) -> dict[str, Any]:
        """Something comes off, and from no line more than it is still worth."""
        said = super().clean() or self.cleaned_data
        for line in self.lines:
            amount = said.get(f"line-{line.pk}")
            if amount is not None and not 0 <= amount <= self.left[line.pk]:
                self.add_error(f"line-{line.pk}", f"Between 0 and {self.left[line.pk]:,.2f}.")
        if not self.nets and not self.errors:
            self.add_error(None, "Write beside at least one line how much comes off it.")
        return said


class WriteOff(Form):
    """What will never be collected."""

    amount = Amount(label="Given up", error_messages=wanted("Say how much is given up."))
    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))


class Undo(Form):
    """The whole bill is undone."""

    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))


@require_http_methods(["GET", "HEAD", "POST"])
def lower(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Put forward that a bill is lowered, undone, or given up."""
    actor = actor_of(request)
    bill = bills.invoice(actor, invoice_id)
    access.require(actor, *access.PREPARES)
    what = request.POST.get("what", "")
    data = request.POST if request.method == "POST" else None
    credit = Credit(bill, data if what == "credit" else None, prefix="credit")
    write_off = WriteOff(data if what == "write-off" else None, prefix="write-off")
    reversal = Undo(data if what == "reversal" else None, prefix="reversal")
    if request.method == "POST":
        form = {"credit": credit, "write-off": write_off, "reversal": reversal}.get(what)
        if form is None:
            raise NotFound("There is no such thing to put forward.")
        if form.is_valid():
            given = form.cleaned_data
            try:
                if what == "credit":
                    made = actions.propose_credit_note(
                        actor, bill.pk, credit.nets, reason=given["reason"], reason_code=given["reason_code"]
                    )
                elif what == "write-off":
                    made = actions.propose_bad_debt(actor, bill.pk, given["amount"], reason=given["reason"])
                else:
                    made = actions.propose_reversal(actor, bill.pk, reason=given["reason"])
            except Refused as refusal:
                form.refuse(refusal, "amount")
            else:
                tell(request, f"Put forward; {bill.matter.responsible.name} or another partner decides.")
                return redirect("decision", proposal_id=made)
    waiting = Proposal.objects.filter(
        subject="invoices_invoice", subject_id=bill.pk, decision=None, withdrawal=None
    ).select_related("kind", "prepared_by")
    return show(
        request,
        "web/lower.html",
        PLACE,
        {
            "bill": bill,
            "owed": queries.owed([bill.pk]).get(bill.pk, NOTHING),
            "reversed": Reversal.objects.filter(invoice=bill).exists(),
            "waiting": list(waiting),
            "credit": credit,
            "write_off": write_off,
            "reversal": reversal,
        },
        status=400 if credit.errors or write_off.errors or reversal.errors else 200,
    )


@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """Payments with money that pays nothing yet, and the latest of all."""
    actor = actor_of(request)
    latest = receivables.payments(actor).order_by("-received_on", "-pk")[:100]
    return show(
        request,
        "web/payments.html",
        PLACE,
        {"left": paid.with_money_left(actor), "latest": list(latest)},
    )


class Lay(Form):
    """Lay money on a bill."""

    bill = forms.TypedChoiceField(label="On", coerce=int, error_messages=wanted("Say on which bill."))
    amount = Amount(label="Amount", error_messages=wanted("Say how much."))

    def __init__(self, owed: list[tuple[Invoice, Decimal]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        told = [(bill.pk, f"{bill.number}, owed {amount:,.2f} {bill.currency}") for bill, amount in owed]
        self.choose("bill", [("", "Choose"), *told])


class Refund(Form):
    """Send money back."""

    amount = Amount(label="Goes back", error_messages=wanted("Say how much goes back."))
    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))


@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """A payment: what it pays, what is left, and what becomes of that."""
    actor = actor_of(request)
    one = receivables.payment(actor, payment_id)
    left = paid.unapplied(one)
    owed = _owed(request, one)
    prepares = bool(access.roles(actor) & set(access.PREPARES))
    what = request.POST.get("what", "")
    data = request.POST if request.method == "POST" else None
    first = {"amount": f"{left:.2f}"}
    lay = Lay(owed, data if what == "lay" else None, prefix="lay", initial=first)
    refund = Refund(data if what == "refund" else None, prefix="refund", initial=first)
    if request.method == "POST":
        access.require(actor, *access.PREPARES)
        form = {"lay": lay, "refund": refund}.get(what)
        if form is None:
            raise NotFound("There is no such thing to do with a payment.")
        if form.is_valid():
            given = form.cleaned_data
            amount = given["amount"]
            if not 0 < amount <= left:
                form.refuse(f"Between 0.01 and {left:,.2f}, which is what is left of it.", "amount")
            else:
                try:
                    if what == "lay":
                        paying.apply_payment(actor, one.pk, given["bill"], amount)
                        tell(request, f"{amount:,.2f} {one.currency} are laid on the bill.")
                        return redirect("payment", payment_id=one.pk)
                    made = paying.propose_refund(actor, one.pk, amount, reason=given["reason"])
                    tell(request, "Put forward: it takes two people, and another one decides.")
                    return redirect("decision", proposal_id=made)
                except Refused as refusal:
                    form.refuse(refusal, "amount")
    seen = set(bills.invoices(actor).values_list("pk", flat=True))
    laid = one.allocations.select_related("invoice", "by").order_by("at")
    waiting = Proposal.objects.filter(
        subject="receivables_payment", subject_id=one.pk, decision=None, withdrawal=None
    ).select_related("kind", "prepared_by")
    return show(
        request,
        "web/payment.html",
        PLACE,
        {
            "payment": one,
            "left": left,
            "laid": [(part, part.invoice_id in seen) for part in laid],
            "refunds": list(one.refunds.select_related("decision__decided_by")),
            "waiting": list(waiting),
            "owed": owed,
            "lay": lay,
            "refund": refund,
            "prepares": prepares,
        },
        status=400 if lay.errors or refund.errors else 200,
    )


def _owed(request: HttpRequest, one: Payment) -> list[tuple[Invoice, Decimal]]:
    """The payer's bills on which something is owed, the oldest first."""
    mine = bills.invoices(actor_of(request)).filter(payer=one.payer_id, currency=one.currency)
    standing = list(queries.stands(mine).order_by("issued_on", "number"))
    owed = queries.owed(bill.pk for bill in standing)
    return [(bill, owed[bill.pk]) for bill in standing if owed.get(bill.pk, NOTHING) > 0]
