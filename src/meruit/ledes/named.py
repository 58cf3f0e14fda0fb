"""Files of which no field list could be had, read by their own names: LEDES Budget and timekeeper files.

The standard has both as XML (Budget 2006, Timekeeper attributes 2007), and firms also pass pipe files on with a header.
Every value is kept under the name the file gives it, in the file's order; nothing is judged, converted or
written, because nobody could show which fields must be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.ledes.flat.check import narrowed, opened
from meruit.ledes.refusals import NotLedes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from meruit.ledes.xml.nodes import Node

#: As much of a file as is read; an XML file has the reader's own bounds beside it.
LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """One record: the line it begins on, what it is called, and its values under their names, as found."""

    line: int
    name: str
    values: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The first value of that name, whatever its capitals."""
        return next((text for other, text in self.values if other.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Named:
    """A file: its identifier or root element, its records in order, and what could not be read of it."""

    title: str
    records: tuple[NamedRecord, ...]
    faults: tuple[str, ...] = ()


def read_named(source: str | os.PathLike[str] | bytes) -> Named:
    """The records of a file by the names it gives itself; `NotLedes` where it names nothing."""
    with opened(source) as (stream, _):
        data = stream.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise NotLedes(f"The file has more than {LONGEST:,} bytes; a file read by its names alone has not so many.")
        from meruit.ledes.api import looks_xml

        if looks_xml(data[:4096]):
            return _xml(data)
        encoding, narrow, _ = narrowed(stream)
        return _flat(encoding.decode(narrow.read()))


def _xml(data: bytes) -> Named:
    from meruit.ledes.xml.parse import parse

    parsed = parse(data)
    if parsed.root is None:
        raise NotLedes("The file begins as XML and has no element that can be read.")
    faults = tuple(f"Line {fault.line}: {fault.message}" for fault in parsed.faults)
    return Named(parsed.root.tag, tuple(_elements(parsed.root, "")), faults)


def _elements(node: Node, above: str) -> Iterator[NamedRecord]:
    """Every element that holds values of its own, named by the way from the root; its depth is bounded."""
    name = f"{above}/{node.tag}" if above else node.tag
    values = [(f"@{key}", text) for key, text in node.attributes.items()]
    values += [(child.tag, child.text.strip()) for child in node.children if not child.children]
    if values:
        yield NamedRecord(node.line, name, tuple(values))
    for child in node.children:
        if child.children:
            yield from _elements(child, name)


def _flat(text: str) -> Named:
    lines = [(number, line.strip()) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)]
    told = [(number, line) for number, line in lines if line]
    if len(told) < 2 or "|" in told[0][1] or not told[0][1].upper().startswith("LEDES") or "|" not in told[1][1]:
        raise NotLedes("The file has no identifier line that begins with LEDES and no header of names after it.")
    title, names = told[0][1].removesuffix("[]"), _cells(told[1][1])
    records, faults = [], []
    for number, line in told[2:]:
        cells = _cells(line)
        if len(cells) != len(names):
            faults.append(f"Line {number}: {len(cells)} values stand under {len(names)} names.")
        called = names + [f"value {at}" for at in range(len(names) + 1, len(cells) + 1)]
        records.append(NamedRecord(number, title, tuple(zip(called, cells, strict=False))))
    return Named(title, tuple(records), tuple(faults))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removesuffix("[]").split("|")]
