"""A file is taken in by one run at a time, whoever asks for it and wherever: a page, a command, the night."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import connection

from meruit.authority.errors import NotNow
from meruit.desk import takers
from meruit.imports import actions as imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Looked
    from meruit.imports.models import Batch

#: The first half of the key of the lock that a run holds; the second is the batch.
LOCK = 0x494D50


def take(actor: Actor, looked: Looked, batch: Batch, *, watch: Callable[[Batch], None] = lambda batch: None) -> Batch:
    """Take every row behind the last committed chunk; `NotNow` while somebody else is at it."""
    with _alone(batch):
        batch.refresh_from_db()
        if batch.finished_at is not None:
            return batch
        return imports.run(takers.as_(actor), looked, batch, takers.taker(actor, batch.record), watch=watch)


@contextlib.contextmanager
def _alone(batch: Batch) -> Iterator[None]:
    """Hold the lock of a batch. It goes with the connection, so that a run that is killed leaves nothing behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, batch.pk])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise NotNow(f"Batch {batch.pk} is being taken in already.")
    try:
        yield
    finally:
        with contextlib.suppress(Exception), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, batch.pk])
