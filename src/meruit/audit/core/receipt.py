"""Receipts: what leaves the house, so that the house cannot rewrite its own past unseen.

A receipt says how many records there were, the hash of the last and the root of the tree over all, signed
with Ed25519. It is printed in every digest and reconciliation, and mailed to somebody who is not us. It is
plain ASCII in short lines, and it is read word by word, so quoting, indenting, wrapping at 72 columns and
changed line ends on its way through mail do it no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from meruit.audit.core.chain import genesis

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from meruit.audit.core.sealer import Head

BEGIN: Final = "-----BEGIN MERUIT AUDIT RECEIPT-----"
END: Final = "-----END MERUIT AUDIT RECEIPT-----"

_HEX = "[0-9a-f]{64}"
_WORDS = re.compile(
    rf"receipt 1 origin (?P<origin>\S{{1,60}}) count (?P<count>0|[1-9][0-9]{{0,15}}) "
    rf"date (?P<date>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ) head (?P<head>{_HEX}) root (?P<root>{_HEX}) "
    rf"key (?P<key>{_HEX})(?: signature (?P<first>{_HEX}) (?P<second>{_HEX}))?",
    re.ASCII,
)
_QUOTES = re.compile(r"^[\s>|\ufeff]+", re.MULTILINE)


class ReceiptRefused(ValueError):
    """A text that claims to be a receipt and cannot be read as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The state of the trail at one moment. `key` is the Ed25519 public key, 32 bytes."""

    origin: str
    count: int
    at: datetime
    head: bytes
    root: bytes
    key: bytes
    signature: bytes | None = None

    def signed_bytes(self) -> bytes:
        """What the signature covers: the six facts, one a line, each line ended by a line feed."""
        return "".join(f"{line}\n" for line in self._facts()).encode("ascii")

    def _facts(self) -> list[str]:
        return [
            "receipt 1",
            f"origin {self.origin}",
            f"count {self.count}",
            f"date {self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            f"head {self.head.hex()}",
            f"root {self.root.hex()}",
            f"key {self.key.hex()}",
        ]


def receipt_of(head: Head, *, origin: str, at: datetime, key: bytes) -> Receipt:
    """The unsigned receipt of this head; `at` is kept to the second."""
    genesis(origin)  # refuses a name that a receipt could not carry
    if at.tzinfo is None:
        raise ReceiptRefused(f"The moment {at} has no time zone; a receipt is dated in UTC.")
    return Receipt(
        origin=origin,
        count=head.count,
        at=at.astimezone(UTC).replace(microsecond=0),
        head=head.hash,
        root=head.root,
        key=key,
    )


def sign(receipt: Receipt, private_key: Ed25519PrivateKey) -> Receipt:
    """The receipt with its signature; its `key` must be the public half of `private_key`."""
    if private_key.public_key().public_bytes_raw() != receipt.key:
        raise ReceiptRefused("The receipt names another public key than that of the key which is to sign it.")
    return replace(receipt, signature=private_key.sign(receipt.signed_bytes()))


def signature_holds(receipt: Receipt) -> bool:
    """Whether the receipt is signed by the key it names. Whose key that is, is another question."""
    if receipt.signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(receipt.key).verify(receipt.signature, receipt.signed_bytes())
    except InvalidSignature:
        return False
    return True


def receipt_text(receipt: Receipt) -> str:
    """The receipt as it is printed and mailed: ASCII, no line longer than 70 characters."""
    lines = [BEGIN, *receipt._facts()]
    if receipt.signature is not None:
        digits = receipt.signature.hex()
        lines += ["signature", digits[:64], digits[64:]]
    return "\n".join([*lines, END]) + "\n"


def find_receipts(text: str) -> list[Receipt]:
    """All receipts in a text, for example a mail with its quoting; refuses one that is damaged."""
    receipts: list[Receipt] = []
    unquoted = _QUOTES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for number, piece in enumerate(unquoted.split(BEGIN)[1:], start=1):
        body, ended, _ = piece.partition(END)
        if not ended:
            raise ReceiptRefused(f'Receipt {number} of this text has no line "{END}"; it was cut off.')
        match = _WORDS.fullmatch(" ".join(body.split()))
        if match is None:
            raise ReceiptRefused(
                f"Receipt {number} of this text cannot be read; it has the words receipt, origin, count, "
                "date, head, root, key and signature in this order, each with its value."
            )
        receipts.append(_receipt(match, number))
    return receipts


def _receipt(match: re.Match[str], number: int) -> Receipt:
    try:
        at = datetime.strptime(match["date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ReceiptRefused(f'Receipt {number} of this text has the date "{match["date"]}".') from error
    return Receipt(
        origin=match["origin"],
        count=int(match["count"]),
        at=at,
        head=bytes.fromhex(match["head"]),
        root=bytes.fromhex(match["root"]),
        key=bytes.fromhex(match["key"]),
        signature=bytes.fromhex(match["first"] + match["second"]) if match["first"] else None,
    )
