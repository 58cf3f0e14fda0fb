"""The hash chain: each record names its predecessor by hash, so that no record changes without a trace.

A chain alone proves nothing against whoever keeps it, since all of it can be computed anew; receipts
kept outside (`receipt.py`) are what makes a rebuilt chain visible.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

HASH_SIZE: Final = 32

_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}")


def genesis(origin: str) -> bytes:
    """What the first record names as its predecessor: the hash of the installation's name.

    It binds the chain to its origin, so that one firm's records cannot be shown as another's.
    """
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(
            f'The origin is "{origin}"; it is 1 to 60 letters, digits and . _ : / - and begins with a letter '
            "or digit, for example billing.example-law.com."
        )
    return hashlib.sha256(b"meruit-audit 1\n" + origin.encode("ascii") + b"\n").digest()


def link(previous: bytes, record: bytes) -> bytes:
    """The hash of a record: SHA-256 over its predecessor's hash (32 bytes) and its canonical bytes."""
    if len(previous) != HASH_SIZE:
        raise ValueError(f"A record follows a hash of {HASH_SIZE} bytes; this one has {len(previous)}.")
    return hashlib.sha256(previous + record).digest()
