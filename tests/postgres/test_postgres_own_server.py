"""A firm's own server: each URL is checked by name and value, each role by what it could do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from meruit.postgres import APP, GATE, LOGINS, OWNER, READER, WORKER, PostgresRefused, own_server, urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres import Cluster, Login

GOOD = {
    "DATABASE_URL": "postgresql://a_app:hush@db.example.com:5432/firm",
    "MERUIT_GATE_URL": "postgresql://a_gate:hush@db.example.com/firm",
    "MERUIT_WORKER_URL": "host=/run/postgresql user=a_worker password=hush dbname=firm",
}


def test_no_variable_at_all_means_the_embedded_server() -> None:
    assert own_server.named_in({"PATH": "/bin", "DATABASE_URL": ""}) is None


def test_each_login_is_named_by_its_variable() -> None:
    assert own_server.named_in(GOOD) == {
        APP: GOOD["DATABASE_URL"],
        GATE: GOOD["MERUIT_GATE_URL"],
        WORKER: GOOD["MERUIT_WORKER_URL"],
    }
    assert own_server.named_in(GOOD, needed=[WORKER]) == {WORKER: GOOD["MERUIT_WORKER_URL"]}


@pytest.mark.parametrize(
    "story, change, expected",
    [
        ("one is missing", {"MERUIT_GATE_URL": ""}, "MERUIT_GATE_URL is not set, though DATABASE_URL, "),
        ("not a URL", {"DATABASE_URL": "mysql://a:hush@h/d"}, "DATABASE_URL is (hidden, for it cannot be read"),
        ("a misspelt key", {"DATABASE_URL": "postgresql://a:hush@h/d?hots=x"}, "DATABASE_URL is (hidden"),
        ("no database", {"DATABASE_URL": "postgresql://a:hush@h"}, "password=*** user=a, in which no database can"),
        ("no user", {"DATABASE_URL": "postgresql://h/d"}, "in which no user can be read"),
        ("empty words", {"DATABASE_URL": "postgresql:///"}, "in which no user and no database can be read"),
        ("the same user twice", {"MERUIT_GATE_URL": "postgresql://a_app:hush@h/d"}, "MERUIT_GATE_URL names the same"),
    ],
)  # fmt: skip
def test_a_wrong_value_stops_with_name_masked_value_and_what_is_allowed(
    story: str, change: dict[str, str], expected: str
) -> None:
    with pytest.raises(PostgresRefused) as refused:
        own_server.named_in(GOOD | change)
    assert expected in str(refused.value)
    assert "allowed is a" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_password_in_any_parameter_is_masked() -> None:
    shown = urls.masked("postgresql://u:hush@h/d?sslpassword=hush")
    assert "hush" not in shown
    assert shown == "dbname=d host=h password=*** sslpassword=*** user=u"


def test_the_programs_get_a_url_as_variables_and_never_as_an_argument() -> None:
    assert urls.libpq_environment("postgresql://u:p%40ss@/d?host=%2Frun%2Fx&sslmode=disable") == {
        "PGHOST": "/run/x",
        "PGUSER": "u",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "d",
        "PGSSLMODE": "disable",
    }


@pytest.mark.parametrize("login", [GATE, APP, WORKER, READER], ids=lambda login: login.name)
def test_the_embedded_logins_are_fit_to_serve(cluster: Cluster, login: Login) -> None:
    with psycopg.connect(cluster.url(login)) as connection:
        own_server.refuse_unfit_role(connection)
        own_server.refuse_unfit_server(connection, login.variable)


@pytest.fixture
def stranger(cluster: Cluster) -> Iterator[str]:
    """A fit role that a test makes unfit in one way."""
    with cluster.superuser("meruit") as connection:
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        connection.execute("GRANT CONNECT ON DATABASE meruit TO stranger")
        try:
            yield urls.written(cluster.places, "stranger", "x", "meruit")
        finally:
            for statement in (
                "DROP DATABASE IF EXISTS of_stranger",
                "DROP OWNED BY stranger",
                "DROP ROLE stranger",
            ):
                connection.execute(sql.SQL(statement))


@pytest.mark.parametrize(
    "make_unfit, reason",
    [
        ("ALTER ROLE stranger SUPERUSER", "it is a superuser"),
        ("ALTER ROLE stranger BYPASSRLS", "it has BYPASSRLS"),
        ("ALTER ROLE stranger CREATEROLE", "it has CREATEROLE"),
        ("ALTER ROLE stranger CREATEDB", "it has CREATEDB"),
        ("ALTER ROLE stranger REPLICATION", "it has REPLICATION"),
        ("GRANT TEMP ON DATABASE meruit TO stranger", "it has TEMP"),
        ("GRANT CREATE ON DATABASE meruit TO stranger", "it has CREATE on the database"),
        ("GRANT CREATE ON SCHEMA public TO stranger", "it has CREATE on the schema public"),
        ("GRANT pg_read_all_data TO stranger", "it is a member of pg_read_all_data"),
        ("GRANT meruit_owner TO stranger", "it is a member of meruit_owner"),
        ("GRANT SET ON PARAMETER session_replication_role TO stranger", "session_replication_role"),
        ("CREATE SCHEMA s AUTHORIZATION stranger", "it owns 1 object(s), for example schema s"),
        ("CREATE DATABASE of_stranger OWNER stranger", "it owns 1 object(s), for example database of_stranger"),
    ],
)
def test_a_role_that_could_go_around_the_guards_is_refused_with_the_reason(
    cluster: Cluster, stranger: str, make_unfit: str, reason: str
) -> None:
    with psycopg.connect(stranger) as connection:
        assert own_server.unfit(connection) == []
    with cluster.superuser("meruit") as connection:
        connection.execute(make_unfit.encode())
    with psycopg.connect(stranger) as connection, pytest.raises(PostgresRefused) as refused:
        own_server.refuse_unfit_role(connection)
    assert 'The role "stranger" is not fit to serve' in str(refused.value)
    assert reason in str(refused.value)


def test_set_role_does_not_hide_a_superuser(cluster: Cluster) -> None:
    with cluster.superuser("meruit") as connection:
        connection.execute("SET ROLE meruit_app")
        assert "it is a superuser" in own_server.unfit(connection)


def test_the_owner_is_not_fit_to_serve(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection, pytest.raises(PostgresRefused, match="it owns"):
        own_server.refuse_unfit_role(connection)


def test_all_reasons_are_told_at_once(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        assert len(own_server.unfit(connection)) >= 3


def test_every_login_has_a_variable_of_its_own() -> None:
    assert len({login.variable for login in LOGINS}) == len(LOGINS) == 5
