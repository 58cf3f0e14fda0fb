"""A time-based code works once: neither it nor an older one is taken again (RFC 6238 section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.totp.internal import auth
from django.db import IntegrityError, transaction
from django.db.models import Max

from meruit.gate.models import UsedCode

if TYPE_CHECKING:
    from meruit.people.models import Login


def use(login: Login, secret: str, code: str) -> bool:
    """Mark a code that was found right as used; false when it, or a later one, was used before."""
    typed = code.replace(" ", "")
    counter = next(
        (
            n
            for n in auth.yield_hotp_counters_from_time()
            if auth.format_hotp_value(auth.hotp_value(secret, n)) == typed
        ),
        None,
    )
    if counter is None:
        return False
    last = UsedCode.objects.filter(login=login).aggregate(last=Max("counter"))["last"]
    if last is not None and counter <= last:
        return False
    try:
        with transaction.atomic():
            UsedCode.objects.create(login=login, counter=counter)
    except IntegrityError:  # the same code, in the same moment, from somewhere else
        return False
    return True
