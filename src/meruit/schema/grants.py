"""What each login may touch: one table of data, `grants.toml`, applied after every migration.

Everything is revoked first, so that what stands there is all that holds. A table that is not named
there is a mistake, and so is a name that is no table.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("grants.toml")
LOGINS = ("app", "worker", "gate", "reader")
WORDS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
ONE = re.compile(r"([SIUD])(?:\(([a-z0-9_, ]+)\))?")
SCHEMAS = ("public", "authority", "audit", "people")


def read() -> dict[str, dict[str, dict[str, str]]]:
    """The two tables: `tables` (table -> login -> rights) and `functions` (function -> logins)."""
    data: dict[str, dict[str, dict[str, str]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if set(data) != {"tables", "functions"}:
        raise ValueError("grants.toml has two tables: [tables] and [functions].")
    for table, rights in data["tables"].items():
        if unknown := set(rights) - set(LOGINS):
            raise ValueError(f"grants.toml, {table}: unknown logins {', '.join(sorted(unknown))}.")
    return data


def privileges(rights: str) -> list[tuple[str, list[str]]]:
    """`"S,U(name, closed_on)"` -> [("SELECT", []), ("UPDATE", ["name", "closed_on"])]."""
    found = [(WORDS[m[1]], [c.strip() for c in (m[2] or "").split(",") if c.strip()]) for m in ONE.finditer(rights)]
    rest = ONE.sub("", rights).replace(",", "").strip()
    if rest or not found:
        raise ValueError(f"grants.toml: {rights!r} is not a list of S, I, U, D with columns in brackets.")
    return found


def tables() -> set[str]:
    """Every table of the schema public that exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


def apply(logins: Mapping[str, str]) -> None:
    """Let exactly `grants.toml` stand. `logins` names the role of each login."""
    data = read()
    roles = sql.SQL(", ").join(sql.Identifier(logins[login]) for login in LOGINS)
    with connection.cursor() as cursor:
        pg = cursor.connection
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
        for (schema,) in cursor.fetchall():
            name = sql.Identifier(schema)
            for what in ("TABLES", "SEQUENCES", "ROUTINES"):
                pg.execute(
                    sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA {} FROM PUBLIC, {}").format(sql.SQL(what), name, roles)
                )
            pg.execute(sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC, {}").format(name, roles))
            pg.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, roles))
            pg.execute(sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {} REVOKE ALL ON ROUTINES FROM PUBLIC").format(name))
        pg.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC")
        existing = tables()
        for table, rights in data["tables"].items():
            if table not in existing:
                raise ValueError(f"grants.toml names {table}, and there is no such table.")
            for login, letters in rights.items():
                for privilege, columns in privileges(letters):
                    of = (
                        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
                        if columns
                        else sql.SQL("")
                    )
                    pg.execute(
                        sql.SQL("GRANT {}{} ON {} TO {}").format(
                            sql.SQL(privilege), of, sql.Identifier("public", table), sql.Identifier(logins[login])
                        )
                    )
        for function, to in data["functions"].items():
            schema, _, routine = function.partition(".")
            for login in to:
                pg.execute(
                    sql.SQL("GRANT EXECUTE ON ROUTINE {} TO {}").format(
                        sql.Identifier(schema, routine), sql.Identifier(logins[login])
                    )
                )
