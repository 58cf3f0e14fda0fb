"""The pages of docs/field that are made from the data: fields, rules, portals.

`python -m meruit.ledes.pages docs/field` writes them; a test compares what stands there with this.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.ledes.dialects import NONE, SLUGS, Dialect, dialect
from meruit.ledes.rules import rules
from meruit.ledes.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from meruit.ledes.tables import Column

_NEEDS = {"R": "required", "C": "on a condition", "O": "optional"}
_GRAVITY = {"error": "error", "advice": "advice", "portal": "portal only"}
_PASSED = {"slug", "title", "like", "source", "retrieved", "unconfirmed", "evidence"}


def pages() -> Mapping[str, str]:
    """File name -> text."""
    return {"ledes-fields.md": _fields(), "ledes-rules.md": _rules(), "ledes-portals.md": _portals()}


def _rows(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    return [*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)]


def _size(column: Column) -> str:
    if column.type == "date":
        return "YYYYMMDD"
    if column.bytes:
        return f"{column.bytes:,} bytes"
    if column.whole is not None:
        return f"{column.whole}.{column.places}"
    return f"{column.length} characters" if column.length else ""


def _fields() -> str:
    out = [
        "# Fields of LEDES 1998B and 98BI V2",
        "",
        "Made from the tables in `src/meruit/ledes/data` by `python -m meruit.ledes.pages docs/field`; change those.",
        "Known from: L the committee's pages, O an ontology of it, V a portal's help, I an open implementation.",
        "A star marks what no source could confirm.",
    ]
    for name in ("LEDES1998B", "LEDES98BI V2"):
        spec = table(name)
        out += [
            "",
            f"## {spec.heading.title}",
            "",
            f"First line `{spec.heading.identifier}`; totals are {spec.heading.totals}.",
            "",
        ]
        out += _rows(
            ("No", "Field", "Type", "Size", "Needed", "Known from", "Rule"),
            (
                (
                    str(c.number), f"`{c.name}`", c.type, _size(c), _NEEDS[c.required],
                    c.source + ("" if c.confirmed else " *"), c.rule,
                )
                for c in spec.columns
            ),
        )  # fmt: skip
    return "\n".join(out) + "\n"


def _rules() -> str:
    out = [
        "# What is checked",
        "",
        "Made from `src/meruit/ledes/data/rules.toml` by `python -m meruit.ledes.pages docs/field`; change that.",
        "Gravity is what a breach is by the format; a portal may make it graver, and what can be read in only one",
        "way and changes no value is advice. The last column is the portals' reason for refusing the same thing.",
        "",
    ]
    out += _rows(
        ("Rule", "Formats", "Gravity", "What must hold", "What to do", "Who can", "Portals say"),
        ((r.id, r.on, _GRAVITY[r.severity], r.says, r.mend, r.fixable_by, r.reason) for r in rules().values()),
    )
    return "\n".join(out) + "\n"


def _portals() -> str:
    out = [
        "# What portals take and refuse",
        "",
        "Made from `src/meruit/ledes/data/dialects` by `python -m meruit.ledes.pages docs/field`; change those.",
        "`meruit check --portal SLUG FILE`. Most of this is set by each client at its portal: put a client's own",
        'settings into a file of the same shape, with `like = "SLUG"`. Facts in brackets are unconfirmed and off.',
    ]
    for slug in SLUGS:
        asked, trusted = dialect(slug), dialect(slug, trust_unconfirmed=True)
        out += ["", f"## {asked.title} (`{slug}`)", "", f"{asked.source}; {asked.retrieved}.", ""]
        said = [_fact(trusted, name, off=getattr(asked, name) != getattr(trusted, name)) for name in _settings(trusted)]
        out += said or ["Nothing is known beforehand."]
    return "\n".join(out) + "\n"


def _settings(found: Dialect) -> list[str]:
    names = [f.name for f in fields(Dialect) if f.name not in _PASSED]
    return [name for name in names if getattr(found, name) != getattr(NONE, name)]


def _fact(found: Dialect, name: str, *, off: bool) -> str:
    value = getattr(found, name)
    if isinstance(value, tuple):
        text = ", ".join(value)
    elif isinstance(value, dict):
        text = ", ".join(f"{key} {held}" for key, held in value.items())
    else:
        text = "yes" if value is True else str(value)
    mark = found.evidence.get(name, "")
    line = f"{name.replace('_', ' ')}: {text}" + (f" [{mark}]" if mark else "")
    return f"- ({line})" if off else f"- {line}"


def main() -> None:
    """Write the pages into the folder named."""
    folder = Path(sys.argv[1])
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
