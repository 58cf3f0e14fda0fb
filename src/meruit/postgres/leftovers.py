"""What a crash left behind: a server without its owner, its statements without it, or a postmaster.pid alone.

The number in postmaster.pid proves nothing: after a reboot it belongs to somebody else. A process counts as
this cluster's server only when it is called postgres and works in this data folder. PostgreSQL itself still
refuses to start while a process holds the folder's shared memory, so a wrong guess here cannot put two
servers on one folder.
"""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING

import psutil

from meruit.postgres.endpoint import is_private
from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from meruit.postgres.places import Places

#: A fast shutdown writes a checkpoint; after this the server is stopped at once and recovers later.
PATIENCE_SECONDS = 60.0
_ASK_EVERY_SECONDS = 0.02


def clear(places: Places, report: Callable[[str], None]) -> None:
    """Stop a server that lost its owner, and forget the pid file and the socket of one that is gone."""
    server = server_of(places.data)
    if server is not None:
        report(f"PostgreSQL still runs from before (process {server.pid}); it is stopped and started anew.")
        _stop(server, places.data)
    _end_orphans(places.data, report)
    pid_file = places.data / "postmaster.pid"
    if pid_file.exists():
        report("PostgreSQL was not shut down the last time; it recovers now.")
        pid_file.unlink()
    if places.sockets is not None and is_private(places.sockets, places.user):
        for left in places.sockets.glob(".s.PGSQL.*"):  # the socket and its lock, which holds a number too
            left.unlink()


def server_of(data: Path) -> psutil.Process | None:
    """The postgres process named by the folder's pid file, if it is one and works in that folder."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
        process = psutil.Process(pid)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return process if _serves(process, data) else None


def _end_orphans(data: Path, report: Callable[[str], None]) -> None:
    """End what a killed server left computing: a statement notices its end only when it next waits for something.

    Until then it holds the shared memory, and the next server refuses to start. Nobody waits for its answer, and
    what it had not committed is rolled back by the recovery either way.
    """
    left = [process for process in psutil.process_iter() if _serves(process, data)]
    if not left:
        return
    report(f"{len(left)} processes of a PostgreSQL that was killed still run; they are ended.")
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        _signal(left, sign)
        _wait(left, data, PATIENCE_SECONDS / 12)


def _stop(server: psutil.Process, data: Path) -> None:
    for sign, patience in ((signal.SIGINT, PATIENCE_SECONDS), (signal.SIGQUIT, PATIENCE_SECONDS / 4)):
        _signal([server], sign)
        if _wait([server], data, patience):
            return
    raise PostgresRefused(
        f"A PostgreSQL server left over from before (process {server.pid}) holds {data} and does not stop; "
        "end that process and try again."
    )


def _serves(process: psutil.Process, data: Path) -> bool:
    """Whether this is a living process called postgres that works in this data folder.

    One that has ended and waits for somebody to ask how does not count: in a container, where nobody may ever ask,
    it stays.
    """
    try:
        return bool(
            process.is_running()
            and process.name().lower().startswith("postgres")
            and process.cwd() == str(data)
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.Error:
        return False


def _signal(processes: list[psutil.Process], sign: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(sign)


def _wait(processes: list[psutil.Process], data: Path, seconds: float) -> bool:
    """Whether none of them serves any more, at the latest after `seconds`."""
    deadline = time.monotonic() + seconds
    while any(_serves(process, data) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_ASK_EVERY_SECONDS)
    return True
