"""Letting a finding stand: with a reason, or by a partner's decision where the client's set says so; and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.authority.models import Decision
from meruit.documents import actions as documents
from meruit.prebills import access
from meruit.prebills.core import receipt_problem
from meruit.prebills.models import Finding, Override, Receipt

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from meruit.authority.acts import Actor

OVERRIDDEN = "overridden: "
DECISION = "decision"


def override(actor: Actor, finding_id: int, reason: str) -> None:
    """Let a finding stand as it is: an attorney or a partner says why the line is right all the same.

    Where the client's set asks for a decision, it is one, within the partner's own authority.
    """
    authority_access.require(actor, "attorney", "billing partner")
    if not reason.strip():
        raise Invalid("Say why the line is right all the same.")
    found = access.finding(actor, finding_id)
    with acting(actor):
        if found.override == DECISION:
            decision = authority.act_directly(
                actor,
                "override",
                _content(finding_id, reason),
                subject="prebills_finding",
                subject_id=finding_id,
                reason=reason,
                evidence=_evidence(found),
            )
            carry_out_override(actor, Decision.objects.get(pk=decision))
            return
        if not Finding.objects.filter(pk=finding_id, settled_at=None).update(
            settled_at=moment(), settled_how=OVERRIDDEN + reason
        ):
            raise NotNow(f"There is no open finding {finding_id}.")
        note("finding.overridden", "prebills_finding", finding_id, reason=reason)


def propose_override(actor: Actor, finding_id: int, *, reason: str) -> int:
    """Ask the billing partner to let a finding stand."""
    authority_access.require(actor, *authority_access.PREPARES)
    found = access.finding(actor, finding_id)
    return authority.propose(
        actor,
        "override",
        _content(finding_id, reason),
        subject="prebills_finding",
        subject_id=finding_id,
        reason=reason,
        evidence=_evidence(found),
    )


def carry_out_override(actor: Actor, decision: Decision) -> int:
    """Settle the finding as decided; uses the decision once."""
    found = access.finding(actor, decision.content["finding_id"])
    with acting(actor):
        made = Override.objects.create(finding=found, reason=decision.content["reason"], decision=decision)
        note(
            "finding.overridden",
            "prebills_finding",
            found.pk,
            after={"rule": found.rule, "guideline": found.guideline},
            reason=made.reason,
            decision_id=decision.pk,
        )
    return made.pk


def record_receipt(
    actor: Actor,
    entry_id: int,
    *,
    content: bytes | None = None,
    name: str = "",
    media_type: str = "application/pdf",
    vendor: str = "",
    vendor_amount: Decimal | None = None,
    fare: str = "",
    flight_hours: Decimal | None = None,
    international: bool | None = None,
    booked_on: date | None = None,
    travelled_on: date | None = None,
    nights: Decimal | None = None,
    days: Decimal | None = None,
    miles: Decimal | None = None,
) -> int:
    """Attach the proof of a cost, or state what it shows; a later row stands for the earlier one."""
    authority_access.require(actor, *authority_access.PREPARES, "timekeeper")
    entry = access.cost(actor, entry_id)
    problem = receipt_problem(fare, [vendor_amount, flight_hours, nights, days, miles], booked_on, travelled_on)
    if problem is not None:
        raise Invalid(problem)
    with acting(actor):
        made = Receipt.objects.create(
            entry=entry,
            document=None if content is None else documents.keep(content, media_type=media_type, name=name),
            vendor=vendor,
            vendor_amount=vendor_amount,
            fare=fare,
            flight_hours=flight_hours,
            international=international,
            booked_on=booked_on,
            travelled_on=travelled_on,
            nights=nights,
            days=days,
            miles=miles,
            recorded_by_id=actor.person_id,
            recorded_at=moment(),
        )
        after = {"entry": entry.pk, "document": made.document_id, "vendor": vendor, "amount": vendor_amount}
        note("receipt.recorded", "prebills_receipt", made.pk, after=after)
    return made.pk


def _content(finding_id: int, reason: str) -> dict[str, Any]:
    return {"finding_id": finding_id, "reason": reason}


def _evidence(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "clause": found.clause,
        "says": found.message,
        "words": found.words,
        "at_risk": None if found.at_risk is None else str(found.at_risk),
        "guideline": found.guideline,
        "narrative": None if found.line is None else found.line.narrative,
    }
