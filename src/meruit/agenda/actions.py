"""Deadlines, written inside the running action of whoever found them; the same one found twice is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.agenda.models import Deadline
from meruit.audit.actions import note

if TYPE_CHECKING:
    from datetime import date, datetime

    from meruit import deadlines


def set_deadline(
    natural_key: str,
    due: deadlines.Deadline,
    *,
    kind: str,
    title: str,
    subject: str,
    subject_id: int,
    started_on: date,
    explanation: str,
    client_id: int | None = None,
    matter_id: int | None = None,
    waits_for_id: int | None = None,
    waits_for_role: str = "",
) -> Deadline:
    """Put a deadline on the agenda, once."""
    found, made = Deadline.objects.get_or_create(
        natural_key=natural_key,
        defaults={
            "kind": kind,
            "title": title,
            "subject": subject,
            "subject_id": subject_id,
            "client_id": client_id,
            "matter_id": matter_id,
            "waits_for_id": waits_for_id,
            "waits_for_role": waits_for_role,
            "started_on": started_on,
            "due_at": due.last_moment,
            "zone": due.zone,
            "explanation": explanation,
        },
    )
    if made:
        note("deadline.set", subject, subject_id, after={"kind": kind, "due_at": due.last_moment, "title": title})
    return found


def meet(natural_key: str, at: datetime, outcome: str) -> bool:
    """What was to be done by a deadline was done, or is not to be done any more; False where it was settled."""
    deadline = Deadline.objects.filter(natural_key=natural_key).first()
    if deadline is None or not Deadline.objects.filter(pk=deadline.pk, met_at=None).update(met_at=at, outcome=outcome):
        return False
    note("deadline.met", deadline.subject, deadline.subject_id, after={"kind": deadline.kind, "outcome": outcome})
    return True
