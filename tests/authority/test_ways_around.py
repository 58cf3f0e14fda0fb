"""Every way of the table is tried over the login it names, refused by the database, and has changed nothing."""

from __future__ import annotations

import os
from string import Template
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections

from meruit.postgres import testing
from tests.authority.ways import MAY, WAYS, Way
from tests.support.authority import scene
from tests.support.firm import Firm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres.cluster import Cluster


class Stage:
    """One firm for all attempts: they leave nothing behind, which is what is tested."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.known = scene(firm)
        connections["default"].close()
        self._owner = firm.sql("owner", autocommit=True)
        tables = self._owner.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'audit')"
        )
        one = "SELECT '{0}' AS at, count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {0} t"
        self._state = " UNION ALL ".join(one.format(name) for (name,) in tables.fetchall())

    def state(self) -> list[tuple[object, ...]]:
        """A digest of every row there is."""
        return self._owner.execute(f"SELECT * FROM ({self._state}) s ORDER BY 1".encode()).fetchall()


@pytest.fixture(scope="module")
def stage(cluster: Cluster) -> Iterator[Stage]:
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_ways"
    with testing.clone(cluster, name, "template_firm"):
        firm = Firm(cluster, name)
        firm.use("app")
        try:
            yield Stage(firm)
        finally:
            connections["default"].close()
            firm.close()


def attempt(pg: psycopg.Connection, statement: str) -> None:
    """Send one statement, with an empty file where it reads one."""
    if "FROM STDIN" in statement or "TO STDOUT" in statement:
        with pg.cursor().copy(statement.encode()) as copy:
            copy.write(b"") if "FROM" in statement else copy.read()
    else:
        pg.execute(statement.encode())


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_a_way_around_is_refused_and_changes_nothing(stage: Stage, way: Way) -> None:
    before = stage.state()
    with psycopg.connect(stage.firm.url(way.login), autocommit=way.autocommit) as pg:
        *first, last = (Template(text).substitute(stage.known) for text in way.tries)
        for statement in first:
            pg.execute(statement.encode())
        with pytest.raises(psycopg.Error) as refused:
            attempt(pg, last)
        assert refused.value.sqlstate == way.refused, str(refused.value)
        assert way.says in str(refused.value)
    assert stage.state() == before


def test_what_may_be_done_is_done(stage: Stage) -> None:
    for name, login, statements in MAY:
        with psycopg.connect(stage.firm.url(login)) as pg:
            for statement in statements:
                assert pg.execute(Template(statement).substitute(stage.known).encode()).rowcount == 1, name
            pg.execute("SET CONSTRAINTS ALL IMMEDIATE")
            pg.rollback()


def test_the_ways_are_many_and_each_is_named_once() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) >= 40
    assert {way.login for way in WAYS} >= {"app", "worker", "gate", "reader"}
