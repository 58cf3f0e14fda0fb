"""The statements of docs/algorithms/bill-hash.md give the same first hash as the code, in PostgreSQL itself."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from meruit.postgres import testing
from meruit.prebills.core import BillContent, ContentLine, PayerTotal, first_hash

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "bill-hash.md"
SEED = 20261124
LETTERS = "abc é漢😀\n\r\t|:,~;\"'\\ 0123456789"


def random_bill(chance: random.Random) -> BillContent:
    def number(limit: int, scale: int) -> Decimal:
        return Decimal(chance.randint(-(10**limit), 10**limit)).scaleb(-scale)

    def line(n: int) -> ContentLine:
        expense = chance.random() < 0.3
        words = "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 40)))
        return ContentLine(
            number=n,
            kind="expense" if expense else "time",
            timekeeper=None if chance.random() < 0.1 else chance.randint(1, 10**12),
            worked_on=date(chance.randint(1990, 2040), chance.randint(1, 12), chance.randint(1, 28)),
            narrative=words,
            hours=None if expense else number(5, 2),
            units=number(8, 4),
            rate=None if chance.random() < 0.1 else number(9, 4),
            amount=chance.choice([Decimal(0), number(9, 4)]),
        )

    payers = [
        PayerTotal(n, number(9, 4), number(9, 4), number(9, 4), number(9, 4)) for n in range(chance.randint(0, 4))
    ]
    return BillContent("USD", tuple(payers), tuple(line(n) for n in range(chance.randint(0, 60))))


def test_the_database_computes_the_same_first_hash() -> None:
    functions, query = re.findall(r"```sql\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    chance = random.Random(SEED)
    with testing.shared_cluster() as running, running.superuser() as db:
        db.execute(
            "CREATE TEMP TABLE payer (payer_id bigint, fees numeric(18, 4), costs numeric(18, 4), "
            "tax numeric(18, 4), total numeric(18, 4))"
        )
        db.execute(
            "CREATE TEMP TABLE line (number bigint, kind text, timekeeper_id bigint, worked_on date, narrative text, "
            "billed_hours numeric(8, 2), units numeric(14, 4), rate numeric(18, 4), billed_value numeric(18, 4))"
        )
        db.execute(functions)
        for _ in range(25):
            bill = random_bill(chance)
            db.execute("TRUNCATE payer, line")
            with db.cursor() as rows:
                rows.executemany(
                    "INSERT INTO payer VALUES (%s, %s, %s, %s, %s)",
                    [(p.payer, p.fees, p.costs, p.tax, p.total) for p in bill.payers],
                )
                rows.executemany(
                    "INSERT INTO line VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [
                        (x.number, x.kind, x.timekeeper, x.worked_on, x.narrative, x.hours, x.units, x.rate, x.amount)
                        for x in bill.lines
                    ],
                )
            found = db.execute(query).fetchone()
            assert found is not None
            assert bytes(found[0]) == first_hash(bill)
