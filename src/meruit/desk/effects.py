"""Which room carries a kind of decision out. Every kind of the matrix is here, or a test says which is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meruit.authority.acts import moment
from meruit.authority.effects import EFFECTS as ON_ACCESS
from meruit.authority.models import Decision
from meruit.disputes import actions as disputes
from meruit.firm import actions as firm
from meruit.invoices import actions as invoices
from meruit.prebills import actions as prebills
from meruit.receivables import actions as receivables
from meruit.timesheets import actions as timesheets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

EFFECTS: Mapping[str, Callable[[Actor, Decision], Any]] = {
    **ON_ACCESS,
    "narrative": timesheets.carry_out_change,
    "transfer": timesheets.carry_out_transfer,
    "rate": firm.carry_out,
    "arrangement": firm.carry_out,
    "shares": firm.carry_out,
    "guideline-set": firm.carry_out_acceptance,
    "write-down": prebills.carry_out_write_down,
    "hold": prebills.carry_out_hold_change,
    "hold-release": prebills.carry_out_hold_change,
    "override": prebills.carry_out_override,
    "credit-note": invoices.carry_out_credit_note,
    "reversal": invoices.carry_out_reversal,
    "write-off": invoices.carry_out_write_off,
    "hard-cost": invoices.carry_out_write_off,
    "accept-reduction": disputes.carry_out_acceptance,
    "appeal": disputes.carry_out_appeal,
    "refund": receivables.carry_out_refund,
}

#: Kinds whose use is an act of its own and later: a bill is issued in its billing window.
LATER: Mapping[str, Callable[[Actor, Decision], None]] = {"final-bill": prebills.settle}


def follow(actor: Actor, decision_id: int) -> bool:
    """What happens as soon as something is decided: its effect where it may be, or what waits for a later one.

    Returns whether the decision has taken effect.
    """
    decision = Decision.objects.get(pk=decision_id)
    if decision.kind_id in LATER:
        LATER[decision.kind_id](actor, decision)
        return False
    return carry_out(actor, decision_id) is not None


def carry_out(actor: Actor, decision_id: int) -> Any:
    """Let a decision take effect now; None when it refuses, or may not yet (a delay that administrators can use)."""
    decision = Decision.objects.select_related("proposal").get(pk=decision_id)
    if decision.verdict == Decision.Verdict.REFUSED or decision.not_before > moment():
        return None
    return EFFECTS[decision.kind_id](actor, decision)


def is_due(decision: Decision) -> bool:
    """Whether a decision may take effect now and has not: the next night lets it, or a person before that."""
    now = moment()
    return (
        decision.kind_id in EFFECTS
        and decision.verdict != Decision.Verdict.REFUSED
        and not hasattr(decision, "consumption")
        and not hasattr(decision.proposal, "withdrawal")
        and decision.not_before <= now < decision.valid_until
    )


def ready() -> QuerySet[Decision]:
    """Decisions that may take effect and have not: the night carries them out."""
    now = moment()
    return Decision.objects.filter(
        verdict__in=[Decision.Verdict.APPROVED, Decision.Verdict.AMENDED],
        consumption=None,
        proposal__withdrawal=None,
        not_before__lte=now,
        valid_until__gt=now,
        kind_id__in=list(EFFECTS),
    ).order_by("pk")
