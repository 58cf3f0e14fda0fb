"""Which language model may be asked: `MERUIT_MODEL_URL`, `MERUIT_MODEL`, `MERUIT_MODEL_KEY`; without them none is.

The address is `https`, or `http` to this machine alone: a client's words never cross a network in the clear.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from meruit.drafting.endpoint import Endpoint
from meruit.settings.environment import WrongSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS, MODEL, KEY = "MERUIT_MODEL_URL", "MERUIT_MODEL", "MERUIT_MODEL_KEY"
#: Hosts that are this machine.
_OWN = ("localhost", "127.0.0.1", "::1")
_ADDRESS_ALLOWED = (
    "https://host/v1, or http://localhost:port/v1 for a model on this machine, without user, query or fragment"
)
_MODEL_ALLOWED = "the name of a model where MERUIT_MODEL_URL is set, and nothing where it is not"
_KEY_ALLOWED = "a key as the model's owner gave it: ASCII without blanks, or nothing"


def endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint | None:
    """What the environment says; None where the firm set nothing up, and a stop where it set up half of it."""
    address, model, key = (environ.get(name, "").strip() for name in (ADDRESS, MODEL, KEY))
    if not address and not model and not key:
        return None
    if not _is_address(address):
        raise WrongSetting(ADDRESS, _masked(address), _ADDRESS_ALLOWED)
    if not model:
        raise WrongSetting(MODEL, model, _MODEL_ALLOWED)
    if any(not letter.isprintable() or not letter.isascii() or letter.isspace() for letter in key):
        raise WrongSetting(KEY, "***", _KEY_ALLOWED)
    return Endpoint(address, model, key)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _OWN)


def _masked(address: str) -> str:
    """The value as it was set, without what may be a password."""
    scheme, there, rest = address.partition("://")
    return f"{scheme}{there}***@{rest.rpartition('@')[2]}" if "@" in rest else address
