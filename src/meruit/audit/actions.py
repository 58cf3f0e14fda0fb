"""What an action says of what it did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping


def note(
    event: str,
    subject: str,
    subject_id: int | str | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
    decision_id: int | None = None,
) -> None:
    """Write one record of the trail inside the running transaction; who acts is known to the database.

    `event` is dotted past tense of the room's own nouns (`prebill.approved`).
    """
    key = None if subject_id is None else str(subject_id)
    values: list[Any] = [event, subject, key, _json(before), _json(after), reason, decision_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit.note(%s, %s, %s, %s, %s, %s, %s)", values)


def _json(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(value, dumps=lambda v: json.dumps(v, cls=DjangoJSONEncoder))
