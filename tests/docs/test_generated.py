"""The pages that follow from code say what the code says; `make docs` writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meruit.cli.main import COMMANDS
from meruit.cli.pages import PAGES
from meruit.imports.core.fields import records

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_its_source_says(name: str) -> None:
    assert (ROOT / "docs" / "generated" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_command_is_loaded_by_the_name_in_the_table() -> None:
    from meruit.cli.main import app

    for name in COMMANDS:
        command = app.get_command(None, name)  # type: ignore[arg-type]  # the table needs no context
        assert command is not None, name


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        gone = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
        broken += [f"{page.relative_to(ROOT)} -> {target}" for target in gone]
    assert broken == []


def test_every_record_that_can_be_imported_has_a_taker_named_in_the_docs() -> None:
    text = (ROOT / "docs" / "generated" / "imports.md").read_text(encoding="utf-8")
    assert all(f"(`{name}`)" in text for name in records())


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = sorted(p.name for p in (ROOT / "src" / "meruit").iterdir() if (p / "__init__.py").exists())
    assert [room for room in rooms if f"`{room}`" not in text] == []
