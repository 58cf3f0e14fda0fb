"""What makes a restored database whole: an unbroken audit chain, and books that balance.

Asked of the database as it stands, before anybody uses it. `tools/verify_audit.py` asks more, of an export
and with a receipt from outside; these two are what a restore must never do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.core.chain import link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg

    from meruit.postgres.backup import Check

#: More of the same fault says no more.
_LISTED = 10


def audit_chain(connection: psycopg.Connection) -> Iterator[str]:
    """Every seal follows the one before, hashes to what it says, and every receipt still fits."""
    receipts: dict[int, bytes] = dict(
        connection.execute("SELECT count, head FROM audit_receipt WHERE count > 0").fetchall()
    )
    before: bytes | None = None
    count = 0
    found: list[str] = []
    with connection.cursor(name="seals") as cursor:
        cursor.execute("SELECT number, previous, frozen, hash FROM audit_seal ORDER BY number")
        for number, previous, frozen, sealed in cursor:
            count += 1
            if number != count:
                found.append(f"Record {count} is missing; {number} stands in its place.")
                break
            if before is not None and bytes(previous) != before:
                found.append(f"Record {number} does not follow record {number - 1}.")
            if link(bytes(previous), bytes(frozen)) != bytes(sealed):
                found.append(f"Record {number} is not what was sealed.")
            if number in receipts and bytes(receipts[number]) != bytes(sealed):
                found.append(f"The receipt over {number} records names another head.")
            before = bytes(sealed)
            if len(found) >= _LISTED:
                break
    yield from found
    if not found and receipts and max(receipts) > count:
        yield f"A receipt counts {max(receipts)} records; there are {count}."


def ledger_sums(connection: psycopg.Connection) -> Iterator[str]:
    """Every entry sums to zero in every currency, so the whole does as well."""
    unbalanced = connection.execute(
        "SELECT e.natural_key, p.currency, sum(p.amount) FROM ledger_posting p "
        "LEFT JOIN ledger_entry e ON e.id = p.entry_id "
        "GROUP BY p.entry_id, e.natural_key, p.currency HAVING sum(p.amount) <> 0 OR e.natural_key IS NULL "
        "ORDER BY p.entry_id LIMIT %s",
        [_LISTED],
    ).fetchall()
    for key, currency, amount in unbalanced:
        if key is None:
            yield f"Postings of {currency} {amount} belong to no entry."
        else:
            yield f'The entry "{key}" is {amount} {currency} out of balance.'


CHECKS: Mapping[str, Check] = {"audit": audit_chain, "ledger": ledger_sums}
