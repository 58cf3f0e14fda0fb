"""COPY in its binary form over Django's own connection, so within the transaction that is sealed to whoever acts."""

from __future__ import annotations

from itertools import islice
from struct import pack
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Rows that go over the wire together: the server reads them while the next are put together.
_TOGETHER = 1000
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"


def copy_rows(statement: str, columns: int, alike: bytes, rows: Iterable[bytes]) -> None:
    """Carry out `COPY ... FROM STDIN (FORMAT BINARY)` of rows of so many columns, made of `cells`.

    `alike` are the cells with which every row begins; each of `rows` is the cells behind them.
    """
    connection.ensure_connection()
    assert connection.connection is not None  # just made sure
    before = pack(">h", columns) + alike
    rows = iter(rows)
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(statement) as out:
        out.write(_HEAD)
        while together := list(islice(rows, _TOGETHER)):
            out.write(before + before.join(together))
        out.write(_TAIL)
