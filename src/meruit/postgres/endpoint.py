"""The server's door: a socket in a private folder, or where a system has no sockets, a port on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.postgres.errors import PostgresRefused
from meruit.postgres.places import SOCKET_PORT
from meruit.postgres.system_user import is_root

if TYPE_CHECKING:
    from meruit.postgres.places import Places
    from meruit.postgres.system_user import SystemUser

#: `sun_path` holds 108 bytes on Linux and 104 on macOS and the BSDs, with the closing zero.
LONGEST_SOCKET = 103


def with_endpoint(places: Places) -> Places:
    """The places with a socket folder that is there and private, or with a loopback port that is free."""
    if places.sockets is None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            chosen = replace(places, port=probe.getsockname()[1])
    else:
        chosen = replace(places, sockets=_socket_folder(places))
    chosen.save()
    return chosen


def drop_endpoint(places: Places) -> None:
    """Leave no empty folder outside the home behind."""
    if places.sockets is not None and places.sockets.parent != places.cluster:
        shutil.rmtree(places.sockets, ignore_errors=True)


def is_private(folder: Path, user: SystemUser) -> bool:
    """A real folder of that user, closed to everybody outside the user's own group."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    mode = 0o710 if user.is_other else 0o700
    return stat.S_ISDIR(status.st_mode) and user.owns(folder) and stat.S_IMODE(status.st_mode) == mode


def _socket_folder(places: Places) -> Path:
    """The folder at home where its path fits, else a short one that the record remembers."""
    at_home = places.cluster / "run"
    if _fits(at_home):
        at_home.mkdir(mode=0o700, exist_ok=True)
        _close(at_home, places.user)
        return at_home
    if places.sockets is not None and places.sockets != at_home and is_private(places.sockets, places.user):
        return places.sockets
    for base in _short_folders(places.user):
        made = Path(tempfile.mkdtemp(prefix="meruit-", dir=base))
        _close(made, places.user)
        if _fits(made) and is_private(made, places.user):
            return made
        made.rmdir()
    raise PostgresRefused(
        f"The folder {places.cluster} is too deep for a socket, and no short private folder can be made in "
        f"{tempfile.gettempdir()} or /tmp; set TMPDIR to a short folder or MERUIT_HOME to a shorter one."
    )


def _fits(folder: Path) -> bool:
    """Whether libpq can be told this folder: short enough, and no comma, which separates hosts."""
    path = os.fsencode(folder / f".s.PGSQL.{SOCKET_PORT}")
    return len(path) <= LONGEST_SOCKET and b"," not in path


def _short_folders(user: SystemUser) -> list[Path]:
    named = [] if is_root() else [os.environ.get("XDG_RUNTIME_DIR", "")]
    candidates = [Path(name) for name in (*named, tempfile.gettempdir(), "/tmp") if name]
    return [folder for folder in candidates if os.access(folder, os.W_OK | os.X_OK) and user.can_enter(folder)]


def _close(folder: Path, user: SystemUser) -> None:
    user.give(folder)
    folder.chmod(0o710 if user.is_other else 0o700)
