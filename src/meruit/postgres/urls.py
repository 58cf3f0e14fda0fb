"""Connection URLs as libpq reads them: written, masked, taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, quote_from_bytes

from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from meruit.postgres.places import Places


def written(places: Places, user: str, password: str, database: str) -> str:
    """A URL for the running server of these places; a socket's folder travels as the parameter `host`."""
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    name = quote(database, safe="")
    if places.sockets is None:
        return f"postgresql://{login}@{places.host}:{places.port}/{name}"
    host = quote_from_bytes(str(places.sockets).encode("utf-8", "surrogateescape"), safe="")
    return f"postgresql://{login}@/{name}?host={host}&port={places.port}"


def parts(url: str) -> dict[str, str]:
    """What a URL says, by libpq's own reading and names: host, port, user, password, dbname, and so on."""
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}


def masked(url: str) -> str:
    """A URL fit for a message: without its password, and without anything when it cannot be read."""
    try:
        known = parts(url)
    except Exception:  # psycopg.ProgrammingError; whatever it is, what cannot be read cannot be masked
        return "(hidden, for it cannot be read and may hold a password)"
    secret = {name for name in known if "password" in name}
    return " ".join(f"{name}={'***' if name in secret else value}" for name, value in sorted(known.items()))


def libpq_environment(url: str) -> dict[str, str]:
    """The URL as variables for PostgreSQL's programs: an argument would show the password to every user."""
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "connect_timeout": "PGCONNECT_TIMEOUT"}
    known = parts(url)
    return {variable: known[name] for name, variable in names.items() if name in known}
