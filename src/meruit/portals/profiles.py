"""What is known of each portal, as data: its route, its limits, and what its words mean here.

A word is mapped by portal and word, never by the word alone. A profile is refused with its file and the key that
is wrong; a word or reason that no profile knows is not: it is kept and shown.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meruit.ledes.dialects import dialect
from meruit.ledes.tables import TableError
from meruit.portals.core import State

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).with_name("profiles")
ROUTES = ("sftp", "by hand")
LINES = ("", "reduction", "rejection")
REQUIRED = ("slug", "title", "route", "dialect", "source", "as_of", "alarm_hours", "resubmit_days", "answer_days")
#: What a reason that nobody has mapped is filed under; its words are kept.
UNSPECIFIED = "REV-UNSPEC"


class ProfileError(ValueError):
    """A profile that cannot be used; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the common list of reasons."""

    code: str
    kind: str  # rejection, reduction, warning
    fixable_by: str


@dataclass(frozen=True, slots=True)
class Word:
    """What a portal's word means: where the bill stands, that the file arrived, that money comes.

    `states` are tried in order: the same word sends a bill back before or after the client saw it. `line` is what
    the word says of a single line.
    """

    states: tuple[State, ...] = ()
    receipt: bool = False
    payment: bool = False
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One portal."""

    slug: str
    title: str
    route: str
    dialect: str
    source: str
    as_of: date
    alarm_hours: int
    resubmit_days: int
    answer_days: int
    needs_matter_ids: tuple[str, ...] = ()
    needs_client_id: bool = False
    words: Mapping[str, Word] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def reason_code(self, words: str) -> str:
        """The code of a reason in this portal's words."""
        return self.reasons.get(words.strip(), UNSPECIFIED)


@cache
def reasons() -> Mapping[str, Reason]:
    """The common list of reasons by code."""
    data = tomllib.loads(Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8"))
    return {code: Reason(code, **row) for code, row in data.items()}


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by slug."""
    return {profile.slug: profile for profile in map(load, sorted(FOLDER.glob("*.toml")))}


def profile(slug: str) -> Profile | None:
    """The profile of a portal, if there is one."""
    return profiles().get(slug)


def load(path: Path) -> Profile:
    """Read one profile; `ProfileError` says what is wrong with it."""
    try:
        found = parse(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, TypeError, ValueError, KeyError) as error:
        raise ProfileError(f"{path.name}: {error}") from error
    if found.slug != path.stem:
        raise ProfileError(f'{path.name}: the slug is "{found.slug}"; it is the name of the file.')
    return found


def parse(text: str) -> Profile:
    """A profile from its text."""
    data: dict[str, Any] = tomllib.loads(text)
    words = {word: _word(word, row) for word, row in data.pop("words", {}).items()}
    given = data | {"words": words, "needs_matter_ids": tuple(data.pop("needs_matter_ids", ()))}
    unknown = given.keys() - Profile.__dataclass_fields__.keys()
    missing = set(REQUIRED) - given.keys()
    if unknown or missing:
        what = f'does not know "{min(unknown)}"' if unknown else f'has no "{min(missing)}"'
        raise ProfileError(f"A profile {what}.")
    found = Profile(**given)
    if found.route not in ROUTES:
        raise ProfileError(f'"{found.route}" is no route; there are {", ".join(ROUTES)}.')
    try:
        dialect(found.dialect)
    except TableError as error:
        raise ProfileError(f"dialect: {error}") from error
    for name in ("alarm_hours", "resubmit_days", "answer_days"):
        if not isinstance(getattr(found, name), int) or getattr(found, name) < 1:
            raise ProfileError(f"{name} is {getattr(found, name)}; it is a whole number of at least 1.")
    for says, code in found.reasons.items():
        if code not in reasons():
            raise ProfileError(f'The reason "{says}" maps to {code}, which is no code of the list.')
    return found


def _word(word: str, row: Mapping[str, Any]) -> Word:
    unknown = row.keys() - Word.__dataclass_fields__.keys()
    if unknown:
        raise ProfileError(f'The word "{word}" does not know "{min(unknown)}".')
    line = row.get("line", "")
    if line not in LINES:
        raise ProfileError(f'The word "{word}": a line can be a reduction or a rejection, not "{line}".')
    return Word(
        states=tuple(State(s) for s in row.get("states", ())),
        receipt=bool(row.get("receipt", False)),
        payment=bool(row.get("payment", False)),
        line=line,
    )
