"""The books: balanced by the database, append only, closed by the month, known as of any day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from meruit.authority.errors import Invalid, NoAuthority, NotNow
from meruit.ledger import actions, core, queries

if TYPE_CHECKING:
    from tests.support.firm import Firm

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
LATER = datetime(2026, 6, 15, 12, tzinfo=UTC)


def leg(account: str, amount: str, currency: str = "USD", **where: int) -> dict[str, Any]:
    return {"account": account, "amount": amount, "currency": currency} | where


def post(pg: psycopg.Connection, key: str, on: date, *legs: dict[str, Any]) -> int | None:
    """Post as a room's own function would: with the owner's rights."""
    row = pg.execute("SELECT ledger.post(%s, 'test', %s, 'test', 1, %s)", [key, on, json.dumps(legs)]).fetchone()
    assert row is not None
    made: int | None = row[0]
    return made


def test_an_entry_sums_to_zero_in_every_currency(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        assert post(pg, "a", JANUARY, leg("wip", "100"), leg("worked", "-100")) is not None
        for number, legs in enumerate([
            [leg("wip", "100"), leg("worked", "-99.99")],
            [leg("wip", "100"), leg("worked", "-100", "GBP")],
            [leg("wip", "100")],
        ]):  # fmt: skip
            with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"), pg.transaction():
                post(pg, f"b{number}", JANUARY, *legs)
        for amount, other in (("NaN", "NaN"), ("Infinity", "-Infinity")):
            with pytest.raises(psycopg.Error, match=r"ledger_sane|overflow"), pg.transaction():
                post(pg, f"c{amount}", JANUARY, leg("wip", amount), leg("worked", other))
        assert post(pg, "nothing", JANUARY, leg("wip", "0"), leg("worked", "0")) is None
    owner = firm.sql("owner")
    owner.execute(
        'INSERT INTO ledger_entry (natural_key, event, "on", entered_at, source_table, source_id)'
        " VALUES ('bare', 'test', '2026-01-01', now(), 'test', 1)"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"):
        owner.commit()


def test_nobody_but_the_database_writes_and_nothing_is_edited(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        post(pg, "a", JANUARY, leg("wip", "100"), leg("worked", "-100"))
    tries = [
        "INSERT INTO ledger_entry (natural_key, event, \"on\", entered_at, source_table, source_id) VALUES ('x','x','2026-01-01',now(),'x',1)",
        "INSERT INTO ledger_posting (entry_id, account_id, amount, currency) VALUES (1, 'wip', 1, 'USD')",
        "UPDATE ledger_posting SET amount = 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_posting",
        "SELECT ledger.post('x', 'x', '2026-01-01', 'x', 1, '[]')",
        "SELECT ledger.post_wip('x', 'x', ARRAY[]::ledger.movement[])",
        "SELECT ledger.reverse(1, 'x', 'x', '2026-01-01', 'x', 1)",
        "INSERT INTO ledger_close (book, month, closed_at, closed_by_id, figures) VALUES ('wip', '2026-01-01', now(), 1, '[]')",
    ]
    for login in ("app", "worker"):
        for statement in tries:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), firm.sql(login) as pg:
                pg.execute(statement)
    for statement in ("UPDATE ledger_posting SET amount = 1", "DELETE FROM ledger_entry", "TRUNCATE ledger_posting"):
        with pytest.raises(psycopg.errors.RestrictViolation), firm.sql("owner") as pg:
            pg.execute(statement)


def test_an_entry_can_be_posted_where_constraints_speak_at_once(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        pg.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after an act within another
        assert post(pg, "a", JANUARY, leg("wip", "100"), leg("worked", "-100")) is not None
        with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"), pg.transaction():
            post(pg, "b", JANUARY, leg("wip", "100"), leg("worked", "-99"))
    assert queries.balance("wip") == {"USD": Decimal(100)}


def test_the_same_event_twice_is_one_entry_and_is_undone_once_by_its_mirror(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        first = post(pg, "a", JANUARY, leg("wip", "100", matter_id=1), leg("worked", "-100", matter_id=1))
        assert post(pg, "a", JANUARY, leg("wip", "100", matter_id=1), leg("worked", "-100", matter_id=1)) == first
        mirror = "SELECT ledger.reverse(%s, %s, 'test undone', '2026-02-03', 'test', 1)"
        again = [pg.execute(mirror, [first, "a undone"]).fetchone() for _ in range(2)]
        assert again[0] == again[1]
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="already reversed"), pg.transaction():
            pg.execute(mirror, [first, "a undone otherwise"])
    assert queries.balance("wip", matter=1) == {"USD": Decimal(0)}
    assert queries.balance("wip", on=date(2026, 1, 31)) == {"USD": Decimal(100)}


def test_a_balance_is_known_as_of_any_day_as_known_on_any_day(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        for key, on, amount, known in (
            ("a", "2026-01-10", "100", "2026-01-10"),
            ("b", "2026-01-20", "50", "2026-02-05"),  # January's work that became known in February
            ("c", "2026-02-10", "-30", "2026-02-10"),
        ):
            firm.at(datetime.fromisoformat(f"{known}T12:00:00+00:00"))
            post(pg, key, date.fromisoformat(on), leg("ar", amount, invoice_id=7), leg("fees", str(-Decimal(amount))))
            pg.commit()
    january = date(2026, 1, 31)
    assert queries.balance("ar", on=january, known_at=datetime(2026, 1, 31, tzinfo=UTC)) == {"USD": Decimal(100)}
    assert queries.balance("ar", on=january) == {"USD": Decimal(150)}
    assert queries.balance("ar", invoice=7) == {"USD": Decimal(120)}
    assert queries.balance("fees") == {"USD": Decimal(120)}
    assert queries.balance("ar", invoice=8) == {}
    with pytest.raises(ValueError, match="no account"):
        queries.balance("petty cash")


def test_months_close_in_order_and_roll_forward(firm: Firm) -> None:
    firm.at(LATER)
    with firm.sql("owner") as pg:
        post(pg, "a", date(2026, 1, 10), leg("wip", "100", matter_id=1), leg("worked", "-100", matter_id=1))
        post(pg, "b", date(2026, 2, 10), leg("wip", "-40", matter_id=1), leg("worked", "40", matter_id=1))
        post(pg, "c", date(2026, 2, 12), leg("wip", "5", matter_id=2), leg("worked", "-5", matter_id=2))
        post(pg, "d", date(2026, 1, 12), leg("ar", "9"), leg("fees", "-9"))
    for name in ("Cleo", "Ben", "Eve", "Jon"):
        with pytest.raises(NoAuthority, match="billing partner"):
            actions.close_month(firm.actor(name), "wip", JANUARY)
    with pytest.raises(NotNow, match="not ended"):
        actions.close_month(firm.ada, "wip", date(2026, 6, 1))
    for book, day in (("wip", date(2026, 1, 2)), ("petty cash", JANUARY)):
        with pytest.raises(Invalid, match="first day"):
            actions.close_month(firm.ada, book, day)
    actions.close_month(firm.ada, "wip", JANUARY)
    with pytest.raises(NotNow, match="already closed"):
        actions.close_month(firm.ada, "wip", JANUARY)
    with pytest.raises(NotNow, match="in order"):
        actions.close_month(firm.ada, "wip", MARCH)
    actions.close_month(firm.ada, "wip", FEBRUARY)
    assert queries.closed_through("wip") == FEBRUARY
    assert queries.closed_through("receivables") is None

    with firm.sql("owner") as pg:
        with (
            pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="February 2026 is closed"),
            pg.transaction(),
        ):
            post(pg, "e", date(2026, 2, 28), leg("wip", "1"), leg("worked", "-1"))
        post(pg, "f", date(2026, 2, 28), leg("ar", "1"), leg("fees", "-1"))  # another book is still open
        pg.execute(
            "SELECT ledger.post_wip('late', 'test', ARRAY[('late', '2026-01-30', 1, 1, 'USD', 7)::ledger.movement])"
        )
    wip = queries.roll_forward("wip", first=JANUARY, last=MARCH, currency="USD")
    assert [(m.opening, m.came_in, m.went_out, m.closing) for m in wip] == [
        (0, 100, 0, 100), (100, 5, 40, 65), (65, 7, 0, 72),
    ]  # fmt: skip
    worked = queries.roll_forward("worked", first=JANUARY, last=MARCH, currency="USD", matter=1)
    assert [m.closing for m in worked] == [100, 60, 67]
    assert core.breaks(wip) == core.breaks(worked) == []
    assert queries.differences() == []


def test_the_nightly_check_finds_what_somebody_did_behind_the_database(firm: Firm) -> None:
    firm.at(LATER)
    with firm.sql("owner") as pg:
        post(pg, "a", date(2026, 1, 10), leg("wip", "100"), leg("worked", "-100"))
    actions.close_month(firm.ada, "wip", JANUARY)
    with firm.sql("owner") as pg:
        pg.execute("ALTER TABLE ledger_posting DISABLE TRIGGER append_only")
        pg.execute("UPDATE ledger_posting SET amount = 99 WHERE account_id = 'wip'")
    found = queries.differences()
    assert [d.what.partition(" in ")[0] for d in found] == ["Entry 1 (a)", "wip of 2026-01, wip"]
    assert (found[1].kept, found[1].recomputed) == ("100.0000", "99.0000")


def test_a_month_that_does_not_add_up_is_told_in_a_sentence() -> None:
    def month(number: int, opening: int, came: int, went: int, closing: int) -> core.Month:
        figures = [Decimal(n) for n in (opening, came, went, closing)]
        return core.Month(
            account="ar", currency="USD", month=date(2026, number, 1),
            opening=figures[0], came_in=figures[1], went_out=figures[2], closing=figures[3],
        )  # fmt: skip

    assert core.breaks([month(1, 0, 10, 4, 6), month(2, 6, 1, 1, 6)]) == []
    assert core.breaks([month(1, 0, 10, 4, 7)]) == ["ar in USD, January 2026: 0 + 10 - 4 is not 7."]
    assert core.breaks([month(1, 0, 10, 4, 6), month(2, 5, 0, 0, 5)]) == [
        "ar in USD: January 2026 closed at 6, February 2026 opens at 5."
    ]


def test_the_accounts_are_the_ones_written_down(firm: Firm) -> None:
    from meruit.schema.install import accounts

    with firm.sql("reader") as pg:
        kept = pg.execute("SELECT code, title, book, normal FROM ledger_account ORDER BY code").fetchall()
    assert kept == sorted((a["code"], a["title"], a["book"], a["normal"]) for a in accounts())
