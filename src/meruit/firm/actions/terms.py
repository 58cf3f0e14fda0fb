"""Changes of terms: proposed by a preparer, decided by another, carried out once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid
from meruit.firm.core import stored
from meruit.firm.core.arrangements import ArrangementError
from meruit.firm.models import TermsChange
from meruit.matters.core import ShareError, read_shares

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision


def propose_terms(
    actor: Actor,
    kind: str,
    client_id: int | None,
    rows: Sequence[Mapping[str, Any]],
    *,
    reason: str,
    evidence: Mapping[str, Any] | None = None,
    natural_key: str | None = None,
) -> int:
    """Put rates, an arrangement or shares forward; `rows` as the tables of terms hold them.

    Money, percents and dates are text. Terms that could never be computed with are refused here, by name.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    for number, row in enumerate(rows, start=1):
        try:
            if kind == "arrangement":
                stored.read(row["kind"], row["terms"])
            elif kind == "shares":
                read_shares(date.fromisoformat(row["from_on"]), row["shares"])
        except (ArrangementError, ShareError, KeyError) as error:
            raise Invalid(f"Row {number}: {error}") from error
    content = {"kind": kind, "client_id": client_id, "rows": list(rows)}
    return authority.propose(
        actor,
        kind,
        content,
        subject="matters_client",
        subject_id=client_id,
        reason=reason,
        evidence=evidence,
        natural_key=natural_key,
    )


def carry_out(actor: Actor, decision: Decision) -> int:
    """Write the decided terms out; uses the decision once."""
    with acting(actor):
        change = TermsChange.objects.create(
            kind=decision.content["kind"],
            client_id=decision.content["client_id"],
            rows=decision.content["rows"],
            decision=decision,
        )
    return change.pk
