"""Submission killed with signal 9 at any instant, here or at the portal: nothing lost, doubled, stuck or unseen.

The worker is killed, the portal, the database server under a worker that goes on, and all three at once.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connections

from meruit.authority.acts import system
from meruit.portals import tasks
from meruit.postgres import testing
from tests.support import kills
from tests.support.bills import FEBRUARY_2
from tests.support.firm import Firm
from tests.support.portals import Running, billed, connect, issued, start
from tests.support.work import hours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.supervised import Supervised

VICTIMS = ("worker", "portal", "server", "all")
BILLS = 3
PATIENCE_SECONDS = 180
#: What is left behind when all is done, without ids and moments.
TRACES = {
    "submissions": "SELECT state, money_track, approved_amount, accepted_on FROM portals_submission",
    "arrived": "SELECT s.invoice_id, count(*) FROM portals_attempt a JOIN portals_submission s ON s.id = a.submission_id"
    " WHERE a.outcome = 'accepted' GROUP BY 1",
    "open": "SELECT count(*) FROM portals_attempt WHERE outcome IN ('intended', 'unknown')",
    "heard": "SELECT s.invoice_id, e.word, e.understood, e.detail ->> 'line', e.detail ->> 'amount'"
    " FROM portals_statusevent e JOIN portals_submission s ON s.id = e.submission_id",
    "unclear": "SELECT count(*) FROM portals_statusevent WHERE understood = ''",
    "cuts": "SELECT invoice_id, line_id, amount, state FROM disputes_reduction",
    "deadlines": "SELECT kind, count(*) FROM agenda_deadline WHERE met_at IS NULL GROUP BY 1",
    "payments": "SELECT amount FROM receivables_payment",
    "lines": "SELECT line_id, part, sum(amount) FROM receivables_lineallocation GROUP BY 1, 2",
    "ledger": "SELECT account_id, sum(amount), count(*) FROM ledger_posting GROUP BY 1",
}


def prepare(firm: Firm, address: dict[str, Any]) -> None:
    """Three final bills for Northwind, none of them sent."""
    connect(firm, address)
    firm.use("app")
    issued(firm)
    for day in (20, 21):
        billed(firm, [hours(on=f"2026-01-{day}", narrative=f"Draft motion of January {day}")])


def worker(firm: Firm) -> subprocess.Popen[str]:
    """Start a worker and wait until it begins."""
    environment = {**os.environ, "MERUIT_WORKER_URL": firm.url("worker"), "MERUIT_TEST_BILLS": str(BILLS)}
    environment.pop("DATABASE_URL", None)
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.portals.run_one"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begin\n"
    return started


def traces(firm: Firm) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(firm.url("owner")) as pg:
        return {name: sorted(pg.execute(statement).fetchall(), key=str) for name, statement in TRACES.items()}


def taken(home: Path) -> list[tuple[str, int]]:
    """What the portal took in: each file, and how often."""
    with sqlite3.connect(f"file:{home / 'portal.sqlite'}?mode=ro", uri=True) as db:
        return db.execute("SELECT name, count(*) FROM upload GROUP BY name ORDER BY name").fetchall()


def nothing_unseen(firm: Firm, home: Path) -> str:
    """What arrived is known to have arrived, or known to be unknown: never thought of as not sent."""
    there = {name for name, _ in taken(home)} | {p.name for p in (home / "drop" / "inbox").glob("*.txt")}
    with psycopg.connect(firm.url("owner")) as pg:
        for name in there:
            found = pg.execute("SELECT outcome FROM portals_attempt WHERE file_name = %s ORDER BY id DESC", [name])
            assert found.fetchone() in [("unknown",), ("accepted",)], name
        counts = dict(pg.execute("SELECT outcome, count(*) FROM portals_attempt GROUP BY 1").fetchall())
        paid = pg.execute("SELECT FROM receivables_payment").rowcount
    if paid == BILLS:
        return "all paid"
    known = ", ".join(f"{counts[word]} {word}" for word in ("intended", "unknown", "accepted") if word in counts)
    return known or "nothing tried yet"


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_killed_anywhere_every_bill_arrives_once_and_every_word_is_heard_once(
    own_server: Supervised, tmp_path: Path
) -> None:
    cluster = own_server.cluster
    portal = start(tmp_path / "first", "--at", FEBRUARY_2.isoformat())
    with testing.clone(cluster, "ready", "template_firm"):
        ready = Firm(cluster, "ready")
        prepare(ready, portal.address)
        ready.close()
        connections["default"].close()
        with testing.clone(cluster, "whole", "ready"):
            one = Firm(cluster, "whole")
            connect(one, portal.address)
            one.close()
            running = worker(one)
            began = time.monotonic()
            assert running.wait(PATIENCE_SECONDS) == 0
            lasted = time.monotonic() - began
            portal.kill()
            whole, files = traces(one), taken(tmp_path / "first")
        assert whole["open"] == [(0,)]
        assert len(whole["payments"]) == len(files) == BILLS
        drawn = kills.Kills("submission", lasted, 50 if kills.PROOF else 1, kills.seed_of_this_run())
        for victim, instant in drawn.drawn(VICTIMS):
            home = tmp_path / "killed"
            with testing.clone(cluster, "killed", "ready"):
                one = Firm(cluster, "killed")
                found = _kill(own_server, one, home, victim, instant)
                assert (victim, instant, traces(one)) == (victim, instant, whole)
                assert taken(home) == files
                one.close()
            drawn.note(victim, instant, found)
            shutil.rmtree(home)


def _kill(own: Supervised, firm: Firm, home: Path, victim: str, instant: float) -> str:
    """Kill at an instant, start what does not come back by itself, and go on; says what was known just after."""
    portal = start(home, "--at", FEBRUARY_2.isoformat())
    try:
        connect(firm, portal.address)
        firm.close()
        running = worker(firm)
        time.sleep(instant)  # the instant of the kill
        if victim in ("server", "all"):
            own.kill()
        if victim in ("portal", "all"):
            portal.kill()
        if victim in ("worker", "all"):
            running.kill()
            running.wait()
        own.wait()
        found = nothing_unseen(firm, home)
        if victim in ("portal", "all"):
            portal = _again(home, portal)
        running.wait(PATIENCE_SECONDS)
        assert worker(firm).wait(PATIENCE_SECONDS) == 0
        _once_more(firm)
        return found
    finally:
        portal.kill()


def _again(home: Path, portal: Running) -> Running:
    ports = [
        "--port",
        portal.address["page"].rstrip("/").rpartition(":")[2],
        "--sftp-port",
        str(portal.address["port"]),
    ]
    return start(home, "--at", FEBRUARY_2.isoformat(), *ports)


def _once_more(firm: Firm) -> None:
    """A night later, with nothing to do."""
    firm.use("worker")
    try:
        assert tasks.submit(system("portals"), FEBRUARY_2).done == 0
    finally:
        connections["default"].close()
