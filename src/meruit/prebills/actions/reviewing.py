"""Review: sent to the partner, put forward for decision over a hash of its content, approved, or returned."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotNow, Refused, sentences
from meruit.authority.models import Decision, Proposal
from meruit.prebills import access, core, divisions, queries, wholes
from meruit.prebills.actions.moving import check, move
from meruit.prebills.models import Finding, PreBill
from meruit.prebills.sharing import SharingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meruit.authority.acts import Actor
    from meruit.prebills.wholes import Whole

KIND = "final-bill"
READY = "Ready to send."


@dataclass(frozen=True, slots=True)
class PutForward:
    """What became of a pre-bill that was to be put forward: its proposal, or why there is none."""

    prebill_id: int
    proposal_id: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Past:
    """What was put forward or approved of a pre-bill before."""

    waiting: Proposal | None
    approved: core.BillContent | None
    findings: tuple[dict[str, Any], ...]


def send(actor: Actor, prebill_id: int) -> None:
    """Put a draft before the partner."""
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    if not queries.billable(prebill).exists():
        raise NotNow(f"Pre-bill {prebill.pk} has no line that could be billed.")
    move(actor, prebill, core.Move.SEND)


def propose_final_bill(actor: Actor, prebill_id: int, *, reason: str = READY) -> int:
    """Put the bill forward for decision; returns the proposal.

    The same bill twice is one proposal. A bill that has changed takes the place of the one put forward before,
    and its evidence names what has changed since the last approval, which is all that the partner must read.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    with acting(actor):
        return _propose(actor, wholes.whole(prebill), _past([prebill])[prebill.pk], reason)


def put_forward(actor: Actor, prebill_ids: Iterable[int], *, reason: str = READY) -> list[PutForward]:
    """Send and put forward many at once, as a month end asks for; one that cannot be never stops the others."""
    authority_access.require(actor, *authority_access.PREPARES)
    asked = list(prebill_ids)
    seen = {p.pk: p for p in access.prebills(actor).filter(pk__in=asked)}
    past = _past(list(seen.values()))
    found = {pk: PutForward(pk, None, f"There is no pre-bill {pk}.") for pk in asked}
    with acting(actor):
        for whole in wholes.wholes(list(seen.values())):
            prebill = whole.prebill
            try:
                with sentences(), transaction.atomic():
                    if prebill.state == core.State.DRAFT and whole.billable:
                        move(actor, prebill, core.Move.SEND)
                    found[prebill.pk] = PutForward(prebill.pk, _propose(actor, whole, past[prebill.pk], reason))
            except Refused as refused:
                found[prebill.pk] = PutForward(prebill.pk, None, str(refused))
    return [found[pk] for pk in asked]


def approve(actor: Actor, prebill_id: int, *, reason: str = "") -> int:
    """Approve a bill within one's own authority; returns the decision that its issue will use.

    What a specialist has put forward is decided where it is still the same; else the bill as it stands now.
    """
    prebill = access.prebill(actor, prebill_id)
    check(prebill, core.Move.APPROVE)
    past = _past([prebill])[prebill.pk]
    content, bill, evidence = _put_together(wholes.whole(prebill), past)
    waiting = past.waiting
    with acting(actor):
        if waiting is not None and _is_of(waiting, bill):
            made = authority.decide(actor, waiting.pk, "approved", reason=reason)
        else:
            if waiting is not None:
                authority.withdraw(actor, waiting.pk, "Overtaken: the bill has changed and was approved as it stands.")
            made = authority.act_directly(
                actor,
                KIND,
                content,
                subject="prebills_prebill",
                subject_id=prebill.pk,
                reason=reason or "Approved as it stands.",
                evidence=evidence,
            )
        settle(actor, Decision.objects.get(pk=made))
    return made


def settle(actor: Actor, decision: Decision) -> None:
    """Let a pre-bill follow a decision on its final bill: approved where it was approved."""
    if decision.kind_id != KIND or decision.verdict == Decision.Verdict.REFUSED:
        return
    prebill = access.prebill(actor, decision.content["prebill_id"])
    if prebill.state == core.State.IN_REVIEW:
        move(actor, prebill, core.Move.APPROVE, decision_id=decision.pk)


