"""Links that work once: to enrol, and to sign in to a demonstration. `meruit.gate.link` prints one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import connection

from meruit.authority.errors import NotFound, sentences
from meruit.gate.sessions import sha256
from meruit.people.models import Person

LASTS = {"enrol": timedelta(days=2), "demo": timedelta(days=30)}


def make(person_id: int, purpose: str) -> str:
    """Make a link for a person; returns the address, which is shown once and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    _call(
        "SELECT gate.make_link(%s, %s, %s, make_interval(secs => %s))",
        [person_id, purpose, sha256(secret), LASTS[purpose].total_seconds()],
    )
    return f"{settings.ADDRESSES.gate}/gate/{purpose}/{secret}/"


def holder(secret: str, purpose: str) -> Person | None:
    """Whom an unused link is for."""
    found = _call("SELECT gate.link_of(%s, %s)", [sha256(secret), purpose])
    return None if found is None else Person.objects.get(pk=found)


def use(secret: str, purpose: str) -> Person:
    """Use a link up; `Refused` when it is unknown, used or old."""
    return Person.objects.get(pk=_call("SELECT gate.use_link(%s, %s)", [sha256(secret), purpose]) or 0)


def for_mail(mail: str) -> str:
    """A link by which somebody who was decided enrols a password and an authenticator."""
    person = Person.objects.filter(email__iexact=mail, kind=Person.Kind.HUMAN).first()
    if person is None:
        raise NotFound(f'There is no person with the mail address "{mail}".')
    return make(person.pk, "enrol")


def _call(statement: str, values: list[int | str | bytes | float]) -> int | None:
    with sentences(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    found: int | None = row[0]
    return found
