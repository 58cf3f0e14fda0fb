"""Imports that run beside the pages: each in a thread of its own, stopped between two chunks, gone on with later.

The thread acts as whoever began it, by the token of his session: when that ends, the import stops and waits. What
is known here is only how far it is now; what was taken stands in the database, chunk by chunk.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import Error, connection

from meruit.authority.errors import Refused
from meruit.desk import importing
from meruit.imports.core.problems import FileRefused
from meruit.web import uploads

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.imports.actions import Looked
    from meruit.imports.models import Batch

logger = logging.getLogger(__name__)

#: A small file is taken before the next page is shown; nobody watches a bar for it.
AT_ONCE_SECONDS = 1.0


class _Stopped(Exception):
    """Somebody asked for the import to stop."""


@dataclass(slots=True)
class Run:
    """An import that runs, or how it ended here."""

    expected: int | None
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
    with _LOCK:
        known = _RUNS.get(batch.pk)
        if known is not None and known.is_on:
            return
        run = Run(_about(looked))
        run.thread = threading.Thread(target=_work, args=(run, actor, looked, batch), name=f"import-{batch.pk}")
        run.thread.daemon = True
        _RUNS[batch.pk] = run
        run.thread.start()
    run.thread.join(AT_ONCE_SECONDS)


def of(batch_id: int) -> Run | None:
    """How a batch runs in this process; None where it never did."""
    return _RUNS.get(batch_id)


def stop(batch_id: int) -> None:
    """Ask a batch to stop behind its present chunk, and wait a moment for it."""
    run = _RUNS.get(batch_id)
    if run is not None and run.thread is not None:
        run.stop.set()
        run.thread.join(AT_ONCE_SECONDS)


def _work(run: Run, actor: Actor, looked: Looked, batch: Batch) -> None:
    def watch(now: Batch) -> None:
        if run.stop.is_set():
            raise _Stopped

    try:
        importing.take(actor, looked, batch, watch=watch)
        uploads.forget(actor, looked.table.sha256.hex())
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


def _about(looked: Looked) -> int | None:
    """How many rows to expect: the line ends of a CSV; a workbook does not say."""
    if looked.table.kind == "xlsx":
        return None
    with looked.table.path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
