"""A row of the trail as the record that is sealed, and the words that stay beside it.

The bytes' rules are `core`'s; here is only which columns become what, and which names hold words that a
client may one day have erased.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from meruit.audit.core import (
    ErasableText,
    FreeText,
    Json,
    Origin,
    Record,
    Subject,
    Way,
    audit_values,
    read_exactly,
)

#: Names, anywhere in a row or content, under which people write freely.
FREE_TEXT = frozenset({
    "body", "comment", "description", "memo", "message", "narrative", "note", "question", "raw", "reason", "said",
    "text", "why", "words",
})  # fmt: skip
_ERASABLE = "text_hmac"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as `audit.unsealed` hands it over; JSON as text, so that no number was rounded on the way."""

    id: int
    at: datetime
    xid: str
    person_id: int | None
    session_id: int | None
    on_behalf_of: int | None
    login: str
    origin: str
    address: str | None
    event: str
    subject: str
    subject_id: str | None
    before: str | None
    after: str | None
    reason: str | None
    decision_id: int | None
    evidence: str | None


def record(row: Row, new_salt: Callable[[], bytes]) -> tuple[Record, list[ErasableText]]:
    """The record of a row, and its words."""
    before, of_before = audit_values(marked(row.before), "/before", new_salt)
    after, of_after = audit_values(marked(row.after), "/after", new_salt)
    reason, of_reason = audit_values(None if row.reason is None else FreeText(row.reason), "/reason", new_salt)
    evidence = None if row.evidence is None else read_exactly(row.evidence)
    told = Record(
        at=row.at,
        transaction=row.xid,
        event=row.event,
        subject=Subject(row.subject, row.subject_id),
        origin=Origin(cast("Way", row.origin), row.address, row.login),
        person=_text(row.person_id),
        session=_text(row.session_id),
        on_behalf_of=_text(row.on_behalf_of),
        before=before,
        after=after,
        reason=reason,
        decision=_text(row.decision_id),
        evidence=cast("dict[str, Json] | None", evidence),
    )
    return told, [*of_before, *of_after, *of_reason]


def marked(value: str | None) -> Any:
    """JSON with its free text marked, however deep; what is too deep to look into is text as a whole."""
    if value is None:
        return None
    read = read_exactly(value)
    return FreeText(read) if isinstance(read, str) and not value.startswith('"') else _marked(read)


def agrees(frozen: Json, row: Any, place: str, salts: Mapping[str, bytes]) -> bool:
    """Does what was sealed still say what the row says? Words are compared by their keyed hash; erased ones are not."""
    if isinstance(row, FreeText):
        if not (isinstance(frozen, dict) and set(frozen) == {_ERASABLE}):
            return False
        salt = salts.get(place)
        return salt is None or hmac.digest(salt, row.text.encode(), hashlib.sha256).hex() == frozen[_ERASABLE]
    if isinstance(row, dict):
        if not isinstance(frozen, dict) or len(frozen) != len(row):
            return False
        names = {("~" + key if key.lstrip("~") == _ERASABLE else key): value for key, value in row.items()}
        return all(
            key in frozen and agrees(frozen[key], value, f"{place}/{key.replace('~', '~0').replace('/', '~1')}", salts)
            for key, value in names.items()
        )
    if isinstance(row, list):
        return (
            isinstance(frozen, list)
            and len(frozen) == len(row)
            and all(agrees(f, r, f"{place}/{i}", salts) for i, (f, r) in enumerate(zip(frozen, row, strict=True)))
        )
    return type(frozen) is type(row) and frozen == row


def _marked(value: Json) -> Any:
    if isinstance(value, dict):
        return {
            key: FreeText(item) if key in FREE_TEXT and isinstance(item, str) else _marked(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
