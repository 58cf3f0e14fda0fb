"""A night whose line to the database breaks ends there, says nothing of the item, and goes on with it."""

from __future__ import annotations

import threading
from datetime import time
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

from meruit.desk import nightly, worker
from meruit.night.run import Step, run
from meruit.steps.models import Item, Run

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor
    from tests.support.firm import Firm


@pytest.mark.parametrize("in_a_transaction", [True, False])
def test_a_line_that_breaks_is_no_failure_of_the_item(firm: Firm, in_a_transaction: bool) -> None:
    firm.system("test")
    pg = firm.sql("owner", autocommit=True)
    worked: list[str] = []

    def do(actor: Actor, key: str, now: datetime) -> str:
        worked.append(key)
        if worked == ["1", "2"]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ended = cursor.fetchone()
            with firm.cluster.superuser() as above:
                above.execute("SELECT pg_terminate_backend(%s, 10000)", ended)
            if in_a_transaction:
                with transaction.atomic():
                    connection.cursor().execute("SELECT 1")
            connection.cursor().execute("SELECT 1")
        return "done"

    step = Step("count", "Counted", lambda actor, now: ["1", "2", "3"], do)
    with pytest.raises(OperationalError):
        run((step,))
    assert pg.execute("SELECT key FROM steps_item").fetchall() == [("1",)]
    connection.close()  # as the worker does before its next round
    assert run((step,)).finished_at is not None
    assert worked == ["1", "2", "2", "3"]
    assert list(Item.objects.order_by("key").values_list("key", "outcome")) == [(k, "done") for k in ("1", "2", "3")]


def test_an_item_that_was_done_when_the_night_was_stopped_is_counted(firm: Firm) -> None:
    firm.system("test")
    left = ["1", "2", "3"]

    class Killed(BaseException):
        """As a kill between the work and its outcome."""

    def do(actor: Actor, key: str, now: datetime) -> str:
        left.remove(key)
        if key == "2":
            raise Killed
        return "done"

    step = Step("count", "Counted", lambda actor, now: list(left), do)
    with pytest.raises(Killed):
        run((step,))
    done = run((step,)).steps.get()
    assert (done.done, done.skipped, done.failed, done.under_way) == (3, 0, 0, "")
    assert Item.objects.get(key="2").why == "done when the night was stopped"


def test_a_worker_that_is_told_to_stop_ends_behind_its_item_and_goes_on_with_the_night(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.system("test")
    stop, worked = threading.Event(), []

    def do(actor: Actor, key: str, now: datetime) -> str:
        worked.append(key)
        if key == "2":
            stop.set()
        return "done"

    step = Step("count", "Counted", lambda actor, now: ["1", "2", "3"], do)
    monkeypatch.setattr(nightly, "table", lambda: (step,))
    monkeypatch.setattr(nightly, "due_now", lambda hour: True)
    worker.work_once(time(22), stop)
    assert worked == ["1", "2"]
    assert Run.objects.get().finished_at is None
    assert list(Item.objects.order_by("key").values_list("key", "outcome")) == [("1", "done"), ("2", "done")]
    stop.clear()
    worker.work_once(time(22), stop)
    assert worked == ["1", "2", "3"]
    assert Run.objects.get().finished_at is not None
