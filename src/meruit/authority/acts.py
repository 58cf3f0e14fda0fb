"""Who acts. Every action runs inside `acting(actor)`: one transaction, sealed to one person by the database."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from meruit.authority.errors import NotSignedIn, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a session, or the system in a step of the night.

    `token` is the secret of the session and is never printed. The person is what the database said of
    the token when it was last asked; the database asks again in every transaction.
    """

    person_id: int
    token: str | None = field(default=None, repr=False)
    step: str | None = None
    origin: str = "web"

    @property
    def is_system(self) -> bool:
        return self.token is None


def signed_in(token: str, origin: str = "web") -> Actor:
    """The actor behind a session's token; `NotSignedIn` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM authority.whoami(%s)", [token])
        row = cursor.fetchone()
    if row is None:
        raise NotSignedIn("The session is unknown, ended or expired: sign in again.")
    return Actor(person_id=row[0], token=token, origin=origin)


def system(step: str) -> Actor:
    """The system, in a named step of the night. Works over the worker's login only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_person WHERE kind = 'system' ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        raise NotSignedIn("This installation has no system person: run `meruit init`.")
    return Actor(person_id=row[0], step=step, origin="night")


@contextlib.contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """One transaction in which `actor` acts. Deferred checks speak before it ends, so that they are sentences.

    Acts nest for the same actor; only the outermost asks for the deferred checks, since an inner one may leave
    the books half posted.
    """
    outermost = not connection.in_atomic_block
    with sentences(), transaction.atomic():
        with connection.cursor() as cursor:
            if actor.token is not None:
                cursor.execute("SELECT authority.act(%s, %s)", [actor.token, actor.origin])
            else:
                cursor.execute("SELECT authority.act_as_system(%s)", [actor.step or "unnamed"])
        yield
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def moment() -> datetime:
    """Now, by the clock of the firm (which only a demonstration may move). Always UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT authority.moment()")
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    found: datetime = row[0]
    return found


def today() -> date:
    """The day that it is where the firm is, by its clock: what a day that somebody wrote down is compared with."""
    return _day("SELECT authority.today()", [])


def clock() -> tuple[datetime, date]:
    """Now, and the day that it is where the firm is; asked together, so that they belong together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT m, authority.day(m) FROM authority.moment() m")
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    found: tuple[datetime, date] = (row[0], row[1])
    return found


def day_of(at: datetime) -> date:
    """The day that a moment falls on where the firm is."""
    return _day("SELECT authority.day(%s)", [at])


def _day(statement: str, values: list[datetime]) -> date:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    found: date = row[0]
    return found


def forget() -> int:
    """Forget who acted in transactions that are over; the worker does it every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT authority.forget_acts()")
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    return int(row[0])
