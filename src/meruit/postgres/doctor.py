"""What `meruit doctor` looks at in the database: each point with what was found and what to do about it."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from meruit.postgres import confinement, endpoint, own_server, passwords
from meruit.postgres.configuration import FIRMS, OF_THE_HOUSE, PRIVATE
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import APP, DATABASE, GATE, LOGINS, OWNER, READER, SUPERUSER, WORKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from meruit.postgres.cluster import Cluster
    from meruit.postgres.logins import Login
    from meruit.postgres.places import Places

_SERVING = (GATE, APP, WORKER, READER)
#: Below this PostgreSQL may stop in the middle of a month end.
_LEAST_ROOM_BYTES = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Point:
    """One thing looked at."""

    subject: str
    well: bool
    says: str


def examine_embedded(cluster: Cluster) -> Iterator[Point]:
    """The embedded server and its folders; it is started for the questions where nobody runs it."""
    if not cluster.exists():
        yield Point("database", False, f"There is no database at {cluster.home}; make one with `meruit init`.")
        return
    yield from _secrets(cluster)
    yield _data_folder(cluster.places)
    yield _room(cluster.places.data)
    yield _confinement()
    try:
        with cluster.running():
            yield Point("server", True, f"PostgreSQL {cluster.binaries.version} answers.")
            yield _socket(cluster.places)
            with cluster.superuser(DATABASE) as connection:
                yield from _settings(connection)
                yield _checksums(connection)
            for login in _SERVING:
                yield _role(login, lambda login=login: cluster.url(login))  # type: ignore[misc]  # bound per loop
    except (PostgresRefused, psycopg.Error) as error:
        yield Point("server", False, str(error).strip())


def examine_own(urls: Mapping[Login, str], environment: Mapping[str, str] = os.environ) -> Iterator[Point]:
    """A firm's own server, by the URLs of `own_server.named_in`."""
    for login, url in urls.items():
        if login is not OWNER:
            yield _role(login, lambda url=url: url)  # type: ignore[misc]  # bound per loop
    if environment.get(OWNER.variable):
        yield Point(
            OWNER.variable,
            False,
            f"{OWNER.variable} is set here; give it to `meruit init` and to upgrades only, for whatever is "
            "started from here inherits it.",
        )


def _secrets(cluster: Cluster) -> Iterator[Point]:
    for login in (*LOGINS, SUPERUSER):
        try:
            passwords.read(cluster.places.secrets, login)
        except PostgresRefused as refused:
            yield Point("secrets", False, str(refused))
            return
    yield Point("secrets", True, "Every password file is there and private.")


def _data_folder(where: Places) -> Point:
    mode = stat.S_IMODE(where.data.stat().st_mode)
    if os.name == "posix" and (mode & 0o077 or not where.user.owns(where.data)):
        return Point(
            "data", False, f"{where.data} has mode {mode:04o} or another owner; it must be its server's alone (0700)."
        )
    return Point("data", True, f"The data lies in {where.data} and is the server's alone.")


def _room(data: Path) -> Point:
    free = shutil.disk_usage(data).free
    says = f"{free / 2**30:.1f} GiB are free for the database."
    return Point("room", free >= _LEAST_ROOM_BYTES, says if free >= _LEAST_ROOM_BYTES else says + " Make room.")


def _confinement() -> Point:
    if confinement.is_possible():
        return Point("confinement", True, "Served processes are kept from the owner's secret by the system.")
    return Point(
        "confinement",
        True,
        "This system cannot keep what runs as the same user from the owner's secret (docs/operations.md).",
    )


def _socket(where: Places) -> Point:
    if where.sockets is None:
        return Point("socket", True, f"The server listens on {where.host}:{where.port}; the passwords are its lock.")
    if not endpoint.is_private(where.sockets, where.user):
        return Point("socket", False, f"The socket's folder {where.sockets} is open to others; restart the server.")
    return Point("socket", True, f"The socket lies in the private folder {where.sockets}.")


def _settings(connection: psycopg.Connection) -> Iterator[Point]:
    wanted = {**PRIVATE, "timezone": OF_THE_HOUSE["timezone"], "fsync": "on", "full_page_writes": "on"}
    changed = []
    for name, value in wanted.items():
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row is not None and row[0] != value:
            changed.append(f"{name} is {row[0]} instead of {value}")
    if changed:
        yield Point("settings", False, f"{'; '.join(changed)}. Take it out of {FIRMS} or of ALTER SYSTEM.")
    else:
        yield Point("settings", True, "Nothing of the firm's reaches the server's log, and nothing is lost in a crash.")


def _checksums(connection: psycopg.Connection) -> Point:
    row = connection.execute(
        "SELECT sum(checksum_failures), max(checksum_last_failure) FROM pg_stat_database"
    ).fetchone()
    if row is not None and row[0]:
        return Point(
            "checksums",
            False,
            f"{row[0]} damaged pages were read, last at {row[1]}; the disk is failing. Restore the latest backup "
            "onto another one.",
        )
    return Point("checksums", True, "No damaged page was ever read.")


def _role(login: Login, url: Callable[[], str]) -> Point:
    try:
        with psycopg.connect(url(), connect_timeout=10) as connection:
            own_server.refuse_unfit_server(connection, login.variable)
            own_server.refuse_unfit_role(connection)
            user = connection.info.user
    except (PostgresRefused, psycopg.Error) as error:
        return Point(login.variable, False, str(error).strip())
    return Point(login.variable, True, f'The role "{user}" owns nothing and may create nothing.')
