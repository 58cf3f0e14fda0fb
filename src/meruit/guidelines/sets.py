"""A guideline set: one client's rules as data, read from TOML and refused where it is not understood."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias

from meruit.guidelines.context import Context
from meruit.guidelines.entry import Entry, Kind
from meruit.guidelines.params import Params, Refused, complete, nearest
from meruit.guidelines.registry import RuleType, Severity, types
from meruit.guidelines.toml import (
    Places,
    context_from,
    convert,
    numbered,
    parse,
    record,
    refuse_unknown,
)

Override: TypeAlias = Literal["reason", "decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The `[set]` table: whose rules, from which document, in force when, kept and accepted by whom."""

    client: str
    title: str
    version: str
    source: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    owner: str | None = None
    accepted_by: str | None = None
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which lines a rule speaks of; a code may end in `*`. What is left out does not narrow."""

    kind: Kind | None = None
    classes: tuple[str, ...] = ()
    task_codes: tuple[str, ...] = ()
    activity_codes: tuple[str, ...] = ()
    expense_codes: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """Lines, with what is known beside them, on which a rule must fire or stay silent.

    `params` exchange parameters for this example alone, so that a type whose figure is the client's
    can be shown at work.
    """

    entries: tuple[Entry, ...]
    context: Context
    params: dict[str, Any]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[rule]]`: a type with the client's parameters, its clause, and examples that prove it."""

    type: RuleType
    params: Params
    given: dict[str, Any]
    severity: Severity
    scope: Scope | None = None
    clause: str | None = None
    page: str | None = None
    says: str | None = None
    basis: str | None = None
    override: Override = "reason"
    fires: tuple[Example, ...] = ()
    silent: tuple[Example, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudgeable:
    """A clause of the document that no machine can judge, with the reason."""

    says: str
    reason: str
    clause: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class GuidelineSet:
    """A client's rules. `name` is the built-in's name or the file's."""

    name: str
    header: Header
    rules: tuple[Rule, ...]
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unjudgeable: tuple[Unjudgeable, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as findings carry it."""
        return f"{self.name} {self.header.version}"


#: What lets a finding of a rule stand: a reason of whoever answers for the work, or a partner's decision.
OVERRIDES = ("reason", "decision")
BASES = ("read", "heading_or_summary", "recalled")
_RULE_KEYS = (
    "type", "params", "severity", "scope", "clause", "page", "says", "basis", "override", "fires", "silent",
)  # fmt: skip
_DATA = files("meruit.guidelines") / "data"


def read_set(text: str, name: str) -> GuidelineSet:
    """The set in `text`; raises `Refused` with line and nearest known key."""
    document = parse(text, name)
    places = Places(text)
    known = ("set", "lists", "rule", "unjudgeable")
    for key in document:
        refuse_unknown([key], known, places.say(name, key), "the document")
    if not isinstance(document.get("set"), dict):
        raise Refused(f"{name}: A guideline set begins with a table [set] (client, title, version).")
    header = document["set"]
    for key in header:
        refuse_unknown([key], [f.name for f in dataclasses.fields(Header)], places.say(name, "set", 0, key), "[set]")
    lists = {
        str(key): convert(raw, tuple[str, ...], f'{places.say(name, "lists", 0, key)}The list "{key}" is {raw!r}; ')
        for key, raw in document.get("lists", {}).items()
    }
    return GuidelineSet(
        name=name,
        header=record(Header, header, places.say(name, "set"), "[set]"),
        rules=tuple(_rule(raw, at, name, places, lists) for at, raw in enumerate(document.get("rule", []))),
        lists=lists,
        unjudgeable=tuple(
            record(Unjudgeable, raw, places.say(name, "unjudgeable", at), "[[unjudgeable]]")
            for at, raw in enumerate(document.get("unjudgeable", []))
        ),
    )


def _rule(raw: dict[str, Any], at: int, name: str, places: Places, lists: dict[str, tuple[str, ...]]) -> Rule:
    def here(key: str = "") -> str:
        return places.say(name, "rule", at, key)

    for key in raw:
        refuse_unknown([key], _RULE_KEYS, here(key), "[[rule]]")
    slug = raw.get("type")
    if slug not in types():
        raise Refused(f'{here("type")}"{slug}" is not a type of rule. {nearest(str(slug), types())}')
    kind = types()[slug]
    severity = raw.get("severity", kind.severity)
    if severity not in ("refuse", "ask", "warn"):
        raise Refused(f'{here("severity")}severity is "{severity}"; allowed are: refuse, ask, warn.')
    if raw.get("basis", "read") not in BASES:
        raise Refused(f'{here("basis")}basis is "{raw["basis"]}"; allowed are: {", ".join(BASES)}.')
    if raw.get("override", "reason") not in OVERRIDES:
        raise Refused(f'{here("override")}override is "{raw["override"]}"; allowed are: {", ".join(OVERRIDES)}.')
    given = raw.get("params", {})
    try:
        params = complete(kind.params, given, lists)
    except Refused as error:
        raise Refused(f"{here('params')}{slug}: {error}") from None
    text = {key: str(raw[key]) for key in ("clause", "page", "says", "basis") if key in raw}
    return Rule(
        type=kind,
        params=params,
        given=given,
        severity=severity,
        scope=record(Scope, raw["scope"], here("scope"), "scope") if "scope" in raw else None,
        clause=text.get("clause"),
        page=text.get("page"),
        says=text.get("says"),
        basis=text.get("basis"),
        override=raw.get("override", "reason"),
        fires=_examples(raw.get("fires", []), here("fires"), places.line("rule", at, "fires")),
        silent=_examples(raw.get("silent", []), here("silent"), places.line("rule", at, "silent")),
        line=places.line("rule", at),
    )


def _examples(raw: list[dict[str, Any]], where: str, line: int | None) -> tuple[Example, ...]:
    return tuple(_example(one, where, line) for one in raw)


def _example(raw: dict[str, Any], where: str, line: int | None) -> Example:
    """One example: the fields of a line, or `entries`; beside them `context` and `params`."""
    rest = {key: value for key, value in raw.items() if key not in ("entries", "context", "params")}
    if rest and "entries" in raw:
        raise Refused(f"{where}An example is either one line's fields or a list of entries, not both.")
    rows = raw.get("entries", [rest] if rest else [])
    return Example(
        entries=tuple(
            record(Entry, numbered(row, Entry, "example", at), where, "an example") for at, row in enumerate(rows)
        ),
        context=context_from(raw.get("context", {}), where.rstrip(": ")),
        params=raw.get("params", {}),
        line=line,
    )


def names() -> dict[str, str]:
    """Built-in sets: name -> path under `data/`. Starters and the published examples have a folder each."""
    found = {"RP-1": "rp-1.toml"}
    for folder in ("starters", "examples"):
        for path in sorted((_DATA / folder).iterdir(), key=lambda p: p.name):
            if path.name.endswith(".toml"):
                found[path.name.removesuffix(".toml")] = f"{folder}/{path.name}"
    return found


def text_of(name: str) -> str:
    """The TOML of a built-in set."""
    known = names()
    if name not in known:
        raise Refused(f'There is no built-in guideline set "{name}". {nearest(name, known)}')
    return (_DATA / known[name]).read_text(encoding="utf-8")


def load(name_or_path: str) -> GuidelineSet:
    """A built-in set by its name, or the set in a TOML file."""
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        try:
            return read_set(path.read_text(encoding="utf-8"), path.stem)
        except OSError as error:
            raise Refused(f"{name_or_path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise Refused(f"{name_or_path} is not UTF-8 text.") from None
    return read_set(text_of(name_or_path), name_or_path)
