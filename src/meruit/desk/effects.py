"""Which room carries a kind of decision out. Every kind of the matrix is here, or a test says which is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority.acts import moment
from meruit.authority.effects import EFFECTS as ON_ACCESS
from meruit.authority.models import Decision
from meruit.firm import actions as firm
from meruit.timesheets import actions as timesheets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

EFFECTS: Mapping[str, Callable[[Actor, Decision], int]] = {
    **ON_ACCESS,
    "narrative": timesheets.carry_out_change,
    "transfer": timesheets.carry_out_transfer,
    "rate": firm.carry_out,
    "arrangement": firm.carry_out,
    "shares": firm.carry_out,
}


def carry_out(actor: Actor, decision_id: int) -> int | None:
    """Let a decision take effect now; None when it refuses, or may not yet (a delay that administrators can use)."""
    decision = Decision.objects.select_related("proposal").get(pk=decision_id)
    if decision.verdict == Decision.Verdict.REFUSED or decision.not_before > moment():
        return None
    return EFFECTS[decision.kind_id](actor, decision)


def ready() -> QuerySet[Decision]:
    """Decisions that may take effect and have not: the night carries them out."""
    now = moment()
    return Decision.objects.filter(
        verdict__in=[Decision.Verdict.APPROVED, Decision.Verdict.AMENDED],
        consumption=None,
        not_before__lte=now,
        valid_until__gt=now,
        kind_id__in=list(EFFECTS),
    ).order_by("pk")
