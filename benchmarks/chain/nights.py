"""A night over a whole month, one with 1 % changed, and one with nothing to do, in the same database.

    python -m benchmarks.chain.nights                         # 10,000 entries in 200 matters; prints only
    python -m benchmarks.chain.nights --entries N --matters M
    python -m benchmarks.chain.nights --write                 # and writes docs/proof/nights.md

Each night is the whole table of steps as the worker runs it, in a process of its own, whose start is not counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.chain.heading import heading

from meruit.postgres import logins, testing

if TYPE_CHECKING:
    from meruit.timesheets.actions import NewEntry

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "nights.md"
ABOUT = [
    "A throw-away server without durability. The first night drafts, screens and puts forward every matter; before",
    "the second, 1 % of the entries are added in 1 % of the matters. Each is the whole table of steps, books compared",
    "and trail sealed.",
]
MOMENT = "2026-02-02 03:00+00"
CHUNK = 5_000


def main() -> int:
    """Run the size asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.chain.nights", description="A full night beside a quiet one.")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--matters", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write docs/proof/nights.md")
    parser.add_argument("--part", choices=("found", "add", "night"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        PARTS[asked.part](asked.entries, asked.matters)
        return 0
    with testing.throwaway_cluster() as cluster:
        cluster.create_database("nights")
        env = {**os.environ, **{login.variable: cluster.url(login, "nights") for login in logins.LOGINS}}

        def part(name: str) -> str:
            size = ["--entries", str(asked.entries), "--matters", str(asked.matters)]
            command = [sys.executable, "-m", "benchmarks.chain.nights", "--part", name, *size]
            return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout

        part("found")
        nights = {"the whole month": part("night")}
        part("add")
        nights |= {"1 % changed": part("night"), "nothing changed": part("night")}
    lines = [f"## {asked.entries:,} entries in {asked.matters:,} matters", ""]
    lines += ["| night | s | of the first | items |", "| --- | ---: | ---: | ---: |"]
    first = float(nights["the whole month"].split()[0])
    for what, told in nights.items():
        took, items = float(told.split()[0]), int(told.split()[1])
        lines.append(f"| {what} | {took:.1f} | {100 * took / first:.0f} % | {items:,} |")
    page = "\n".join([*heading("Nights", ABOUT), *lines, ""])
    print(page)
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")
    return 0


def set_up(login: str) -> None:
    """Speak to the database as one login."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"meruit.settings.{login}"
    import django

    django.setup()


def begin(entries: int, matters: int) -> None:
    """The firm, its rates, and a month of released work."""
    owner = os.environ[logins.OWNER.variable]
    schema = {**os.environ, "DJANGO_SETTINGS_MODULE": "meruit.settings.owner"}
    subprocess.run([sys.executable, "-m", "meruit.schema"], env=schema, check=True)
    set_up("app")
    import psycopg
    from benchmarks.chain.founding import found, work
    from benchmarks.imports.measure import agree

    found(owner, matters)
    with psycopg.connect(owner) as pg:  # the clock of a demonstration may be moved
        pg.execute("SELECT authority.set_clock(%s)", [MOMENT])
    agree()
    released(list(work(entries, matters)))


def add(entries: int, matters: int) -> None:
    """One in a hundred entries more, in one of a hundred matters."""
    set_up("app")
    from benchmarks.chain.founding import work

    few = max(1, matters // 100)
    late: Iterator[NewEntry] = work(max(1, entries // 100), few)
    released([replace(e, narrative=f"Late: {e.narrative}") for e in late])


def released(entries: list[NewEntry]) -> None:
    """Prepare entries and let their timekeepers release them."""
    from benchmarks.chain.founding import SPECIALIST, token

    from meruit.authority.acts import signed_in
    from meruit.timesheets import actions as timesheets

    by_timekeeper: dict[int, list[int]] = {}
    for at in range(0, len(entries), CHUNK):
        chunk = entries[at : at + CHUNK]
        for key, entry in zip(timesheets.prepare(signed_in(SPECIALIST), chunk), chunk, strict=True):
            by_timekeeper.setdefault(entry.timekeeper_id, []).append(key)
    for timekeeper, keys in by_timekeeper.items():
        timesheets.release(signed_in(token(timekeeper)), keys)


def night(entries: int, matters: int) -> None:
    """One night as the worker's login; prints its seconds and the items it worked on."""
    set_up("worker")
    from django.db import connection

    from meruit.desk import nightly
    from meruit.steps.models import Item

    with connection.cursor() as cursor:
        cursor.execute("SELECT authority.set_clock(authority.moment() + %s)", [timedelta(hours=1)])
    start = time.perf_counter()
    run = nightly.night()
    took = time.perf_counter() - start
    for step in run.steps.filter(failed__gt=0):
        item = Item.objects.filter(step=step, outcome="failed").first()
        raise SystemExit(f"{step.name}: {step.failed} failed, the first: {item and item.why}")
    print(took, Item.objects.filter(step__run=run).count())


PARTS = {"found": begin, "add": add, "night": night}


if __name__ == "__main__":
    sys.exit(main())
