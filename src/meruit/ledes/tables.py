"""The formats as tables: every field with type, length, requirement, rule and evidence.

One TOML file in `data/` per format drives its reader, writer, checks, documentation page and tests.
A table refuses keys it does not know and names the nearest known one, because a misspelt key is a
rule that silently never runs.

The shape of a file:

    [format]       name, carrier ("pipe" or "xml"), identifiers, revision, source, totals
    [version."N"]  what of [format] differs in one version, where a file describes several
    [[segment]]    name, under, least, most: the tree of an XML format (flat formats have none), each with
                   the array `field` of its fields, numbered in the order they are written
    [[field]]      number, name, record, key, type, and what a Column says below (flat formats)

Where a file describes several versions, `only = ["2.1"]` limits a row to some of them, and `length_in`,
`required_in` or `marks_in` give another value in one: `length_in = { "2.0" = 60 }`.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Type = Literal["date", "char", "number", "currency", "decimal", "integer", "struct", "attribute"]
Need = Literal["R", "C", "O"]
Mark = Literal["inferred", "unconfirmed", "unseen"]


class TableError(ValueError):
    """A table of the project is wrong: an unknown key, a missing one, or a value out of its list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of one format.

    `record` and `key` say where the model keeps the value (`Line`, `task_code`); an empty key means that
    the model has no place for it. `source` holds the evidence marks (L the standard's committee, O an
    ontology of it, V a portal's vendor, S a billing program, I an open implementation, T one unlicensed
    source alone, D derived); `confirmed` is false where nobody could show the standard's own text.
    """

    number: int
    name: str
    record: str = ""
    key: str = ""
    type: Type = "char"
    length: int | None = None  # characters
    bytes: int | None = None  # where the standard counts bytes
    whole: int | None = None  # digits before the point
    places: int | None = None  # digits after the point
    required: Need = "O"
    values: tuple[str, ...] = ()
    codes: str = ""  # a list kept elsewhere: currency, country, class, task, activity, expense
    struct: str = ""  # XML: the structure this element holds
    segment: str = ""  # XML: the segment this element belongs to
    also: tuple[str, ...] = ()  # other spellings met in files
    rule: str = ""
    source: str = "L"
    confirmed: bool = True
    #: Why it is not confirmed: the need is `inferred`, it is doubtful (`unconfirmed`), or it is known from
    #: a later version and `unseen` in this one.
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment of an XML format: where it stands and how often; `most` 0 means any number.

    `under` is the segment it stands in, "file" for the root, and empty for a structure, which stands
    where a field of type struct names it. `also_under` are other places met in files.
    """

    name: str
    tag: str
    under: str = ""
    least: int = 0
    most: int = 0
    record: str = ""
    also: tuple[str, ...] = ()
    also_under: tuple[str, ...] = ()
    position_confirmed: bool = True
    source: str = "L"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a format is called and how its files begin; `also` are first lines met in real files."""

    name: str
    title: str
    carrier: Literal["pipe", "xml"]
    identifier: str = ""
    also: tuple[str, ...] = ()
    revision: str = ""
    source: str = ""
    retrieved: str = ""
    totals: Literal["net", "gross"] = "net"
    writes: bool = True
    root: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A format: its heading, its segments (XML) and its fields in the order of the standard."""

    heading: Heading
    columns: tuple[Column, ...]
    segments: tuple[Segment, ...] = ()
    by_name: Mapping[str, Column] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.heading.name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def of_record(self, record: str) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.record == record and c.key)

    def of_segment(self, segment: str) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.segment == segment)


Row = TypeVar("Row")


