"""TOML read strictly: tables become records, and a key nobody knows is refused with its line.

A misspelt key would otherwise switch a client's rule off in silence.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from meruit.guidelines.context import TABLES, Context
from meruit.guidelines.entry import Entry
from meruit.guidelines.params import Refused, decimal, nearest

T = TypeVar("T")

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


def parse(text: str, name: str) -> dict[str, Any]:
    """The document as tables; numbers with a point are decimals. `name` stands in the refusal."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{name} is not readable TOML: {error}.") from None


class Places:
    """Where tables and keys stand in the text, since the TOML reader keeps no lines."""

    def __init__(self, text: str) -> None:
        self.lines: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = {}
        table, index = "", 0
        for number, line in enumerate(text.splitlines(), 1):
            header = _HEADER.match(line)
            if header and "=" not in line.split("]")[0]:
                table = header[2]
                index = counts.get(table, 0) if header[1] == "[[" else 0
                counts[table] = index + 1
                self.lines[table, index, ""] = number
                continue
            key = _KEY.match(line)
            if key:
                word = key[1].strip("\"'").split(".")[0]
                self.lines.setdefault((table, index, word), number)

    def line(self, table: str, index: int = 0, key: str = "") -> int | None:
        """The line of a key, else of its table."""
        return self.lines.get((table, index, key)) or self.lines.get((table, index, ""))

    def say(self, name: str, table: str, index: int = 0, key: str = "") -> str:
        line = self.line(table, index, key)
        return f"{name}, line {line}: " if line else f"{name}: "


def refuse_unknown(given: typing.Iterable[str], known: typing.Iterable[str], where: str, what: str) -> None:
    """The first of `given` that `known` does not hold is refused."""
    names = set(known)
    for key in given:
        if key not in names:
            raise Refused(f'{where}Unknown key "{key}" in {what}. {nearest(key, names)}')


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def record(cls: type[T], table: dict[str, Any], where: str, what: str) -> T:
    """A dataclass from a table whose keys are its fields (a trailing underscore left out)."""
    fields = {f.name.rstrip("_"): f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]  # a dataclass
    refuse_unknown(table, fields, where, what)
    hints: dict[str, Any] = _hints(cls)  # type: ignore[arg-type]  # a class is hashable
    values = {
        fields[key].name: convert(raw, hints[fields[key].name], f'{where}"{key}" in {what} is {raw!r}; ')
        for key, raw in table.items()
    }
    for key, field in fields.items():
        no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if no_default and key not in table:
            raise Refused(f'{where}{what} lacks "{key}".')
    return cls(**values)


def convert(raw: Any, hint: Any, wrong: str) -> Any:
    """One TOML value as the type a field asks."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return convert(raw, next(a for a in typing.get_args(hint) if a is not type(None)), wrong)
    if origin is typing.Literal:
        allowed = typing.get_args(hint)
        if raw not in allowed:
            raise Refused(f"{wrong}allowed are: {', '.join(allowed)}.")
        return raw
    if origin is tuple:
        if not isinstance(raw, list):
            raise Refused(f"{wrong}it wants a list.")
        return tuple(convert(item, typing.get_args(hint)[0], wrong) for item in raw)
    if hint is Decimal:
        return decimal(raw, wrong)
    if hint is date:
        return _date(raw, wrong)
    if hint is int and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if hint is str and isinstance(raw, (str, int, Decimal, date)) and not isinstance(raw, bool):
        return str(raw)  # a version or clause written as a number or a day
    if hint is bool and isinstance(raw, bool):
        return raw
    words = {str: "a text", bool: "true or false", int: "a whole number"}
    raise Refused(f"{wrong}it wants {words.get(hint, hint)}.")


def _date(raw: Any, wrong: str) -> date:
    if isinstance(raw, datetime):
        raise Refused(f"{wrong}it wants a date without a time.")
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise Refused(f"{wrong}it wants a date such as 2026-03-31.") from None


def read_context(text: str, name: str = "context") -> Context:
    """The registers of a context file."""
    return context_from(parse(text, name), name, Places(text))


def context_from(document: dict[str, Any], name: str, places: Places | None = None) -> Context:
    """The registers of a parsed context document (a file, or the `context` of an example)."""
    plain = {"as_of": date, "people": tuple[str, ...], "no_approvals": bool}
    values: dict[str, Any] = {}
    for key, raw in document.items():
        where = places.say(name, key) if places else f"{name}: "
        refuse_unknown([key], [*TABLES, *plain], where, "the context")
        if key in plain:
            values[key] = convert(raw, plain[key], f'{where}"{key}" is {raw!r}; ')
            continue
        field, cls = TABLES[key]
        if not isinstance(raw, list):
            raise Refused(f"{where}Write [[{key}]], since there may be several.")
        values[field] = tuple(
            record(cls, numbered(row, cls, key, at), places.say(name, key, at) if places else f"{name}: ", key)
            for at, row in enumerate(raw)
        )
    return Context(**values)


def numbered(row: dict[str, Any], cls: type, table: str, at: int) -> dict[str, Any]:
    """An entry written without an id gets one from its place."""
    return {"id": f"{table}-{at + 1}", **row} if cls is Entry else row
