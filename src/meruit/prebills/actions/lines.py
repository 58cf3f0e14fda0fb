"""What happens to a line: held, kept longer, released, written down, spoken about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.authority.models import Decision
from meruit.prebills import access
from meruit.prebills.models import Comment, Hold, HoldChange, WriteDown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.acts import Actor


def hold(actor: Actor, prebill_id: int, *, line_id: int | None = None, reason: str, review_on: date) -> int:
    """Hold a line, or the whole pre-bill, until it is looked at on a day within a month; returns the hold."""
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    with acting(actor):
        made = Hold.objects.create(
            prebill=prebill,
            line=None if line_id is None else access.line(actor, line_id),
            reason=reason,
            review_on=review_on,
            held_by_id=actor.person_id,
            held_at=moment(),
        )
        note(
            "hold.placed",
            "prebills_hold",
            made.pk,
            after={"prebill": prebill.pk, "line": line_id, "review_on": review_on},
            reason=reason,
        )
    return made.pk


def propose_hold_change(actor: Actor, hold_id: int, *, until: date | None, reason: str) -> int:
    """Propose to keep a hold until a later day, or (without one) to release it."""
    authority_access.require(actor, *authority_access.PREPARES)
    found = access.hold(actor, hold_id)
    content = _hold_content(found, until)
    evidence = {"held_for": found.reason, "review_on": found.review_on.isoformat(), "line": found.line_id}
    return authority.propose(
        actor,
        content["kind"],
        content,
        subject="prebills_hold",
        subject_id=found.pk,
        reason=reason,
        evidence=evidence,
    )


def release_hold(actor: Actor, hold_id: int, *, reason: str) -> int:
    """Release a hold within one's own authority; returns the change."""
    found = access.hold(actor, hold_id)
    content = _hold_content(found, None)
    with acting(actor):
        decision = authority.act_directly(
            actor, content["kind"], content, subject="prebills_hold", subject_id=found.pk, reason=reason
        )
        return carry_out_hold_change(actor, Decision.objects.get(pk=decision))


def carry_out_hold_change(actor: Actor, decision: Decision) -> int:
    """Release a hold, or keep it until the decided day; uses the decision once."""
    content = decision.content
    found = access.hold(actor, content["hold_id"])
    until = content["review_on"]
    with acting(actor):
        made = HoldChange.objects.create(
            hold=found,
            kind=content["kind"],
            review_on=None if until is None else date.fromisoformat(until),
            decision=decision,
        )
        event = "hold.released" if until is None else "hold.kept"
        note(event, "prebills_hold", found.pk, after=content, reason=decision.reason, decision_id=decision.pk)
    return made.pk


def propose_write_down(
    actor: Actor,
    line_id: int,
    amount: Decimal,
    *,
    hours: Decimal | None = None,
    reason: str,
    reason_code: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> int:
    """Propose that a line is billed for less."""
    authority_access.require(actor, *authority_access.PREPARES)
    line = access.line(actor, line_id)
    told = {"narrative": line.narrative, "worked": str(line.worked_value), "billed": str(line.billed_value)}
    return authority.propose(
        actor,
        "write-down",
        _write_down_content(line_id, amount, hours, reason, reason_code),
        subject="prebills_line",
        subject_id=line_id,
        reason=reason,
        evidence=told | dict(evidence or {}),
    )


def write_down(
    actor: Actor,
    line_id: int,
    amount: Decimal,
    *,
    hours: Decimal | None = None,
    reason: str,
    reason_code: str = "",
) -> int:
    """Bill a line for less within one's own authority; returns the write-down."""
    line = access.line(actor, line_id)
    with acting(actor):
        decision = authority.act_directly(
            actor,
            "write-down",
            _write_down_content(line.pk, amount, hours, reason, reason_code),
            subject="prebills_line",
            subject_id=line.pk,
            reason=reason,
        )
        return carry_out_write_down(actor, Decision.objects.get(pk=decision))


def carry_out_write_down(actor: Actor, decision: Decision) -> int:
    """Lower the line as decided; uses the decision once."""
    content = decision.content
    line = access.line(actor, content["line_id"])
    with acting(actor):
        made = WriteDown.objects.create(
            line=line,
            amount=Decimal(content["amount"]),
            hours=None if content["hours"] is None else Decimal(content["hours"]),
            reason=content["reason"],
            reason_code=content["reason_code"],
            decision=decision,
        )
        note(
            "line.written_down",
            "prebills_line",
            line.pk,
            before={"billed": line.billed_value},
            after={"billed": line.billed_value - made.amount},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made.pk


def comment(actor: Actor, prebill_id: int, text: str, *, line_id: int | None = None) -> int:
    """Say something about a pre-bill or one of its lines; open until somebody resolves it."""
    prebill = access.prebill(actor, prebill_id)
    if not text.strip():
        raise Invalid("A comment says something.")
    line = None if line_id is None else access.line(actor, line_id)
    if line is not None and line.prebill_id != prebill.pk:
        raise Invalid(f"Line {line.pk} is on another pre-bill.")
    with acting(actor):
        made = Comment.objects.create(prebill=prebill, line=line, by_id=actor.person_id, at=moment(), text=text)
        note("comment.made", "prebills_comment", made.pk, after={"prebill": prebill.pk, "line": line_id})
    return made.pk


def resolve(actor: Actor, comment_id: int) -> None:
    """Mark a comment as answered."""
    with acting(actor):
        found = Comment.objects.filter(pk=comment_id, prebill__in=access.prebills(actor), resolved_at=None)
        if not found.update(resolved_at=moment()):
            raise NotNow(f"There is no open comment {comment_id}.")
        note("comment.resolved", "prebills_comment", comment_id)


def _hold_content(found: Hold, until: date | None) -> dict[str, Any]:
    return {
        "hold_id": found.pk,
        "kind": "hold-release" if until is None else "hold",
        "review_on": None if until is None else until.isoformat(),
    }


def _write_down_content(
    line_id: int, amount: Decimal, hours: Decimal | None, reason: str, reason_code: str
) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "amount": str(amount),
        "hours": None if hours is None else str(hours),
        "reason": reason,
        "reason_code": reason_code,
    }
