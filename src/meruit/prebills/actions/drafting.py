"""Drafting: the released, unbilled work of many matters becomes lines of pre-bills, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting
from meruit.firm import queries as firm
from meruit.prebills.actions import arranging
from meruit.prebills.models import PreBill

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from meruit.authority.acts import Actor


@dataclass(frozen=True, slots=True)
class Drafted:
    """A pre-bill that a draft made or added to, and how many lines it got."""

    prebill_id: int
    lines: int


def draft(actor: Actor, matter_ids: Iterable[int], period_from: date, period_to: date) -> list[Drafted]:
    """Draft the work of these matters up to `period_to`; drafting again adds only what is new.

    Matters that the actor may not see are passed over like matters that were never there.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    seen = sorted(authority_access.matters(actor).filter(pk__in=list(matter_ids)).values_list("pk", flat=True))
    with acting(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT prebill_id, added FROM prebills.draft(%s, %s, %s)", [seen, period_from, period_to])
            drafted = [Drafted(*row) for row in cursor.fetchall()]
        drafted += _arranged(actor, seen, drafted, period_from, period_to)
        note(
            "prebills.drafted",
            "prebills_prebill",
            after={
                "matters": len(seen),
                "prebills": len(drafted),
                "lines": sum(d.lines for d in drafted),
                "period_from": period_from,
                "period_to": period_to,
            },
        )
    return drafted


def _arranged(
    actor: Actor, matter_ids: list[int], drafted: list[Drafted], period_from: date, period_to: date
) -> list[Drafted]:
    """Work out the fee arrangements; returns pre-bills opened for a charge that fell due without work."""
    terms = firm.terms(matter_ids)
    if not terms:
        return []
    touched = PreBill.objects.filter(pk__in=[d.prebill_id for d in drafted], matter_id__in=terms)
    for prebill in touched.select_related("matter"):
        arranging.arrange(actor, prebill.pk)
    opened = []
    for matter_id in sorted(set(terms) - {p.matter_id for p in touched}):
        if not arranging.falls_due(matter_id, terms[matter_id], period_from, period_to):
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT prebills.open_without_work(%s, %s, %s)", [matter_id, period_from, period_to])
            row = cursor.fetchone()
        assert row is not None  # a function of one row
        arranging.arrange(actor, row[0])
        opened.append(Drafted(row[0], 0))
    return opened
