"""What a test holds in its hands: the connections of one cloned firm and its cast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from django.db import connections

from meruit.authority.acts import Actor, system
from meruit.postgres import logins
from meruit.settings import environment
from tests.support import cast

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.postgres.cluster import Cluster

LOGINS = {
    "owner": logins.OWNER,
    "app": logins.APP,
    "worker": logins.WORKER,
    "gate": logins.GATE,
    "reader": logins.READER,
}


class Firm:
    """One firm in one database. Django speaks as the login named last to `use`; raw connections come from `sql`."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self._open: list[psycopg.Connection] = []

    def url(self, login: str) -> str:
        """The address of this firm's database for one login."""
        return self.cluster.url(LOGINS[login], self.name)

    def use(self, login: str) -> None:
        """Let Django speak to this firm as `login` (app, worker, gate, owner, reader)."""
        connections["default"].close()
        wanted = environment.database(login, {environment.URL_OF[login]: self.url(login)})
        connections["default"].settings_dict.update(wanted)

    def sql(self, login: str = "app", **options: object) -> psycopg.Connection:
        """A raw connection, as an attacker with that login's SQL would have it; closed at the end of the test."""
        opened = psycopg.connect(self.url(login), **options)  # type: ignore[arg-type]  # options are psycopg's own
        self._open.append(opened)
        return opened

    def close(self) -> None:
        """Close every raw connection."""
        for one in self._open:
            one.close()

    def actor(self, name: str, origin: str = "web") -> Actor:
        """A member of the cast, signed in: `firm.actor("Ada")`."""
        return Actor(person_id=cast.IDS[name], token=cast.token(name), origin=origin)

    def system(self, step: str = "test") -> Actor:
        """The system, in a step of the night; Django then speaks as the worker."""
        self.use("worker")
        return system(step)

    def at(self, moment: datetime) -> None:
        """Move this firm's clock (a demonstration's privilege)."""
        with psycopg.connect(self.url("worker"), autocommit=True) as pg:
            pg.execute("SELECT authority.set_clock(%s)", [moment])

    def __getattr__(self, name: str) -> Actor:
        """`firm.ada` is `firm.actor("Ada")`."""
        if name.capitalize() in cast.IDS:
            return self.actor(name.capitalize())
        raise AttributeError(name)
