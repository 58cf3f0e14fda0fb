"""Imports and corrections that run beside the pages: each in a thread of its own, stopped between two steps.

The thread acts as whoever began it, by the token of his session: when that ends, the import stops and waits. What
is known here is only how far it is now; what was taken stands in the database, chunk by chunk.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import Error, connection

from meruit.authority.errors import NotNow, Refused
from meruit.desk import correcting, importing
from meruit.imports.core.problems import FileRefused
from meruit.web import uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Looked
    from meruit.imports.core.files import Table
    from meruit.imports.models import Batch

logger = logging.getLogger(__name__)

#: A small file is taken before the next page is shown; nobody watches a bar for it.
AT_ONCE_SECONDS = 1.0


class _Stopped(Exception):
    """Somebody asked for the import to stop."""


@dataclass(slots=True)
class Run:
    """An import or a correction that runs, or how it ended here."""

    expected: int | None
    corrected: correcting.Corrected | None = None  # of a correction: what became of its rows so far
    stop: threading.Event = field(default_factory=threading.Event)
    trouble: str = ""
    thread: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        """Whether it still runs."""
        return self.thread is not None and self.thread.is_alive()


_RUNS: dict[int, Run] = {}
_LOCK = threading.Lock()


def start(actor: Actor, looked: Looked, batch: Batch) -> None:
    """Take a batch in from where it stands; one that runs goes on as it does."""

    def work(run: Run) -> None:
        def watch(now: Batch) -> None:
            _unless_stopped(run)

        importing.take(actor, looked, batch, watch=watch)
        uploads.forget(actor, looked.table.sha256.hex())

    _begin(batch, Run(_about(looked.table)), work)


def retry(actor: Actor, table: Table, batch: Batch) -> None:
    """Try the rows of a corrected table again; refused while the batch is being worked on."""
    correcting.check(table)

    def work(run: Run) -> None:
        def watch(so_far: correcting.Corrected) -> None:
            run.corrected = so_far
            _unless_stopped(run)

        try:
            correcting.retry(actor, batch, table, watch=watch)
        finally:
            uploads.forget(actor, table.sha256.hex())

    if not _begin(batch, Run(_about(table), correcting.Corrected()), work):
        raise NotNow("This import is being worked on already; wait until that has ended.")


def _begin(batch: Batch, run: Run, work: Callable[[Run], None]) -> bool:
    """Start it, unless the batch is being worked on; a short one has ended when this returns."""
    with _LOCK:
        known = _RUNS.get(batch.pk)
        if known is not None and known.is_on:
            return False
        run.thread = threading.Thread(target=_guarded, args=(run, batch, work), name=f"import-{batch.pk}")
        run.thread.daemon = True
        _RUNS[batch.pk] = run
        run.thread.start()
    run.thread.join(AT_ONCE_SECONDS)
    return True


def of(batch_id: int) -> Run | None:
    """How a batch runs in this process; None where it never did."""
    return _RUNS.get(batch_id)


def stop(batch_id: int) -> None:
    """Ask a batch to stop behind its present chunk, and wait a moment for it."""
    run = _RUNS.get(batch_id)
    if run is not None and run.thread is not None:
        run.stop.set()
        run.thread.join(AT_ONCE_SECONDS)


def _unless_stopped(run: Run) -> None:
    if run.stop.is_set():
        raise _Stopped


def _guarded(run: Run, batch: Batch, work: Callable[[Run], None]) -> None:
    try:
        work(run)
    except _Stopped:
        pass
    except (Refused, FileRefused) as refusal:
        run.trouble = str(refusal)
    except Error:
        logger.exception("Batch %s stopped.", batch.pk)
        run.trouble = "The database did not answer; the import goes on from its last chunk when it is told to."
    except Exception:
        logger.exception("Batch %s stopped.", batch.pk)
        run.trouble = (
            "The import broke off; what happened is in the log of this process. Nothing of the last chunk was taken."
        )
    finally:
        connection.close()


def _about(table: Table) -> int | None:
    """How many rows to expect: the line ends of a CSV; a workbook does not say."""
    if table.kind == "xlsx":
        return None
    with table.path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
