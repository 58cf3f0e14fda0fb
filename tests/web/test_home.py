"""The morning's page: the whole digest for who sees everything, and for the others what is theirs to see."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.test import override_settings

from meruit.desk import morning, nightly
from meruit.night.digest import text as printed
from meruit.portals import actions as portals
from meruit.prebills import actions as prebills
from tests.support import work
from tests.support.bills import FEBRUARY_2, drafted, released
from tests.support.portals import issued
from tests.web.test_money import connect_by_hand
from tests.web.test_pages import text, text_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]


def test_the_page_says_what_the_terminal_prints_and_hides_what_is_walled_off(
    firm: Firm, at_the_page: At, tmp_path: Path
) -> None:
    connect_by_hand(firm)
    bill = issued(firm)
    submission = portals.package(firm.cleo, bill.pk)
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    text_after(cleo, f"/submissions/{submission.pk}/take/")
    text_after(cleo, f"/submissions/{submission.pk}/settle/", arrived="yes", how="On its page")
    firm.at(FEBRUARY_2 + timedelta(days=40, hours=2))
    firm.use("worker")
    with override_settings(HOME=tmp_path):
        nightly.night()
    firm.use("app")

    whole = morning.digest(firm.cleo)
    assert whole is not None
    assert morning.sees_everything(firm.cleo)
    shown = text(cleo, "/")
    for step in whole.steps:
        assert step.title in shown
    for queue in whole.queues:
        assert f"{queue.name} {queue.count}" in shown, queue
    for trouble in whole.troubles:
        assert trouble.why in shown.replace("&quot;", '"').replace("&#x27;", "'")
    for part in ("Hand-over of the shift", "Waits for others", "not yet sealed"):
        assert part in shown
    assert "E-bills transmitted: 1" in printed(whole)
    stuck = f"Stuck at their portal\n  {bill.number} of {bill.payer.name}, silent for 40 days: "
    assert stuck in printed(whole), "the terminal and the mail tell it as the page does"
    assert "has not said a word for 40 days" in shown
    assert "E-bills transmitted 1" in shown

    # Dan sees the counts of the night and his own queues, and no word of the matter behind his wall.
    assert not morning.sees_everything(firm.dan)
    his = morning.digest(firm.dan)
    assert his is not None
    assert "Stuck at their portal" not in printed(his)
    assert (his.troubles, list(his.queues), list(his.expires)) == ((), [], [])
    seen = text(dan, "/")
    assert "Done in the night" in seen
    assert bill.number not in seen
    assert "E-bills transmitted" not in seen
    assert morning.digest(firm.ben) is None
    assert "Done in the night" not in text(at_the_page("Ben"), "/")


def test_what_waits_for_others_is_told_with_its_time_and_amount(firm: Firm, at_the_page: At) -> None:
    firm.at(FEBRUARY_2)
    work.agree_rates(firm)
    released(firm, [work.hours()])
    prebill = drafted(firm)
    prebills.send(firm.cleo, prebill)
    prebills.propose_final_bill(firm.cleo, prebill)
    shown = text(at_the_page("Cleo"), "/")
    assert "Ada 1 × Final bill" in shown
    assert "1 decision in all" in shown
    his = morning.digest(firm.dan)
    assert his is not None
    assert his.waits == []
