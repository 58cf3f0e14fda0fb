"""The end of an appeal is an amount, and it moves the reduction it was about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.disputes.core import (
    APPEAL_MOVES,
    REDUCTION_AFTER_APPEAL,
    REDUCTION_MOVES,
    AppealMove,
    Reduction,
    outcome,
)
from meruit.moves import finals

D = Decimal


@pytest.mark.parametrize(
    "recovered, move",
    [("100.00", AppealMove.GRANT), ("0.01", AppealMove.GRANT_PART), ("0.00", AppealMove.DENY)],
)
def test_an_answer_is_told_by_its_amount(recovered: str, move: AppealMove) -> None:
    assert outcome(D("100.00"), D(recovered)) is move


@pytest.mark.parametrize("recovered", ["100.01", "-0.01"])
def test_an_answer_outside_the_appeal_is_looked_at_by_a_person(recovered: str) -> None:
    with pytest.raises(ValueError, match="cannot recover"):
        outcome(D("100.00"), D(recovered))


def test_every_end_of_an_appeal_moves_its_reduction() -> None:
    assert set(REDUCTION_AFTER_APPEAL) == finals(APPEAL_MOVES)
    for move in REDUCTION_AFTER_APPEAL.values():
        assert (Reduction.APPEALED, move) in REDUCTION_MOVES
