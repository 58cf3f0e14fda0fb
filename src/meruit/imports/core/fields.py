"""The fields of each kind of record (`data/fields.toml`), and which column of a file is which of them."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from meruit.imports.core.values import styles_of

FILE = Path(__file__).resolve().parent.parent / "data" / "fields.toml"
TYPES = ("text", "date", "number", "hours", "money", "yes", "code")
#: How alike a header and a name must be to be suggested without being the same.
_ALIKE = 0.86


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record."""

    name: str
    type: str
    required: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record that files bring."""

    name: str
    title: str
    key: tuple[str, ...]
    fields: Mapping[str, Field]

    @property
    def required(self) -> tuple[str, ...]:
        """The fields no row can do without."""
        return tuple(f.name for f in self.fields.values() if f.required)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which header is which field, why, and what a person still has to say."""

    columns: Mapping[str, str]  # field -> header
    why: Mapping[str, str]
    missing: tuple[str, ...]  # required fields without a column
    unused: tuple[str, ...]  # headers that are nothing we know
    styles: tuple[str, ...]  # date styles in which every sampled date reads


@cache
def records() -> Mapping[str, Record]:
    """Every kind of record by name; the table refuses keys it does not know."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {}
    for name, record in data.items():
        if unknown := set(record) - {"title", "key", "fields"}:
            raise ValueError(f"fields.toml, {name}: unknown keys {', '.join(sorted(unknown))}.")
        found[name] = Record(
            name, record["title"], tuple(record["key"]), {n: _field(name, n, f) for n, f in record["fields"].items()}
        )
    return found


def _field(record: str, name: str, data: Mapping[str, object]) -> Field:
    if (unknown := set(data) - {"type", "required", "names"}) or data["type"] not in TYPES:
        raise ValueError(f"fields.toml, {record}.{name}: unknown {', '.join(sorted(unknown)) or data['type']}.")
    names = data["names"]
    assert isinstance(names, list)
    return Field(name, str(data["type"]), bool(data.get("required", False)), tuple(names))


def digest(headers: Sequence[str]) -> bytes:
    """By which a mapping is remembered: the headers in their order, whatever their case."""
    return hashlib.sha256("\x1f".join(h.lower() for h in headers).encode()).digest()


def suggest(record: Record, headers: Sequence[str], sample: Sequence[Mapping[str, str]]) -> Suggestion:
    """Suggest a column for every field: by its names first, by likeness then; one column serves one field."""
    plain = {header: _plain(header) for header in headers}
    columns: dict[str, str] = {}
    why: dict[str, str] = {}
    free = list(headers)
    for alike in (False, True):
        for field in record.fields.values():
            if field.name in columns:
                continue
            found = _match(field, [h for h in free if plain[h]], plain, alike=alike)
            if found:
                columns[field.name], why[field.name] = found
                free.remove(found[0])
    dates = [
        row.get(columns[f.name], "")
        for f in record.fields.values()
        if f.type == "date" and f.name in columns
        for row in sample
    ]
    missing = tuple(name for name in record.required if name not in columns)
    return Suggestion(columns, why, missing, tuple(free), tuple(styles_of(dates)))


def _match(field: Field, free: list[str], plain: Mapping[str, str], *, alike: bool) -> tuple[str, str] | None:
    names = [_plain(name) for name in (field.name.replace("_", " "), *field.names)]
    for name in names:
        for header in free:
            if not alike and plain[header] == name:
                return header, "by its name"
    if alike:
        scored = [(difflib.SequenceMatcher(None, plain[h], name).ratio(), h) for h in free for name in names]
        if scored and (best := max(scored))[0] >= _ALIKE:
            return best[1], "by likeness; look at it"
    return None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9%]+", " ", text.lower()).strip()
