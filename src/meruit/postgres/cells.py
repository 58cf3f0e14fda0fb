"""Cells of a COPY in its binary form: a length and the value as the server sends and receives it.

The server takes them in about half the processor time of text, and nothing has to be escaped. What is said a
thousand times is made once by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from struct import Struct

from psycopg.types.numeric import DecimalBinaryDumper

NULL = b"\xff\xff\xff\xff"
TRUE, FALSE = b"\x00\x00\x00\x01\x01", b"\x00\x00\x00\x01\x00"
_EPOCH, _MOMENT = date(2000, 1, 1).toordinal(), datetime(2000, 1, 1, tzinfo=UTC)
_LENGTH, _INTEGER, _BIGINT = Struct(">i").pack, Struct(">ii").pack, Struct(">iq").pack
_NUMERIC = DecimalBinaryDumper(Decimal)


def integer(value: int) -> bytes:
    """A cell of type integer."""
    return _INTEGER(4, value)


def bigints(values: Iterable[int]) -> list[bytes]:
    """Cells of type bigint."""
    return [_BIGINT(8, value) for value in values]


def bigint(value: int | None) -> bytes:
    """A cell of type bigint."""
    return NULL if value is None else _BIGINT(8, value)


def text(value: str | None) -> bytes:
    """A cell of type text."""
    return NULL if value is None else data(value.encode())


def texts(values: Iterable[str]) -> list[bytes]:
    """Cells of type text."""
    return [_LENGTH(len(value)) + value for value in map(str.encode, values)]


def data(value: bytes) -> bytes:
    """A cell of type bytea."""
    return _LENGTH(len(value)) + value


def numeric(value: Decimal | None) -> bytes:
    """A cell of type numeric."""
    return NULL if value is None else data(bytes(_NUMERIC.dump(value) or b""))


def day(value: date) -> bytes:
    """A cell of type date."""
    return _INTEGER(4, value.toordinal() - _EPOCH)


def moment(value: datetime) -> bytes:
    """A cell of type timestamptz."""
    passed = value - _MOMENT
    return _BIGINT(8, (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds)


def boolean(value: bool) -> bytes:
    """A cell of type boolean."""
    return TRUE if value else FALSE
