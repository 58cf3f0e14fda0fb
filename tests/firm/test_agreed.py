"""No rate is invented: what is passed for many at once is agreed on every single day, for random rate tables."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

FIRST = date(2026, 1, 1)
RATE = (
    "INSERT INTO firm_rate (change_id, level, client_id, matter_id, timekeeper_id, classification, task_code, amount,"
    " percent, currency, from_on, until_on) VALUES (1, %s, %s, %s, %s, %s, %s, %s, %s, 'USD', %s, %s)"
)


def rate(chance: random.Random, client: int, matter: int, grade: str) -> list[Any]:
    """A rate of any rung; few amounts, so that many meet."""
    rung = chance.choice(
        ("matter-person", "matter-class", "client-person", "client-class", "task", "discount", "standard")
    )
    first = FIRST + timedelta(days=chance.randrange(20))
    until = chance.choice((None, first + timedelta(days=chance.randrange(20))))
    own = rung != "standard"
    by_person = rung.endswith("person") or (rung == "standard" and chance.random() < 0.7)
    by_class = rung.endswith("class") or (rung == "standard" and not by_person)
    percent = chance.choice((10, 20)) if rung == "discount" else None
    return [
        rung, client if own else None, matter if rung.startswith("matter") else None, 2 if by_person else None,
        grade if by_class else "", "L210" if rung == "task" else "", None if percent else chance.choice((300, 350, 400)),
        percent, first, until,
    ]  # fmt: skip


def test_what_is_passed_for_a_stretch_is_agreed_on_each_of_its_days(firm: Firm) -> None:
    pg = firm.sql("owner")
    agree_rates(firm)  # whose change the random rows then claim to be of
    pg.execute("ALTER TABLE firm_rate DISABLE TRIGGER USER")
    ((client, grade),) = pg.execute(
        "SELECT m.client_id, t.classification FROM matters_matter m, people_timekeeper t WHERE m.id = 1 AND t.id = 2"
    ).fetchall()
    chance = random.Random(98)
    passed = doubted = stood = 0
    for _ in range(150):
        pg.execute("DELETE FROM firm_rate")
        for _ in range(chance.randrange(1, 6)):
            pg.execute(RATE, rate(chance, client, 1, grade))
        first = FIRST + timedelta(days=chance.randrange(20))
        days = [first + timedelta(days=n) for n in range(chance.randrange(1, 8))]
        amount = chance.choice((300, 350, 400, 315, 280, 999))
        task = chance.choice(("", "L210"))
        work = [task, amount, days[0], days[-1]]
        doubt = pg.execute(
            "SELECT count(*) FROM firm.doubtful(ARRAY[ROW(1, 2, 1, %s, 'USD', %s, %s, %s)::firm.work])", work
        ).fetchone()
        standing = pg.execute("SELECT firm.is_standing(2, 'USD', %s, %s, %s)", work[1:]).fetchone()
        agreed = [
            pg.execute("SELECT firm.is_agreed(2, 1, %s, %s, %s, 'USD', %s)", [client, day, task, amount]).fetchone()
            for day in days
        ]
        if standing == (True,):
            stood += 1
            assert doubt == (0,)
        if doubt == (0,):
            passed += 1
            assert agreed == [(True,)] * len(days)
        else:
            doubted += 1
    assert min(passed, doubted) > 20
    assert 3 < stood < passed  # what a person has for everybody is passed before any matter is looked at
