"""Proposals and decisions: thin calls of the database's functions, which are the only writers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from psycopg.types.json import Jsonb

from meruit.authority.acts import acting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from meruit.authority.acts import Actor


def propose(
    actor: Actor,
    kind: str,
    content: Mapping[str, Any],
    *,
    subject: str,
    subject_id: int | None,
    reason: str,
    evidence: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    supersedes: int | None = None,
    natural_key: str | None = None,
) -> int:
    """Put something forward. `content` names every column of the effect, money and dates as text.

    Scope and amount are read from the live rows by the database. The same `natural_key` twice is one proposal.
    """
    with acting(actor):
        return _id(
            "SELECT authority.propose(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [kind, _json(content), subject, subject_id, reason, _json(evidence or {}), due_at, supersedes, natural_key],
        )


def withdraw(actor: Actor, proposal_id: int, reason: str) -> None:
    """Take a proposal back."""
    with acting(actor):
        _call("SELECT authority.withdraw(%s, %s)", [proposal_id, reason])


def decide(
    actor: Actor,
    proposal_id: int,
    verdict: str,
    *,
    reason: str = "",
    amended: Mapping[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> int:
    """Approve, refuse or amend; returns the decision. `Refused` says what is missing."""
    with acting(actor):
        return _id(
            "SELECT authority.decide(%s, %s, %s, %s, %s)",
            [proposal_id, verdict, reason, None if amended is None else _json(amended), on_behalf_of],
        )


def act_directly(
    actor: Actor,
    kind: str,
    content: Mapping[str, Any],
    *,
    subject: str,
    subject_id: int | None,
    reason: str,
    evidence: Mapping[str, Any] | None = None,
) -> int:
    """Act within one's own authority: a proposal and its decision in one; returns the decision."""
    with acting(actor):
        return _id(
            "SELECT authority.act_directly(%s, %s, %s, %s, %s, %s)",
            [kind, _json(content), subject, subject_id, reason, _json(evidence or {})],
        )


def batch_digest(proposal_ids: Sequence[int]) -> bytes:
    """What a listed batch is bound by."""
    found: bytes = bytes(_call("SELECT authority.batch_digest(%s)", [list(proposal_ids)]) or b"")
    return found


def decide_batch(
    actor: Actor, proposal_ids: Sequence[int], seen: bytes, verdict: str, *, reason: str = ""
) -> list[int]:
    """Decide a listed batch, bound by the digest of what was shown; all of it or nothing."""
    with acting(actor):
        found: list[int] = _call(
            "SELECT authority.decide_batch(%s, %s, %s, %s)", [list(proposal_ids), seen, verdict, reason]
        )
        return found


def give_standing(
    actor: Actor,
    kind: str,
    *,
    payer_id: int | None,
    reason_code: str,
    cap_item: Decimal,
    cap_month: Decimal,
    currency: str,
    expires_at: datetime,
) -> int:
    """Decide in advance, for a kind, payer and reason, up to two caps and a day."""
    with acting(actor):
        return _id(
            "SELECT authority.give_standing(%s, %s, %s, %s, %s, %s, %s)",
            [kind, payer_id, reason_code, cap_item, cap_month, currency, expires_at],
        )


def end_standing(actor: Actor, standing_id: int) -> None:
    """End one's own standing decision now."""
    with acting(actor):
        _call("SELECT authority.end_standing(%s)", [standing_id])


def decide_by_standing(actor: Actor, proposal_id: int, standing_id: int) -> int:
    """Use a standing decision for one proposal; it is reported to its giver."""
    with acting(actor):
        return _id("SELECT authority.decide_by_standing(%s, %s)", [proposal_id, standing_id])


def name_stand_in(
    actor: Actor,
    stand_in: int,
    *,
    kind: str | None,
    from_at: datetime,
    until_at: datetime,
    within_hours: int | None = None,
) -> int:
    """Name who decides in one's place, by dates or when a deadline is within so many hours."""
    with acting(actor):
        return _id(
            "SELECT authority.name_stand_in(%s, %s, %s, %s, %s)", [stand_in, kind, from_at, until_at, within_hours]
        )


def end_stand_in(actor: Actor, stand_in_id: int) -> None:
    """Decide oneself again: one's own stand-in ends now."""
    with acting(actor):
        _call("SELECT authority.end_stand_in(%s)", [stand_in_id])


def review(actor: Actor, decision_id: int, note: str) -> None:
    """Do the compensating review that a decision taken alone owes."""
    with acting(actor):
        _call("SELECT authority.review(%s, %s)", [decision_id, note])


def _json(value: Mapping[str, Any]) -> Jsonb:
    """JSON with money and dates as text: Django's encoder writes a Decimal as a string."""
    import json

    return Jsonb(value, dumps=lambda v: json.dumps(v, cls=DjangoJSONEncoder))


def _id(statement: str, values: Sequence[Any]) -> int:
    return int(_call(statement, values))


def _call(statement: str, values: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    return row[0]
