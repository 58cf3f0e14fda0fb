"""The pages of docs/field: made from the data, and their examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meruit.ledes.pages import pages
from tests.ledes.bills import bill

DOCS = Path(__file__).parents[2] / "docs" / "field"


@pytest.mark.parametrize("name", pages())
def test_made_pages_are_as_their_data_makes_them(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "Run: python -m meruit.ledes.pages docs/field"


def test_the_example_at_the_top_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("march.txt").write_bytes(bill())
    example = re.search(r"```python\n(.*?)```", (DOCS / "ledes.md").read_text(encoding="utf-8"), re.S)
    assert example
    exec(compile(example[1], "ledes.md", "exec"), {})
    assert Path("again.txt").read_bytes() == bill()
    assert "HR-2041 431.00 2026-03-05" in capsys.readouterr().out


def test_every_link_of_the_page_leads_somewhere() -> None:
    text = (DOCS / "ledes.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (DOCS / link).exists(), link
