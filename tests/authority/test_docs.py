"""docs/authority.md lists the ways that were tried, from the table that the tests run."""

from __future__ import annotations

from pathlib import Path

from tests.authority.ways import WAYS, listed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "authority.md"


def test_the_ways_listed_are_the_ways_tried() -> None:
    """When this fails: write the output of `python -m tests.authority.ways` between the marks."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition("<!-- ways -->\n")[2].partition("\n<!-- /ways -->")[0] == listed()
    assert f"\n{len(WAYS)} attempts" in text
