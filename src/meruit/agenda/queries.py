"""What has to be done by when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from meruit.agenda.models import Deadline

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def still_open(kind: str | None = None) -> QuerySet[Deadline]:
    """Deadlines that were not met, the nearest first."""
    found = Deadline.objects.filter(met_at=None).order_by("due_at", "pk")
    return found if kind is None else found.filter(kind=kind)


def due_within(now: datetime, hours: float, kind: str | None = None) -> QuerySet[Deadline]:
    """Open deadlines that have not passed and are no more than so many hours away."""
    return still_open(kind).filter(due_at__gte=now, due_at__lte=now + timedelta(hours=hours))


def lapsed(now: datetime, kind: str | None = None) -> QuerySet[Deadline]:
    """Open deadlines that have passed."""
    return still_open(kind).filter(due_at__lt=now)
