"""Signed decisions: what a decider's passkey signs, and the evidence of it that the trail keeps.

Trust money, payee details, grants and authenticators are decided with a passkey (WebAuthn). The browser
signs a challenge, and nothing else of ours, so the challenge itself must say what was decided: it is a hash
over who rules, on which proposal, with which verdict, over which content. Whoever holds the evidence can
compute it again and check the signature without us.

Two records tell of it. `decision.signed`, written when the gate has checked the assertion: its subject is the
signature's own id, `after` holds `person_id`, `proposal_id`, `verdict` and `content_sha256`, and `evidence` is
`PasskeySignature.to_json()`. Then the decision (`decision.approved`, `.refused` or `.amended`), whose `after` holds
`kind`, `proposal_id`, `content_sha256`, and `attestation_id`: the id of the signature that it uses up, or null.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from meruit.audit.core.canonical import Json, encode

#: The event of a passkey signature; the only record that carries `evidence`.
SIGNED: Final = "decision.signed"
#: The events of a decision, by verdict.
DECIDED: Final = {verdict: f"decision.{verdict}" for verdict in ("approved", "refused", "amended")}
#: The events by which a person's passkey comes and goes: subject is the person, `after` (or `before`) holds
#: `public_key`, the credential's COSE key in base64url. A signature counts only by a key enrolled before it.
ENROLLED: Final = "authenticator.enrolled"
REMOVED: Final = "authenticator.removed"

_SHA256 = re.compile(r"[0-9a-f]{64}")


def base64url(data: bytes) -> str:
    """Base64url without padding, as WebAuthn writes it (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """What a signature rules on. `content` is the approval hash in hexadecimal, `nonce` makes it unique."""

    person: str
    proposal: str
    verdict: str
    content: str
    nonce: str

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.content):
            raise ValueError(f'The content is "{self.content}"; it is a SHA-256 as 64 hexadecimal digits.')
        if not _SHA256.fullmatch(self.nonce):
            raise ValueError("The nonce is 32 random bytes as 64 hexadecimal digits.")

    def to_json(self) -> dict[str, Json]:
        return {
            "content": self.content,
            "nonce": self.nonce,
            "person": self.person,
            "proposal": self.proposal,
            "verdict": self.verdict,
        }


def challenge(signed: SignedContent) -> bytes:
    """The WebAuthn challenge for this ruling: 32 bytes, none of them chosen by whoever asks for it."""
    return hashlib.sha256(b"meruit-decision 1\n" + encode(signed.to_json())).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySignature:
    """A WebAuthn assertion as it came from the browser, and the key it was checked against (COSE)."""

    signed: SignedContent
    rp_id: str
    authenticator_data: bytes
    client_data_json: bytes
    signature: bytes
    public_key: bytes

    def to_json(self) -> dict[str, Json]:
        """The `evidence` of a record."""
        return {
            "authenticator_data": base64url(self.authenticator_data),
            "client_data_json": base64url(self.client_data_json),
            "kind": "passkey",
            "public_key": base64url(self.public_key),
            "rp_id": self.rp_id,
            "signature": base64url(self.signature),
            "signed": self.signed.to_json(),
        }
