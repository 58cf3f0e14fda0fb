"""Making the data folder: whole and in its place, or not there at all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.postgres import configuration, installed, passwords, system_user
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import SUPERUSER
from meruit.postgres.processes import dies_with_parent

if TYPE_CHECKING:
    from meruit.postgres.binaries import Binaries
    from meruit.postgres.places import Places


def make(where: Places, binaries: Binaries, *, throwaway: bool = False) -> None:
    """Make the data beside its place and move it in when it is whole: a kill leaves nothing half made."""
    borrowed = system_user.borrowed_account(where.user)
    found = installed.reachable(binaries, where.user)
    for stale in where.cluster.glob("making-*"):
        shutil.rmtree(stale, ignore_errors=True)  # a killed initdb's last words may still be written
    making = Path(tempfile.mkdtemp(prefix="making-", dir=where.cluster))
    password = making / "password"
    password.write_text(passwords.read(where.secrets, SUPERUSER) + "\n", encoding="ascii")
    password.chmod(0o600)
    borrowed.give(making)
    made = subprocess.run(
        _initdb(found, making, throwaway=throwaway),
        env=configuration.server_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd="/" if os.name == "posix" else None,
        preexec_fn=dies_with_parent(signal.SIGKILL),
        **borrowed.popen_arguments(),
    )
    if made.returncode != 0:
        said = made.stderr.decode("utf-8", "replace").strip()
        shutil.rmtree(making)
        raise PostgresRefused(f"The database could not be made in {where.cluster}; initdb says: {said}")
    where.user.give(making / "data")
    (making / "data").rename(where.data)
    shutil.rmtree(making)


def refuse_other_version(where: Places, binaries: Binaries) -> None:
    """PostgreSQL opens only what its own major version made."""
    made_by = (where.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(binaries.version):
        raise PostgresRefused(
            f"The data in {where.data} was made by PostgreSQL {made_by}, the programs in {binaries.folder} are "
            f"version {binaries.version}; make a backup with the old programs and restore it into a new home."
        )


def _initdb(found: Binaries, making: Path, *, throwaway: bool) -> list[str]:
    # The builtin locale is the same on every machine; it came with PostgreSQL 17.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [
        found.path("initdb"),
        f"--pgdata={making / 'data'}",
        f"--username={SUPERUSER.name}",
        f"--pwfile={making / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        *(builtin if found.version >= 17 else ["--locale=C.UTF-8"]),
        *(["--no-sync"] if throwaway else []),
    ]
