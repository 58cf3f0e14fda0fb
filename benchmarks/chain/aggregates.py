"""Aging and the month of a large firm's books, beside the bare statements over bare tables (P11).

    python -m benchmarks.chain.aggregates             # a million bills, a million entries of work; prints only
    python -m benchmarks.chain.aggregates --rows N
    python -m benchmarks.chain.aggregates --write     # and writes docs/proof/aggregates.md

The rows are put into the firm's own tables past their triggers, by the owner of a throw-away database; the questions
are asked as the application asks them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from benchmarks.chain import yardsticks
from benchmarks.chain.heading import heading

from meruit.postgres import logins, testing

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "aggregates.md"
LAST = date(2026, 12, 31)
#: Bills and work of three years, evenly over the payers and matters of the firm.
ROWS = """
    INSERT INTO ledger_entry (id, natural_key, event, "on", entered_at, source_table, source_id)
    SELECT n, 'b' || n, 'bench', date '2024-01-01' + (n %% 1096)::integer, now(), 'bench', n
      FROM generate_series(1, %(rows)s) n;
    INSERT INTO ledger_posting (entry_id, account_id, amount, currency, client_id, matter_id, payer_id, invoice_id)
    SELECT n, side.account, side.sign * (100 + n %% 900), 'USD', 1, 1 + n %% %(matters)s, 1, n
      FROM generate_series(1, %(rows)s) n, (VALUES ('ar', 1), ('wip', 1)) side(account, sign);
    INSERT INTO invoices_invoice (id, issue_id, number, matter_id, payer_id, issued_on, due_on, period_from, period_to,
                                  currency, fees, costs, tax, total, frozen, issued_at)
    SELECT n, n, 'B-' || n, 1 + n %% %(matters)s, 1 + n %% (SELECT count(*) FROM matters_payer),
           date '2024-01-01' + (n %% 1096)::integer, date '2024-02-01', date '2024-01-01', date '2024-01-31', 'USD',
           100 + n %% 900, 0, 0, 100 + n %% 900, '{}', now()
      FROM generate_series(1, %(rows)s) n;
    CREATE SCHEMA yardstick;
    CREATE TABLE yardstick.bill AS
        SELECT id, matter_id, payer_id, issued_on, total AS amount FROM invoices_invoice;
    ANALYZE
"""
BARE_AGING = """
    SELECT payer_id, sum(amount) FILTER (WHERE days <= 30), sum(amount) FILTER (WHERE days BETWEEN 31 AND 60),
           sum(amount) FILTER (WHERE days BETWEEN 61 AND 90), sum(amount) FILTER (WHERE days BETWEEN 91 AND 120),
           sum(amount) FILTER (WHERE days > 120)
      FROM (SELECT payer_id, amount, date '2026-12-31' - issued_on AS days FROM yardstick.bill) b GROUP BY payer_id
"""
BARE_MONTH = "SELECT date_trunc('month', issued_on::timestamp), sum(amount) FROM yardstick.bill GROUP BY 1"
BARE_MATTERS = "SELECT matter_id, sum(amount) FROM yardstick.bill GROUP BY matter_id"
BY_MATTER = "SELECT matter_id, sum(amount) FROM ledger_posting WHERE account_id = 'wip' GROUP BY matter_id"
UNTIED = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
     WHERE contype = 'f' AND conrelid IN ('ledger_entry'::regclass, 'ledger_posting'::regclass,
                                           'invoices_invoice'::regclass)
"""


def main() -> int:
    """Build the tables in a server of their own, and ask."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.chain.aggregates", description="Aging and months, a million rows."
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="write docs/proof/aggregates.md")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        print("\n".join(measured(asked.rows)))
        return 0
    with testing.throwaway_cluster() as cluster:
        cluster.create_database("aggregates")
        urls = {login.variable: cluster.url(login, "aggregates") for login in logins.LOGINS}
        command = [sys.executable, "-m", "benchmarks.chain.aggregates", "--inside", "--rows", str(asked.rows)]
        told = subprocess.run(command, env={**os.environ, **urls}, check=True, stdout=subprocess.PIPE, text=True)
    about = ["A throw-away server; each the best of three, the firm's question and the bare one in turn."]
    page = "\n".join([*heading("Aging and months of a large firm", about), told.stdout])
    print(page)
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")
    return 0


def measured(rows: int) -> list[str]:
    """Each question beside the bare statement, as a table."""
    owner = os.environ[logins.OWNER.variable]
    schema = {**os.environ, "DJANGO_SETTINGS_MODULE": "meruit.settings.owner"}
    subprocess.run([sys.executable, "-m", "meruit.schema"], env=schema, check=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    import django

    django.setup()
    from benchmarks.chain.founding import found
    from django.db import connection

    from meruit.authority.acts import Actor
    from meruit.ledger.queries import roll_forward
    from meruit.receivables.core import Clock
    from meruit.receivables.queries import aging

    matters = max(1, rows // 50)
    found(owner, matters)
    fill(owner, rows, matters)
    system = Actor(person_id=1, step="bench", origin="night")  # who reads and sees everything

    def ask(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    questions: list[tuple[str, Callable[[], object], str]] = [
        ("aging by invoice date", lambda: aging(system, LAST, Clock.INVOICE_DATE), BARE_AGING),
        ("aging by acceptance", lambda: aging(system, LAST, Clock.ACCEPTANCE), BARE_AGING),
        (
            "three years of work in progress, month by month",
            lambda: roll_forward("wip", first=date(2024, 1, 1), last=LAST, currency="USD"),
            BARE_MONTH,
        ),
        ("work in progress by matter", lambda: ask(BY_MATTER), BARE_MATTERS),
    ]
    lines = [f"## {rows:,} bills and {rows:,} movements of work, {matters:,} matters", ""]
    lines += ["| question | s | bare | wanted |", "| --- | ---: | ---: | ---: |"]
    for what, question, bare in questions:
        pairs = [(timed(question), timed(lambda bare=bare: ask(bare))) for _ in range(3)]  # type: ignore[misc]  # bound now
        ours, theirs = (min(column) for column in zip(*pairs, strict=True))
        lines.append(f"| {what} | {ours:.2f} | {theirs:.2f} | below 1 |")
    return lines


def timed(what: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def fill(owner: str, rows: int, matters: int) -> None:
    """Put the rows in place, past what guards them in life."""
    with psycopg.connect(owner, autocommit=True) as pg:
        for (statement,) in pg.execute(UNTIED).fetchall():
            pg.execute(statement)
        for table in ("ledger_entry", "ledger_posting", "invoices_invoice"):
            pg.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        with psycopg.ClientCursor(pg) as cursor:  # several statements at once
            cursor.execute(ROWS, {"rows": rows, "matters": matters})
    yardsticks.open_to_app(owner)


if __name__ == "__main__":
    sys.exit(main())
