"""The key that signs receipts: made once, in a private file of `MERUIT_HOME` that the worker alone opens.

It is no secret of the decisions: whoever has it can sign a receipt over another history, and the receipts that
left the house before would show it. A new key is a matter of removing the file; old receipts name theirs.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.settings import environment

NAME = "audit-receipts.key"


def path() -> Path:
    """Where the key lies."""
    return environment.home() / "keys" / NAME


def ensure() -> None:
    """Make the key where there is none yet."""
    place = path()
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made)


def signing() -> Ed25519PrivateKey:
    """The key, made when it is first asked for."""
    ensure()
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path().read_text(encoding="ascii").strip()))
