"""Where the values of a record stand in an XML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.model import Place

if TYPE_CHECKING:
    from meruit.ledes.xml.nodes import Node


class Spots:
    """Where the values of one record stand, kept small: one pair of numbers per value."""

    __slots__ = ("_at", "_raw", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self._at: dict[str, tuple[int, int | None]] = {}
        self._raw: dict[str, str] = {}

    def keep(self, key: str, node: Node, text: str) -> None:
        self._at[key] = (node.line, node.byte)
        if node.text != text:
            self._raw[key] = node.text

    def place(self, key: str) -> Place | None:
        at = self._at.get(key)
        return Place(at[0], None, at[1]) if at else None

    def raw(self, key: str) -> str | None:
        return self._raw.get(key)
