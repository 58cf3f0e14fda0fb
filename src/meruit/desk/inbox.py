"""The inbox of the night: files that a firm's own system leaves in `MERUIT_HOME/inbox`, taken in without anybody.

`inbox/<record>/` holds files of one kind of record whose columns somebody has confirmed once; `inbox/calendars/`
holds one `.ics` for each timekeeper, named by his number. A file that was taken is moved to `inbox/taken/`; one
that could not be stays where it is, and the digest says why.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from meruit.authority.acts import day_of
from meruit.authority.errors import Invalid
from meruit.capture import actions as capture
from meruit.desk import importing, takers
from meruit.imports import actions as imports
from meruit.imports.core.fields import records
from meruit.imports.core.files import open_table
from meruit.imports.core.problems import FileRefused
from meruit.night.run import Skip, Step
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

SHEETS = (".csv", ".txt", ".tsv", ".xlsx")
#: How many days back a calendar is read: what moved or was entered late is seen.
LOOKS_BACK = timedelta(days=14)


def folder() -> Path:
    """Where files are left."""
    return Path(settings.HOME) / "inbox"


def steps() -> tuple[Step, ...]:
    """Taking the inbox in, before anything else of the night."""
    return (
        Step("import", "Files taken in", _files, _import),
        Step("capture", "Calendars read", _calendars, _capture),
    )


def _files(actor: Actor, now: datetime) -> Iterable[str]:
    found = [p for record in records() for p in sorted((folder() / record).glob("*")) if p.suffix.lower() in SHEETS]
    return [f"{p.parent.name}/{p.name}:{p.stat().st_mtime_ns}" for p in found]


def _import(actor: Actor, key: str, now: datetime) -> str:
    name = key.rpartition(":")[0]
    path = folder() / name
    record = path.parent.name
    try:
        looked = imports.look(record, open_table(path))
        if looked.remembered is None:
            raise Skip(f"{name}: somebody has to confirm once which column is which")
        acting = takers.as_(actor)
        batch = imports.begin(acting, looked, looked.remembered)
        batch = importing.take(actor, looked, batch)
    except FileRefused as refused:
        raise Invalid(str(refused)) from refused
    _taken(path)
    return f"{name}: {batch.taken} new, {batch.changed} changed, {batch.unchanged} known, {batch.set_aside} set aside"


def _calendars(actor: Actor, now: datetime) -> Iterable[str]:
    found = sorted((folder() / "calendars").glob("*.ics"))
    return [f"{p.name}:{p.stat().st_mtime_ns}" for p in found]


def _capture(actor: Actor, key: str, now: datetime) -> str:
    path = folder() / "calendars" / key.rpartition(":")[0]
    timekeeper = Timekeeper.objects.filter(number__iexact=path.stem).first()
    if timekeeper is None:
        raise Invalid(f"{path.name}: there is no timekeeper {path.stem}; name the file by the timekeeper's number.")
    day = day_of(now)
    made = capture.capture_calendar(actor, path.read_bytes(), timekeeper, day - LOOKS_BACK, day)
    _taken(path)
    return f"{timekeeper}: {made.made} new, {made.changed} changed, {len(made.left)} left out"


def _taken(path: Path) -> None:
    """Move a file out of the way under a name of its own; killed before, it is taken again and changes nothing."""
    target = folder() / "taken" / path.parent.name
    target.mkdir(parents=True, exist_ok=True)
    os.replace(path, target / f"{path.stat().st_mtime_ns}-{path.name}")
