"""The pages that follow from code and data: state machines, the matrix of authority, commands, imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

WRITTEN = "<!-- Written by `make docs` from the source named below; change that. -->\n"


def states() -> str:
    """Every state machine as its table draws it."""
    from meruit import moves
    from meruit.capture import core as suggestion
    from meruit.disputes import core as disputes
    from meruit.firm.core import sets as rules
    from meruit.portals import core as portals
    from meruit.prebills import core as prebill
    from meruit.receivables import core as receivables
    from meruit.timesheets import core as entry

    machines: list[tuple[str, str, Any]] = [
        ("A suggestion", "capture/core.py", suggestion.MOVES),
        ("An entry", "timesheets/core.py", entry.MOVES),
        ("A version of a client's rules", "firm/core/sets.py", rules.MOVES),
        ("A pre-bill", "prebills/core", prebill.MOVES),
        ("A submission", "portals/core.py", portals.MOVES),
        ("A payment", "receivables/core", receivables.MOVES),
    ]
    for where, module in (
        ("portals/core.py", portals),
        ("disputes/core.py", disputes),
        ("receivables/core", receivables),
    ):
        for name in sorted(n for n in dir(module) if n.endswith("_MOVES")):
            title = name.removesuffix("_MOVES").replace("_", " ").lower()
            machines.append((f"The {title}", where, getattr(module, name)))
    parts = [WRITTEN, "# What may become of a thing\n"]
    for title, where, table in machines:
        parts.append(f"## {title}\n\nFrom `{where}`.\n\n```mermaid\n{moves.diagram(table).rstrip()}\n```\n")
    return "\n".join(parts)


def matrix() -> str:
    """Who decides what, from `authority/kinds.toml`."""
    from meruit.schema.install import matrix as kinds

    parts = [
        WRITTEN,
        "# Who decides what\n",
        "From `authority/kinds.toml`; the database gets a copy at each installation.\n",
        "| kind | who may | two people | signed | earliest | good for |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind in kinds():
        may = "; ".join(_may(rule) for rule in kind["may"])
        four = kind["four_eyes"]
        eyes = f"above {four['above']}" if isinstance(four, dict) else four
        signed = "passkey" if kind.get("signed") else ""
        wait = f"{kind['delay']} h later" if kind.get("delay") else "at once"
        parts.append(
            f"| {kind['title']} (`{kind['slug']}`) | {may} | {eyes} | {signed} | {wait} | {kind['lasts']} days |"
        )
    return "\n".join(parts) + "\n"


def _may(rule: Mapping[str, Any]) -> str:
    reach = {"own": "on what is theirs", "matter": "on their matters", "granted": "within the grant"}[rule["reach"]]
    return f"{rule['role']} {reach}" + (", up to a limit" if rule.get("limited") else "")


def commands() -> str:
    """Every command with its help."""
    from meruit.cli.main import COMMANDS

    rows = "\n".join(f"| `meruit {name}` | {line} |" for name, (_, _, line) in COMMANDS.items())
    head = "# Commands\n\nFrom `cli/main.py`; `meruit COMMAND --help` tells the rest.\n"
    return f"{WRITTEN}\n{head}\n| command | does |\n| --- | --- |\n{rows}\n"


def imports() -> str:
    """What a file of each kind of record may hold, from `imports/data/fields.toml`."""
    from meruit.imports.core.fields import records

    parts = [WRITTEN, "# Files that can be imported\n", "From `imports/data/fields.toml`.\n"]
    for record in records().values():
        head = "| field | is | needed | columns known by name |\n| --- | --- | --- | --- |"
        parts.append(f"## {record.title} (`{record.name}`)\n\n{head}")
        parts += [
            f"| {f.name} | {f.type} | {'yes' if f.required else ''} | {', '.join(f.names)} |"
            for f in record.fields.values()
        ]
        parts.append(f"\nOne row is told from another by {', '.join(record.key)}.\n")
    return "\n".join(parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "states.md": states,
    "authority-matrix.md": matrix,
    "commands.md": commands,
    "imports.md": imports,
}


def all_pages() -> dict[str, str]:
    """Every generated page by its place under docs/: these, and those of the libraries' own data."""
    from meruit.guidelines import pages as guidelines
    from meruit.ledes import pages as ledes
    from meruit.ledes.xml.page import page as ledes_xml

    field = {**ledes.pages(), **guidelines.pages(), "ledes-xml-fields.md": ledes_xml()}
    return {f"generated/{name}": make() for name, make in PAGES.items()} | {f"field/{n}": t for n, t in field.items()}
