"""What it costs that every transaction says who acts: `python -m benchmarks.authority.act`.

A transaction that inserts one row of work, bare, with `authority.act()`, and with the note of an action as well,
over one connection, in turns, so that a busy machine slows all three alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

#: Transactions of one kind before the next kind has its turn.
TURN = 100
#: The least work there is: one row that somebody writes anyway.
WORK = (
    "INSERT INTO agenda_deadline (natural_key, kind, title, subject, subject_id, waits_for_role,"
    " started_on, due_at, zone, explanation, outcome)"
    " VALUES (gen_random_uuid()::text, 'query', 'Ask', 'matter', 1, '', current_date, now(), 'UTC', '', '')"
)
STATEMENTS: dict[str, tuple[str, ...]] = {
    "bare": (),
    "with act": ("SELECT authority.act('token-cleo')",),
    "with act and note": ("SELECT authority.act('token-cleo')", "SELECT audit.note('letter.sent', 'letter', '1')"),
}


def turn(pg: psycopg.Connection, work: str, statements: tuple[str, ...]) -> list[float]:
    """Milliseconds of each of `TURN` transactions."""
    taken = []
    for _ in range(TURN):
        began = time.perf_counter()
        for statement in (*statements[:1], work, *statements[1:]):
            pg.execute(statement.encode(), prepare=True)
        pg.commit()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def measure(pg: psycopg.Connection, work: str, seconds: float) -> dict[str, list[float]]:
    """The kinds in turns for so long."""
    taken: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for statements in STATEMENTS.values():
        turn(pg, work, statements)  # once to warm up
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name, statements in STATEMENTS.items():
            taken[name] += turn(pg, work, statements)
    return taken


def table(taken: dict[str, list[float]]) -> str:
    """Median and the slowest hundredth, and what is added to the bare transaction."""
    bare = statistics.median(taken["bare"])
    rows = [
        "| transaction | count | median | 99 of 100 within | more than bare |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, values in taken.items():
        middle = statistics.median(values)
        late = statistics.quantiles(values, n=100)[98]
        rows.append(f"| {name} | {len(values):,} | {middle:.2f} ms | {late:.2f} ms | {middle - bare:+.2f} ms |")
    return "\n".join(rows)


def main() -> None:
    """Measure on a throw-away server of the kind that tests use (no durability: only the work counts)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    from tests import conftest
    from tests.support.firm import Firm

    from meruit.postgres import testing

    with testing.throwaway_cluster() as cluster:
        cluster.create_database("firm")
        conftest._build(cluster, "firm")
        firm = Firm(cluster, "firm")
        pg = firm.sql("app")
        taken = measure(pg, WORK, options.seconds)
        firm.close()
    where = f"{platform.machine()}, {os.cpu_count()} cores, one connection, nothing synced to a disk"
    told = (
        f"# Cost of saying who acts\n\n{datetime.now(UTC):%Y-%m-%d}, {where}."
        " Written by `benchmarks/authority/act.py`.\n\n"
        f"{table(taken)}\n\nEach transaction inserts one row of a table that keeps history.\n"
    )
    if options.write:
        options.write.write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
