"""A calendar becomes suggestions once; what is taken is prepared and never billable before its release."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from meruit.authority.errors import Invalid, NotFound
from meruit.capture import actions
from meruit.capture.core import Move
from meruit.capture.models import Suggestion
from meruit.people.models import Timekeeper
from meruit.timesheets.models import Released, Version
from meruit.timesheets.take import take
from tests.capture.test_calendars import CALL, ics
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from tests.support.firm import Firm

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
LUNCH = "UID:9\r\nSUMMARY:Lunch\r\nDTSTART:20260311T170000Z\r\nDTEND:20260311T173000Z"


def test_a_calendar_becomes_suggestions_once_and_a_taken_one_an_entry(firm: Firm) -> None:
    agree_rates(firm)
    ben = Timekeeper.objects.get(number="TK-BEN")
    made = actions.capture_calendar(firm.cleo, ics(CALL, LUNCH), ben, FIRST, LAST)
    assert (made.made, made.changed, made.unchanged) == (2, 0, 0)
    moved = CALL.replace("154000Z", "160000Z")
    again = actions.capture_calendar(firm.cleo, ics(moved, LUNCH), ben, FIRST, LAST)
    assert (again.made, again.changed, again.unchanged) == (0, 1, 1)
    call, lunch = Suggestion.objects.order_by("worked_on")
    assert (call.matter_id, str(call.hours), call.source is not None) == (1, "1.00", True)
    with pytest.raises(Invalid, match="Say which matter"):
        take(firm.cleo, lunch.pk, narrative="Lunch")
    entry = take(firm.cleo, call.pk, narrative="Call with adjuster re reserve", task_code="L120", activity_code="A106")
    assert Version.objects.get(entry_id=entry).worked_value == 350
    assert not Released.objects.exists()
    actions.settle(firm.cleo, lunch.pk, Move.DISMISS, reason="Private")
    after = actions.capture_calendar(firm.cleo, ics(CALL, LUNCH), ben, FIRST, LAST)
    assert (after.made, after.changed) == (0, 0)


def test_behind_the_wall_there_is_no_suggestion(firm: Firm) -> None:
    ben = Timekeeper.objects.get(number="TK-BEN")
    actions.capture_calendar(firm.cleo, ics(CALL), ben, FIRST, LAST)
    found = Suggestion.objects.get()
    assert found.pk in set(actions.visible(firm.cleo).values_list("pk", flat=True))
    with pytest.raises(NotFound):
        actions.settle(firm.dan, found.pk, Move.DISMISS)
    with pytest.raises(Invalid, match="no calendar"):
        actions.capture_calendar(firm.cleo, b"hello", ben, FIRST, LAST)
