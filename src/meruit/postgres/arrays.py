"""Values as the text of a PostgreSQL array: a list of Python objects takes the driver ten times as long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def array(values: Iterable[str | int | bytes | None]) -> str:
    """For a parameter that the statement casts, `%s::bigint[]` for example."""
    return "{" + ",".join(map(_element, values)) + "}"


def texts(values: Sequence[str]) -> str:
    """The same of many texts: nothing is escaped where nothing has to be."""
    together = "".join(values)
    if not values or '"' in together or "\\" in together:
        return array(values)
    return '{"' + '","'.join(values) + '"}'


def _element(value: str | int | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
