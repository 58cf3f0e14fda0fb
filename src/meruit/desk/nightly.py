"""The night as the firm runs it: the table of steps with the rooms that carry decisions out, and its digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from meruit.authority.acts import moment, system
from meruit.desk import effects, inbox, stuck
from meruit.firm.models import Profile
from meruit.night import mail, queries
from meruit.night.run import Watcher
from meruit.night.run import run as run_steps
from meruit.night.steps import steps
from meruit.steps.models import Run

if TYPE_CHECKING:
    from meruit.night.digest import Digest
    from meruit.night.run import Step


def table() -> tuple[Step, ...]:
    """Every step of the night, in order."""
    ready = effects.ready
    return (*inbox.steps(), *steps(effects.carry_out, lambda: ready().values_list("pk", flat=True)), mail.step(digest))


def night(watch: Watcher = lambda progress: None) -> Run:
    """Run a night, or go on with one that was killed. As the worker's login."""
    return run_steps(table(), watch=watch)


def digest(run: Run | None = None) -> Digest:
    """The digest of the last night, or of a certain one."""
    whole = queries.digest({step.name: step.title for step in table()}, run=run)
    return replace(whole, stuck=stuck.told(system("digest")))


def is_due(now: datetime, last: datetime | None, hour: time, zone: ZoneInfo) -> bool:
    """Whether the night's hour has come since the last night began; a worker that slept through it runs it once."""
    local = now.astimezone(zone)
    latest = datetime.combine(local.date(), hour, zone)
    if latest > local:
        latest -= timedelta(days=1)
    return last is None or last < latest


def due_now(hour: time) -> bool:
    """Whether a night is due in the firm's zone; one that was killed goes on at once."""
    last = Run.objects.order_by("-pk").first()
    if last is not None and last.finished_at is None:
        return True
    profile = Profile.objects.first()
    zone = ZoneInfo(profile.zone if profile is not None else "UTC")
    return is_due(moment(), None if last is None else last.moment, hour, zone)
