"""Deadlines as whoever has to keep them counts them: the cuts of one bill that run out together are one line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.disputes.models import Reduction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from meruit.agenda.models import Deadline
    from meruit.people.models import Person

SUBJECT = "disputes_reduction"


@dataclass(frozen=True, slots=True)
class Due:
    """One line of a list of deadlines; `cuts` is 0 where it is not about cuts."""

    title: str
    explanation: str
    due_at: datetime
    zone: str
    waits_for: Person | None
    waits_for_role: str
    invoice_id: int | None = None
    cuts: int = 0


def together(deadlines: Iterable[Deadline]) -> list[Due]:
    """Deadlines in their order, those of one bill's cuts with the same end and the same person as one."""
    rows = list(deadlines)
    about = [row.subject_id for row in rows if row.subject == SUBJECT]
    cuts = Reduction.objects.select_related("invoice").in_bulk(about)
    groups: dict[tuple[object, ...], list[Deadline]] = defaultdict(list)
    for row in rows:
        cut = cuts.get(row.subject_id) if row.subject == SUBJECT else None
        same = (cut.invoice_id, row.kind, row.due_at, row.zone, row.waits_for_id) if cut else (row.pk,)
        groups[same].append(row)
    return [_due(found, [cuts[row.subject_id] for row in found if row.subject == SUBJECT]) for found in groups.values()]


def _due(rows: list[Deadline], cuts: list[Reduction]) -> Due:
    first = rows[0]
    title = first.title
    if len(cuts) > 1:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for cut in cuts:
            sums[cut.currency] += cut.amount
        money = " and ".join(f"{code} {amount:,.2f}" for code, amount in sorted(sums.items()))
        title = f"{first.title.split()[0]} {len(cuts)} cuts on {cuts[0].invoice.number}, {money} in all"
    return Due(
        title=title,
        explanation=first.explanation,
        due_at=first.due_at,
        zone=first.zone,
        waits_for=first.waits_for,
        waits_for_role=first.waits_for_role,
        invoice_id=cuts[0].invoice_id if cuts else None,
        cuts=len(cuts),
    )
