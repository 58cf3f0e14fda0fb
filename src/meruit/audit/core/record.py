"""One record of the audit trail: who did what, when, from where, for whom, to what, and why.

Version 1 of the record is frozen. A record is a JSON object with exactly the fifteen keys that
`Record.to_json` writes; its bytes are the canonical JSON of that object (`canonical.py`). A new version
gets a new number and a new golden test; the verifier keeps reading the old one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from meruit.audit.core.canonical import Json, encode

VERSION: Final = 1

#: The ways in that we have; `sql` is a change that no action of ours made. The format takes any such word.
Way: TypeAlias = Literal["web", "api", "cli", "mcp", "gate", "night", "sql"]

#: The event that says which texts of an earlier record were erased: subject is that record's number,
#: `after` is {"texts": [JSON pointers]}.
ERASED: Final = "audit.text_erased"
#: The kind of subject that is a record of this trail itself; its id is the record's number.
RECORD_KIND: Final = "audit_record"

_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_TRANSACTION = re.compile(r"0|[1-9][0-9]{0,19}")
_KIND = re.compile(r"[a-z][a-z0-9_.]*")
_WAY = re.compile(r"[a-z][a-z0-9_]*")


class RecordRefused(ValueError):
    """A record that does not keep the format's rules."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where it came from: the way in, the network address where there is one, the database's login."""

    way: Way
    address: str | None = None
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What it was done to: the kind (for row history the table) and its id, null for the whole kind."""

    kind: str
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What happened, as the action or the row trigger tells it; the sealer gives it its number.

    `person` may be None only for `sql`: nobody else acts without a name. `reason` is plain text, or the
    keyed hash that `audit_values` leaves in the place of free text. `evidence` is what a signed decision
    carries (`decisions.py`), null otherwise.
    """

    at: datetime
    transaction: str
    event: str
    subject: Subject
    origin: Origin
    person: str | None
    session: str | None = None
    on_behalf_of: str | None = None
    before: Json = None
    after: Json = None
    reason: Json = None
    decision: str | None = None
    evidence: dict[str, Json] | None = field(default=None)

    def __post_init__(self) -> None:
        if not _EVENT.fullmatch(self.event):
            raise RecordRefused(
                f'The event is "{self.event}"; it is a dotted name in the past tense, for example prebill.approved.'
            )
        if not _TRANSACTION.fullmatch(self.transaction):
            raise RecordRefused(f'The transaction is "{self.transaction}"; it is an xid8 written as digits.')
        if not _KIND.fullmatch(self.subject.kind) or self.subject.id == "":
            raise RecordRefused(f'The subject is "{self.subject.kind}" "{self.subject.id}"; it is a kind and an id.')
        if not _WAY.fullmatch(self.origin.way):
            raise RecordRefused(f'The record came by "{self.origin.way}"; a way in is one lower-case word.')
        if self.person is None and self.origin.way != "sql":
            raise RecordRefused(f"{self.event} names no person; only a change by raw SQL may come from nobody we know.")
        moment(self.at)

    def to_json(self, number: int) -> dict[str, Json]:
        """The record as the object whose canonical bytes are hashed."""
        if number < 1:
            raise RecordRefused(f"Records are numbered from 1; {number} is not a record's number.")
        return {
            "after": self.after,
            "at": moment(self.at),
            "before": self.before,
            "decision": self.decision,
            "event": self.event,
            "evidence": self.evidence,
            "number": number,
            "on_behalf_of": self.on_behalf_of,
            "origin": {
                "address": self.origin.address,
                "login": self.origin.login,
                "way": self.origin.way,
            },
            "person": self.person,
            "reason": self.reason,
            "session": self.session,
            "subject": {"id": self.subject.id, "kind": self.subject.kind},
            "transaction": self.transaction,
            "version": VERSION,
        }


def record_bytes(record: Record, number: int) -> bytes:
    """The canonical bytes of a record under its number."""
    return encode(record.to_json(number))


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, always with six digits of microseconds and Z: one moment, one text."""
    if at.tzinfo is None:
        raise RecordRefused(f"The moment {at} has no time zone; the audit trail is kept in UTC.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
