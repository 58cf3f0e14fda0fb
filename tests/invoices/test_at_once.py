"""Two at once: numbers stay gapless, work is drafted once, and a closing month misses nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import psycopg

from meruit.invoices import checks
from meruit.invoices.models import Invoice
from meruit.ledger.models import Close
from tests.support.bills import JANUARY, approved, drafted, line, released
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


class Other(threading.Thread):
    """Somebody else, whose statement waits until the first is done; `waits` returns once it does."""

    def __init__(self, firm: Firm, who: str, statement: str, values: list[Any]) -> None:
        super().__init__()
        self.pg = firm.sql("app")
        self.watch = firm.sql("owner", autocommit=True)
        self.who, self.statement, self.values = who, statement, values
        self.found: list[tuple[Any, ...]] = []
        self.refused: psycopg.Error | None = None

    def run(self) -> None:
        try:
            with self.pg:
                self.pg.execute("SELECT authority.act(%s)", [f"token-{self.who}"])
                self.found = self.pg.execute(self.statement, self.values).fetchall()
        except psycopg.Error as refused:
            self.refused = refused

    def waits(self) -> None:
        """Until the server says that this one waits for a lock."""
        asked = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
        while self.is_alive() and self.watch.execute(asked, [self.pg.info.backend_pid]).fetchone() is None:
            pass


def test_a_number_that_was_not_used_is_taken_by_the_next(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours(), hours(matter=2)])
    bills = [drafted(firm, matter=m) for m in (1, 2)]
    decisions = [approved(firm, b) for b in bills]
    issue = "SELECT invoices.issue(%s, %s, %s, 0)"

    def values(n: int) -> list[Any]:
        part = f'{{"line_id": {line(bills[n], 1).pk}, "amount": "525", "adjustment": "0", "tax": "0"}}'
        return [bills[n], decisions[n], f'[{{"payer_id": {n + 1}, "share_note": "", "lines": [{part}]}}]']

    first = firm.sql("app")
    first.execute("SELECT authority.act('token-cleo')")
    first.execute(issue, values(0))
    second = Other(firm, "cleo", issue, values(1))
    second.start()
    second.waits()
    first.rollback()
    second.join()
    assert second.refused is None
    (invoice,) = Invoice.objects.all()
    assert (invoice.matter_id, invoice.number[-5:]) == (2, "00001")
    assert checks.differences() == []


def test_two_who_draft_at_once_draft_the_work_once(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours()])
    draft = "SELECT prebill_id FROM prebills.draft(ARRAY[1::bigint], %s, %s)"
    first = firm.sql("app")
    first.execute("SELECT authority.act('token-cleo')")
    assert len(first.execute(draft, list(JANUARY)).fetchall()) == 1
    second = Other(firm, "kim", draft, list(JANUARY))
    second.start()
    second.waits()
    first.commit()
    second.join()
    assert (second.refused, second.found) == (None, [])


def test_a_month_is_closed_over_what_was_being_posted(firm: Firm) -> None:
    with firm.sql("owner") as pg:
        pg.execute("SELECT authority.set_clock('2026-03-05 12:00+00')")
    legs = '[{"account": "ar", "amount": 7, "currency": "USD"}, {"account": "fees", "amount": -7, "currency": "USD"}]'
    first = firm.sql("owner")
    first.execute("SELECT ledger.post('late', 'test', '2026-01-31', 'test', 1, %s)", [legs])
    second = Other(firm, "ada", "SELECT ledger.close_month('receivables', '2026-01-01')", [])
    second.start()
    second.waits()
    first.commit()
    second.join()
    assert second.refused is None
    assert {f["account"]: f["closing"] for f in Close.objects.get().figures} == {"ar": "7.0000", "fees": "-7.0000"}
