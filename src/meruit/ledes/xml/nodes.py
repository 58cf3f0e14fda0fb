"""What parsing an XML file yields: elements with their places, and what the bytes are guilty of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

#: The attributes of nearly every element; one object serves them all.
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that no honest bill comes near; whatever exceeds them is refused with the bound named."""

    bytes: int = 64 * 1024 * 1024
    depth: int = 32
    nodes: int = 4_000_000
    repairs: int = 10_000


@dataclass(slots=True)
class Node:
    """One element: its local name, where it begins, its text and its child elements."""

    tag: str
    line: int
    byte: int | None
    attributes: Mapping[str, str] = field(default_factory=lambda: NONE)
    text: str = ""
    children: Sequence[Node] = ()

    def add(self, child: Node) -> None:
        """Append a child; a leaf has no list of its own, for most nodes are leaves."""
        if isinstance(self.children, list):
            self.children.append(child)
        else:
            self.children = [child]


@dataclass(frozen=True, slots=True)
class Fault:
    """What the bytes are guilty of. `recovered` tells whether the file could be read to its end."""

    message: str
    line: int
    byte: int | None
    found: str | None = None
    recovered: bool = True
    #: What changes no value (a byte order mark, a wrong encoding declaration) is advice.
    harmless: bool = False


@dataclass(slots=True)
class Parsed:
    root: Node | None
    encoding: str
    faults: list[Fault]
