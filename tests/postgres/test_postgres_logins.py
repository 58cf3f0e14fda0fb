"""The five logins own nothing and may make nothing, in the first database and in every copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors

from meruit.postgres import APP, GATE, LOGINS, OWNER, READER, WORKER, testing
from meruit.postgres.logins import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres import Cluster, Login

SERVED = (GATE, APP, WORKER, READER)


@pytest.fixture(scope="module")
def copy(cluster: Cluster) -> Iterator[str]:
    def build(name: str) -> None:
        with psycopg.connect(cluster.url(OWNER, name)) as connection:
            connection.execute("CREATE TABLE bill (number integer)")

    testing.template(cluster, "logins_template", build)
    with testing.clone(cluster, "logins_copy", of="logins_template") as name:
        yield name


@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.name)
def test_each_login_connects_as_itself_with_its_own_password(cluster: Cluster, login: Login) -> None:
    with psycopg.connect(cluster.url(login)) as connection:
        row = connection.execute(
            "SELECT session_user, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls "
            "FROM pg_roles WHERE rolname = session_user"
        ).fetchone()
    assert row == (login.name, False)
    assert len({cluster.url(each).split("@")[0] for each in LOGINS}) == len(LOGINS)


@pytest.mark.parametrize(
    "attempt",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT lo_create(0)",
        "SET ROLE meruit_owner",
        "SET SESSION AUTHORIZATION postgres",
        "SET session_replication_role = replica",
        "GRANT meruit_owner TO CURRENT_USER",
        "SELECT pg_read_file('pg_hba.conf')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER SYSTEM SET fsync = off",
        "SELECT rolpassword FROM pg_authid",
        "TABLE bill",
    ],
)
@pytest.mark.parametrize("login", SERVED, ids=lambda login: login.name)
def test_a_served_login_may_make_and_reach_nothing_by_itself(
    cluster: Cluster, copy: str, login: Login, attempt: str
) -> None:
    with psycopg.connect(cluster.url(login, copy), autocommit=True) as connection:
        refusals = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
        with pytest.raises(refusals):
            connection.execute(attempt.encode())
        if login is READER:  # its read-only default is a courtesy, not the wall
            connection.execute("SET default_transaction_read_only = off")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(attempt.encode())


def test_no_login_is_a_member_of_another(cluster: Cluster) -> None:
    with cluster.superuser() as connection:
        names = [login.name for login in LOGINS]
        found = connection.execute(
            "SELECT 1 FROM pg_auth_members "
            "WHERE member::regrole::text = ANY(%(names)s) OR roleid::regrole::text = ANY(%(names)s)",
            {"names": names},
        ).fetchall()
    assert found == []


@pytest.mark.parametrize("database", ["postgres", "template1"])
@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.name)
def test_no_login_enters_the_databases_of_the_system(cluster: Cluster, login: Login, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(cluster.url(login, database))


@pytest.mark.parametrize("login", (*LOGINS, SUPERUSER), ids=lambda login: login.name)
@pytest.mark.parametrize("guess", ["", "wrong"])
def test_a_password_is_always_asked(cluster: Cluster, login: Login, guess: str) -> None:
    where = cluster.places
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=where.host, port=where.port, user=login.name, password=guess, dbname="meruit")


def test_the_server_keeps_passwords_as_scram_verifiers_only(cluster: Cluster) -> None:
    with cluster.superuser() as connection:
        kept = connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin").fetchall()
    assert {name for name, _ in kept} == {login.name for login in (*LOGINS, SUPERUSER)}
    assert all(password.startswith("SCRAM-SHA-256$") for _, password in kept)
