"""The workers of a test run share one server and one template, and the last to leave takes them along."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import psutil
import pytest

from meruit.postgres import Cluster, PostgresRefused, testing

SHARING = Path(__file__).with_name("sharing.py")


def worker(run: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SHARING), run, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def word_of(one: subprocess.Popen[str]) -> dict[str, Any]:
    assert one.stdout is not None
    said: dict[str, Any] = json.loads(one.stdout.readline())
    return said


def test_workers_share_one_server_until_the_last_has_left_or_was_killed() -> None:
    run = uuid.uuid4().hex
    workers = [worker(run, f"worker_{number}") for number in range(2)]
    try:
        words = [word_of(one) for one in workers]
        assert len({word["server"] for word in words}) == 1
        assert sorted(len(word["built"]) for word in words) == [0, 1], "one builds, the other waits for it"
        assert [word["bills"] for word in words] == [1, 1], "each has its own copy"
        home = Path(words[0]["home"])
        assert workers[0].stdin is not None
        workers[0].stdin.write("\n")
        workers[0].stdin.close()
        assert workers[0].wait(30) == 0
        assert Cluster(home).answer().ready, "the other still uses it"
    finally:
        for one in workers:
            one.kill()
            one.wait()
            for pipe in (one.stdin, one.stdout):
                assert pipe is not None
                pipe.close()
    deadline = time.monotonic() + 30
    while home.parent.exists() or psutil.pid_exists(words[0]["server"]):
        assert time.monotonic() < deadline, "the keeper did not leave"
        time.sleep(0.01)


def test_a_folder_of_somebody_elses_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(testing, "_temporary_root", lambda: tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 64001)
    (tmp_path / "meruit-test-64001-run").mkdir()
    with pytest.raises(PostgresRefused, match="belongs to another user"), testing.shared_cluster("run"):
        raise AssertionError("never reached")
