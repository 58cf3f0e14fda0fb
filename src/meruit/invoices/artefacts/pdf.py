"""The PDF of a document: PDF/A-2a, kept for decades and readable aloud, with the fonts that ship with typst.

The same document gives the same bytes: system fonts are left out, and the date in the file is the bill's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from meruit.invoices.artefacts.view import view
from meruit.invoices.core.document import Document

#: So many are named at most: each costs a run, and a text in a script without a font would name all of it.
_NAMED_AT_MOST = 20
#: Stand-in while the characters without a shape are counted; every font has it.
_STAND_IN = "?"
_NO_SHAPE = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed', re.DOTALL)


class CannotPrint(ValueError):
    """The fonts at hand have no shape for some characters; a bill with boxes in it is not sent."""

    def __init__(self, number: str, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        shown = " ".join(f"{c} (U+{ord(c):04X})" for c in characters)
        if len(characters) >= _NAMED_AT_MOST:
            shown += " and perhaps more"
        super().__init__(
            f"{number} cannot be printed: the fonts at hand have no shape for {shown}. "
            "Give the firm's font folder a font that has them, or write these words in another script."
        )


def render_pdf(document: Document, font_folders: Sequence[Path] = ()) -> bytes:
    """The PDF of a document. `font_folders` adds the firm's own fonts to those built in."""
    data = json.dumps(view(document), ensure_ascii=False)
    issued_at = datetime.combine(document.issued_on, time(), tzinfo=UTC)
    missing: list[str] = []
    while True:
        try:
            pdf = _compile(data, issued_at, tuple(font_folders))
        except typst.TypstError as trouble:
            found = _NO_SHAPE.search(trouble.message)
            if found is None:
                raise
            new = [c for c in dict.fromkeys(found["text"]) if c in data]
            if not new:
                raise
            missing += new
            if len(missing) >= _NAMED_AT_MOST:
                raise CannotPrint(document.number, missing) from trouble
            data = data.translate({ord(c): _STAND_IN for c in new})
            continue
        if missing:
            raise CannotPrint(document.number, missing)
        return pdf


def _compile(data: str, issued_at: datetime, font_folders: tuple[Path, ...]) -> bytes:
    compiler = typst.Compiler(
        _template(),
        font_paths=_fonts(font_folders),
        ignore_system_fonts=True,
        sys_inputs={"document": data},
    )
    pdf: Any = compiler.compile(format="pdf", pdf_standards=["a-2a"], timestamp=issued_at)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _template() -> bytes:
    return resources.files("meruit.invoices.artefacts").joinpath("templates/bill.typ").read_bytes()


@cache
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in folders])
