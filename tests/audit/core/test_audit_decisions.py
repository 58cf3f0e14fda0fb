"""Signed decisions: the challenge says what was decided, and an outside library agrees with the evidence."""

from __future__ import annotations

from dataclasses import replace

import audit_trail
import pytest
import webauthn

from meruit.audit.core import SignedContent, base64url, challenge

SIGNED = SignedContent(person="6", proposal="31", verdict="approve", content="c0" * 32, nonce="0e" * 32)


def test_the_challenge_of_version_1_is_exactly_this() -> None:
    assert challenge(SIGNED).hex() == "1ab59204bfa08517a574ca9e2dc9689c5dbfdcb0cd37b872bded77461f6e8080"


@pytest.mark.parametrize(
    "change",
    [{"person": "7"}, {"proposal": "32"}, {"verdict": "refuse"}, {"content": "c1" * 32}, {"nonce": "0f" * 32}],
)
def test_every_part_of_the_decision_is_in_the_challenge(change: dict[str, str]) -> None:
    assert challenge(replace(SIGNED, **change)) != challenge(SIGNED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"content": "C0" * 32}, "SHA-256 as 64 hexadecimal digits"),
        ({"content": "c0"}, "SHA-256"),
        ({"nonce": ""}, "32 random bytes"),
    ],
)
def test_content_and_nonce_are_whole(change: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SIGNED, **change)


def test_the_evidence_is_an_assertion_that_the_webauthn_library_accepts() -> None:
    """Meruit's gate checks assertions with that library; the challenge and the evidence must suit it."""
    signature = audit_trail.Passkey(41).sign(SIGNED)
    credential = {
        "id": base64url(b"credential"),
        "rawId": base64url(b"credential"),
        "type": "public-key",
        "response": {
            "authenticatorData": base64url(signature.authenticator_data),
            "clientDataJSON": base64url(signature.client_data_json),
            "signature": base64url(signature.signature),
        },
    }
    verified = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=challenge(SIGNED),
        expected_rp_id=audit_trail.SITE,
        expected_origin=f"https://{audit_trail.ORIGIN}",
        credential_public_key=signature.public_key,
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    assert verified.user_verified
    assert signature.to_json()["signed"] == SIGNED.to_json()
