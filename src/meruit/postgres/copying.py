"""COPY in its text form over Django's own connection, so within the transaction that is sealed to whoever acts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Lines that go over the wire together: the server reads them while the next are written.
_TOGETHER = 1000


def plain(value: str) -> bool:
    """Whether nothing in a text has to be escaped, which holds of most and is told at once."""
    return value.isprintable() and "\\" not in value


def copied(value: str) -> str:
    """A text as a cell of COPY."""
    if plain(value):
        return value
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy(statement: str, lines: Iterable[str]) -> None:
    """Carry out `COPY ... FROM STDIN`; each line ends in a line feed, NULL is `\\N`."""
    connection.ensure_connection()
    assert connection.connection is not None  # just made sure
    lines = iter(lines)
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(statement) as out:
        while together := "".join(islice(lines, _TOGETHER)):
            out.write(together)