def settle_many(actor: Actor, decision_ids: Iterable[int]) -> int:
    """Let many pre-bills follow a batch that was decided; returns how many became approved."""
    decided = Decision.objects.filter(pk__in=list(decision_ids), kind=KIND).exclude(verdict=Decision.Verdict.REFUSED)
    about = [content["prebill_id"] for content in decided.values_list("content", flat=True)]
    state = core.after(core.State.IN_REVIEW, core.Move.APPROVE)
    with acting(actor):
        ready = access.prebills(actor).filter(pk__in=about, state=core.State.IN_REVIEW).values_list("pk", flat=True)
        approved = sorted(ready)
        PreBill.objects.filter(pk__in=approved, state=core.State.IN_REVIEW).update(state=state, state_since=moment())
        note("prebills.approved", "prebills_prebill", after={"count": len(approved), "prebills": approved})
    return len(approved)


def return_to_draft(actor: Actor, prebill_id: int, *, reason: str) -> None:
    """Send a bill back to its preparer; an approval given before counts no more."""
    prebill = access.prebill(actor, prebill_id)
    with acting(actor):
        waiting = _past([prebill])[prebill.pk].waiting
        if waiting is not None:
            authority.withdraw(actor, waiting.pk, reason)
        with connection.cursor() as cursor:
            cursor.execute("SELECT prebills.return_to_draft(%s, %s)", [prebill.pk, reason])


def _propose(actor: Actor, whole: Whole, past: _Past, reason: str) -> int:
    check(whole.prebill, core.Move.APPROVE)
    content, bill, evidence = _put_together(whole, past)
    waiting = past.waiting
    if waiting is not None and _is_of(waiting, bill):
        return waiting.pk
    return authority.propose(
        actor,
        KIND,
        content,
        subject="prebills_prebill",
        subject_id=whole.prebill.pk,
        reason=reason,
        evidence=evidence,
        supersedes=None if waiting is None else waiting.pk,
    )


def _put_together(whole: Whole, past: _Past) -> tuple[dict[str, Any], core.BillContent, dict[str, Any]]:
    """The content of the decision, the bill that its hash covers, and what the decider is shown beside it."""
    prebill = whole.prebill
    try:
        division = divisions.divided(whole)
    except SharingError as error:
        raise NotNow(f"Pre-bill {prebill.pk}: {error}") from error
    totals = [b.totals for b in division.bills]
    bill = queries.content_of(whole.billable, totals, prebill.currency)
    sums = queries.totals_of(whole.lines)
    evidence = {
        "bill": queries.written(bill),
        "worked": str(sums.worked),
        "billed": str(sums.billed),
        "write_down": str(sums.write_down),
        "held": str(sums.held),
        "shares": list(division.steps),
        "arrangement": prebill.arrangement,
        "findings": list(past.findings),
        # None: nothing was approved before. Else what differs from it, and nothing more.
        "changes": None if past.approved is None else [asdict(c) for c in core.difference(past.approved, bill)],
    }
    return queries.decision_content(prebill, totals), bill, evidence


def _is_of(proposal: Proposal, bill: core.BillContent) -> bool:
    """Whether what was put forward is still the same bill."""
    return bytes(proposal.live_sha256 or b"") == core.first_hash(bill)


def _past(prebills: Sequence[PreBill]) -> dict[int, _Past]:
    """What went before, in three queries for however many."""
    keys = [p.pk for p in prebills]
    about = {"kind": KIND, "subject": "prebills_prebill", "subject_id__in": keys}
    waiting = {p.subject_id: p for p in Proposal.objects.filter(decision=None, withdrawal=None, **about).order_by("pk")}
    approved = {}
    for proposal in Proposal.objects.filter(
        decision__verdict=Decision.Verdict.APPROVED, decision__consumption=None, **about
    ).order_by("decision__pk"):
        approved[proposal.subject_id] = queries.read(proposal.evidence["bill"])
    findings: dict[int, list[dict[str, Any]]] = {pk: [] for pk in keys}
    open_ = Finding.objects.filter(prebill__in=keys, settled_at=None).order_by("pk")
    for prebill, line, rule, severity, says in open_.values_list(
        "prebill_id", "line_id", "rule", "severity", "message"
    ):
        findings[prebill].append({"line_id": line, "rule": rule, "severity": severity, "message": says})
    return {pk: _Past(waiting.get(pk), approved.get(pk), tuple(findings[pk])) for pk in keys}
