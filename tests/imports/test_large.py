"""A large good file is taken in bounded memory, with progress, and goes on where it was stopped."""

from __future__ import annotations

import os
import resource
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core.files import open_table
from meruit.imports.models import Batch
from meruit.timesheets.models import Entry
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

FULL = bool(os.environ.get("MERUIT_PROOF"))
ROWS, CHUNK = (1_000_000, actions.CHUNK) if FULL else (3_000, 300)
#: What the process may grow by between its sixth chunk and its last: nothing is kept of rows that are taken.
MOST_KILOBYTES = 64 * 1024
HEAD = "Entry ID,Matter,Timekeeper,Date,Hours,Narrative,Task,Activity"


def write(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        print(HEAD, file=file)
        for n in range(rows):
            words = f"Draft section {n} of the brief on the motion to compel"
            print(f"{n},M-1001,TK-BEN,2026-01-{1 + n % 28:02d},{1 + n % 9}.5,{words},L210,A103", file=file)
    return path


class Stopped(BaseException):
    """The machine is switched off between two chunks."""


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_large_file_is_taken_in_bounded_memory_and_goes_on_where_it_stopped(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree_rates(firm)
    monkeypatch.setattr(actions, "CHUNK", CHUNK)
    path = write(tmp_path / "time.csv", ROWS)
    acting, taker = takers.as_(firm.cleo), takers.taker(firm.cleo, "time")
    looked = actions.look("time", open_table(path))
    mapping = actions.confirm(acting, looked, looked.suggestion.columns, "year-month-day")
    seen: list[tuple[int, int]] = []  # rows done, the most memory so far in kilobytes

    def watch(batch: Batch) -> None:
        seen.append((batch.done_rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
        if len(seen) == ROWS // CHUNK // 2:
            raise Stopped

    with pytest.raises(Stopped):
        actions.run(acting, looked, actions.begin(acting, looked, mapping), taker, watch=watch)
    again = actions.begin(acting, actions.look("time", open_table(path)), mapping)
    assert again.done_rows == seen[-1][0] < ROWS
    batch = actions.run(acting, looked, again, taker, watch=watch)
    assert (batch.taken, batch.set_aside, Entry.objects.count()) == (ROWS, 0, ROWS)
    done = [0, *(rows for rows, _ in seen)]
    steps = [later - earlier for earlier, later in pairwise(done)]
    assert steps[:4] == [CHUNK // 8, CHUNK // 4, CHUNK // 2, CHUNK]  # the first ones smaller, and so after a stop
    assert steps[ROWS // CHUNK // 2 :][:4] == steps[:4]
    assert max(steps) == CHUNK
    assert done[-1] == ROWS
    assert seen[-1][1] - seen[5][1] < MOST_KILOBYTES
