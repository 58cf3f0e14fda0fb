"""A document as plain JSON and back: what the database keeps, and what PDF and LEDES are made from.

Amounts and days are text. Reading is strict: an unknown or missing key is refused by name, since a bill
that was frozen by another version of this record must not be read as something it was not.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

from meruit.invoices.core.document import Document, DocumentError
from meruit.money import exact


def freeze(document: Document) -> dict[str, Any]:
    """The document as JSON-ready values, in the order of its fields."""
    return typing.cast("dict[str, Any]", _plain(document))


def thaw(record: Mapping[str, Any]) -> Document:
    """The document of a frozen record."""
    return typing.cast("Document", _record(Document, record, "document"))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case StrEnum():
            return value.value
        case _:
            return value


def _record(of: type, record: Any, where: str) -> Any:
    if not isinstance(record, Mapping):
        raise DocumentError(f"The frozen {where} is no record; found {record!r}.")
    known = {f.name: f for f in fields(of)}
    needed = {n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
    for what, names in (("must not have", record.keys() - known.keys()), ("lacks", needed - record.keys())):
        if names:
            raise DocumentError(f'The frozen {where} {what} the key "{min(names)}".')
    hints = _hints(of)
    return of(**{name: _value(hints[name], record[name], f"{where}.{name}") for name in known if name in record})


def _value(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _value(next(k for k in get_args(kind) if k is not type(None)), value, where)
    if origin is tuple:
        return tuple(_value(get_args(kind)[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is not None:  # a mapping of text to text
        return {str(key): str(item) for key, item in value.items()}
    if is_dataclass(kind):
        return _record(typing.cast("type", kind), value, where)
    try:
        if kind is Decimal:
            return exact(value)
        if kind is date:
            return date.fromisoformat(value)
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return kind(value)
    except (ValueError, TypeError) as trouble:
        raise DocumentError(f"The frozen {where} is {value!r}: {trouble}") from trouble
    if type(value) is not kind:
        raise DocumentError(f"The frozen {where} is {value!r}; expected {kind.__name__}.")
    return value


@cache
def _hints(of: type) -> dict[str, Any]:
    return typing.get_type_hints(of)
