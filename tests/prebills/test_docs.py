"""The picture in the documentation is drawn from the table that decides."""

from __future__ import annotations

from pathlib import Path

from meruit.moves import diagram
from meruit.prebills.core import MOVES

PAGE = Path(__file__).parents[2] / "docs" / "prebills.md"


def test_the_picture_of_a_pre_bills_life_is_its_table() -> None:
    drawn = PAGE.read_text(encoding="utf-8").partition("```mermaid\n")[2].partition("```")[0]
    assert drawn == diagram(MOVES)
