"""The public key of a passkey is kept beside its credential when it is enrolled.

allauth keeps the browser's answer whole; the key inside it is what a signature is checked against, what the trail
names, and what the database insists on, so it is taken out once, by the library that understands it.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from django.db.models.signals import pre_save

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator


def watch() -> None:
    """Have the public key written beside every passkey that allauth enrols."""
    from allauth.mfa.models import Authenticator  # models are there once the apps are ready

    pre_save.connect(_keep_public_key, sender=Authenticator, dispatch_uid="meruit.gate.enrolment")


def _keep_public_key(sender: type[Authenticator], instance: Authenticator, **rest: Any) -> None:
    if instance.type == sender.Type.WEBAUTHN and "public_key" not in instance.data:
        from fido2 import cbor

        data = instance.wrap().authenticator_data.credential_data
        instance.data["public_key"] = _base64url(cbor.encode(data.public_key))
        instance.data["credential_id"] = _base64url(data.credential_id)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
