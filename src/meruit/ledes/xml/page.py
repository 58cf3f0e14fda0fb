"""The page that lists every field of the XML formats, made from the tables: `python -m meruit.ledes.xml.page`.

docs/field/ledes-xml-fields.md is this text; a test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.tables import table
from meruit.ledes.xml.layout import layout

if TYPE_CHECKING:
    from meruit.ledes.tables import Column

HEAD = """\
# Fields of LEDES 2000 and LEDES XML 2.x

Made from the tables in `src/meruit/ledes/data` by `python -m meruit.ledes.xml.page`; change those.
Needed: R required, C on a condition, O optional. Known from: L the committee's pages, O an ontology of it,
V a portal's help, I an open implementation, T one vendor's generator alone. "Doubt" says what is not
confirmed: the need is *inferred*, the whole row is *unconfirmed*, or it was *unseen* in files of that version.
"""
_VERSIONS = ("LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2")


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *_formats(_VERSIONS, "LEDES XML 2.x"), *_formats(("LEDES2000",), "LEDES 2000")]
    return "\n".join(parts)


def _formats(names: tuple[str, ...], title: str) -> list[str]:
    out = [f"\n## {title}\n"]
    segments = {s.name: s for name in names for s in table(name).segments}
    for name, segment in segments.items():
        where = f"in `{segment.under}`" if segment.under else "a structure inside other segments"
        often = f"{segment.least} to {segment.most or 'n'}"
        out.append(f"\n### {name}\n\n{where}, {often} times\n" if segment.under else f"\n### {name}\n\n{where}\n")
        many = len(names) > 1
        out.append("| Field | Type | Needed | Versions | Known from | Doubt | What it is |" if many else
                   "| Field | Type | Needed | Known from | Doubt | What it is |")  # fmt: skip
        out.append("| --- " * (7 if many else 6) + "|")
        columns: dict[str, dict[str, Column]] = {}
        for format_name in names:
            for column in layout(format_name).columns.get(name, ()):
                columns.setdefault(column.name, {})[format_name.removeprefix("LEDESXML")] = column
        out += [_row(found, many) for found in columns.values()]
    return out


def _row(found: dict[str, Column], many: bool) -> str:
    newest = list(found.values())[-1]
    doubts = [f"{mark} in {v}" if many and len(found) > 1 and mark == "unseen" else mark
              for v, c in found.items() for mark in c.marks]  # fmt: skip
    needs = {column.required for column in found.values()}
    need = newest.required if len(needs) == 1 else ", ".join(f"{c.required} in {v}" for v, c in found.items())
    cells = [f"`{newest.name}`", _type(found), need]
    if many:
        cells.append(", ".join(found))
    cells += [newest.source, ", ".join(dict.fromkeys(doubts)), newest.rule]
    return "| " + " | ".join(cells) + " |"


def _type(found: dict[str, Column]) -> str:
    column = list(found.values())[-1]
    lengths = {c.length for c in found.values()}
    if column.struct:
        return f"`{column.struct}`"
    if column.values:
        return " ".join(column.values)
    if column.type != "char":
        return column.type
    kind = column.codes or "text"
    if lengths == {None}:
        return kind
    if len(lengths) == 1:
        return f"{kind} {column.length}"
    return f"{kind} " + ", ".join(f"{c.length} in {v}" for v, c in found.items())


if __name__ == "__main__":
    print(page(), end="")
