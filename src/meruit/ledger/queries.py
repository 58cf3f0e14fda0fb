"""What one may ask of the books: balances, roll-forwards, and whether kept figures still equal recomputed ones.

The caller has already settled what the actor may see; a matter that does not exist for him is never asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from meruit.ledger.core import Month, Side

if TYPE_CHECKING:
    from datetime import date, datetime

NOTHING = Decimal(0)


def balance(
    account: str,
    *,
    on: date | None = None,
    known_at: datetime | None = None,
    currency: str | None = None,
    client: int | None = None,
    matter: int | None = None,
    payer: int | None = None,
    invoice: int | None = None,
    owner: int | None = None,
) -> dict[str, Decimal]:
    """What an account holds by currency, at the end of a day, as it was known at a moment.

    Positive on the account's normal side. Without `on` and `known_at`: everything, as known now.
    """
    narrower = {
        "p.currency": currency,
        "p.client_id": client,
        "p.matter_id": matter,
        "p.payer_id": payer,
        "p.invoice_id": invoice,
        "p.owner_id": owner,
    }
    asked = {column: value for column, value in narrower.items() if value is not None}
    where = "".join(f" AND {column} = %s" for column in asked)
    dated = on is not None or known_at is not None
    entries = " JOIN ledger_entry e ON e.id = p.entry_id" if dated else ""
    values: list[Any] = [account, *asked.values()]
    if on is not None:
        where += ' AND e."on" <= %s'
        values.append(on)
    if known_at is not None:
        where += " AND e.entered_at <= %s"
        values.append(known_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.currency, sum(p.amount) FROM ledger_posting p{entries}"
            f" WHERE p.account_id = %s{where} GROUP BY p.currency ORDER BY p.currency",
            values,
        )
        rows = cursor.fetchall()
    side = _side(account)
    return {found: side.shown(amount) for found, amount in rows}


def nothing_after(on: date) -> bool:
    """Whether the books hold nothing of a later day, so that figures as of this day need no entry's date."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e."on" > %s)', [on])
        (answer,) = cursor.fetchone()
    return bool(answer)


def roll_forward(
    account: str, *, first: date, last: date, currency: str, matter: int | None = None, client: int | None = None
) -> list[Month]:
    """An account month by month, from the month of `first` to that of `last`: opening + in - out = closing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH sums AS MATERIALIZED (
                SELECT date_trunc('month', e."on"::timestamp) AS month, sum(p.amount) AS net,
                       coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0) AS debits,
                       coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0) AS credits
                  FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
                 WHERE p.account_id = %(account)s AND p.currency = %(currency)s
                   AND (%(matter)s::bigint IS NULL OR p.matter_id = %(matter)s)
                   AND (%(client)s::bigint IS NULL OR p.client_id = %(client)s)
                   AND e."on" < %(last)s::date + interval '1 month'
                 GROUP BY 1
            )
            SELECT m::date,
                   (SELECT coalesce(sum(net), 0) FROM sums WHERE month < m),
                   (SELECT coalesce(sum(debits), 0) FROM sums WHERE month = m),
                   (SELECT coalesce(sum(credits), 0) FROM sums WHERE month = m),
                   (SELECT coalesce(sum(net), 0) FROM sums WHERE month <= m)
              FROM generate_series(date_trunc('month', %(first)s::timestamp), %(last)s::timestamp, interval '1 month') m
             ORDER BY m
            """,
            {
                "account": account,
                "currency": currency,
                "matter": matter,
                "client": client,
                "first": first,
                "last": last,
            },
        )
        rows = cursor.fetchall()
    side = _side(account)
    found = []
    for month, opening, debits, credits, closing in rows:
        came, went = (debits, credits) if side is Side.DEBIT else (credits, debits)
        found.append(
            Month(
                account=account,
                currency=currency,
                month=month,
                opening=side.shown(opening),
                came_in=came,
                went_out=went,
                closing=side.shown(closing),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that was kept and is not what its entries say."""

    what: str
    kept: str
    recomputed: str


def differences() -> list[Difference]:
    """The nightly check: entries that do not balance, and closed months whose kept figures no longer follow.

    The database refuses both, so a difference means that somebody went around it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'Entry ' || e.id || ' (' || e.natural_key || ') in ' || coalesce(p.currency, 'no currency'),
                   'balances', coalesce(sum(p.amount)::text, 'no legs')
              FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
             GROUP BY e.id, e.natural_key, p.currency HAVING sum(p.amount) IS DISTINCT FROM 0
            UNION ALL
            SELECT coalesce(c.book, r.book) || ' of ' || to_char(coalesce(c.month, r.month), 'YYYY-MM') || ', '
                   || coalesce(k.account, r.account) || ' in ' || coalesce(k.currency, r.currency),
                   coalesce(k.closing::text, 'nothing'), coalesce(r.closing::text, 'nothing')
              FROM ledger_close c
              CROSS JOIN LATERAL (
                   SELECT * FROM jsonb_to_recordset(c.figures) AS f(account text, currency text, closing numeric)) k
              FULL JOIN (
                   SELECT a.book, d.month, p.account_id AS account, p.currency, sum(p.amount) AS closing
                     FROM ledger_close d JOIN ledger_account a ON a.book = d.book
                     JOIN ledger_posting p ON p.account_id = a.code
                     JOIN ledger_entry e ON e.id = p.entry_id AND e."on" < d.month + interval '1 month'
                    GROUP BY 1, 2, 3, 4) r
                ON r.book = c.book AND r.month = c.month AND r.account = k.account AND r.currency = k.currency
             WHERE k.closing IS DISTINCT FROM r.closing
            """
        )
        return [Difference(*row) for row in cursor.fetchall()]


def closed_through(book: str) -> date | None:
    """The first day of the last closed month of a book; None while none is closed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(month) FROM ledger_close WHERE book = %s", [book])
        row = cursor.fetchone()
    found: date | None = row[0] if row else None
    return found


def _side(account: str) -> Side:
    with connection.cursor() as cursor:
        cursor.execute("SELECT normal FROM ledger_account WHERE code = %s", [account])
        row = cursor.fetchone()
    if row is None:
        raise ValueError(f'There is no account "{account}"; ledger/accounts.toml lists them.')
    return Side(row[0])
