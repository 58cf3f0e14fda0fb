"""What a portal takes and refuses beyond the format, one data file per portal.

A dialect is facts, not code: lengths, required fields, characters, encodings, rounding, how adjustment
lines carry their amount, which breaches it refuses. Most settings are in truth a client's at that
portal, so a file may say `like = "slug"` and change a few keys. Every fact may name its evidence; keys
marked `unconfirmed` are off until someone who bills there switches them on (`trust_unconfirmed`).
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

from meruit.ledes.rules import rules
from meruit.ledes.tables import Mark, TableError, build

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer = Literal["refuse", "warn", "off"]

#: Portal slugs, the vocabulary shared with the portals' own profiles.
SLUGS = (
    "litigation-advisor", "counsellink", "legal-x", "tymetrix-360", "collaborati", "client-portal",
    "legal-tracker", "ebillinghub", "brightflag",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One portal's way with LEDES files. The defaults are those of no portal in particular."""

    slug: str = ""
    title: str = ""
    like: str = ""
    source: str = ""
    retrieved: str = ""
    formats: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    characters: Literal["any", "ascii"] = "any"
    extensions: tuple[str, ...] = ()
    file_name: str = ""  # a regular expression for the bare file name
    one_invoice: bool = False
    one_matter: bool = False
    lengths: Mapping[str, int] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()  # XML rows with these marks are not required: inferred, unconfirmed, single-source
    ignored: tuple[str, ...] = ()
    null_word: Answer = "warn"
    rounding: Literal["either", "half-up", "half-even"] = "either"
    unit_places: int = 4
    rate_places: int = 4
    tolerance: str = "0"  # of the line, as a fraction; deviations within it only warn
    adjustment_ways: tuple[str, ...] = ()  # of A, B, C, D
    most_if: int = 0  # 0: any number
    most_ie: int = 0
    most_negative_if: int = 0
    no_charge: Literal["refuse", "allow"] = "refuse"
    negative_units: Answer = "warn"
    name_order: Literal["any", "last-first"] = "any"
    country_letters: int = 0
    rate_per_tax_type: Answer = "warn"
    task_required: bool = False
    activity_required: bool = False
    expense_required: bool = False
    unknown_codes: Answer = "warn"
    unknown_class: Answer = "warn"
    classes: tuple[str, ...] = ()
    oldest_line_days: int = 0  # LD03; 0: any age
    oldest_invoice_days: int = 0
    severity: Mapping[str, Answer] = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)

    def part(self) -> Decimal:
        """The tolerance as a number."""
        return Decimal(self.tolerance)


NONE = Dialect()
_ANSWERS = ("refuse", "warn", "off")


def parse(text: str, where: str, *, trust_unconfirmed: bool = False) -> Dialect:
    """A dialect from the text of its file; unknown keys, rules and answers are refused."""
    rows: dict[str, Any] = tomllib.loads(text)
    unconfirmed = set(rows.get("unconfirmed", ()))
    known = {f.name for f in fields(Dialect)}
    for key in [*unconfirmed, *rows.get("evidence", ())]:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TableError(f"{where}: {key!r} is no key of a dialect.{hint}")
    for rule, answer in rows.get("severity", {}).items():
        if rule not in rules():
            raise TableError(f"{where}: severity names the rule {rule!r}, which does not exist.")
        if answer not in _ANSWERS:
            raise TableError(f"{where}: severity of {rule} is {answer!r}; it must be one of {_ANSWERS}.")
    for mark in rows.get("doubts", ()):
        if mark not in (*get_args(Mark), "single-source"):
            raise TableError(f"{where}: doubts names {mark!r}; known are {', '.join(get_args(Mark))}, single-source.")
    if rows.get("like"):
        base = _rows(rows["like"])
        rows = {**base, **rows}
    if not trust_unconfirmed:
        rows = {key: value for key, value in rows.items() if key not in unconfirmed}
    for key in ("lengths", "severity", "evidence"):
        if key in rows and not isinstance(rows[key], dict):
            raise TableError(f"{where}: {key} must be a table.")
    return build(Dialect, rows, where)


def _rows(slug: str) -> dict[str, Any]:
    name = f"{slug}.toml"
    found = resources.files("meruit.ledes") / "data" / "dialects" / name
    return tomllib.loads(found.read_text(encoding="utf-8"))


@cache
def dialect(slug: str, *, trust_unconfirmed: bool = False) -> Dialect:
    """The dialect of a portal; an unknown slug is answered with the known ones."""
    if slug not in SLUGS:
        near = difflib.get_close_matches(slug, SLUGS, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise TableError(f"There is no portal {slug!r}.{hint} Known: {', '.join(SLUGS)}.")
    found = resources.files("meruit.ledes") / "data" / "dialects" / f"{slug}.toml"
    return parse(found.read_text(encoding="utf-8"), f"{slug}.toml", trust_unconfirmed=trust_unconfirmed)
