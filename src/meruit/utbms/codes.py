"""The code tables and what one may ask of them.

`data/codes.tsv` holds 17 sets; codes and titles are the standards' own, `evidence` says whether the row was
seen in a public source or follows from numbering. Read once, on first use, so that importing costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Kind = Literal["task", "activity", "expense"]
Level = Literal["phase", "task", "activity", "expense"]

DATA = Path(__file__).parent / "data"

#: Letters and digits of every published list (L110, PA310, WC334, MA00, JC10), and the purely numeric
#: codes of the patent prosecution list ratified in 2023, whose contents are not public.
SHAPE = re.compile(r"(?:[A-Z]{1,2}\d{2,3}|\d{3,6})\Z")


@dataclass(frozen=True, slots=True)
class Code:
    """One row of one list."""

    code: str
    set: str
    kind: Kind
    level: Level
    title: str
    parent: str | None
    retired: bool = False
    #: False where no public source shows the row in full; see docs/field/utbms.md.
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One published list: who made it, when, and for which kind of matter."""

    name: str
    title: str
    made_by: str
    issued: str | None
    family: str
    kinds: frozenset[Kind]
    codes: tuple[Code, ...]


def _rows(name: str) -> Iterator[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines[1:])


@cache
def _codes() -> Mapping[str, tuple[Code, ...]]:
    """code -> its rows, in the order of the sets."""
    found: dict[str, tuple[Code, ...]] = {}
    for name, code, parent, level, title, status, evidence in _rows("codes.tsv"):
        kind = cast("Kind", "task" if level == "phase" else level)
        retired, confirmed = status == "retired", evidence == "seen"
        row = Code(code, name, kind, cast("Level", level), title, parent or None, retired, confirmed)
        found[code] = (*found.get(code, ()), row)
    return found


@cache
def sets() -> Mapping[str, CodeSet]:
    """Every set by name."""
    rows: dict[str, list[Code]] = {}
    for code in every():
        rows.setdefault(code.set, []).append(code)
    return {
        name: CodeSet(name, title, made_by, issued or None, family, frozenset(c.kind for c in rows[name]),
                      tuple(rows[name]))
        for name, title, made_by, issued, family in _rows("sets.tsv")
    }  # fmt: skip


def every() -> Iterator[Code]:
    """All rows of all sets."""
    return (row for rows in _codes().values() for row in rows)


def lookup(code: str, within: str | Collection[str] | None = None) -> Code | None:
    """The row of `code`, in one of the sets `within` when given; codes are matched exactly (see `normal`)."""
    rows = _codes().get(code, ())
    if within is None:
        return rows[0] if rows else None
    wanted = {within} if isinstance(within, str) else within
    return next((row for row in rows if row.set in wanted), None)


def known(code: str, within: str | Collection[str] | None = None) -> bool:
    """Whether `code` stands in any set (or in one of those `within`)."""
    return lookup(code, within) is not None


def title(code: str) -> str:
    """The title of `code`; empty for a code that stands in no set."""
    row = lookup(code)
    return row.title if row else ""


def kindred(code: str) -> frozenset[str]:
    """The sets that one matter may take codes from together with `code`; none for a code that stands in no set."""
    row = lookup(code)
    if row is None:
        return frozenset()
    family = sets()[row.set].family
    return frozenset(name for name, found in sets().items() if found.family == family)


def kind_of(code: str) -> Kind | None:
    """task, activity or expense; None for a code that stands in no set."""
    row = lookup(code)
    return row.kind if row else None


def normal(text: str) -> str:
    """`text` as the lists write it: capitals, no blanks, and zero where the letter O stands among digits."""
    code = "".join(text.split()).upper()
    letters = len(code) - len(code.lstrip("ABCDEFGHIJKLMNPQRSTUVWXYZ"))
    return code[:letters] + code[letters:].replace("O", "0")


def plausible(code: str) -> bool:
    """Whether `code` has the shape of some published list, also of those whose contents are not public."""
    return SHAPE.match(code) is not None


@cache
def children(code: str, within: str) -> tuple[Code, ...]:
    """The rows directly under `code` in the set `within`."""
    return tuple(row for row in sets()[within].codes if row.parent == code) if within in sets() else ()


#: eDiscovery phases are defined as catch-alls ("not otherwise specified"), so they may be billed themselves.
_CATCH_ALL_PHASES = frozenset({"L600", "L610", "L620", "L630", "L650", "L660", "L670", "L680", "L690"})


def billable(code: Code) -> bool:
    """False for a heading: A100, E100, or a phase that has tasks of its own and is no catch-all."""
    if code.code in _CATCH_ALL_PHASES:
        return True
    return not children(code.code, code.set)


@cache
def _crosswalk() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for code, becomes, name in _rows("crosswalk.tsv"):
        found[code, name] = (*found.get((code, name), ()), becomes)
    return found


def carried_to(code: str, name: str) -> tuple[str, ...]:
    """What `code` becomes in the set `name`, best first: itself where it stands there, else by crosswalk.

    The crosswalk is Meruit's own reading of the definitions; the committee's mapped list is not public.
    """
    if known(code, name):
        return (code,)
    return _crosswalk().get((code, name), ())
