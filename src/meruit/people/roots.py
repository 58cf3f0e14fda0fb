"""The first people of an installation: the system and two administrators, enrolled by the owner at `init`.

Everybody after them is decided by two people. A firm of one or two says so (`mode`), and owes the compensating
reviews that the matrix names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

MODES = ("standard", "two-person", "one-person")
HOW = 'Name them: meruit init --administrator "Eve Archer <eve@firm.example>" --administrator "..."'
#: As the database has it: the name stands in the first link of the trail.
_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}")
_MAILBOX = re.compile(r"\s*(?P<name>[^<>@]*[^<>@\s])\s*<(?P<mail>[^<>\s@]+@[^<>\s@]+)>\s*")


class RootsRefused(ValueError):
    """The first people cannot be enrolled so; the text says how."""


@dataclass(frozen=True, slots=True)
class Root:
    """One of the first administrators."""

    name: str
    mail: str


def read(text: str) -> Root:
    """An administrator written as `Eve Archer <eve@firm.example>`."""
    found = _MAILBOX.fullmatch(text)
    if found is None:
        raise RootsRefused(f'"{text}" is not a name and a mail address; write it as "Eve Archer <eve@firm.example>".')
    return Root(found["name"], found["mail"])


def enrol(
    owner_url: str,
    roots: Sequence[Root],
    mode: str,
    *,
    zone: str = "UTC",
    country: str = "US",
    origin: str | None = None,
) -> bool:
    """Enrol the system and the first administrators; False where the database has people already.

    Raises `RootsRefused` unless there are two different ones, or one in a firm of one person. `origin` is the name that
    the audit trail begins with and every receipt carries; without it, a drawn one.
    """
    if origin is not None and not _ORIGIN.fullmatch(origin):
        raise RootsRefused(
            f'The origin is "{origin}"; it is a name of up to 60 letters, digits and . _ : / - that begins with a '
            "letter or digit, for example archer-baxter.example/billing."
        )
    if mode not in MODES:
        raise RootsRefused(f'The mode is "{mode}"; it is one of {", ".join(MODES)}.')
    least = 1 if mode == "one-person" else 2
    if len({root.mail.lower() for root in roots}) != len(roots) or len(roots) < least:
        raise RootsRefused(
            f"{'One administrator is' if least == 1 else 'Two different administrators are'} needed. {HOW}"
        )
    with psycopg.connect(owner_url) as pg:
        if pg.execute("SELECT 1 FROM people_person LIMIT 1").fetchone():
            return False
        pg.execute(
            "INSERT INTO people_person (name, email, kind, zone, country, active_from)"
            " VALUES ('Meruit', 'system@localhost', 'system', 'UTC', %s, clock_timestamp())",
            [country],
        )
        pg.execute(
            "INSERT INTO authority_mode (mode, declared_at, declared_by)"
            " VALUES (%s, clock_timestamp(), 'owner, at init')",
            [mode],
        )
        if origin is not None:
            pg.execute(
                "INSERT INTO authority.installation (origin) VALUES (%s)"
                " ON CONFLICT (one) DO UPDATE SET origin = EXCLUDED.origin",
                [origin],
            )
        for root in roots:
            made = pg.execute(
                "INSERT INTO people_person (name, email, kind, zone, country, active_from)"
                " VALUES (%s, %s, 'human', %s, %s, clock_timestamp()) RETURNING id",
                [root.name, root.mail, zone, country],
            ).fetchone()
            assert made is not None  # RETURNING of one inserted row
            pg.execute(
                "INSERT INTO authority_grant (person_id, role, from_at, needs_nda, needs_consent, limit_currency)"
                " VALUES (%s, 'administrator', clock_timestamp(), false, false, '')",
                [made[0]],
            )
    return True


def present(owner_url: str) -> bool:
    """Whether anybody is enrolled."""
    with psycopg.connect(owner_url) as pg:
        return pg.execute("SELECT 1 FROM people_person LIMIT 1").fetchone() is not None
