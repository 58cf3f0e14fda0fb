"""What a passkey signs, checked with a maintained library against the keys its person has enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from webauthn import base64url_to_bytes, verify_authentication_response
from webauthn.helpers.exceptions import WebAuthnException

from meruit.authority.errors import NoAuthority

if TYPE_CHECKING:
    from meruit.people.models import Login


@dataclass(frozen=True, slots=True)
class Passkey:
    """An enrolled passkey: what the browser is told of it, and what its signatures are checked against (COSE)."""

    credential_id: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """A signature that was checked, with everything that is kept as evidence of it."""

    passkey: Passkey
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def of(login: Login) -> list[Passkey]:
    """A person's enrolled passkeys."""
    rows = Authenticator.objects.filter(user_id=login.pk, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [
        Passkey(base64url_to_bytes(row.data["credential_id"]), base64url_to_bytes(row.data["public_key"]))
        for row in rows
    ]


def check(login: Login, response: dict[str, Any], *, challenge: bytes, rp_id: str, origin: str) -> Assertion:
    """Check an assertion against the person's own passkeys; `NoAuthority` when it is not one of them, or not this."""
    try:
        used = base64url_to_bytes(str(response["rawId"]))
        parts = response["response"]
        authenticator_data, client_data, signature = (
            base64url_to_bytes(str(parts[name])) for name in ("authenticatorData", "clientDataJSON", "signature")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NoAuthority("The browser's answer is no signature of a passkey; try again.") from error
    passkey = next((key for key in of(login) if key.credential_id == used), None)
    if passkey is None:
        raise NoAuthority("This passkey is not enrolled for you; use one that is.")
    try:
        verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            # Passkeys that are kept in a cloud count nothing; a counter that goes back would prove nothing there.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise NoAuthority(f"The passkey's signature does not hold: {error}") from error
    return Assertion(passkey, authenticator_data, client_data, signature)
