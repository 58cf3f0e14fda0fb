"""Where the digest is mailed, by which server: `MERUIT_DIGEST_TO` and `MERUIT_SMTP`; without both nothing leaves."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from meruit.settings.environment import WrongSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

TO, SERVER = "MERUIT_DIGEST_TO", "MERUIT_SMTP"
#: Submission by RFC 6409.
_PORT = 587
_OWN = ("localhost", "127.0.0.1", "::1")
_SERVER_ALLOWED = (
    "smtp://user:password@host:port, with user and password percent-encoded, "
    "or nothing (then MERUIT_DIGEST_TO is not set either)"
)
_TO_ALLOWED = "mail addresses with commas between them, each ASCII, or nothing (then MERUIT_SMTP is not set either)"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The server that takes mail, who it is for, and whom it is from (the first of those it is for, unless told)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    to: tuple[str, ...]

    @property
    def sender(self) -> str:
        """Whom the mail is from: the user of the server where that is an address, else the first who gets it."""
        return self.user if "@" in self.user else self.to[0]

    @property
    def is_encrypted(self) -> bool:
        """Always but towards a relay on this machine that asks for no password."""
        return bool(self.user) or self.host not in _OWN


def outgoing(environ: Mapping[str, str] = os.environ) -> Outgoing | None:
    """What the environment says; None where the firm set nothing up, and a stop where it set up half of it."""
    server, to = environ.get(SERVER, "").strip(), environ.get(TO, "").strip()
    if not server and not to:
        return None
    addresses = tuple(dict.fromkeys(part.strip() for part in to.split(",")))
    if not all(_is_address(address) for address in addresses):
        raise WrongSetting(TO, to, _TO_ALLOWED)
    try:
        parts = urlsplit(server)
        port = parts.port or _PORT
    except ValueError:
        raise WrongSetting(SERVER, "smtp://***", _SERVER_ALLOWED) from None
    unfit = parts.path.strip("/") or parts.query or parts.fragment or bool(parts.username) != bool(parts.password)
    if parts.scheme != "smtp" or not parts.hostname or unfit:
        raise WrongSetting(SERVER, _masked(server, parts), _SERVER_ALLOWED)
    return Outgoing(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), addresses)


def _is_address(text: str) -> bool:
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError):  # the parser of the standard library indexes into what it does not know
        return False
    return bool(found.username and found.domain) and text.isascii() and text.isprintable()


def _masked(server: str, parts: SplitResult) -> str:
    """The value as it was set, without what may be a password."""
    if "@" not in server and parts.password is None:
        return server
    return f"{parts.scheme or 'smtp'}://***@{server.rpartition('@')[2]}"
