"""A firm's own PostgreSQL server, named by URLs in the environment, and the roles it must offer.

`MERUIT_OWNER_URL`, `DATABASE_URL`, `MERUIT_GATE_URL`, `MERUIT_WORKER_URL` and `MERUIT_READER_URL` name one login
each. Set one, and the embedded server is out of the game: then every login a command needs must be named.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psycopg

from meruit.postgres import urls
from meruit.postgres.binaries import NEWEST, OLDEST
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import APP, GATE, LOGINS, WORKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from meruit.postgres.logins import Login

#: What `meruit serve` and `meruit doctor` connect as; the owner's URL is for `init` and upgrades only.
SERVED = (APP, GATE, WORKER)
_ALLOWED = "a PostgreSQL URL such as postgresql://{user}:password@db.example.com:5432/meruit"


def named_in(environment: Mapping[str, str] = os.environ, needed: Iterable[Login] = SERVED) -> dict[Login, str] | None:
    """The URLs of `needed` logins, each checked; None where the environment names no server at all."""
    given = {login: environment[login.variable] for login in LOGINS if environment.get(login.variable)}
    if not given:
        return None
    for login in needed:
        if login not in given:
            others = ", ".join(each.variable for each in given)
            raise PostgresRefused(
                f"{login.variable} is not set, though {others} names a server of your own; "
                f"allowed is {_ALLOWED.format(user=login.name)}, or none of these variables at all."
            )
    users: dict[str, Login] = {}
    for login, url in given.items():
        user = _user_of(login, url)
        if (other := users.setdefault(user, login)) is not login:
            raise PostgresRefused(
                f"{login.variable} is {urls.masked(url)}: {other.variable} names the same user; "
                "allowed is a login of its own for each variable."
            )
    return {login: given[login] for login in needed}


def _user_of(login: Login, url: str) -> str:
    try:
        known = urls.parts(url)
    except psycopg.ProgrammingError:
        known = {}
    missing = [word for key, word in (("user", "user"), ("dbname", "database")) if not known.get(key)]
    if missing:
        raise PostgresRefused(
            f"{login.variable} is {urls.masked(url)}, in which no {' and no '.join(missing)} can be read; "
            f"allowed is {_ALLOWED.format(user=login.name)}."
        )
    return known["user"]


def refuse_unfit_server(connection: psycopg.Connection, variable: str) -> None:
    """Stop where the server is older or newer than what the database tests run on."""
    version = connection.info.server_version // 10000
    if not OLDEST <= version <= NEWEST:
        raise PostgresRefused(
            f"{variable} leads to PostgreSQL {version}; Meruit runs on PostgreSQL {OLDEST} to {NEWEST}."
        )


def refuse_unfit_role(connection: psycopg.Connection) -> None:
    """Stop where the connected role could go around the guards; the message names every reason."""
    if reasons := unfit(connection):
        raise PostgresRefused(
            f'The role "{connection.info.user}" is not fit to serve: {"; ".join(reasons)}. '
            "It may own nothing, be a member of nothing and create nothing; docs/operations.md "
            "has the statements that make the five logins."
        )


#: Each row: a question about the connected role that must be answered by false, and what its yes means.
_MUST_NOT = (
    ("rolsuper", "it is a superuser"),
    ("rolbypassrls", "it has BYPASSRLS"),
    ("rolcreaterole", "it has CREATEROLE"),
    ("rolcreatedb", "it has CREATEDB"),
    ("rolreplication", "it has REPLICATION"),
    (
        "pg_catalog.has_database_privilege(rolname, pg_catalog.current_database(), 'TEMP')",
        "it has TEMP on the database",
    ),
    (
        "pg_catalog.has_database_privilege(rolname, pg_catalog.current_database(), 'CREATE')",
        "it has CREATE on the database",
    ),
    (
        "pg_catalog.has_parameter_privilege(rolname, 'session_replication_role', 'SET')",
        "it may set session_replication_role, which switches triggers off",
    ),
)


def unfit(connection: psycopg.Connection) -> list[str]:
    """Every reason why the connected role must not serve; empty when it is fit."""
    with connection.transaction():
        columns = ", ".join(question for question, _ in _MUST_NOT)
        # session_user: what SET ROLE hides must count as well.
        row = connection.execute(
            f"SELECT {columns} FROM pg_catalog.pg_roles WHERE rolname = session_user".encode()
        ).fetchone()
        assert row is not None
        reasons = [meaning for (_, meaning), yes in zip(_MUST_NOT, row, strict=True) if yes]
        schemas = connection.execute(
            "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast|temp_)' "
            "AND pg_catalog.has_schema_privilege(session_user, oid, 'CREATE') ORDER BY 1"
        ).fetchall()
        if schemas:
            reasons.append("it has CREATE on the schema " + ", ".join(name for (name,) in schemas))
        groups = connection.execute(
            "SELECT roleid::pg_catalog.regrole::text FROM pg_catalog.pg_auth_members "
            "WHERE member = session_user::pg_catalog.regrole ORDER BY 1"
        ).fetchall()
        if groups:
            reasons.append("it is a member of " + ", ".join(name for (name,) in groups))
        owned = connection.execute(
            "SELECT pg_catalog.count(*), pg_catalog.min(CASE WHEN dbid IN (0, d.oid) THEN "
            "pg_catalog.pg_describe_object(classid, objid, objsubid) END) "
            "FROM pg_catalog.pg_shdepend, pg_catalog.pg_database d "
            "WHERE d.datname = pg_catalog.current_database() AND deptype = 'o' "
            "AND refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass "
            "AND refobjid = session_user::pg_catalog.regrole"
        ).fetchone()
        if owned is not None and owned[0]:
            reasons.append(f"it owns {owned[0]} object(s), for example {owned[1] or 'in another database'}")
    return reasons
