"""The page of docs/field/ that follows from the registry: `python -m meruit.guidelines.pages docs/field`."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.page import HEADINGS
from meruit.guidelines.registry import types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.params import Param

CHECKABLE = {
    "full": "decided by the data",
    "text": "a judgement on words",
    "needs": "decided with registers beside the lines",
}


def pages() -> dict[str, str]:
    """File name -> text."""
    return {"guideline-rules.md": "\n".join(_rules()).rstrip() + "\n"}


def _rules() -> Iterator[str]:
    yield "# Types of guideline rules"
    yield ""
    yield "Made from the registry by `python -m meruit.guidelines.pages docs/field`; change what stands in"
    yield "`src/meruit/guidelines/rules/`."
    yield "Defaults are those of the reference profile RP-1; *open* is a figure that only the client can give."
    for family, heading in HEADINGS.items():
        yield ""
        yield f"## {heading}"
        for kind in types().values():
            if kind.family != family:
                continue
            yield ""
            yield f"### {kind.title} (`{kind.slug}`, {kind.id})"
            yield ""
            yield kind.doc
            needs = f"; needs {say.listed(need.replace('_', ' ') for need in kind.needs)}" if kind.needs else ""
            yield ""
            yield (
                f"Level: {kind.level}; {CHECKABLE[kind.checkable]}{needs}. Severity unless the set says otherwise: "
                f"{kind.severity}. Put right by the {kind.fixable_by}."
            )
            if kind.params:
                yield ""
                yield "| parameter | default | what it means |"
                yield "| --- | --- | --- |"
                for param in kind.params:
                    yield f"| `{param.name}` | {_default(param)} | {param.doc}{_allowed(param)} |"


def _default(param: Param) -> str:
    value = param.default
    if value is None:
        return "*open*"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return say.plain(value)
    if isinstance(value, tuple):
        if len(value) > 12:
            return f"{len(value)} words: {', '.join(value[:4])}, ..."
        return ", ".join(value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items()) or "none"
    return str(value)


def _allowed(param: Param) -> str:
    if not param.allowed or param.allowed == param.default:
        return ""
    return f"; one of {', '.join(param.allowed)}" if param.shape == "choice" else f"; of {', '.join(param.allowed)}"


def main() -> None:
    """Write the pages into the folder named."""
    folder = Path(sys.argv[1])
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
