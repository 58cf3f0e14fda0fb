"""What kind of file a root element begins: a bill of which version, or no bill at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.ledes.model import Named
from meruit.ledes.xml.notes import note
from meruit.ledes.xml.places import Spots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.findings import Finding
    from meruit.ledes.xml.nodes import Node

#: Roots of LEDES files that are no bill. Their field lists were not obtainable: they are read by their names.
_NO_BILLS = (("budget", "LEDES Budget"), ("timekeeper", "LEDES Timekeeper"), ("tkattrib", "LEDES Timekeeper"))


def no_bill(root: Node) -> str | None:
    tag = root.tag.lower()
    return next((name for word, name in _NO_BILLS if word in tag), None)


def unjudged(format_name: str, root: Node) -> Finding:
    return note(
        "LX01",
        f"This is a {format_name} file; it is read by its element names and not judged, since no list of its "
        "fields is confirmed.",
        severity="advice", line=root.line, byte=root.byte, found=root.tag,
        mend="Use meruit show to read it.",
    )  # fmt: skip


def named(root: Node) -> Iterator[Named]:
    """Every element that holds values, as a record of those values by their tags."""
    todo: list[tuple[str, Node]] = [("", root)]
    while todo:
        path, node = todo.pop()
        inner = [(f"{path}/{node.tag}".strip("/"), child) for child in node.children if child.children]
        todo += reversed(inner)
        spots = Spots(node.line)
        record = Named(segment=f"{path}/{node.tag}".strip("/"), origin=spots)
        for child in node.children:
            if not child.children:
                free, n = child.tag, 2
                while free in record.extra:
                    free, n = f"{child.tag} ({n})", n + 1
                record.extra[free] = child.text.strip()
                spots.keep(free, child, record.extra[free])
        if record.extra:
            yield record


_ROOT = re.compile(r"ledesxmlebilling[_-]?(2)[._-]?([012])(?:[._-]?[0-9]+)*", re.IGNORECASE)


def format_of(root: Node) -> tuple[str, Finding | None]:
    """The format by the root's name; where that says nothing, by how firm and client stand."""
    found = _ROOT.fullmatch(root.tag)
    if found:
        name = f"LEDESXML{found[1]}.{found[2]}"
        if root.tag.startswith("ledesxmlebilling"):
            return name, None
        return name, note(
            "LX01", f'The root is "{root.tag}"; the standard writes it in lower case.',
            severity="advice", line=root.line, byte=root.byte, found=root.tag,
        )  # fmt: skip
    if root.tag == "ledesxml":
        return "LEDES2000", None
    siblings = any(child.tag == "client" for child in root.children)
    name = "LEDES2000" if siblings or "2000" in root.tag else "LEDESXML2.2"
    return name, note(
        "LX01",
        f'The root is "{root.tag}", which no LEDES format has. It was read as {name}. '
        'Expected is "ledesxmlebilling2.1" or the like.',
        line=root.line,
        byte=root.byte,
        found=root.tag,
        expected="ledesxmlebilling2.0.4, ledesxmlebilling2.1, ledesxmlebilling2.2 or ledesxml",
    )
