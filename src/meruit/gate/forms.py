"""The forms of the gate: allauth's own, with codes that work once and passkeys that always ask for their person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password

from meruit.gate import codes

if TYPE_CHECKING:
    from meruit.people.models import Person


class _Once:
    """Refuses a code that was used before, also after a restart and from another process."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form, beside which this stands
        found: Authenticator = self.authenticator  # type: ignore[attr-defined]  # set by allauth's clean_code
        secret = found.data.get("secret")
        if found.type == Authenticator.Type.TOTP and not codes.use(found.user, decrypt(secret), code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class Authenticate(_Once, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in."""


class Reauthenticate(_Once, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Proof of presence before authenticators are changed."""


class ActivateTOTP(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The code that proves a new authenticator app is used up by it."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not codes.use(self.user, self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey may always sign in by itself: it asks for its person each time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = "What you call it"
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = "Sign in with it alone, without the password"
        self.fields["passwordless"].help_text = ""


class Enrol(forms.Form):
    """A password of one's own, chosen by a link that works once."""

    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text="At least 12 characters; a few words in a row are good.",
    )
    again = forms.CharField(
        label="The same once more", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        password = said.get("password")
        if password:
            validate_password(password, self.person)  # type: ignore[arg-type]  # name and mail are all it looks at
            if password != said.get("again"):
                self.add_error("again", "The two passwords differ.")
        return said
