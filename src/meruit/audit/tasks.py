"""Sealing what has committed, and receipts of it. Over the worker's login; the database checks every seal.

Records are written unchained inside the actions' transactions. Every few seconds, and before each receipt and
export, the worker numbers and chains what has committed.
"""

from __future__ import annotations

import functools
import secrets
from typing import TYPE_CHECKING

from django.db import connection, transaction

from meruit.audit import core, keys
from meruit.audit.core.values import SALT_SIZE
from meruit.audit.frozen import Row, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.audit.core import ErasableText, Receipt, Sealed

#: Records sealed in one transaction.
BATCH = 2_000
_new_salt = functools.partial(secrets.token_bytes, SALT_SIZE)


def seal(*, everything: bool = False) -> int:
    """Seal what has committed; returns how many records. `everything` trusts no note of how far the sealer was."""
    many = 0
    while True:
        with transaction.atomic():
            sealed = _seal_some(everything)
        many += sealed
        if sealed < BATCH:
            return many


def receipt() -> Receipt | None:
    """Seal, then sign the state of the trail and keep the receipt; None while nothing has happened at all."""
    seal(everything=True)
    key = keys.signing()
    with transaction.atomic(), connection.cursor() as cursor:
        head, origin = _head()
        if head.count == 0:
            return None
        cursor.execute("SELECT clock_timestamp()")
        made = core.receipt_of(head, origin=origin, at=cursor.fetchone()[0], key=key.public_key().public_bytes_raw())
        signed = core.sign(made, key)
        cursor.execute(
            "SELECT audit.keep_receipt(%s, %s, %s, %s, %s)",
            [signed.count, signed.head, signed.root, signed.at, core.receipt_text(signed)],
        )
    return signed


def _head() -> tuple[core.Head, str]:
    """Where the chain ends; holds the sealers' lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit.head()")
        state = cursor.fetchone()[0]
        cursor.execute("SELECT audit.origin()")
        origin: str = cursor.fetchone()[0]
    return (core.Head.at_genesis(origin) if state is None else core.Head.from_bytes(bytes(state))), origin


def _seal_some(everything: bool) -> int:
    head, _ = _head()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit.unsealed(%s, %s)", [BATCH, everything])
        rows = [Row(*values) for values in cursor.fetchall()]
    if not rows:
        return 0
    told = [record(row, _new_salt) for row in rows]
    seals, end = core.seal(head, [one for one, _ in told])
    _keep(rows, seals, end, [texts for _, texts in told])
    return len(rows)


def _keep(
    rows: Sequence[Row], seals: Sequence[Sealed], end: core.Head, words: Sequence[Sequence[ErasableText]]
) -> None:
    texts = [(sealed.number, text) for sealed, of_one in zip(seals, words, strict=True) for text in of_one]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit.seal(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea,"
            " %s::bigint[], %s::text[], %s::bytea[], %s::text[])",
            [
                [row.id for row in rows],
                [sealed.canonical for sealed in seals],
                [sealed.hash for sealed in seals],
                end.to_bytes(),
                [number for number, _ in texts],
                [text.pointer for _, text in texts],
                [text.salt for _, text in texts],
                [text.text for _, text in texts],
            ],
        )
