"""A throw-away server for a test run: one for all workers, gone when the last of them has ended.

The run's processes share a folder. Each holds a shared lock on it; a keeper process owns the server and waits
for the exclusive one, which the system grants when nobody is left, however they ended. There is no count to
get wrong and no process to find. Unlike the rest of this package it works on POSIX systems only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.postgres import databases
from meruit.postgres.binaries import VARIABLE
from meruit.postgres.cluster import Cluster
from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from meruit.postgres.binaries import Binaries

#: A folder in memory spares the disk the thousand files of each copy; used where it has this much room.
_IN_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 4 * 2**30

_USERS, _START, _HOME, _LOG = "users.lock", "start.lock", "home", "keeper.log"


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """A running server in a temporary folder, without durability, owned by this process, removed after."""
    with temporary_folder() as folder:
        cluster = Cluster(folder / _HOME, throwaway=True)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.destroy()


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A fresh folder for a cluster, in memory where there is room, that the server's user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="meruit-test-", dir=_temporary_root()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _temporary_root() -> Path:
    if "TMPDIR" not in os.environ and os.access(_IN_MEMORY, os.W_OK | os.X_OK):
        room = os.statvfs(_IN_MEMORY)
        if room.f_bavail * room.f_frsize >= _ROOM_BYTES:
            return _IN_MEMORY
    return Path(tempfile.gettempdir())


@contextlib.contextmanager
def shared_cluster(run: str | None = None, *, binaries: Binaries | None = None) -> Iterator[Cluster]:
    """The server of this test run, started by whoever comes first and stopped after whoever leaves last.

    `run` names the run; by default xdist's name of it, or this process when there are no workers. A run has
    a further server for each `binaries` that it names.
    """
    run = run or os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"process-{os.getpid()}"
    folder = _run_folder(run if binaries is None else f"{run}-{binaries.version}")
    with _held(folder / _USERS, fcntl.LOCK_SH):
        cluster = Cluster(folder / _HOME, throwaway=True)
        with _held(folder / _START, fcntl.LOCK_EX):
            if not (cluster.exists() and cluster.answer().ready):
                _start_keeper(folder, binaries)
        yield cluster


def template(cluster: Cluster, name: str, build: Callable[[str], None]) -> None:
    """Have `build` fill the database `name` once a run, and close it so that `clone` can copy it.

    `build` is handed the name of the empty database and connects as it likes, as the owner say
    (`cluster.url(OWNER, name)`). One worker builds, the others wait for it.
    """
    with _held(cluster.home / f"{name}.lock", fcntl.LOCK_EX):
        with cluster.superuser() as connection:
            done = connection.execute(
                "SELECT datistemplate FROM pg_catalog.pg_database WHERE datname = %s", [name]
            ).fetchone()
        if done is not None and done[0]:
            return
        cluster.drop_database(name)  # half built by a worker that died
        cluster.create_database(name)
        build(name)
        with cluster.superuser() as connection:
            databases.make_template(connection, name)


@contextlib.contextmanager
def clone(cluster: Cluster, name: str, of: str) -> Iterator[str]:
    """A copy of the template `of` under `name`, dropped at the end."""
    with cluster.superuser() as connection:
        databases.drop(connection, name)
        # Copying files beats logging pages where nothing is ever synced to a disk.
        databases.create(connection, name, of, strategy="file_copy")
        databases.close(connection, name)
    try:
        yield name
    finally:
        cluster.drop_database(name)


def _run_folder(run: str) -> Path:
    folder = _temporary_root() / f"meruit-test-{os.geteuid()}-{run}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise PostgresRefused(f"{folder} belongs to another user; remove it or set TMPDIR to a folder of yours.")
    return folder


@contextlib.contextmanager
def _held(file: Path, kind: int) -> Iterator[None]:
    """Hold a lock on `file` as it is when the lock is granted: a keeper that ends removes the file."""
    while True:
        file.parent.mkdir(mode=0o711, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, kind)
        if file.exists() and os.path.samestat(file.stat(), os.fstat(descriptor)):
            break
        os.close(descriptor)
    try:
        yield
    finally:
        os.close(descriptor)


def _start_keeper(folder: Path, binaries: Binaries | None) -> None:
    """Start the keeper and wait for its word; it is nobody's child afterwards and outlives its starter."""
    named = {} if binaries is None else {VARIABLE: str(binaries.folder)}
    with (folder / _LOG).open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "meruit.postgres.testing", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **named},
            start_new_session=True,
        )
        assert keeper.stdout is not None
        with keeper.stdout:
            ready = keeper.stdout.readline()
    if ready.strip() != b"ready":
        said = (folder / _LOG).read_text(encoding="utf-8", errors="replace").strip()
        raise PostgresRefused(f"The test server did not start: {said}")
    keeper.returncode = 0  # it is meant to stay; nobody here waits for it


def _keep(folder: Path) -> None:
    """Own the server until no process of the run holds the folder, then leave nothing behind."""
    for sign in (signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    cluster = Cluster(folder / _HOME, throwaway=True)
    cluster.start()
    print("ready", flush=True)
    sys.stdout.close()
    with _held(folder / _USERS, fcntl.LOCK_EX):
        cluster.destroy()
        shutil.rmtree(folder)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
