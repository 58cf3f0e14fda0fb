"""How values of the house become values of a record, and how words that may need erasing stay outside it.

A narrative or a reason can hold what a client may have erased one day (health, family, names). Were it
inside the hashed bytes, erasing it would break every proof after it. So the record holds
`{"text_hmac": HMAC-SHA-256(salt, text)}` and the text stands apart with its salt. Erasing deletes both:
without the salt, not even a guessed text can be confirmed. Each text has a salt of its own, so that
erasing one says nothing about another.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from meruit.audit.core.canonical import Json, NotCanonical, pointer, read_exactly
from meruit.audit.core.record import moment

if TYPE_CHECKING:
    from collections.abc import Callable

#: The one key of the object that stands in a text's place. Data that happens to have this key is written
#: with `~` before it, so that nobody can pass data off as an erased text.
HASH_KEY: Final = "text_hmac"
SALT_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class FreeText:
    """Words a person wrote, which may have to be erased: a narrative, a reason, a note."""

    text: str


@dataclass(frozen=True, slots=True)
class ErasableText:
    """A text kept apart from its record, under the place (JSON pointer) where its hash stands."""

    pointer: str
    salt: bytes
    text: str

    @property
    def hash(self) -> str:
        return hmac.digest(self.salt, self.text.encode("utf-8"), hashlib.sha256).hex()


def audit_values(value: object, place: str, new_salt: Callable[[], bytes]) -> tuple[Json, list[ErasableText]]:
    """`value` as a record holds it, and the free texts taken out of it.

    `place` is where it will stand in the record (`/before`, `/after`, `/reason`); `new_salt` gives
    16 random bytes each time (`functools.partial(secrets.token_bytes, SALT_SIZE)`).
    """
    texts: list[ErasableText] = []
    return _plain(value, place, new_salt, texts), texts


def row_values(
    row: str | None, place: str, free_text: Collection[str], new_salt: Callable[[], bytes]
) -> tuple[Json, list[ErasableText]]:
    """The same for a row as a trigger kept it (jsonb as text), whose columns `free_text` hold free text."""
    if row is None:
        return None, []
    columns = read_exactly(row)
    if isinstance(columns, str) and free_text:  # nested too deep to find the columns in it: all of it is text
        return audit_values(FreeText(columns), place, new_salt)
    if not isinstance(columns, dict):
        return audit_values(columns, place, new_salt)
    marked = {
        name: FreeText(value) if name in free_text and isinstance(value, str) else value
        for name, value in columns.items()
    }
    return audit_values(marked, place, new_salt)


def _key(key: str) -> str:
    return f"~{key}" if key.lstrip("~") == HASH_KEY else key


def _plain(value: object, place: str, new_salt: Callable[[], bytes], texts: list[ErasableText]) -> Json:
    if isinstance(value, FreeText):
        text = ErasableText(place, new_salt(), value.text)
        if len(text.salt) != SALT_SIZE:
            raise ValueError(f"A salt has {SALT_SIZE} random bytes; this one has {len(text.salt)}.")
        texts.append(text)
        return {HASH_KEY: text.hash}
    if isinstance(value, Enum):
        return _plain(value.value, place, new_salt, texts)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotCanonical(f"{place} is {value}; an amount in the audit trail is a number.")
        return format(value, "f")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        keys = {_key(str(key)): item for key, item in value.items()}
        return {key: _plain(item, pointer(place, key), new_salt, texts) for key, item in keys.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(v, pointer(place, i), new_salt, texts) for i, v in enumerate(value)]
    raise NotCanonical(
        f"{place} is {value!r} of type {type(value).__name__}, which a record cannot hold; "
        "give money as Decimal, and bytes by their SHA-256."
    )
