"""The measurement in one database, whose addresses stand in the environment. Prints the table."""

from __future__ import annotations

import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from meruit.postgres import logins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.imports.models import Batch
    from meruit.timesheets.actions import NewEntry

HEADERS = ("Entry ID", "Matter", "Timekeeper", "Date", "Hours", "Narrative", "Task", "Activity")
SIZE = 5_000  # rows a statement of bulk_create, as in the import's chunks


def main() -> None:
    """`python -m benchmarks.imports.measure ROWS MATTERS [--profile]`."""
    rows, matters = int(sys.argv[1]), int(sys.argv[2])
    owner = os.environ[logins.OWNER.variable]
    schema = {**os.environ, "DJANGO_SETTINGS_MODULE": "meruit.settings.owner"}
    subprocess.run([sys.executable, "-m", "meruit.schema"], env=schema, check=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    import django

    django.setup()
    from benchmarks.chain import yardsticks
    from benchmarks.chain.founding import found, work
    from meruit.imports import actions

    found(owner, matters)
    agree()
    entries = list(work(rows, matters))
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "time.csv", entries)
        copy = yardsticks.copy(owner, entries)
        bulk = bulk_create(owner, entries)
        yardsticks.drop(owner)
        with_modules()
        with profiled("--profile" in sys.argv):
            own, server = time.process_time(), Processor()
            start = time.perf_counter()
            batch = take(path)
            taken = time.perf_counter() - start
            spent = {"reading, checking, pricing": time.process_time() - own, "the server": server.seconds()}
        assert (batch.taken, batch.set_aside) == (rows, 0), (batch.taken, batch.set_aside)
        start = time.perf_counter()
        again = take(path)
        known = time.perf_counter() - start
        assert again.unchanged == rows, again.unchanged
        copy = min(copy, yardsticks.copy(owner, entries))  # before and after the import: the faster one is the limit
        yardsticks.drop(owner)
        floor = yardsticks.same_tables(owner)
        digests = yardsticks.digests(owner, actions.CHUNK)
    seconds = {"import": taken, "the same file again": known, "bare COPY": copy, "bulk_create": bulk}
    seconds["COPY into the same tables"] = sum(floor.values())
    print(table(rows, matters, seconds))
    print(breakdown(rows, spent, floor, digests))


def with_modules() -> None:
    """Load what an import runs on, as a worker and a page have it; the limits' modules are loaded as well."""
    import meruit.desk.takers
    import meruit.imports.core.files  # noqa: F401 - loading it is the point


def agree() -> None:
    """The firm's rate card, put forward and decided."""
    from benchmarks.chain.founding import PARTNER, SPECIALIST, rates
    from meruit.authority import actions as authority
    from meruit.authority.acts import signed_in
    from meruit.authority.models import Decision
    from meruit.firm import actions as firm

    terms = firm.propose_terms(signed_in(SPECIALIST), "rate", None, rates(), reason="Rate card")
    decision = authority.decide(signed_in(PARTNER), terms, "approved")
    firm.carry_out(signed_in(SPECIALIST), Decision.objects.get(pk=decision))


