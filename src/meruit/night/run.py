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

from django.db import InterfaceError, OperationalError

from meruit.authority.acts import Actor, moment, system
from meruit.authority.errors import Refused
from meruit.steps import actions as protocol

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.steps.models import Run

logger = logging.getLogger(__name__)
#: SQLSTATEs of a server that ends, or has not begun: admin_shutdown, crash_shutdown, cannot_connect_now.
_GONE = frozenset({"57P01", "57P02", "57P03"})


class Skip(Exception):
    """There is nothing to do for this item tonight; the text says why."""


#: Does items together: each key with its outcome and a word on it.
Many = Callable[["Actor", Sequence[str], "datetime"], dict[str, tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name, what it says of itself, how it finds items, and what it does with one.

    `find` returns keys, stable over a restart; `do` is idempotent, and returns a word on what it did or
    raises `Skip` or `Refused`. Where a step can do `many` in one transaction, `together` says how many; it
    returns the outcome and a word for each, and undoes everything when it raises.
    """

    name: str
    title: str
    find: Callable[[Actor, datetime], Iterable[str]]
    do: Callable[[Actor, str, datetime], str]
    many: Many | None = None
    together: int = 1


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
    stopped_at = [key for key in protocol.begun(row) if key not in settled and key not in keys]
    if stopped_at:
        told = [(key, protocol.DONE, "done when the night was stopped") for key in stopped_at]
        protocol.settle(row, told, moment())
        settled.update(stopped_at)
        counts[protocol.DONE] += len(stopped_at)
    total = len(keys) + len(settled)
    watch(Progress(step, len(settled), total, **counts))
    groups = [keys[at : at + step.together] for at in range(0, len(keys), step.together)]
    if groups:
        protocol.begin(row, groups[0])
    place = len(settled)
    for group, then in itertools.pairwise([*groups, []]):
        found = _worked(step, actor, group, night.moment)
        protocol.settle(row, found, moment(), then=then)
        for _, outcome, _ in found:
            counts[outcome] += 1
        place += len(group)
        watch(Progress(step, place, total, **counts))
    protocol.close_step(row, moment())


def _worked(step: Step, actor: Actor, keys: Sequence[str], now: datetime) -> list[tuple[str, str, str]]:
    """What became of these items: worked together where the step can, else, or where that fails, one by one."""
    if step.many is not None and len(keys) > 1:
        try:
            found = step.many(actor, keys, now)
            return [(key, *found[key]) for key in keys]
        except Exception as trouble:  # its transaction is undone; one by one tells whose trouble it is
            _raise_when_lost(trouble)
            logger.warning("%s: %d items could not be done together (%s); one by one.", step.name, len(keys), trouble)
    return [(key, *_item(step, actor, key, now)) for key in keys]


def _item(step: Step, actor: Actor, key: str, now: datetime) -> tuple[str, str]:
    try:
        return protocol.DONE, step.do(actor, key, now)
    except Skip as nothing:
        return protocol.SKIPPED, str(nothing)
    except Refused as refused:
        return protocol.FAILED, str(refused)
    except Exception as trouble:  # one bad bill never stops the rest; the trouble is named and logged whole
        _raise_when_lost(trouble)
        logger.exception("%s: %s failed", step.name, key)
        return protocol.FAILED, f"{type(trouble).__name__}: {trouble}"


def _raise_when_lost(trouble: Exception) -> None:
    """A database that has gone away is no trouble of an item.

    The error tells; the line itself does not, for Django may have opened a new one to a server that is back.
    """
    if isinstance(trouble, OperationalError | InterfaceError):
        state = getattr(trouble.__cause__, "sqlstate", None)
        if state is None or state.startswith("08") or state in _GONE:
            raise trouble
