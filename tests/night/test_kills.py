"""A night that is killed at any instant loses nothing, does nothing twice, and goes on at the next start."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import testing
from meruit.timesheets import actions as timesheets
from tests.support.firm import Firm
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from meruit.postgres.cluster import Cluster

INSTANTS = 50 if os.environ.get("MERUIT_PROOF") else 2
#: What a night leaves behind, without ids and moments: two nights that did the same leave the same.
TRACES = {
    "prebills": "SELECT matter_id, state, (SELECT count(*) FROM prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL),"
    " (SELECT sum(billed_value) FROM prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL) FROM prebills_prebill p",
    "findings": "SELECT p.matter_id, f.rule, count(*) FROM prebills_finding f JOIN prebills_prebill p ON p.id = f.prebill_id GROUP BY 1, 2",
    "proposals": "SELECT kind_id, matter_id, amount FROM authority_proposal WHERE prepared_by_id = 1",
    "decisions": "SELECT kind_id, count(*) FROM authority_decision GROUP BY 1",
    "ledger": "SELECT account_id, currency, sum(amount), count(*) FROM ledger_posting GROUP BY 1, 2",
    "items": "SELECT s.name, i.outcome, count(*) FROM steps_item i JOIN steps_step s ON s.id = i.step_id GROUP BY 1, 2",
    "runs": "SELECT count(*), count(finished_at) FROM steps_run",
}


def prepare(firm: Firm) -> None:
    """A month of work on three matters, among it things that the rules speak of."""
    firm.at(datetime(2026, 2, 2, 23, tzinfo=UTC))
    agree_rates(firm)
    entries = [
        hours(matter=m, on=f"2026-01-{d:02d}", narrative=f"Draft section {d} of brief on {m}")
        for m in (1, 2, 3)
        for d in range(5, 17)
    ]
    keys = timesheets.prepare(firm.cleo, [*entries, cost(), hours(narrative="Attention to file")])
    timesheets.release(firm.ben, keys)
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("UPDATE matters_payer SET guideline_set = 'RP-1' WHERE id = 1")


def night(firm: Firm) -> subprocess.Popen[str]:
    """Start a night and wait until it begins."""
    environment = {**os.environ, "MERUIT_WORKER_URL": firm.url("worker")}
    environment.pop("DATABASE_URL", None)
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.night.run_one"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begin\n"
    return started


def traces(firm: Firm) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(firm.url("owner")) as pg:
        return {name: sorted(pg.execute(statement).fetchall(), key=str) for name, statement in TRACES.items()}


@pytest.mark.proof
def test_a_killed_night_goes_on_and_leaves_what_a_whole_one_leaves(firm: Firm, cluster: Cluster) -> None:
    prepare(firm)
    firm.close()
    from django.db import connections

    connections["default"].close()
    ready = f"{firm.name}_ready"
    with testing.clone(cluster, ready, firm.name):
        running = night(firm)
        began = time.monotonic()
        assert running.wait(120) == 0
        lasted = time.monotonic() - began
        whole = traces(firm)
        assert dict(whole)["runs"] == [(1, 1)]
        assert len(whole["proposals"]) > 0
        seed = int(os.environ.get("MERUIT_SEED", "20261124"))
        draw = random.Random(seed)
        print(f"seed {seed}: {INSTANTS} instants over {lasted:.2f} s")
        for number in range(INSTANTS):
            instant = draw.uniform(0, lasted)
            with testing.clone(cluster, f"{firm.name}_killed", ready):
                killed = Firm(cluster, f"{firm.name}_killed")
                process = night(killed)
                try:
                    process.wait(instant)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                assert night(killed).wait(120) == 0
                found = traces(killed)
                killed.close()
            expected = dict(whole)
            if found["runs"] == [(2, 2)]:  # it had ended before the instant; the second night found nothing to do
                del found["runs"], found["items"], expected["runs"], expected["items"]
            assert found == expected, f"instant {number}: {instant:.3f} s of {lasted:.3f} s"
