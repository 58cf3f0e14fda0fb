"""One home, one database server, owned by one process for as long as that process lives."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import pq

from meruit.postgres import binaries as programs
from meruit.postgres import (
    configuration,
    creation,
    databases,
    installed,
    leftovers,
    passwords,
    urls,
)
from meruit.postgres.endpoint import drop_endpoint, with_endpoint
from meruit.postgres.errors import AlreadySupervised, PostgresRefused
from meruit.postgres.lock import OwnerLock
from meruit.postgres.logins import DATABASE, LOGINS, SUPERUSER, Login
from meruit.postgres.places import RECORD, Places, prepared, recorded, resolved
from meruit.postgres.processes import dies_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How often a starting server is asked whether it is ready, and how often the wait is reported.
_ASK_EVERY_SECONDS, _REPORT_EVERY_SECONDS = 0.03, 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says when it is knocked at: ready; alive but not yet ready, and why; or nothing."""

    ready: bool
    alive: bool
    says: str = ""


class Cluster:
    """The embedded PostgreSQL of the installation at `home`.

    `start` makes the calling process its owner: the server dies with it, also by kill -9 where the system
    can promise that (Linux), and is otherwise found and stopped by the next start. Any other process uses
    `url` while it runs, or `running()`, which starts it only when nobody else has.
    """

    def __init__(
        self,
        home: Path,
        *,
        binaries: programs.Binaries | None = None,
        throwaway: bool = False,
        loopback: bool = os.name == "nt",
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.home = resolved(home)
        self.throwaway = throwaway
        self._binaries = binaries
        self._loopback = loopback
        self._report = report
        self._lock: OwnerLock | None = None
        self._server: subprocess.Popen[bytes] | None = None

    # What is there

    @property
    def places(self) -> Places:
        found = recorded(self.home)
        if found is None:
            raise PostgresRefused(f"There is no installation at {self.home}; make one with `meruit init`.")
        return found

    @property
    def binaries(self) -> programs.Binaries:
        if self._binaries is None:
            self._binaries = programs.find()
        return self._binaries

    def exists(self) -> bool:
        found = recorded(self.home)
        return found is not None and (found.data / "PG_VERSION").exists()

    def answer(self) -> Answer:
        """Knock at the server. Nothing but this decides whether it lives; a process number never does."""
        where = psycopg.conninfo.make_conninfo(
            host=self.places.host,
            port=self.places.port,
            dbname="postgres",
            user=SUPERUSER.name,
            connect_timeout=5,
        ).encode("utf-8", "surrogateescape")
        ping = pq.PGconn.ping(where)
        if ping == pq.Ping.REJECT:
            says = pq.PGconn.connect(where).error_message.decode("utf-8", "replace")
            return Answer(ready=False, alive=True, says=says.strip().rpartition("FATAL:")[2].strip())
        return Answer(ready=ping == pq.Ping.OK, alive=ping == pq.Ping.OK)

    @property
    def pid(self) -> int | None:
        """The server this object owns, as long as it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    @property
    def server_process(self) -> subprocess.Popen[bytes] | None:
        return self._server

    # URLs

    def url(self, login: Login, database: str = DATABASE) -> str:
        """The libpq URL of one login, with its password; give it to the one process it belongs to."""
        return urls.written(self.places, login.name, passwords.read(self.places.secrets, login), database)

    def urls(self, database: str = DATABASE) -> dict[str, str]:
        """The URLs of all five logins by the variable each travels in."""
        return {login.variable: self.url(login, database) for login in LOGINS}

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the superuser, for making databases and logins and nothing else."""
        return psycopg.connect(self.url(SUPERUSER, database), autocommit=True, connect_timeout=10)

    # Life

    def create(self) -> None:
        """Make the installation's folders, passwords and data; repeated, it completes what is missing."""
        where = prepared(self.home, loopback=self._loopback)
        with self._owning(where):
            self._create(where)

    def start(self, timeout_seconds: float = 600.0) -> None:
        """Own the server: clear what a crash left, start, wait for recovery, make logins and database."""
        where = prepared(self.home, loopback=self._loopback)
        with contextlib.ExitStack() as undo:
            undo.enter_context(self._owning(where, keep=True))
            undo.callback(self.stop)
            self._create(where)
            leftovers.clear(where, self._report)
            self._launch(with_endpoint(where))
            self._wait(timeout_seconds)
            self._complete()
            undo.pop_all()

    def revive(self, timeout_seconds: float = 600.0, *, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start the owned server again after it ended by itself, where its clients expect it."""
        if self._lock is None or self.pid is not None:
            return
        leftovers.clear(self.places, self._report)
        self._launch(self.places)
        self._wait(timeout_seconds, give_up)

    def stop(self, patience_seconds: float = leftovers.PATIENCE_SECONDS) -> None:
        """End the owned server: a fast shutdown, and without mercy when it takes too long."""
        server, self._server = self._server, None
        try:
            for sign, patience in ((signal.SIGINT, patience_seconds), (signal.SIGQUIT, 10.0)):
                if server is None or server.poll() is not None:
                    break
                server.send_signal(sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(patience)
            if server is not None and server.poll() is None:
                server.kill()
                server.wait()
            if server is not None:
                drop_endpoint(self.places)
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    @contextlib.contextmanager
    def running(self, timeout_seconds: float = 600.0) -> Iterator[Cluster]:
        """The server, whoever runs it: one that answers is used and left alone, else it is ours meanwhile."""
        deadline = time.monotonic() + timeout_seconds
        while not (self.exists() and self.answer().ready):
            try:
                self.start(max(deadline - time.monotonic(), 1.0))
            except AlreadySupervised:  # it starts or stops there; ask again
                if time.monotonic() > deadline:
                    raise
                time.sleep(_ASK_EVERY_SECONDS)
                continue
            try:
                yield self
            finally:
                self.stop()
            return
        yield self

    def destroy(self) -> None:
        """Stop the server and remove its data, its passwords and every folder made for it."""
        self.stop()
        if (where := recorded(self.home)) is None:
            return
        with self._owning(where):
            leftovers.clear(where, self._report)
            drop_endpoint(where)
            shutil.rmtree(where.cluster)
        shutil.rmtree(where.secrets, ignore_errors=True)
        (self.home / RECORD).unlink()

    # Databases

    def create_database(self, name: str, template: str | None = None) -> None:
        """A new database, empty or cloned from `template`, closed to all but the five logins."""
        with self.superuser() as connection:
            if template is None:
                databases.create(connection, name)
                with self.superuser(name) as inside:
                    databases.close_inside(inside)
            else:
                databases.create(connection, name, template)
            databases.close(connection, name)

    def drop_database(self, name: str) -> None:
        with self.superuser() as connection:
            databases.drop(connection, name)

    # Steps

    @contextlib.contextmanager
    def _owning(self, where: Places, *, keep: bool = False) -> Iterator[None]:
        if self._lock is not None and self._lock.held:
            if keep:
                raise AlreadySupervised(f"This process already runs PostgreSQL of {self.home}.")
            yield
            return
        lock = OwnerLock(where.lock)
        if not lock.take():
            raise AlreadySupervised(
                f"PostgreSQL of {self.home} is already run by process {lock.holder() or '(unknown)'}; "
                "use that one, or stop it first."
            )
        self._lock = lock
        try:
            yield
        finally:
            if not keep:
                lock.release()
                self._lock = None

    def _create(self, where: Places) -> None:
        passwords.make_missing(where.secrets, (*LOGINS, SUPERUSER))
        if (where.data / "PG_VERSION").exists():
            creation.refuse_other_version(where, self.binaries)
            return
        self._report("The database is made.")
        creation.make(where, self.binaries, throwaway=self.throwaway)

    def _launch(self, where: Places) -> None:
        configuration.write(where, throwaway=self.throwaway)
        found = installed.reachable(self.binaries, where.user)
        with where.start_log.open("wb") as log:
            self._server = subprocess.Popen(
                [
                    found.path("postgres"),
                    "-D",
                    str(where.data),
                    "-c",
                    f"config_file={where.cluster / configuration.OURS}",
                ],
                env=configuration.server_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/" if os.name == "posix" else None,
                start_new_session=True,  # Ctrl-C is for its owner, who then stops it in order
                preexec_fn=dies_with_parent(signal.SIGINT),
                **where.user.popen_arguments(),
            )

    def _wait(self, timeout_seconds: float, give_up: Callable[[], bool] = lambda: False) -> None:
        """Until the server takes connections, telling what it does meanwhile."""
        assert self._server is not None
        began = told = time.monotonic()
        while not (answer := self.answer()).ready and not give_up():
            now = time.monotonic()
            if self._server.poll() is not None:
                raise PostgresRefused(f"PostgreSQL did not start; it says: {self._last_words()}")
            if now - began > timeout_seconds:
                raise PostgresRefused(
                    f"PostgreSQL of {self.home} was not ready after {timeout_seconds:.0f} seconds; "
                    f"it says: {answer.says or self._last_words()}"
                )
            if now - told >= _REPORT_EVERY_SECONDS:
                told = now
                self._report(f"PostgreSQL is not ready yet ({now - began:.0f} s): {answer.says or 'starting'}.")
            time.sleep(_ASK_EVERY_SECONDS)

    def _last_words(self) -> str:
        lines = self.places.start_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " ".join(lines[-3:]) or "nothing"

    def _complete(self) -> None:
        """Make what `initdb` does not: five logins and the database; and be sure whose server this is."""
        where = self.places
        with self.superuser() as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            if row is None or Path(str(row[0])) != where.data:
                raise PostgresRefused(f"The server that answers at {where.host} is not the one of {self.home}.")
            secrets = {login.name: passwords.read(where.secrets, login) for login in LOGINS}
            databases.ensure_logins(connection, secrets)
            databases.close_system_databases(connection)
            if not databases.exists(connection, DATABASE):
                self.create_database(DATABASE)
