"""The worked figures of docs/algorithms are recomputed, so that prose and code cannot part."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "algorithms").glob("*.md"))


@pytest.mark.parametrize("prose", PAGES, ids=lambda p: p.stem)
def test_every_worked_figure_is_what_the_code_says(prose: Path) -> None:
    failed, tried = doctest.testfile(str(prose), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried >= 3, f"{prose.name} promises worked figures and has fewer than three."
