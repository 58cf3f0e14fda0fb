"""Appeals: proposed with their argument, decided, sent with a packet before the window closes, and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from meruit.agenda import actions as agenda
from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.authority.models import Decision, Proposal, Standing
from meruit.disputes import access, core, packet, queries
from meruit.disputes.actions.accepting import due_at
from meruit.disputes.actions.moving import move_appeal, move_reduction
from meruit.disputes.actions.opening import appeal_key, set_appeal_deadline
from meruit.disputes.models import Appeal, AppealTrack
from meruit.documents.actions import keep

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from meruit.authority.acts import Actor
    from meruit.disputes.models import Reduction
    from meruit.documents.models import Document

KIND = "appeal"
#: What stands in a protective appeal until an attorney has written the argument.
PROTECTIVE = (
    "The firm does not accept this reduction. The work was done as described, was necessary, and is charged as agreed. "
    "This appeal is made to keep the time limit; the firm will explain the charge in detail on request."
)


def propose_appeal(
    actor: Actor, reduction_id: int, argument: str, *, amount: Decimal | None = None, protective: bool = False
) -> int:
    """Propose that the firm asks for its money back: all that is still cut, unless a smaller amount is named."""
    authority_access.require(actor, *authority_access.PREPARES)
    reduction = access.reduction(actor, reduction_id)
    round_ = queries.rounds_used(reduction) + 1
    asked = queries.remaining(reduction) if amount is None else amount
    content = {"reduction_id": reduction.pk, "round": round_, "amount": str(asked), "argument": argument}
    return authority.propose(
        actor,
        KIND,
        content,
        subject="disputes_reduction",
        subject_id=reduction.pk,
        reason="Kept open before the time limit" if protective else "The charge is owed as billed",
        evidence={"number": reduction.invoice.number, "words": reduction.words, "cut": str(reduction.amount)},
        due_at=due_at(reduction),
        natural_key=_protective_key(reduction, round_) if protective else None,
    )


def carry_out_appeal(actor: Actor, decision: Decision) -> Appeal:
    """Open the decided appeal; uses the decision once. Its track and the reduction's state are the database's."""
    decided = decision.content
    reduction = access.reduction(actor, decided["reduction_id"])
    with acting(actor):
        made = Appeal.objects.create(
            reduction=reduction,
            round=decided["round"],
            amount=decided["amount"],
            argument=decided["argument"],
            decision=decision,
        )
        note(
            "appeal.opened",
            "disputes_appeal",
            made.pk,
            after={"reduction": reduction.pk, "round": made.round, "amount": decided["amount"]},
            decision_id=decision.pk,
        )
    return made


def protect(actor: Actor, reduction_id: int) -> str:
    """Put a protective appeal forward, and carry it out where a partner has ordered such appeals in advance."""
    reduction = access.reduction(actor, reduction_id)
    if pending(reduction):
        raise NotNow("Something was put forward about this cut already.")
    proposal = propose_appeal(actor, reduction_id, PROTECTIVE, protective=True)
    standing = _ordered(reduction)
    if standing is None:
        return "a protective appeal waits for its decision"
    decision = authority.decide_by_standing(actor, proposal, standing.pk)
    made = carry_out_appeal(actor, Decision.objects.get(pk=decision))
    return f"appeal {made.pk} opened by standing decision {standing.pk}"


def send(actor: Actor, appeal_id: int) -> Document:
    """Write the packet, keep its bytes, and record that it went to the client: the time limit is kept by this."""
    authority_access.require(actor, *authority_access.PREPARES)
    appeal = access.appeal(actor, appeal_id)
    now = moment()
    text = packet.written(_packet(appeal))
    with acting(actor):
        name = f"{appeal.reduction.invoice.number}-appeal-{appeal.reduction_id}-{appeal.round}.txt"
        document = keep(text.encode(), media_type="text/plain", name=name)
        move_appeal(actor, appeal.track, core.AppealMove.SUBMIT, packet=document)
        agenda.meet(appeal_key(appeal.reduction, appeal.round), now, "appealed")
    return document


def answered(actor: Actor, appeal_id: int, recovered: Decimal, on: date) -> core.Appeal:
    """Record what the client gave back. What is still cut gets its next deadline."""
    authority_access.require(actor, *authority_access.PREPARES)
    appeal = access.appeal(actor, appeal_id)
    try:
        result = core.outcome(appeal.amount, recovered)
    except ValueError as error:
        raise Invalid(str(error)) from error
    with acting(actor):
        move_appeal(actor, appeal.track, result, recovered=recovered, answered_on=on)
        state = core.Appeal(appeal.track.state)
        to_make = core.REDUCTION_AFTER_APPEAL[state]
        if to_make is core.ReductionMove.RESTORE and queries.remaining(appeal.reduction) > 0:
            to_make = core.ReductionMove.RESTORE_PART  # less was asked for than was cut, and it was granted
        move_reduction(actor, appeal.reduction, to_make)
        if appeal.reduction.state in queries.UNDECIDED:
            set_appeal_deadline(appeal.reduction, appeal.round + 1, moment())
    return state


def barred(actor: Actor, appeal_id: int, on: date) -> None:
    """The client takes no appeal of this."""
    authority_access.require(actor, *authority_access.PREPARES)
    appeal = access.appeal(actor, appeal_id)
    with acting(actor):
        move_appeal(actor, appeal.track, core.AppealMove.BAR, answered_on=on)
        move_reduction(actor, appeal.reduction, core.ReductionMove.DENY)
        set_appeal_deadline(appeal.reduction, appeal.round + 1, moment())


def lapse(actor: Actor, reduction_id: int) -> None:
    """The window has closed with nothing sent. The cut is not accepted by that: the loss waits for its decision."""
    reduction = access.reduction(actor, reduction_id)
    with acting(actor):
        ready = AppealTrack.objects.filter(appeal__reduction=reduction, state=core.Appeal.READY).first()
        if ready is not None:
            move_appeal(actor, ready, core.AppealMove.LAPSE)
        move_reduction(actor, reduction, core.ReductionMove.LAPSE, reason="The window closed with nothing sent.")
        agenda.meet(appeal_key(reduction, queries.rounds_used(reduction) + (ready is None)), moment(), "lapsed")


def pending(reduction: Reduction) -> bool:
    """Whether something is put forward about a cut and waits, or its protective appeal was put forward before.

    A protective appeal that was refused is not put forward again.
    """
    if Proposal.objects.filter(natural_key=_protective_key(reduction, queries.rounds_used(reduction) + 1)).exists():
        return True
    about = Proposal.objects.filter(subject="disputes_reduction", subject_id=reduction.pk, withdrawal=None)
    return about.filter(decision=None).exists()


def _protective_key(reduction: Reduction, round_: int) -> str:
    return f"protective/{reduction.pk}/{round_}"


def _ordered(reduction: Reduction) -> Standing | None:
    """The standing decision that orders appeals of this payer and reason, if there is one."""
    found = Standing.objects.filter(
        Q(payer=reduction.invoice.payer_id) | Q(payer=None),
        Q(reason_code=reduction.reason_code) | Q(reason_code=""),
        kind=KIND,
        ended_at=None,
        expires_at__gt=moment(),
        currency=reduction.currency,
        cap_item__gte=queries.remaining(reduction),
    )
    return found.order_by("pk").first()


def _packet(appeal: Appeal) -> packet.Packet:
    reduction, frozen = appeal.reduction, appeal.reduction.invoice.frozen
    line = reduction.line
    return packet.Packet(
        firm=frozen["firm"]["name"],
        payer=frozen["payer"]["name"],
        invoice=reduction.invoice.number,
        issued_on=reduction.invoice.issued_on,
        client_matter=frozen["matter"]["client_matter_id"],
        line=None if line is None else line.number,
        worked_on=None if line is None else line.worked_on,
        timekeeper="" if line is None or line.timekeeper is None else str(line.timekeeper.last_name),
        narrative="" if line is None else line.narrative,
        billed=reduction.invoice.total if line is None else line.amount,
        cut=reduction.amount,
        asked=appeal.amount,
        currency=reduction.currency,
        reason=reduction.words,
        round=appeal.round,
        argument=appeal.argument,
        decided_by=appeal.decision.decided_by.name,
    )
