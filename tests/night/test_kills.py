"""A night that is killed at any instant loses nothing, does nothing twice, and goes on at the next start.

The worker is killed, the database server under a worker that goes on, and both at once as when a machine stops.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections

from meruit.postgres import testing
from meruit.timesheets import actions as timesheets
from tests.support import kills
from tests.support.bills import approved, drafted, letterhead, released
from tests.support.firm import Firm
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.supervised import Supervised

VICTIMS = ("worker", "server", "both")
PATIENCE_SECONDS = 180
#: What a night leaves behind, without ids and moments: two nights that did the same leave the same.
TRACES = {
    "prebills": "SELECT matter_id, state, (SELECT count(*) FROM prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL),"
    " (SELECT sum(billed_value) FROM prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL) FROM prebills_prebill p",
    "findings": "SELECT p.matter_id, f.rule, count(*) FROM prebills_finding f JOIN prebills_prebill p ON p.id = f.prebill_id GROUP BY 1, 2",
    "proposals": "SELECT kind_id, matter_id, amount FROM authority_proposal WHERE prepared_by_id = 1",
    "decisions": "SELECT kind_id, count(*) FROM authority_decision GROUP BY 1",
    "invoices": "SELECT number, matter_id, total FROM invoices_invoice",
    "artefacts": "SELECT i.number, a.form, count(*) FROM invoices_artefact a JOIN invoices_invoice i ON i.id = a.invoice_id GROUP BY 1, 2",
    "ledger": "SELECT account_id, currency, sum(amount), count(*) FROM ledger_posting GROUP BY 1, 2",
    "items": "SELECT s.name, i.outcome, count(*) FROM steps_item i JOIN steps_step s ON s.id = i.step_id GROUP BY 1, 2",
    "counts": "SELECT name, done, skipped, failed FROM steps_step",
    "runs": "SELECT count(*), count(finished_at) FROM steps_run",
    "unsealed": "SELECT count(*) FROM audit_receipt HAVING count(*) = 0",
}
STANDING = "SELECT s.name FROM steps_run r LEFT JOIN steps_step s ON s.run_id = r.id AND s.finished_at IS NULL WHERE r.finished_at IS NULL"


def prepare(firm: Firm) -> None:
    """A month of work on three matters, among it things that the rules speak of; and two bills that are approved."""
    firm.use("app")
    firm.at(datetime(2026, 2, 2, 23, tzinfo=UTC))
    agree_rates(firm)
    letterhead(firm)
    for matter in (1, 2):
        released(firm, [hours(matter=matter, on="2025-12-11", narrative="Draft reply brief on venue")])
        approved(firm, drafted(firm, matter, (date(2025, 12, 1), date(2025, 12, 31))))
    entries = [
        hours(matter=m, on=f"2026-01-{d:02d}", narrative=f"Draft section {d} of brief on {m}")
        for m in (1, 2, 3)
        for d in range(5, 17)
    ]
    keys = timesheets.prepare(firm.cleo, [*entries, cost(), hours(narrative="Attention to file")])
    timesheets.release(firm.ben, keys)
    connections["default"].close()
    firm.close()
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("UPDATE matters_payer SET guideline_set = 'RP-1' WHERE id = 1")


def night(firm: Firm, until: str) -> subprocess.Popen[str]:
    """Start a night and wait until it begins."""
    environment = {**os.environ, "MERUIT_WORKER_URL": firm.url("worker")}
    environment.pop("DATABASE_URL", None)
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.night.run_one", until], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begin\n"
    return started


def whole_night(firm: Firm, until: str) -> None:
    assert night(firm, until).wait(PATIENCE_SECONDS) == 0


def traces(firm: Firm) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(firm.url("owner")) as pg:
        return {name: sorted(pg.execute(statement).fetchall(), key=str) for name, statement in TRACES.items()}


def standing(firm: Firm) -> str:
    """Where the killed night stands in its own protocol."""
    with psycopg.connect(firm.url("owner")) as pg:
        rows = pg.execute(STANDING).fetchall()
        if rows:
            return f"interrupted in {rows[0][0]}" if rows[0][0] else "interrupted between two steps"
        return "had ended" if pg.execute("SELECT FROM steps_run").fetchone() else "had not begun"


def kill(own: Supervised, firm: Firm, victim: str, instant: float) -> str:
    """Kill at an instant of a night and let it go on until it has ended; says where it stood."""
    running = night(firm, "due" if victim == "server" else "once")
    try:
        running.wait(instant)
    except subprocess.TimeoutExpired:
        if victim != "worker":
            own.kill()
        if victim != "server":
            running.kill()
    own.wait()
    if victim == "server":  # the worker goes on by itself, so nobody can look meanwhile
        found = "had ended" if running.poll() is not None else "went on by itself"
        assert running.wait(PATIENCE_SECONDS) == 0
        return found
    running.wait()
    found = standing(firm)
    whole_night(firm, "due")
    return found


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_a_killed_night_goes_on_and_leaves_what_a_whole_one_leaves(own_server: Supervised) -> None:
    cluster = own_server.cluster
    with testing.clone(cluster, "ready", "template_firm"):
        prepare(Firm(cluster, "ready"))
        lasting = []
        for _ in range(2):  # the first one also warms the machine up
            with testing.clone(cluster, "whole", "ready"):
                running = night(Firm(cluster, "whole"), "once")
                began = time.monotonic()
                assert running.wait(PATIENCE_SECONDS) == 0
                lasting.append(time.monotonic() - began)
                whole = traces(Firm(cluster, "whole"))
        assert whole["runs"] == [(1, 1)]
        assert len(whole["proposals"]) > 0
        drawn = kills.Kills("night", min(lasting), 50 if kills.PROOF else 1, kills.seed_of_this_run())
        for victim, instant in drawn.drawn(VICTIMS):
            with testing.clone(cluster, "killed", "ready"):
                killed = Firm(cluster, "killed")
                found = kill(own_server, killed, victim, instant)
                assert traces(killed) == whole, f"{victim} killed at {instant:.3f} s of {drawn.lasted:.3f} s: {found}"
                whole_night(killed, "once")  # a night later, which finds nothing more to do
                for name in whole.keys() - {"items", "counts", "runs"}:
                    assert traces(killed)[name] == whole[name], f"{name} after {victim} killed at {instant:.3f} s"
            drawn.note(victim, instant, found)
