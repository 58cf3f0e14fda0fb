"""One night: the steps of a table, in order, each over the items it finds, each item on its own.

An item is worked in transactions of its own and its outcome written down afterwards. A night that is killed between
the two does the item again when it goes on, and every item is made so that doing it twice is doing it once; one
that is not found again was done, and the protocol says so. One item that fails is named with its reason; the rest
goes on. A database that goes away is no failure of the item it was asked about: the night ends there, unfinished,
and goes on when the database is back.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection

from meruit.authority.acts import Actor, moment, system
from meruit.authority.errors import Refused
from meruit.steps import actions as protocol

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.steps.models import Run

logger = logging.getLogger(__name__)


class Skip(Exception):
    """There is nothing to do for this item tonight; the text says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name, what it says of itself, how it finds items, and what it does with one.

    `find` returns keys, stable over a restart; `do` is idempotent, and returns a word on what it did or
    raises `Skip` or `Refused`.
    """

    name: str
    title: str
    find: Callable[[Actor, datetime], Iterable[str]]
    do: Callable[[Actor, str, datetime], str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: for whoever shows a bar."""

    step: Step
    at: int
    of: int
    done: int
    skipped: int
    failed: int


Watcher = Callable[[Progress], None]


def run(steps: Sequence[Step], *, watch: Watcher = lambda progress: None) -> Run:
    """Run every step; goes on with a night that was killed. Returns its protocol."""
    now = moment()
    night, resumed = protocol.open_run(now)
    if resumed:
        logger.warning("Going on with the night of %s, which had not ended.", night.moment)
    for step in steps:
        _step(night, step, watch)
    protocol.close_run(night, moment())
    night.refresh_from_db()
    return night


def _step(night: Run, step: Step, watch: Watcher) -> None:
    row = protocol.open_step(night, step.name, moment())
    if row.finished_at is not None:
        return
    actor = system(step.name)
    settled = protocol.settled(row)
    keys = [key for key in step.find(actor, night.moment) if key not in settled]
    counts = {protocol.DONE: row.done, protocol.SKIPPED: row.skipped, protocol.FAILED: row.failed}
    before = row.under_way
    if before and before not in settled and before not in keys:
        protocol.settle(row, before, protocol.DONE, "done when the night was stopped", moment())
        settled.add(before)
        counts[protocol.DONE] += 1
    total = len(keys) + len(settled)
    watch(Progress(step, len(settled), total, **counts))
    if keys:
        protocol.begin(row, keys[0])
    for place, (key, then) in enumerate(itertools.pairwise([*keys, ""]), start=len(settled) + 1):
        outcome, why = _item(step, actor, key, night.moment)
        protocol.settle(row, key, outcome, why, moment(), then=then)
        counts[outcome] += 1
        watch(Progress(step, place, total, **counts))
    protocol.close_step(row, moment())


def _item(step: Step, actor: Actor, key: str, now: datetime) -> tuple[str, str]:
    try:
        return protocol.DONE, step.do(actor, key, now)
    except Skip as nothing:
        return protocol.SKIPPED, str(nothing)
    except Refused as refused:
        return protocol.FAILED, str(refused)
    except Exception as trouble:  # one bad bill never stops the rest; the trouble is named and logged whole
        if isinstance(trouble, OperationalError | InterfaceError) and _is_lost():
            raise
        logger.exception("%s: %s failed", step.name, key)
        return protocol.FAILED, f"{type(trouble).__name__}: {trouble}"


def _is_lost() -> bool:
    """Whether the database has gone away. Django forgets a line whose rollback was not answered."""
    return connection.connection is None or not connection.is_usable()
