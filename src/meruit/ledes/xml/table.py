"""The XML formats as tables: which segment stands where, which fields it has, and how sure that is.

One table serves the reader, the writer, the checks, the schema, the documentation page and the tests.
It is loaded from `data/*.toml`, refuses a key it does not know, and keeps the doubt beside the fact: a
row whose need nobody states is `inferred`, a row that rests on one unlicensed generator `single-source`.
A portal dialect can switch such rows (`Table.without`).
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

FieldType = Literal[
    "text",
    "code",
    "date",
    "money",
    "number",
    "fraction",
    "integer",
    "flag",
    "currency",
    "country",
    "tier",
    "struct",
]
Need = Literal["R", "C", "O"]
Mark = Literal["inferred", "unconfirmed", "single-source", "unseen"]

#: name of a format as users write it -> (data file, version)
FORMATS: dict[str, tuple[str, str]] = {
    "LEDES2000": ("ledes2000.toml", "2000"),
    "LEDESXML2.0": ("xml2.toml", "2.0"),
    "LEDESXML2.1": ("xml2.toml", "2.1"),
    "LEDESXML2.2": ("xml2.toml", "2.2"),
}

#: Free values under tags agreed by sender and receiver; no table can list them.
EXTEND = "extend_header"


class TableError(ValueError):
    """A format table says something that its loader does not understand."""


@dataclass(frozen=True, slots=True)
class Field:
    """One element of a segment, with the rule it follows and where that is known from."""

    name: str
    type: FieldType
    need: Need
    says: str
    source: str
    length: int | None = None
    marks: frozenset[Mark] = frozenset()
    values: tuple[str, ...] = ()
    struct: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of fields that occurs under `parent` from `least` to `most` times (None: any number)."""

    name: str
    parent: str | None
    fields: tuple[Field, ...]
    structure: bool = False
    least: int = 0
    most: int | None = None
    marks: frozenset[Mark] = frozenset()
    also: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    by_tag: dict[str, Field] = field(default_factory=dict, compare=False, repr=False)

    def get(self, name: str) -> Field | None:
        """The field that is written under this tag, or None."""
        return self.by_tag.get(name)


@dataclass(frozen=True, slots=True)
class Table:
    """One format: its segments by name, and which follow each other under which parent."""

    format: str
    version: str
    root: str
    segments: dict[str, Segment]
    children: dict[str, tuple[Segment, ...]]
    #: parent -> tag -> segment, other spellings of the tag included
    child_by_tag: dict[str, dict[str, Segment]]

    def without(self, *marks: Mark) -> Table:
        """The same table without the rows that carry one of `marks`; what is required stays.

        A portal dialect that does not rely on a single source, say, calls this with "single-source".
        """
        refused = frozenset(marks)
        kept = [
            replace(s, fields=tuple(f for f in s.fields if f.need == "R" or not f.marks & refused))
            for s in self.segments.values()
        ]
        return _assemble(self.format, self.version, self.root, kept)


def table(format_name: str) -> Table:
    """The table of a format; an unknown name is refused together with the nearest known one."""
    if format_name not in FORMATS:
        near = difflib.get_close_matches(format_name, FORMATS, n=1)
        raise TableError(
            f'There is no XML format "{format_name}". '
            + (f'Did you mean "{near[0]}"?' if near else f"Known are {', '.join(FORMATS)}.")
        )
    return _load(format_name)


@cache
def _load(format_name: str) -> Table:
    file, version = FORMATS[format_name]
    text = (resources.files(__package__) / "data" / file).read_text(encoding="utf-8")
    return parse(text, file, format_name, version)


