"""The export: one file that holds the whole trail and can be checked without us.

JSON Lines, UTF-8, each line canonical JSON and ended by one line feed:

1. the header: format, version, origin, public keys for receipts, and the moment of export;
2. one line for each receipt that was issued so far: `receipt`, its text (first, so that a reader who goes
   through the file once knows where to compare);
3. one line for each record in order: `hash`, `prev`, `record`, and `texts` where free text is still kept;
4. the end: `count`, `head`, `root`, and `frame`, the SHA-256 over the lines of 1 and 2.

The end is no secret and proves nothing alone; it makes a file that was cut off, or whose header or receipts
were touched, fail even where no signature can be checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meruit.audit.core.canonical import Json, encode
from meruit.audit.core.receipt import receipt_text
from meruit.audit.core.record import moment
from meruit.audit.core.sealer import Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from meruit.audit.core.receipt import Receipt
    from meruit.audit.core.values import ErasableText

FORMAT: Final = "meruit-audit"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """A sealed record on its way out: the bytes that were hashed, the hashes, the texts not yet erased."""

    previous: bytes
    hash: bytes
    canonical: bytes
    texts: Sequence[ErasableText] = ()

    def line(self) -> bytes:
        # The hashed bytes are copied, never written anew: what is exported is what was sealed.
        return b'{"hash":"%s","prev":"%s","record":%s%s}\n' % (
            self.hash.hex().encode("ascii"),
            self.previous.hex().encode("ascii"),
            self.canonical,
            b',"texts":' + encode(_texts(self.texts)) if self.texts else b"",
        )


def export_lines(
    origin: str,
    keys: Sequence[bytes],
    at: datetime,
    records: Iterable[Exported],
    receipts: Iterable[Receipt] = (),
) -> Iterator[bytes]:
    """The export line by line; `keys` are all Ed25519 public keys that ever signed receipts here."""
    frame = hashlib.sha256()
    header = _line(
        {
            "exported_at": moment(at),
            "format": FORMAT,
            "keys": [key.hex() for key in keys],
            "origin": origin,
            "version": VERSION,
        }
    )
    frame.update(header)
    yield header
    for receipt in receipts:
        line = _line({"receipt": receipt_text(receipt)})
        frame.update(line)
        yield line
    head = Head.at_genesis(origin)
    for record in records:
        head = head.extended(record.hash)
        yield record.line()
    yield _line(
        {
            "end": {
                "count": head.count,
                "frame": frame.hexdigest(),
                "head": head.hash.hex(),
                "root": head.root.hex(),
            }
        }
    )


def _line(value: Json) -> bytes:
    return encode(value) + b"\n"


def _texts(texts: Sequence[ErasableText]) -> Json:
    return {text.pointer: {"salt": text.salt.hex(), "text": text.text} for text in texts}
