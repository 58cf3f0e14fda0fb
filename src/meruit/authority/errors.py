"""The database's last word, as an exception with a sentence."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Refused(Exception):
    """What was asked may not be done; the text is a full sentence for whoever asked."""


class NotSignedIn(Refused):
    """Nobody acts, or the session has ended."""


class NoAuthority(Refused):
    """The actor, or the decision named, does not cover this."""


class Invalid(Refused):
    """The values given cannot be."""


class NotNow(Refused):
    """Something else happened first: decided already, changed since, closed month."""


class NotFound(Refused):
    """It does not exist, or whoever asks may not know that it does: both answer alike."""


#: SQLSTATEs that our own functions and constraints raise, and what they mean to the caller.
MEANING: dict[str, type[Refused]] = {
    "28000": NotSignedIn,
    "42501": NoAuthority,
    "22023": Invalid,
    "22003": Invalid,
    "22P02": Invalid,
    "23514": Invalid,
    "23001": NotNow,
    "55000": NotNow,
    "P0002": NotFound,
}


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Turn what the database refuses into `Refused` with the database's own sentence."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        state = getattr(cause, "sqlstate", None)
        diag = getattr(cause, "diag", None)
        if state == "23505" and "decision_id" in (getattr(diag, "constraint_name", None) or ""):
            raise NoAuthority("This decision has already taken effect.") from error
        if state not in MEANING:
            raise
        raise MEANING[state](getattr(diag, "message_primary", None) or str(error)) from error