def write(path: Path, entries: list[NewEntry]) -> Path:
    """The entries as a firm's own system exports them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADERS)
        for n, e in enumerate(entries):
            codes = e.task_code, e.activity_code
            out.writerow((n, f"M-{e.matter_id}", f"TK-{e.timekeeper_id}", e.worked_on, e.hours, e.narrative, *codes))
    return path


def take(path: Path) -> Batch:
    """The import as people and the night use it."""
    from benchmarks.chain.founding import SPECIALIST
    from meruit.authority.acts import signed_in
    from meruit.desk import takers
    from meruit.imports import actions
    from meruit.imports.core.files import open_table

    actor = signed_in(SPECIALIST)
    acting = takers.as_(actor)
    looked = actions.look("time", open_table(path))
    mapping = looked.remembered or actions.confirm(acting, looked, looked.suggestion.columns, "year-month-day")
    return actions.run(acting, looked, actions.begin(acting, looked, mapping), takers.taker(actor, "time"))


def bulk_create(owner: str, entries: list[NewEntry]) -> float:
    """Seconds for Django's bulk_create of the rows into the table that the bare COPY filled."""
    from django.db import models, transaction

    from benchmarks.chain import yardsticks

    class Bare(models.Model):
        matter_id = models.BigIntegerField()
        timekeeper_id = models.BigIntegerField()
        worked_on = models.DateField()
        narrative = models.TextField()
        hours = models.DecimalField(max_digits=8, decimal_places=2)
        task_code = models.TextField()
        activity_code = models.TextField()
        rate = models.DecimalField(max_digits=18, decimal_places=4)
        value = models.DecimalField(max_digits=18, decimal_places=4)

        class Meta:
            app_label = "imports"
            managed = False
            db_table = '"yardstick"."entry"'

    with psycopg.connect(owner) as pg:
        pg.execute("TRUNCATE yardstick.entry")
    yardsticks.open_to_app(owner)
    start = time.perf_counter()
    for at in range(0, len(entries), SIZE):
        with transaction.atomic():
            Bare.objects.bulk_create(
                Bare(
                    matter_id=e.matter_id,
                    timekeeper_id=e.timekeeper_id,
                    worked_on=e.worked_on,
                    narrative=e.narrative,
                    hours=e.hours,
                    task_code=e.task_code,
                    activity_code=e.activity_code,
                    rate=350,
                    value=350 * (e.hours or 0),
                )
                for e in entries[at : at + SIZE]
            )
    return time.perf_counter() - start


def table(rows: int, matters: int, seconds: dict[str, float]) -> str:
    """The figures and the two ratios, as a part of the proof page."""
    out = [f"## {rows:,} rows in {matters:,} matters", "", "| what | s | rows a second |", "| --- | ---: | ---: |"]
    out += [f"| {what} | {took:.2f} | {rows / took:,.0f} |" for what, took in seconds.items()]
    copy, bulk = seconds["bare COPY"] / seconds["import"], seconds["bulk_create"] / seconds["import"]
    out += ["", f"The import runs at {100 * copy:.0f} % of bare COPY (wanted: at least 25 %)", ""]
    out[-2] += f" and at {bulk:.2f} times bulk_create (wanted: at least 2.5)."
    floor = seconds["COPY into the same tables"]
    out += ["", f"The floor itself reaches {100 * seconds['bare COPY'] / floor:.0f} % of bare COPY;"]
    out[-1] += f" the import reaches {100 * floor / seconds['import']:.0f} % of the floor."
    return "\n".join(out)


def breakdown(rows: int, spent: dict[str, float], floor: dict[str, float], digests: float) -> str:
    """Where the import's time goes, in processor time, so that a loaded machine blurs it less."""
    out = ["", "## Where the time goes", "", "| what | s | microseconds a row |", "| --- | ---: | ---: |"]
    parts = {f"processor time: {what}": took for what, took in spent.items()}
    parts |= {f"beside it: COPY into `{name}` with its indexes": took for name, took in floor.items()}
    parts["beside it: the digests of history"] = digests
    out += [f"| {what} | {took:.2f} | {1e6 * took / rows:.1f} |" for what, took in parts.items()]
    return "\n".join(out)


class Processor:
    """The processor time that the server spends on this process's connection (Linux tells it)."""

    def __init__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self._path = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
        self._from = self._now()

    def seconds(self) -> float:
        """Since this was made."""
        return self._now() - self._from

    def _now(self) -> float:
        if not self._path.exists():
            return float("nan")
        user, system = self._path.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def profiled(wanted: bool) -> Iterator[None]:
    """Where the time goes, on standard error."""
    if not wanted:
        yield
        return
    import cProfile
    import pstats

    with cProfile.Profile() as profile:
        yield
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
