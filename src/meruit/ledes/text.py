"""Which encoding a file is in: looked at, named, never guessed twice.

The order is: byte order mark, plain ASCII, strict UTF-8, and Windows-1252 for all else, which maps every
byte. UTF-16 is told by its mark, or by the zero bytes that ASCII text has in it.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import BinaryIO

MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: What a person calls them; also the value of `encoding` in `meruit show --format json`.
NAMES = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with byte order mark",
    "utf-16-le": "UTF-16 little endian",
    "utf-16-be": "UTF-16 big endian",
    "cp1252": "Windows-1252",
}
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is Python's codec; `mark` the bytes of a byte order mark to skip."""

    name: str
    mark: int = 0

    @property
    def wide(self) -> bool:
        return self.name.startswith("utf-16")

    def decode(self, raw: bytes) -> str:
        """`raw` as text; a byte Windows-1252 leaves open becomes the character of that number.

        UTF-16 is carried over to UTF-8 before anything else looks at it (see `narrow`).
        """
        if self.name == "cp1252":
            return raw.decode("cp1252", "meruit-latin")
        return raw.decode("utf-8", "replace")


def _latin(error: UnicodeError) -> tuple[str, int]:
    """The five bytes Windows-1252 leaves undefined, as the control characters of Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("meruit-latin", _latin)


def detect(stream: BinaryIO) -> Encoding:
    """The encoding of everything in `stream`, which is left at its start."""
    stream.seek(0)
    head = stream.read(4096)
    for mark, name in MARKS:
        if head.startswith(mark):
            stream.seek(0)
            return Encoding(name, len(mark))
    wide = _unmarked_wide(head)
    if wide:
        stream.seek(0)
        return Encoding(wide)
    strict = codecs.getincrementaldecoder("utf-8")()
    plain, piece = True, head
    while piece:
        if not piece.isascii() or not plain:
            plain = False
            try:
                strict.decode(piece)
            except UnicodeDecodeError:
                stream.seek(0)
                return Encoding("cp1252")
        piece = stream.read(_PIECE)
    try:
        strict.decode(b"", final=True)
    except UnicodeDecodeError:
        stream.seek(0)
        return Encoding("cp1252")
    stream.seek(0)
    return Encoding("ascii" if plain else "utf-8")


def narrow(data: bytes, encoding: Encoding) -> bytes:
    """A UTF-16 file as UTF-8, so that the separators are single bytes as in every other encoding."""
    return data[encoding.mark :].decode(encoding.name, "replace").encode("utf-8")


def wide_offset(narrowed: bytes, offset: int, encoding: Encoding) -> int:
    """The byte in the UTF-16 file of what stands at `offset` of its narrow form."""
    return encoding.mark + len(narrowed[:offset].decode("utf-8", "replace").encode(encoding.name))


def _unmarked_wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of the beginning is zero."""
    start = head[:64]
    if len(start) >= 8 and not any(start[1::2]) and all(start[0::2]):
        return "utf-16-le"
    if len(start) >= 8 and not any(start[0::2]) and all(start[1::2]):
        return "utf-16-be"
    return None
