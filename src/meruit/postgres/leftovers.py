"""What a crash left behind: a server without its owner, or a postmaster.pid without a server.

The number in postmaster.pid proves nothing: after a reboot it belongs to somebody else. A process counts as
this cluster's server only when it is called postgres and works in this data folder. PostgreSQL itself still
refuses to start while a process holds the folder's shared memory, so a wrong guess here cannot put two
servers on one folder.
"""

from __future__ import annotations

import signal
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


def clear(places: Places, report: Callable[[str], None]) -> None:
    """Stop a server that lost its owner, and forget the pid file and the socket of one that is gone."""
    server = server_of(places.data)
    if server is not None:
        report(f"PostgreSQL still runs from before (process {server.pid}); it is stopped and started anew.")
        _stop(server, places.data)
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
        named = process.name().lower().startswith("postgres")
        at_home = process.cwd() == str(data)
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if named and at_home and alive else None


def _stop(server: psutil.Process, data: Path) -> None:
    for sign, patience in ((signal.SIGINT, PATIENCE_SECONDS), (signal.SIGQUIT, PATIENCE_SECONDS / 4)):
        try:
            server.send_signal(sign)
            server.wait(timeout=patience)
        except psutil.NoSuchProcess:
            return
        except psutil.TimeoutExpired:
            continue
        return
    raise PostgresRefused(
        f"A PostgreSQL server left over from before (process {server.pid}) holds {data} and does not stop; "
        "end that process and try again."
    )
