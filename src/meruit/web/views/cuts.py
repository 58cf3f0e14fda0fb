"""A cut and its answer: what the client says and took, until when, and the text that somebody else decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from meruit.agenda.models import Deadline
from meruit.authority import access
from meruit.authority.errors import NoAuthority, NotFound, Refused
from meruit.authority.models import Proposal
from meruit.desk import drafting
from meruit.disputes import access as disputes
from meruit.disputes import actions, queries
from meruit.disputes.models import Appeal
from meruit.web import words
from meruit.web.forms import Amount, Form, Text, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.disputes.models import Reduction


class AppealIt(Form):
    """Ask for the money back."""

    argument = Text(label="What the client will read", rows=9, error_messages=wanted("Write why the charge is owed."))
    amount = Amount(label="Asked for", error_messages=wanted("Say how much is asked for."))

    def __init__(self, cut: Reduction, *args: Any, **options: Any) -> None:
        self.left = queries.remaining(cut)
        options["initial"] = {"argument": drafting.appeal(_told(cut, self)), "amount": f"{self.left:.2f}"}
        super().__init__(*args, **options)
        self.fields["amount"].help_text = f"Up to {self.left:,.2f} {cut.currency}, which is what is still cut."

    def clean(self) -> dict[str, Any]:
        """Nothing is put forward that still waits for somebody's words."""
        said = super().clean() or self.cleaned_data
        if drafting.is_open(said.get("argument") or ""):
            self.add_error("argument", "Put your own words in the place of the square brackets.")
        if said.get("amount") is not None and not 0 < said["amount"] <= self.left:
            self.add_error("amount", f"Between 0.01 and {self.left:,.2f}.")
        return said


class AcceptIt(Form):
    """Accept the loss."""

    reason = Text(label="Why it is accepted", rows=2, error_messages=wanted("Say why: whoever decides it reads this."))


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, reduction_id: int) -> HttpResponse:
    """A cut, its deadline, and the two answers that can be put forward."""
    actor = actor_of(request)
    cut = disputes.reduction(actor, reduction_id)
    prepares = bool(access.roles(actor) & set(access.PREPARES))
    waiting = Proposal.objects.filter(
        subject="disputes_reduction", subject_id=cut.pk, decision=None, withdrawal=None
    ).select_related("kind", "prepared_by")
    how = request.POST.get("how", "")
    appeal = AppealIt(cut, request.POST if how == "appeal" else None, prefix="appeal")
    accept = AcceptIt(request.POST if how == "accept" else None, prefix="accept")
    if request.method == "POST":
        if not prepares:
            raise NoAuthority("This is for whoever prepares.")
        form: Form = {"appeal": appeal, "accept": accept}.get(how) or _nothing(how)
        if form.is_valid():
            try:
                if how == "appeal":
                    said = form.cleaned_data
                    actions.propose_appeal(actor, cut.pk, said["argument"], amount=said["amount"])
                else:
                    actions.propose_acceptance(actor, cut.pk, reason=form.cleaned_data["reason"])
            except Refused as refusal:
                form.refuse(refusal)
            else:
                tell(request, f"Put forward; {cut.invoice.matter.responsible.name} or another partner decides.")
                return redirect("cut", reduction_id=cut.pk)
    used = queries.rounds_used(cut)
    allowed = cut.invoice.payer.appeals_allowed
    return show(
        request,
        "web/cut.html",
        "bills",
        {
            "cut": cut,
            "word": words.of(words.REDUCTION, cut.state),
            "left": queries.remaining(cut),
            "recovered": queries.recovered(cut),
            "used": used,
            "allowed": allowed,
            "may_appeal": allowed is None or used < allowed,
            "deadlines": list(
                Deadline.objects.filter(subject="disputes_reduction", subject_id=cut.pk, met_at=None).order_by("due_at")
            ),
            "appeals": list(
                Appeal.objects.filter(reduction=cut).select_related("decision__decided_by", "track").order_by("round")
            ),
            "waiting": list(waiting),
            "open": prepares and cut.state in queries.UNDECIDED and not waiting,
            "appeal": appeal,
            "accept": accept,
        },
        status=400 if appeal.errors or accept.errors else 200,
    )


def _nothing(how: str) -> Form:
    raise NotFound(f'A cut is appealed or accepted, not "{how}".')


def _told(cut: Reduction, form: AppealIt) -> drafting.Cut:
    return drafting.Cut(
        invoice=cut.invoice.number,
        words=cut.words,
        reason_code=cut.reason_code,
        amount=form.left,
        currency=cut.currency,
        line=None if cut.line is None else cut.line.number,
        worked_on=None if cut.line is None else cut.line.worked_on,
        clause=cut.clause,
    )
