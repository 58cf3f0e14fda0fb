"""Rows that were set aside come back as a table, corrected: each is tried again, whoever brings it and wherever."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core.problems import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from meruit.authority.acts import Actor
    from meruit.imports.core.files import Table
    from meruit.imports.models import Batch

TAKEN = "taken"


@dataclass(slots=True)
class Corrected:
    """What became of the rows of a corrected table so far."""

    tried: int = 0
    taken: int = 0
    still: list[tuple[str, str]] = field(default_factory=list)  # line as the table has it, and why it was not taken


def check(table: Table) -> None:
    """Refuse a table that does not say which row each of its rows is."""
    if takers.LINE not in table.headers:
        raise FileRefused(
            f'{table.path.name} has no column "{takers.LINE}": correct the table of the rows set aside, and leave that '
            "column as it is."
        )


def retry(
    actor: Actor, batch: Batch, table: Table, *, watch: Callable[[Corrected], None] = lambda so_far: None
) -> Corrected:
    """Try the rows of a corrected table again, one by one; those that it does not name go on waiting as they are.

    What was taken stays taken when it is stopped: each row is a transaction of its own.
    """
    check(table)
    waiting = {str(row.line): row for row in takers.waiting(actor, batch)}
    acting, taker = takers.as_(actor), takers.taker(actor, batch.record)
    no_row = f"no row of batch {batch.pk} waits under this number"
    done = Corrected()
    for row in table.rows():
        line = row.cells[takers.LINE].strip()
        cells = {header: cell for header, cell in row.cells.items() if header not in ("", takers.LINE, takers.WHY)}
        aside = waiting.pop(line, None)
        outcome = no_row if aside is None else actions.correct(acting, batch.record, aside, cells, taker)
        done.tried += 1
        if outcome == TAKEN:
            done.taken += 1
        else:
            done.still.append((line, outcome))
        watch(done)
    return done
