"""What a person does to the books: close a month. Entries are written by functions of the database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from meruit.authority.acts import acting

if TYPE_CHECKING:
    from datetime import date

    from meruit.authority.acts import Actor


def close_month(actor: Actor, book: str, month: date) -> int:
    """Close a month of a book (wip, receivables, trust) for good; `month` is its first day.

    `Refused` when the month has not ended, an earlier one is open, or the actor is no billing partner of the
    whole firm. Nothing can be posted into the month any more; what becomes known later goes into the next one.
    """
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT ledger.close_month(%s, %s)", [book, month])
        row = cursor.fetchone()
    assert row is not None  # a function of one row
    made: int = row[0]
    return made
