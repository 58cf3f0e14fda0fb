"""The firm's own coded history: learnt at night from released entries, measured, shown and never filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meruit.authority.errors import NotFound
from meruit.guidelines.narrative import coding as library
from meruit.guidelines.narrative import understand
from meruit.prebills import coding
from meruit.prebills.models import CodedHistory, Line
from tests.support.bills import FEBRUARY_2, drafted, line, released
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def test_a_night_learns_and_a_person_is_shown_what_the_firm_codes(firm: Firm) -> None:
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    # This firm files its chronologies under discovery, whatever the words alone would say.
    own = [
        hours(narrative=f"Prepare chronology of {thing}", time="0.8", task_code="L320", activity_code="A103")
        for thing in ("events", "payments", "shipments", "letters", "meetings", "deliveries") * 3
    ]
    entries = released(firm, [*own, hours(narrative="Prepare chronology of invoices", time="0.8", task_code="")])
    prebill = drafted(firm)
    uncoded = Line.objects.get(prebill=prebill, entry=entries[-1])
    before = coding.suggest(firm.cleo, uncoded.pk)
    assert (before.entries, before.learnt_at) == (0, None)
    assert coding.unlearnt() == 19
    night = firm.system("learn")
    made = coding.learn(night)
    assert coding.unlearnt() == 0
    assert made.entries == 19
    assert set(made.measured) == {"task", "activity"}
    assert made.measured["task"]["entries"] == 4
    firm.use("app")
    after = coding.suggest(firm.cleo, uncoded.pk)
    assert after.learnt_at == CodedHistory.objects.get().at
    assert after.measured == made.measured
    assert after.coding == library.suggest(
        understand(uncoded.narrative, uncoded.hours), sets=["ABA-LITIGATION", "DRI-LITIGATION-2007", "LOC-EDISCOVERY-2011"],
        history=library.Model.from_json(CodedHistory.objects.get().table),
    )  # fmt: skip
    assert line(prebill, uncoded.number).task_code == ""  # shown, and filled in by nobody
    with pytest.raises(NotFound):
        coding.suggest(firm.dan, uncoded.pk)
