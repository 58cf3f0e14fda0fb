"""Killed at any instant, by any of its processes: what was committed is there, nothing is there twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from meruit.postgres import OWNER, Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

WRITING, OWNING = (Path(__file__).with_name(name) for name in ("writing.py", "owning.py"))
PROOF = bool(os.environ.get("MERUIT_PROOF"))
KILLS = 50 if PROOF else 3
SEED = int(os.environ.get("MERUIT_SEED", random.randrange(2**32) if PROOF else 1042))


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the awaited fact did not come"
        time.sleep(0.005)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def written(cluster: Cluster) -> list[int]:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM bill ORDER BY 1").fetchall()]


def serves(cluster: Cluster) -> bool:
    """Whether a client gets an answer; just after the loss it may still be told to wait."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(cluster.url(OWNER)) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
    return False


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def title(process: psutil.Process) -> str:
    """What a process of the server calls itself, "postgres: checkpointer" say; empty when it has gone."""
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline()).strip()
    return ""


@pytest.mark.proof
def test_what_was_committed_survives_a_kill_at_any_instant(home: Path, folder: Path) -> None:
    print(f"seed {SEED}, {KILLS} kills; MERUIT_SEED={SEED} repeats them")
    chance = random.Random(SEED)
    noted = folder / "noted"
    noted.touch()
    cluster = Cluster(home)
    with cluster.running(), psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("CREATE TABLE bill (number integer PRIMARY KEY)")
    for _ in range(KILLS):
        owner = subprocess.Popen([sys.executable, str(OWNING), str(home)], stdout=subprocess.PIPE, text=True)
        assert owner.stdout is not None
        server = psutil.Process(int(owner.stdout.readline()))
        before = noted.stat().st_size
        writer = subprocess.Popen([sys.executable, str(WRITING), str(home), str(noted)])
        until(lambda size=before: noted.stat().st_size > size)  # type: ignore[misc]  # bound per loop
        time.sleep(chance.uniform(0, 0.3))  # the instant, not a wait for something
        kind = chance.choice(["owner", "server", "one of the server's", "all"])
        mine, backends = psutil.Process(owner.pid), server.children()
        kill({"owner": [mine], "server": [server], "one of the server's": [chance.choice(backends)]}.get(kind)
             or [mine, server, *backends])  # fmt: skip
        if kind == "one of the server's":
            until(lambda: cluster.answer().ready)  # PostgreSQL itself starts over
        writer.kill()
        writer.wait()
        owner.kill()
        owner.wait()
        owner.stdout.close()
        committed = [int(line) for line in noted.read_text().split()]
        with cluster.running():
            found = written(cluster)
        assert found[: len(committed)] == committed, f"lost after a kill of {kind}"
        # At most the one whose commit was answered to nobody; it is there, and so the next number follows it.
        assert len(found) - len(committed) <= 1
        noted.write_text("".join(f"{number}\n" for number in found))
    assert found == list(range(1, len(found) + 1)), "nothing is missing and nothing is there twice"


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_every_process_of_the_server_can_be_lost(home: Path, sign: signal.Signals) -> None:
    cluster = Cluster(home, throwaway=True)
    with cluster.running():
        assert cluster.pid is not None
        server = psutil.Process(cluster.pid)
        kinds = {title(process) for process in server.children()} - {""}
        assert len(kinds) >= 3
        for doomed in (min(kinds), max(kinds)):
            (victim, *_) = [process for process in server.children() if title(process) == doomed]
            victim.send_signal(sign)
            until(lambda gone=victim: is_gone(gone))  # type: ignore[misc]  # bound per loop
            until(lambda: serves(cluster))
        assert cluster.pid == server.pid


def test_a_statement_that_outlives_its_server_does_not_keep_the_next_one_from_starting(home: Path) -> None:
    cluster = Cluster(home, throwaway=True)
    with cluster.running():
        connection = psycopg.connect(cluster.url(OWNER), autocommit=True)
        busy = psutil.Process(connection.info.backend_pid)
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
        until(lambda: "SELECT" in title(busy))
        assert cluster.pid is not None
        psutil.Process(cluster.pid).kill()
        until(lambda: cluster.pid is None)
        assert not is_gone(busy), "it computes on, for nobody"
        cluster.revive()
        assert is_gone(busy)
        assert serves(cluster)
        connection.pgconn.finish()
