"""Review: sent to the partner, approved over a hash of its content, or returned."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.authority.errors import NotNow
from meruit.authority.models import Decision, Proposal
from meruit.prebills import access, core, divisions, queries
from meruit.prebills.actions.moving import check, move
from meruit.prebills.sharing import SharingError

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.prebills.models import PreBill

KIND = "final-bill"


def send(actor: Actor, prebill_id: int) -> None:
    """Put a draft before the partner."""
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    if not queries.billable(prebill).exists():
        raise NotNow(f"Pre-bill {prebill.pk} has no line that could be billed.")
    move(actor, prebill, core.Move.SEND)


def propose_final_bill(actor: Actor, prebill_id: int, *, reason: str = "Ready to send.") -> int:
    """Put the bill forward for decision; returns the proposal.

    The same bill twice is one proposal. A bill that has changed takes the place of the one put forward before,
    and its evidence names what has changed since the last approval, which is all that the partner must read.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    check(prebill, core.Move.APPROVE)
    content, bill, evidence = _put_together(prebill)
    digest = core.first_hash(bill)
    waiting = _open(prebill)
    if waiting is not None and bytes(waiting.live_sha256 or b"") == digest:
        return waiting.pk
    return authority.propose(
        actor,
        KIND,
        content,
        subject="prebills_prebill",
        subject_id=prebill.pk,
        reason=reason,
        evidence=evidence,
        supersedes=None if waiting is None else waiting.pk,
    )


def approve(actor: Actor, prebill_id: int, *, reason: str = "") -> int:
    """Approve a bill within one's own authority; returns the decision that its issue will use.

    What a specialist has put forward is decided where it is still the same; else the bill as it stands now.
    """
    prebill = access.prebill(actor, prebill_id)
    check(prebill, core.Move.APPROVE)
    content, bill, evidence = _put_together(prebill)
    waiting = _open(prebill)
    with acting(actor):
        if waiting is not None and bytes(waiting.live_sha256 or b"") == core.first_hash(bill):
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


def return_to_draft(actor: Actor, prebill_id: int, *, reason: str) -> None:
    """Send a bill back to its preparer; an approval given before counts no more."""
    prebill = access.prebill(actor, prebill_id)
    with acting(actor):
        waiting = _open(prebill)
        if waiting is not None:
            authority.withdraw(actor, waiting.pk, reason)
        with connection.cursor() as cursor:
            cursor.execute("SELECT prebills.return_to_draft(%s, %s)", [prebill.pk, reason])


def changes_since_approval(prebill: PreBill, now: core.BillContent) -> list[core.Change] | None:
    """What differs from what was last approved; None where nothing was."""
    last = (
        Decision.objects.filter(
            kind=KIND, proposal__subject_id=prebill.pk, verdict=Decision.Verdict.APPROVED, consumption=None
        )
        .select_related("proposal")
        .order_by("-pk")
        .first()
    )
    if last is None:
        return None
    return core.difference(queries.read(last.proposal.evidence["bill"]), now)


def _put_together(prebill: PreBill) -> tuple[dict[str, Any], core.BillContent, dict[str, Any]]:
    """The content of the decision, the bill that its hash covers, and what the decider is shown beside it."""
    try:
        division = divisions.division(prebill)
    except SharingError as error:
        raise NotNow(f"Pre-bill {prebill.pk}: {error}") from error
    totals = [b.totals for b in division.bills]
    bill = queries.content(prebill, totals)
    sums = queries.totals(prebill)
    changes = changes_since_approval(prebill, bill)
    evidence = {
        "bill": queries.written(bill),
        "worked": str(sums.worked),
        "billed": str(sums.billed),
        "write_down": str(sums.write_down),
        "held": str(sums.held),
        "shares": list(division.steps),
        "arrangement": prebill.arrangement,
        "findings": list(
            prebill.findings.filter(settled_at=None).order_by("pk").values("line_id", "rule", "severity", "message")
        ),
        "changes": None if changes is None else [asdict(c) for c in changes],
    }
    return queries.decision_content(prebill, totals), bill, evidence


def _open(prebill: PreBill) -> Proposal | None:
    return (
        Proposal.objects.filter(
            kind=KIND, subject="prebills_prebill", subject_id=prebill.pk, decision=None, withdrawal=None
        )
        .order_by("-pk")
        .first()
    )