def build(kind: type[Row], row: Mapping[str, Any], where: str) -> Row:
    """One dataclass from one TOML table; unknown keys, missing keys and wrong types are refused."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # every caller passes a dataclass
    for key in row:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TableError(f"{where}: the key {key!r} is not known.{hint} Known: {', '.join(known)}.")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    for key, value in values.items():
        expected = str(known[key].type)
        wrong = (
            (expected == "int" and not isinstance(value, int))
            or (expected == "str" and not isinstance(value, str))
            or (expected == "bool" and not isinstance(value, bool))
            or (expected.startswith("tuple") and not isinstance(value, tuple))
        )
        if wrong:
            raise TableError(f"{where}: {key} is {value!r}; it must be of type {expected}.")
    try:
        return kind(**values)
    except TypeError as error:
        raise TableError(f"{where}: {error}.") from error


#: What a row may state per version, and the key it stands for.
_BY_VERSION = {"length_in": "length", "required_in": "required", "marks_in": "marks"}


def of_version(rows: Iterable[Mapping[str, Any]], version: str) -> list[dict[str, Any]]:
    """The rows that exist in `version`, each with the values it has there."""
    kept = []
    for row in rows:
        if version not in row.get("only", (version,)):
            continue
        plain = {key: value for key, value in row.items() if key != "only" and key not in _BY_VERSION}
        for key, stands_for in _BY_VERSION.items():
            if version in row.get(key, {}):
                plain[stands_for] = row[key][version]
        if plain.get("marks"):
            plain.setdefault("confirmed", False)
        kept.append(plain)
    return kept


def parse(text: str, where: str, version: str = "") -> Table:
    """A table from the text of its TOML file, for one version where the file describes several."""
    document = tomllib.loads(text)
    for key in document:
        if key not in ("format", "version", "segment", "field"):
            raise TableError(f"{where}: the table [{key}] is not known. Known: format, version, segment, field.")
    head = document.get("format", {}) | document.get("version", {}).get(version, {})
    heading = build(Heading, head, f"{where} [format]")
    segment_rows = of_version(document.get("segment", []), version)
    rows = of_version(document.get("field", []), version)
    for segment in segment_rows:
        segment.setdefault("tag", segment.get("name"))
        inherited = {"segment": segment.get("name"), "record": segment.get("record", "")}
        for number, row in enumerate(of_version(segment.pop("field", []), version), 1):
            rows.append({"number": number, **inherited, **row})
    columns = tuple(build(Column, row, f"{where} field {row.get('name', i)}") for i, row in enumerate(rows, 1))
    for column in columns:
        if column.type not in get_args(Type):
            raise TableError(f"{where} field {column.name}: type {column.type!r} is none of {get_args(Type)}.")
        if column.required not in get_args(Need):
            raise TableError(f"{where} field {column.name}: required {column.required!r} is none of {get_args(Need)}.")
        if not set(column.marks) <= set(get_args(Mark)):
            raise TableError(f"{where} field {column.name}: marks {column.marks!r} are none of {get_args(Mark)}.")
    segments = tuple(
        build(Segment, row, f"{where} segment {row.get('name', i)}") for i, row in enumerate(segment_rows, 1)
    )
    by_name = {(f"{c.segment}.{c.name}" if c.segment else c.name).lower(): c for c in columns}
    if len(by_name) != len(columns):
        raise TableError(f"{where}: a field occurs twice.")
    for column in columns:
        for other in column.also:
            by_name.setdefault((f"{column.segment}.{other}" if column.segment else other).lower(), column)
    return Table(heading, columns, segments, by_name)


#: Format name -> file in data/. The names are those of the public field list, so that
#: `meruit convert --to` and this table speak the same words.
FILES: Mapping[str, str] = {
    "LEDES1998B": "ledes1998b.toml",
    "LEDES98BI V2": "ledes98bi_v2.toml",
    "LEDES2000": "ledes2000.toml",
    "LEDESXML2.0": "ledesxml2.toml",
    "LEDESXML2.1": "ledesxml2.toml",
    "LEDESXML2.2": "ledesxml2.toml",
}


@cache
def table(name: str) -> Table:
    """The table of a format by its name."""
    if name not in FILES:
        near = difflib.get_close_matches(name, FILES, n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise TableError(f"There is no format {name!r}.{hint} Known: {', '.join(FILES)}.")
    text = (resources.files("meruit.ledes") / "data" / FILES[name]).read_text(encoding="utf-8")
    return parse(text, FILES[name], name.removeprefix("LEDESXML"))
