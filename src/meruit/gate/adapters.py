"""What allauth asks of the house: nobody signs up, secrets are kept encrypted, the last second factor stays."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from meruit.people.models import Login


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """A person comes by a decision of two administrators, never by a form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("gate-open")

    def add_message(self, *args: object, **options: object) -> None:
        """The pages say where one is; a second sentence on top of each would only be read away."""


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of authenticator apps are encrypted with the gate's own key, so that a copy of the table is no use."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()

    def get_totp_label(self, user: Login) -> str:
        return user.email

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one is taken away by a decided reset only."""
        others: QuerySet[Any] = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return others.exists()

    def generate_authenticator_name(self, user: Login, type: str) -> str:
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {known + 1}"

    def _get_site_name(self) -> str:
        return "Meruit"


def _cipher() -> Fernet:
    key = hashlib.sha256(b"meruit second factors\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
