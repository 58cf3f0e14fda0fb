"""The documentation says what the code does: its field list is made from the tables, its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meruit import ledes
from meruit.ledes.convert import MONEY
from meruit.ledes.convert.report import KINDS
from meruit.ledes.convert.supply import load
from meruit.ledes.tables import table
from meruit.ledes.xml import write
from meruit.ledes.xml.page import page
from tests.ledes.xml.bills import bill

FIELD = Path(__file__).parents[3] / "docs" / "field"


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (FIELD / name).read_text(encoding="utf-8"), re.DOTALL)


def test_the_list_of_fields_is_that_of_the_tables() -> None:
    assert (FIELD / "ledes-xml-fields.md").read_text(encoding="utf-8") == page(), (
        "Run: python -m meruit.ledes.xml.page > docs/field/ledes-xml-fields.md"
    )


def test_every_field_stands_on_the_page() -> None:
    text = page()
    for name in ("LEDES2000", "LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2"):
        assert all(f"| `{column.name}` |" in text for column in table(name).columns)


@pytest.mark.parametrize("name", ["ledes-xml.md", "convert.md"])
def test_the_examples_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = bill("LEDESXML2.1")
    file.invoices[0].client.tax_id, file.invoices[0].matters[0].account_type = "GB999", "O"
    (tmp_path / "march.xml").write_bytes(write(file, "LEDESXML2.1"))
    monkeypatch.chdir(tmp_path)
    for code in blocks(name, "python"):
        exec(compile(code, name, "exec"), {})  # our own page
    assert "1149.60" in capsys.readouterr().out or (tmp_path / "march.txt").exists()


def test_the_page_on_conversion_names_every_kind_and_every_money() -> None:
    text = (FIELD / "convert.md").read_text(encoding="utf-8")
    assert all(f"| {kind} |" in text for kind in KINDS)
    assert all(f"| {money} |" in text for money in MONEY)
    assert all(name in text for name in ledes.FORMATS)
    assert load(blocks("convert.md", "toml")[0], "convert.md")
