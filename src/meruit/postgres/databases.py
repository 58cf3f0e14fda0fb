"""The five roles of a server and the closed databases they share; every statement may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import LOGINS, OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

#: Whoever makes a large object owns it, so only the superuser may make one.
LARGE_OBJECT_MAKERS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_import(text)",
    "lo_import(text, oid)",
)


def ensure_logins(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the five roles as they must be, also where one was changed since.

    A role may change its own password and its own defaults, so both are put back. The password travels as a
    SCRAM verifier: the server never sees it in the clear. INHERIT, for up to PostgreSQL 15 the owner has its
    rights on the schema public by inheriting from pg_database_owner.
    """
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_catalog.pg_roles")}
    with connection.transaction():
        for login in LOGINS:
            role = sql.Identifier(login.name)
            verifier = connection.pgconn.encrypt_password(
                passwords[login.name].encode(), login.name.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL(
                    "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
                    "INHERIT CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD {verifier}"
                ).format(
                    verb=sql.SQL("ALTER" if login.name in known else "CREATE"),
                    role=role,
                    verifier=sql.Literal(verifier),
                )
            )
            connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(role))
            for name, value in login.settings:
                connection.execute(
                    sql.SQL("ALTER ROLE {} SET {} TO {}").format(role, sql.Identifier(name), sql.Literal(value))
                )


def close_system_databases(connection: psycopg.Connection) -> None:
    """Nobody but the superuser has any business in the databases that initdb made."""
    for name in ("postgres", "template1"):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def exists(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def create(connection: psycopg.Connection, name: str, template: str = "template1", strategy: str = "wal_log") -> None:
    """A database owned by the owner, empty or a copy of `template`. Its privileges come with `close`."""
    if exists(connection, name):
        raise PostgresRefused(f'The database "{name}" is already there; choose another name or drop it first.')
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name), sql.Identifier(OWNER.name), sql.Identifier(template), sql.Identifier(strategy)
        )
    )


def close(connection: psycopg.Connection, name: str) -> None:
    """Let the five logins connect to database `name` and nobody do more; not copied with a template."""
    database = sql.Identifier(name)
    logins = sql.SQL(", ").join(sql.Identifier(login.name) for login in LOGINS)
    with connection.transaction():
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))


def close_inside(connection: psycopg.Connection) -> None:
    """What must be taken from PUBLIC inside the connected database; a copy of it has it as well."""
    with connection.transaction():
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for function in LARGE_OBJECT_MAKERS:
            connection.execute(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC".encode())


def drop(connection: psycopg.Connection, name: str) -> None:
    """Remove a database and whoever is connected to it; nothing happens where it is not there."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def make_template(connection: psycopg.Connection, name: str) -> None:
    """Close a finished database to connections, so that copying it never has to wait."""
    connection.execute(
        sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(sql.Identifier(name))
    )
