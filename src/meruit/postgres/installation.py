"""One installation as the commands see it, be its server the embedded one or the firm's own.

`init`, `serve`, `doctor`, `backup` and `restore` are these methods and some printing. Which programs serve, how
the schema is installed and what makes a restored database whole is handed in: this package knows no Django.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from meruit.postgres import backup, confinement, doctor, own_server, urls
from meruit.postgres.cluster import Cluster
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import LOGINS, OWNER
from meruit.postgres.places import resolved
from meruit.postgres.supervisor import Child, Supervisor, environment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from meruit.postgres.logins import Login


@dataclass(frozen=True, slots=True)
class Served:
    """A program of `meruit serve`: what it is called, whom it connects as, what else it finds and may not open."""

    name: str
    login: Login
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[Path, ...] = ()


class Installation:
    """The installation at `home`, with the firm's own server where the environment names one."""

    def __init__(
        self,
        home: Path,
        *,
        environment: Mapping[str, str] = os.environ,
        report: Callable[[str], None] = lambda line: None,
        throwaway: bool = False,
    ) -> None:
        self.home = resolved(home)
        self.cluster = Cluster(self.home, report=report, throwaway=throwaway)
        self._environment = environment

    @property
    def is_embedded(self) -> bool:
        return own_server.named_in(self._environment, needed=()) is None

    @property
    def roles(self) -> dict[Login, str]:
        """What each login's role is called: our names, or those in the URLs of the firm's own server."""
        named = {login: self._environment.get(login.variable) for login in LOGINS}
        return {login: urls.parts(url)["user"] if url else login.name for login, url in named.items()}

    @contextlib.contextmanager
    def reachable(self, *needed: Login) -> Iterator[dict[Login, str]]:
        """The URLs of the logins a command needs, with a server that answers behind them meanwhile."""
        named = own_server.named_in(self._environment, needed)
        if named is not None:
            yield named
            return
        if not self.cluster.exists():
            raise PostgresRefused(f"There is no installation at {self.home}; make one with `meruit init`.")
        with self.cluster.running():
            yield {login: self.cluster.url(login) for login in needed}

    def init(self, install: Sequence[str], variables: Mapping[str, str]) -> None:
        """Make what is missing and run the program `install` as the owner; repeated, it brings up to date."""
        if self.is_embedded:
            self.cluster.create()
        with self.reachable(OWNER) as reached:
            done = subprocess.run(
                install, env=environment_of(OWNER, reached[OWNER], self._environment, **variables), check=False
            )
        if done.returncode != 0:
            raise PostgresRefused(f"The schema was not installed: {install[-1]} ended with status {done.returncode}.")

    def serve(self, plan: Sequence[Served], say: Callable[[str], None], *, beside: bool = False) -> int:
        """Run everything of `plan` until told to stop, as the owner of an embedded server. Main thread only.

        `beside` an installation that serves already, a further worker say, its server is used and left alone.
        """
        logins = list(dict.fromkeys(each.login for each in plan))
        if beside or not self.is_embedded:
            with self.reachable(*logins) as reached:
                return self._supervisor(plan, reached, say).run()
        if not self.cluster.exists():
            raise PostgresRefused(f"There is no installation at {self.home}; make one with `meruit init`.")
        self.cluster.start()
        try:
            reached = {login: self.cluster.url(login) for login in logins}
            supervisor = self._supervisor(plan, reached, say, self.cluster)
        except BaseException:
            self.cluster.stop()
            raise
        return supervisor.run()

    def examine(self) -> Iterator[doctor.Point]:
        """What `meruit doctor` looks at; a wrong value in the environment is refused, not listed."""
        named = own_server.named_in(self._environment, own_server.SERVED)
        if named is not None:
            return doctor.examine_own(named, self._environment)
        return doctor.examine_embedded(self.cluster)

    def back_up(self, target: Path, *, now: datetime, version: str) -> backup.Manifest:
        """Write a backup to the new folder `target`, also while the installation serves."""
        with self.reachable(OWNER) as reached:
            return backup.back_up(reached[OWNER], target, now=now, version=version)

    def restore(self, folder: Path, checks: Mapping[str, backup.Check], *, now: datetime) -> str | None:
        """Put a checked backup in the place of the database; says what the one before, if any, is now called.

        Not while the installation serves: what is entered meanwhile would be lost unseen. A server of the
        firm's own is not ours to rename databases on: there the owner's URL must lead to an empty one, and
        `init` must follow, for only it knows what that server's roles are called.
        """
        named = own_server.named_in(self._environment, [OWNER])
        if named is not None:
            backup.checked(folder)
            backup.refuse_filled(named[OWNER])
            backup.load(named[OWNER], folder, with_grants=False)
            backup.verify(named[OWNER], checks)
            return None
        self.cluster.start()
        try:
            name = f"restored_{now:%Y%m%d_%H%M%S}"
            backup.restore(self.cluster, folder, name, checks)
            return backup.put_in_place(self.cluster, name, now)
        finally:
            self.cluster.stop()

    def _supervisor(
        self,
        plan: Sequence[Served],
        reached: Mapping[Login, str],
        say: Callable[[str], None],
        cluster: Cluster | None = None,
    ) -> Supervisor:
        self._refuse_unfit(reached)
        return Supervisor([self._child(each, reached[each.login]) for each in plan], cluster=cluster, say=say)

    def _child(self, each: Served, url: str) -> Child:
        # Over a server of the firm's own there may be nothing in it; what is confined cannot look into
        # the environment of this process either, in which the owner's URL may stand.
        hidden = (*each.hidden, self.home / "secrets")
        variables = dict(each.variables)
        if self.is_embedded:
            hidden += (self.cluster.places.data,)
        if confinement.is_possible():
            # The usual one may lie right beside a hidden folder, where nothing new can be opened.
            temporary = self.home / "tmp"
            temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
            variables["TMPDIR"] = str(temporary)
        environment = environment_of(each.login, url, self._environment, **variables)
        return Child(each.name, each.command, environment, hidden)

    @staticmethod
    def _refuse_unfit(given: Mapping[Login, str]) -> None:
        for login, url in given.items():
            try:
                with psycopg.connect(url, connect_timeout=10) as connection:
                    own_server.refuse_unfit_server(connection, login.variable)
                    own_server.refuse_unfit_role(connection)
            except psycopg.OperationalError as error:
                raise PostgresRefused(f"{login.variable} leads nowhere: {str(error).strip()}") from None


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of this very installation."""
    return (sys.executable, "-m", name, *arguments)
