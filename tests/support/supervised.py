"""A database server that may be killed: as a program, what owns it and starts it again, as `meruit serve` does.

The server of the run is everybody's; a test that kills one has this of its own, with the same template.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from meruit.postgres import Cluster, leftovers, testing
from meruit.postgres.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_SECONDS = 60


@dataclass
class Supervised:
    """A server, seen from outside: the process that owns it runs beside the test."""

    cluster: Cluster
    owner: psutil.Process

    @property
    def server(self) -> psutil.Process | None:
        """The postmaster, while there is one."""
        return leftovers.server_of(self.cluster.places.data)

    def kill(self) -> None:
        """As `kill -9` does; returns when it is dead, not when it is back."""
        doomed = self.server
        assert doomed is not None
        doomed.kill()
        _until(lambda: not doomed.is_running() or doomed.status() == psutil.STATUS_ZOMBIE)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Killed, and not started again before the block ends; then it takes connections again."""
        self.owner.suspend()
        try:
            self.kill()
            yield
        finally:
            self.owner.resume()
            self.wait()

    def wait(self) -> None:
        """Until it takes connections again."""
        _until(lambda: self.cluster.answer().ready)


@contextlib.contextmanager
def supervised() -> Iterator[Supervised]:
    """A throw-away server under a supervisor that starts it again."""
    with testing.temporary_folder() as folder:
        home = folder / "home"
        owner = subprocess.Popen([sys.executable, "-m", __name__, str(home)], stdout=subprocess.PIPE, text=True)
        assert owner.stdout is not None
        try:
            assert owner.stdout.readline() == "started\n"
            yield Supervised(Cluster(home, throwaway=True), psutil.Process(owner.pid))
        finally:
            owner.terminate()
            owner.wait(PATIENCE_SECONDS)
            owner.stdout.close()
            Cluster(home, throwaway=True).destroy()


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "the awaited fact did not come"
        time.sleep(0.01)  # waits for another process, at most PATIENCE_SECONDS


def main(home: Path) -> int:
    """Own the server at `home` until told to stop."""
    cluster = Cluster(home, throwaway=True)
    cluster.start()
    print("started", flush=True)
    return Supervisor([], cluster=cluster).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
