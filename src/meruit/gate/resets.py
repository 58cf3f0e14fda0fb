"""Decided resets: lost authenticators are forgotten, the password with them, and every session ends."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from meruit.authority.acts import moment
from meruit.gate import sessions
from meruit.people.models import AuthenticatorReset, Login, Session


def carry_out() -> int:
    """Carry out what two administrators decided and nobody has carried out; returns how many."""
    if not AuthenticatorReset.objects.filter(carried_out_at=None).exists():
        return 0
    with transaction.atomic():
        waiting = list(AuthenticatorReset.objects.filter(carried_out_at=None))
        now = moment()
        for reset in waiting:
            for login in Login.objects.filter(person_id=reset.person_id):
                Authenticator.objects.filter(user_id=login.pk).delete()
                login.set_unusable_password()
                login.save(update_fields=["password"])
            for session in Session.objects.filter(person_id=reset.person_id, ended_at=None):
                sessions.end(bytes(session.token_sha256))
            AuthenticatorReset.objects.filter(pk=reset.pk, carried_out_at=None).update(carried_out_at=now)
    return len(waiting)
