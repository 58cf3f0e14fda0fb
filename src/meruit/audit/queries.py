"""What one may ask of the trail: how much is not sealed yet, the export, and whether rows still say what was sealed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection, transaction

from meruit.audit import core
from meruit.audit.core import ErasableText, Exported
from meruit.audit.frozen import agrees, marked
from meruit.audit.models import Receipt, Record, Seal, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Records read at once on their way out.
CHUNK = 2_000


def unsealed_tail() -> int:
    """How many records no receipt covers yet because they are not sealed."""
    return Record.objects.count() - Seal.objects.count()


def export() -> Iterator[bytes]:
    """The whole sealed trail as `tools/verify_audit.py` reads it, line by line, as it stands at one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT origin, clock_timestamp() FROM audit.named()")
            origin, at = cursor.fetchone()
        receipts = [
            core.find_receipts(text)[0] for text in Receipt.objects.order_by("pk").values_list("text", flat=True)
        ]
        keys = list(dict.fromkeys(receipt.key for receipt in receipts))
        yield from core.export_lines(origin, keys, at, _sealed(), receipts)


def _sealed() -> Iterator[Exported]:
    last = 0
    while rows := list(Seal.objects.filter(number__gt=last).order_by("number")[:CHUNK]):
        words = _words(last + 1, rows[-1].number)
        for row in rows:
            yield Exported(bytes(row.previous), bytes(row.hash), bytes(row.frozen), words.get(row.number, ()))
        last = rows[-1].number


def _words(first: int, last: int) -> dict[int, list[ErasableText]]:
    found: dict[int, list[ErasableText]] = defaultdict(list)
    for text in Text.objects.filter(number__gte=first, number__lte=last).order_by("number", "pointer"):
        found[text.number].append(ErasableText(text.pointer, bytes(text.salt), text.text))
    return found


def broken_links(most: int = 10) -> list[int]:
    """Numbers whose seal does not follow from the one before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM (SELECT number, hash, previous, frozen, lag(hash) OVER w AS before,"
            " lag(number) OVER w AS last FROM audit_seal WINDOW w AS (ORDER BY number)) s"
            " WHERE hash <> sha256(previous || frozen) OR (last IS NULL AND number <> 1)"
            " OR (last IS NOT NULL AND (previous <> before OR number <> last + 1)) ORDER BY number LIMIT %s",
            [most],
        )
        return [number for (number,) in cursor.fetchall()]


def differing(most: int = 10) -> list[int]:
    """Numbers of sealed records whose row was changed or removed since: only the owner can, and here it shows."""
    found: list[int] = []
    last = 0
    while len(found) < most:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.number, s.frozen, r.event, r.subject, r.subject_id, r.person_id, r.session_id,"
                " r.on_behalf_of, r.decision_id, r.xid, r.before::text, r.after::text, r.reason FROM audit_seal s"
                " LEFT JOIN audit_record r ON r.id = s.record_id WHERE s.number > %s ORDER BY s.number LIMIT %s",
                [last, CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            break
        words = _words(last + 1, rows[-1][0])
        for number, frozen, *row in rows:
            salts = {word.pointer: word.salt for word in words.get(number, ())}
            if not _same(core.read_exactly(bytes(frozen).decode()), row, salts):
                found.append(number)
        last = rows[-1][0]
    return found[:most]


def _same(frozen: core.Json, row: list[object], salts: dict[str, bytes]) -> bool:
    assert isinstance(frozen, dict)
    event, kind, key, *ids, xid, before, after, reason = row
    facts = [frozen["person"], frozen["session"], frozen["on_behalf_of"], frozen["decision"]]
    return (
        frozen["event"] == event
        and frozen["subject"] == {"kind": kind, "id": key}
        and frozen["transaction"] == xid
        and facts == [None if one is None else str(one) for one in ids]
        and agrees(frozen["before"], marked(_or_none(before)), "/before", salts)
        and agrees(frozen["after"], marked(_or_none(after)), "/after", salts)
        and agrees(frozen["reason"], None if reason is None else core.FreeText(str(reason)), "/reason", salts)
    )


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)
