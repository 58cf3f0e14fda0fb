"""A version of a client's rules: its life, and which version a day is judged by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from meruit.firm.core import reading, registers, sets
from meruit.firm.core.sets import Dated, Move, Standing, State
from meruit.moves import MoveRefused
from tests.support import rules

JANUARY, APRIL, JULY = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_only_a_draft_moves(state: State, move: Move) -> None:
    wanted = {Move.REVISE: State.DRAFT, Move.ACCEPT: State.ACCEPTED, Move.WITHDRAW: State.WITHDRAWN}
    if state is State.DRAFT:
        assert sets.after(state, move) is wanted[move]
    else:
        with pytest.raises(MoveRefused, match="a version of the rules"):
            sets.after(state, move)


@pytest.mark.parametrize(
    ("story", "on", "expected"),
    [
        ("before any", date(2025, 12, 31), None),
        ("its first day", JANUARY, 1),
        ("the day before the next", date(2026, 3, 31), 1),
        ("the next one's first day", APRIL, 2),
        ("its own last day", date(2026, 5, 31), 2),
        ("ended, and the one before does not come back", date(2026, 6, 1), None),
        ("one that has been announced", JULY, 3),
    ],
)
def test_of_those_that_have_begun_the_latest_counts(story: str, on: date, expected: int | None) -> None:
    versions = [Dated(2, APRIL, date(2026, 5, 31)), Dated(1, JANUARY), Dated(3, JULY)]
    found = sets.in_force(versions, on)
    assert (None if found is None else found.key) == expected, story


@pytest.mark.parametrize(
    ("story", "state", "key", "today", "proposed", "expected"),
    [
        ("nobody has been asked", State.DRAFT, 9, JANUARY, False, Standing.DRAFT),
        ("a partner has been asked", State.DRAFT, 9, JANUARY, True, Standing.PROPOSED),
        ("not wanted", State.WITHDRAWN, 9, JANUARY, False, Standing.WITHDRAWN),
        ("announced", State.ACCEPTED, 2, JANUARY, False, Standing.UPCOMING),
        ("judges bills", State.ACCEPTED, 1, JANUARY, False, Standing.IN_FORCE),
        ("another has taken its place", State.ACCEPTED, 1, APRIL, False, Standing.SUPERSEDED),
        ("over, without another", State.ACCEPTED, 2, JULY, False, Standing.ENDED),
    ],
)
def test_what_a_version_is_today(
    story: str, state: State, key: int, today: date, proposed: bool, expected: Standing
) -> None:
    accepted = [Dated(1, JANUARY), Dated(2, APRIL, date(2026, 5, 31))]
    assert sets.standing(state, key, accepted, today, is_proposed=proposed) is expected, story


def test_the_day_for_acceptance_is_the_clients_else_the_first_day_else_in_two_weeks() -> None:
    assert sets.due(JANUARY, APRIL, date(2026, 2, 1)) == date(2026, 2, 1)
    assert sets.due(JANUARY, APRIL, None) == APRIL
    assert sets.due(APRIL, JANUARY, None) == date(2026, 4, 15)


def test_a_text_is_refused_with_every_line_that_has_to_be_mended() -> None:
    read = reading.read(rules.text(), "northwind")
    assert (read.sha256, read.remarks) == (reading.digest(rules.text()), ())
    with pytest.raises(reading.Unusable, match=r"northwind, line 10: .*block-biling"):
        reading.read(rules.text(rules='[[rule]]\ntype = "block-biling"'), "northwind")
    with pytest.raises(reading.Unusable, match="names no effective_from"):
        reading.read('[set]\ntitle = "x"\nclient = "y"\nversion = "1"\n', "northwind")
    idle = '[[rule]]\ntype = "entry-size"\n[[rule]]\ntype = "hotel-cap"\n'
    with pytest.raises(reading.Unusable, match=r"(?s)hotel-cap judges nothing"):
        reading.read(rules.text(rules=idle), "northwind")
    wrong = rules.BLOCK_BILLING.replace("fires = [{ hours", "fires = [{ narrative = 'Call' }, { hours")
    with pytest.raises(reading.Unusable, match="fires example 1 finds nothing"):
        reading.read(rules.text(rules=wrong), "northwind")
    mild = reading.read(rules.text(rules='[[rule]]\ntype = "block-billing"\n'), "northwind")
    assert "northwind, line 9: block-billing has no clause." in mild.remarks


def test_a_register_says_what_is_wrong_with_a_row() -> None:
    assert registers.approval_problem("research-limit", "R. Pell", None, None, None, Decimal(6)) is None
    assert "no rule" in str(registers.approval_problem("reserch-limit", "R. Pell", None, None, None, None))
    assert "who gave it" in str(registers.approval_problem("research-limit", " ", None, None, None, None))
    assert "above zero" in str(registers.approval_problem("research-limit", "R", None, None, Decimal(0), None))
    assert "before it begins" in str(registers.approval_problem("research-limit", "R", APRIL, JANUARY, None, None))
    amounts = {"": Decimal(50000), "L300": Decimal(9000)}
    assert registers.budget_problem(amounts, JANUARY, "R. Pell", "USD", "USD") is None
    assert "at least one line" in str(registers.budget_problem({}, None, "", "USD", "USD"))
    assert "no task or phase code" in str(registers.budget_problem({"3": Decimal(1)}, None, "", "USD", "USD"))
    assert "above zero" in str(registers.budget_problem({"": Decimal("NaN")}, None, "", "USD", "USD"))
    assert "cannot be compared" in str(registers.budget_problem(amounts, None, "", "GBP", "USD"))
    assert "who approved" in str(registers.budget_problem(amounts, JANUARY, "", "USD", "USD"))
    assert "above zero" in str(registers.rate_problem(Decimal(-1), JANUARY, None))
    assert "a name" in str(registers.vendor_problem("", None, None))
    assert "generative-ai" in str(registers.statement_problem("weather"))


@pytest.mark.parametrize(("code", "expected"), [("", None), ("L300", "L3*"), ("L310", "L310"), ("B100", "B1*")])
def test_a_phase_covers_its_tasks(code: str, expected: str | None) -> None:
    assert registers.budget_code(code) == expected
