"""What the environment may say, each value checked at the start with name, value and what is allowed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: login -> the variable that holds its database address.
URL_OF = {
    "owner": "MERUIT_OWNER_URL",
    "app": "DATABASE_URL",
    "gate": "MERUIT_GATE_URL",
    "worker": "MERUIT_WORKER_URL",
    "reader": "MERUIT_READER_URL",
}


class WrongSetting(SystemExit):
    """A value in the environment that cannot be used; prints its sentence and stops the start with exit code 2."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(2)
        self.sentence = f"{name} is {value!r}; allowed is {allowed}."
        # The interpreter prints the argument of a SystemExit only where it is the exit code as well.
        print(self.sentence, file=sys.stderr)

    def __str__(self) -> str:
        return self.sentence


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of data, socket and keys: `MERUIT_HOME`, else the platform's data folder."""
    if value := environ.get("MERUIT_HOME"):
        return Path(value).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("meruit")


def choice(name: str, allowed: tuple[str, ...], default: str, environ: Mapping[str, str] = os.environ) -> str:
    """One of a few words."""
    value = environ.get(name, default)
    if value not in allowed:
        raise WrongSetting(name, value, "one of " + ", ".join(allowed))
    return value


def whole(name: str, default: int, environ: Mapping[str, str] = os.environ) -> int:
    """A whole number from 1."""
    value = environ.get(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise WrongSetting(name, value, "a whole number from 1")
    return int(value)


def database(login: str, environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """Django's description of the database for one login, from a libpq address.

    Values reach the server as parameters of the protocol (server-side binding), never inside the
    text of a statement: a session token in `pg_stat_activity` would be a token given away.
    """
    name = URL_OF[login]
    url = environ.get(name, "")
    allowed = "a PostgreSQL address, for example postgresql://user:password@host:5432/name"
    if not url:
        raise WrongSetting(name, "", allowed)
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except Exception as error:
        raise WrongSetting(name, _masked(url), allowed) from error
    options: dict[str, object] = {"server_side_binding": True}
    options |= {key: value for key, value in parts.items() if key not in _DJANGO_KEYS}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


_DJANGO_KEYS = frozenset({"dbname", "user", "password", "host", "port"})


def _masked(url: str) -> str:
    head, at, tail = url.rpartition("@")
    if not at:
        return url
    return f"{head.rpartition(':')[0]}:***@{tail}" if ":" in head.split("//", 1)[-1] else url
