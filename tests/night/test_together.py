"""Many items in one transaction: told one by one, undone together, and counted when the night was stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority.errors import Invalid
from meruit.night.run import Progress, Skip, Step, run
from meruit.night.together import billing_period
from meruit.steps.actions import DONE, FAILED, SKIPPED
from meruit.steps.models import Item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.authority.acts import Actor
    from tests.support.firm import Firm

KEYS = ["1", "2", "3", "4", "5"]


class Work:
    """A step that does three together, and notes what it was asked."""

    def __init__(self, *, cannot: str = "", stop_after: int = 99) -> None:
        self.cannot, self.left = cannot, stop_after
        self.asked: list[Sequence[str]] = []
        self.step = Step("work", "Work done", lambda actor, now: self.found(), self.one, self.many, 3)

    def found(self) -> list[str]:
        return [key for key in KEYS if not any(key in keys for keys in self.asked)]

    def one(self, actor: Actor, key: str, now: datetime) -> str:
        self.asked.append([key])
        if key == self.cannot:
            raise Invalid("The client would refuse it.")
        if key == "5":
            raise Skip("nothing to do")
        return f"did {key}"

    def many(self, actor: Actor, keys: Sequence[str], now: datetime) -> dict[str, tuple[str, str]]:
        if self.cannot in keys:
            raise ValueError("a bad bill")
        self.asked.append(keys)
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return {key: (SKIPPED, "nothing to do") if key == "5" else (DONE, f"did {key}") for key in keys}


def told() -> dict[str, tuple[str, str]]:
    return {item.key: (item.outcome, item.why) for item in Item.objects.order_by("key")}


def test_items_done_together_are_told_one_by_one(firm: Firm) -> None:
    firm.use("worker")
    work, seen = Work(), list[Progress]()
    row = run([work.step], watch=seen.append).steps.get()
    assert work.asked == [["1", "2", "3"], ["4", "5"]]
    assert told() == {key: (DONE, f"did {key}") for key in KEYS[:4]} | {"5": (SKIPPED, "nothing to do")}
    assert (row.done, row.skipped, row.failed) == (4, 1, 0)
    assert [(p.at, p.of, p.done) for p in seen] == [(0, 5, 0), (3, 5, 3), (5, 5, 4)]


def test_one_that_cannot_be_done_never_stops_those_beside_it(firm: Firm) -> None:
    firm.use("worker")
    work = Work(cannot="2")
    row = run([work.step]).steps.get()
    assert work.asked == [["1"], ["2"], ["3"], ["4", "5"]]
    assert told()["2"] == (FAILED, "The client would refuse it.")
    assert (row.done, row.skipped, row.failed) == (3, 1, 1)


def test_a_night_stopped_behind_its_work_counts_all_of_it(firm: Firm) -> None:
    firm.use("worker")
    work = Work(stop_after=1)
    with pytest.raises(KeyboardInterrupt):
        run([work.step])
    assert told() == {}
    work.left = 99
    row = run([work.step]).steps.get()
    assert work.asked == [["1", "2", "3"], ["4", "5"]]
    assert told()["2"] == (DONE, "done when the night was stopped")
    assert (row.done, row.skipped, row.failed) == (4, 1, 0)


def test_a_month_has_ended_where_the_firm_is(firm: Firm) -> None:
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("DELETE FROM firm_profile")
        pg.execute(
            "INSERT INTO firm_profile (name, address, tax_id, ledes_id, zone, currency, remit_to, invoice_prefix, country,"
            " subdivision) VALUES ('South LLP', '', '', '', 'Pacific/Auckland', 'NZD', '', '', 'NZ', '')"
        )
    assert billing_period(datetime(2026, 1, 31, 12, 0, tzinfo=UTC)) == (date(2026, 1, 1), date(2026, 1, 31))
    assert billing_period(datetime(2026, 1, 31, 10, 0, tzinfo=UTC)) == (date(2025, 12, 1), date(2025, 12, 31))
