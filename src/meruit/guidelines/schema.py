"""JSON Schema of a guideline set, so that an editor completes and checks it while it is written."""

from __future__ import annotations

import dataclasses
import types as pytypes
import typing
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.guidelines.context import TABLES
from meruit.guidelines.entry import Entry
from meruit.guidelines.registry import types
from meruit.guidelines.sets import BASES, OVERRIDES, Header, Scope, Unjudgeable

if TYPE_CHECKING:
    from meruit.guidelines.params import Param

NUMBER: dict[str, Any] = {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"}
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12); the parameters of a rule depend on its type."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Guideline set",
        "type": "object",
        "required": ["set"],
        "additionalProperties": False,
        "properties": {
            "set": _record(Header),
            "lists": {"type": "object", "additionalProperties": TEXTS},
            "rule": {"type": "array", "items": _rule()},
            "unjudgeable": {"type": "array", "items": _record(Unjudgeable)},
        },
        "$defs": {"entry": _record(Entry, optional=True), "context": _context(), "example": _example()},
    }


def _rule() -> dict[str, Any]:
    text = {"type": "string"}
    examples = {"type": "array", "items": {"$ref": "#/$defs/example"}}
    return {
        "type": "object",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": {
                "enum": list(types()),
                "description": "The kind of rule; `meruit guidelines show RP-1` tells what each does.",
            },
            "params": {"type": "object"},
            "severity": {"enum": ["refuse", "ask", "warn"]},
            "scope": _record(Scope),
            "clause": text,
            "page": {"type": ["string", "integer"]},
            "says": {**text, "description": "What the client wants, in your own words."},
            "basis": {"enum": list(BASES)},
            "override": {
                "enum": list(OVERRIDES),
                "description": "What lets a finding stand: a reason, or the decision of a billing partner.",
            },
            "fires": examples,
            "silent": examples,
        },
        "allOf": [
            {
                "if": {"properties": {"type": {"const": slug}}},
                "then": {"properties": {"params": _params(kind.params)}},
            }
            for slug, kind in types().items()
        ],
    }


def _params(table: tuple[Param, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {param.name: {**_shape(param), "description": param.doc} for param in table},
    }


def _shape(param: Param) -> dict[str, Any]:
    match param.shape:
        case "number":
            return NUMBER
        case "flag":
            return {"type": "boolean"}
        case "choice":
            return {"enum": list(param.allowed)}
        case "choices":
            allowed = {"anyOf": [{"enum": list(param.allowed)}, {"type": "string", "pattern": "^@"}]}
            return {"type": "array", "items": allowed}
        case "texts":
            return TEXTS
        case "numbers":
            return {"type": "object", "additionalProperties": NUMBER}
        case "table":
            return {"type": "object", "additionalProperties": {"type": "string"}}
        case "text":
            return {"type": "string"}


def _example() -> dict[str, Any]:
    entry = _record(Entry, optional=True)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **entry["properties"],
            "entries": {"type": "array", "items": {"$ref": "#/$defs/entry"}},
            "context": {"$ref": "#/$defs/context"},
            "params": {"type": "object"},
        },
    }


def _context() -> dict[str, Any]:
    tables = {
        name: {"type": "array", "items": _record(cls, optional=cls is Entry)} for name, (_, cls) in TABLES.items()
    }
    plain = {"as_of": _type(date), "people": TEXTS, "no_approvals": {"type": "boolean"}}
    return {"type": "object", "additionalProperties": False, "properties": {**plain, **tables}}


def _record(cls: type, *, optional: bool = False) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    required = [
        f.name.rstrip("_")
        for f in fields
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    return {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required and not optional else {}),
        "properties": {f.name.rstrip("_"): _type(hints[f.name]) for f in fields},
    }


def _type(hint: Any) -> dict[str, Any]:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, pytypes.UnionType):
        return _type(next(a for a in typing.get_args(hint) if a is not type(None)))
    if origin is typing.Literal:
        return {"enum": list(typing.get_args(hint))}
    if origin is tuple:
        return {"type": "array", "items": _type(typing.get_args(hint)[0])}
    # TOML has dates of its own, which editors hand on as text.
    known: dict[Any, dict[str, Any]] = {
        Decimal: NUMBER,
        date: {"type": "string", "format": "date"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        str: {"type": ["string", "integer"]},
    }
    return known[hint]
