"""`meruit docs`: write the pages of docs/ that follow from code and data anew. A test compares them."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; say which pages differ.")
def docs(check: bool) -> None:
    """Write the generated pages of docs/ anew."""
    from meruit.cli.pages import all_pages

    folder = Path(__file__).resolve().parents[3] / "docs"
    differing = []
    for name, text in all_pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            differing.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    click.echo("\n".join(differing) or "Every page is as its source says.")
    sys.exit(1 if check and differing else 0)