def parse(text: str, file: str, format_name: str, version: str) -> Table:
    """Read one TOML table and keep what belongs to `version`."""
    raw = tomllib.loads(text)
    _known(raw, {"title", "versions", "root", "segment"}, file)
    if version not in raw["versions"]:
        raise TableError(f"{file} is about versions {', '.join(raw['versions'])} and not {version}.")
    segments = [
        _segment(s, file, version) for s in raw["segment"] if version in s.get("only", raw["versions"])
    ]
    root = raw["root"] + (version if file.startswith("xml2") else "")
    return _assemble(format_name, version, root, segments)


_SEGMENT_KEYS = {"name", "parent", "fields", "structure", "least", "most", "marks", "only", "also", "also_in"}
_FIELD_KEYS = {
    "name", "type", "need", "says", "source", "length", "marks", "values", "struct", "also", "only",
    "length_in", "need_in", "marks_in",
}  # fmt: skip


def _segment(raw: dict[str, Any], file: str, version: str) -> Segment:
    where = f"{file}, segment {raw.get('name', '?')}"
    _known(raw, _SEGMENT_KEYS, where)
    fields = tuple(
        _field(f, f"{where}, field {f.get('name', '?')}", version)
        for f in raw["fields"]
        if version in f.get("only", [version])
    )
    return Segment(
        name=raw["name"],
        parent=raw.get("parent"),
        fields=fields,
        structure=raw.get("structure", False),
        least=raw.get("least", 0),
        most=raw.get("most"),
        marks=_marks(raw.get("marks", ()), where),
        also=tuple(raw.get("also", ())),
        also_in=tuple(raw.get("also_in", ())),
    )


def _field(raw: dict[str, Any], where: str, version: str) -> Field:
    _known(raw, _FIELD_KEYS, where)
    kind = raw.get("type", "struct" if "struct" in raw else None)
    if kind not in get_args(FieldType):
        raise TableError(f'{where}: type is "{kind}"; known are {", ".join(get_args(FieldType))}.')
    need = raw.get("need_in", {}).get(version, raw.get("need"))
    if need not in get_args(Need):
        raise TableError(f'{where}: need is "{need}"; known are R, C and O.')
    if not raw.get("says") or not raw.get("source"):
        raise TableError(f"{where}: every field says what it is (`says`) and how that is known (`source`).")
    return Field(
        name=raw["name"],
        type=kind,
        need=need,
        says=raw["says"],
        source=raw["source"],
        length=raw.get("length_in", {}).get(version, raw.get("length")),
        marks=_marks(raw.get("marks_in", {}).get(version, raw.get("marks", ())), where),
        values=tuple(raw.get("values", ())) or (("Y", "N") if kind == "flag" else ()),
        struct=raw.get("struct"),
        also=tuple(raw.get("also", ())),
    )


def _marks(names: list[Mark] | tuple[Mark, ...], where: str) -> frozenset[Mark]:
    for name in names:
        if name not in get_args(Mark):
            raise TableError(f'{where}: mark is "{name}"; known are {", ".join(get_args(Mark))}.')
    return frozenset(names)


def _known(raw: dict[str, Any], keys: set[str], where: str) -> None:
    for key in raw:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            raise TableError(
                f'{where}: the key "{key}" is not known.' + (f' Did you mean "{near[0]}"?' if near else "")
            )


def _assemble(format_name: str, version: str, root: str, segments: list[Segment]) -> Table:
    by_name: dict[str, Segment] = {}
    for s in segments:
        by_tag = {f.name: f for f in s.fields}
        for f in s.fields:
            for other in f.also:
                by_tag.setdefault(other, f)
        by_name[s.name] = replace(s, by_tag=by_tag)
    children: dict[str, tuple[Segment, ...]] = {}
    tags: dict[str, dict[str, Segment]] = {}
    for s in by_name.values():
        if s.parent is None:
            continue
        children[s.parent] = (*children.get(s.parent, ()), s)
        for parent in (s.parent, *s.also_in):
            for tag in (s.name, *s.also):
                tags.setdefault(parent, {})[tag] = s
    return Table(format_name, version, root, by_name, children, tags)
