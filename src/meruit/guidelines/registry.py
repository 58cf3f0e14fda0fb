"""The 85 rule types of billing guidelines: what each is called, takes, needs, and how it is judged.

A client's set is a list of rule types with parameters and never code. Each type is one function in
`rules/`, marked with `@rule_type`; it is handed the parameters and the context once and gives back a
check, so that whatever can be worked out beforehand is.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from meruit.findings import Fixer
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry, Kind
    from meruit.guidelines.outcome import Hit, Outcome, Unjudged
    from meruit.guidelines.params import Param, Params

Level = Literal["line", "day", "invoice", "matter", "history", "standing"]
Severity = Literal["refuse", "ask", "warn"]
#: `full`: decided by the data; `text`: judgement on words, reported with them and never cut in silence;
#: `needs`: undecidable without a register of the context.
Checkable = Literal["full", "text", "needs"]


@dataclass(frozen=True, slots=True)
class LineCheck:
    """Judges one line by itself. `kind` None takes fees and expenses."""

    check: Callable[[Entry], Outcome]
    kind: Kind | None = "fee"


@dataclass(frozen=True, slots=True)
class TextCheck:
    """Judges one fee line by what its narrative was understood to say.

    `signs` are those of the line without one of which the rule has nothing to say (`narrative.needs`), so that
    most lines are spared most rules; 0 where it is asked of every line.
    """

    check: Callable[[Entry, Any], Outcome]
    kind: Kind | None = "fee"
    signs: int = 0


@dataclass(frozen=True, slots=True)
class PhraseCheck:
    """Judges by words and patterns alone; all such rules of a set run as one search.

    `judge` gets the line and the span of a match and says what it means, or None where the words do
    not mean it there. Where every match is a hit whatever the line, `tells` holds what stands before and
    after the words in the message, and large files are screened without making entries of their lines.
    """

    patterns: tuple[str, ...]
    judge: Callable[[Entry, int, int], Hit | None]
    kind: Kind | None = "fee"
    tells: tuple[str, str] | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """Judges lines that belong together: `key` gives the group, None for a line that is in none.

    Groups of fewer than `least` lines have nothing to be told; most groups of a bill are one line.
    """

    key: Callable[[Entry], Hashable | Unjudged | None]
    check: Callable[[Sequence[Entry]], Iterable[Hit | Unjudged]]
    kind: Kind | None = "fee"
    least: int = 1


@dataclass(frozen=True, slots=True)
class StandingCheck:
    """Judges the registers themselves, once: appeals, accruals, statements."""

    check: Callable[[], Iterable[Hit | Unjudged]]


@dataclass(frozen=True, slots=True)
class Absent:
    """No line can be judged: a register is not on file, or the client's own figure is not set."""

    why: Unjudged
    kind: Kind | None = "fee"


Check: TypeAlias = LineCheck | TextCheck | PhraseCheck | GroupCheck | StandingCheck | Absent
#: A rule may need several: its lines by themselves, and what they are together.
Build: TypeAlias = "Callable[[Params, Context], Check | tuple[Check, ...]]"


@dataclass(frozen=True, slots=True)
class RuleType:
    """One kind of rule. `build` makes the check from parameters and context."""

    id: str
    slug: str
    title: str
    family: str
    level: Level
    checkable: Checkable
    severity: Severity
    fixable_by: Fixer
    doc: str
    build: Build
    params: tuple[Param, ...] = ()
    needs: tuple[str, ...] = field(default=())


_TYPES: dict[str, RuleType] = {}

#: Modules of `rules/`, each one family of the catalogue.
FAMILIES = (
    "time", "block", "vague", "detail", "data", "clerical", "nonbillable", "approval", "staffing", "teamwork",
    "rates", "travel", "trips", "office", "expenses", "invoice", "budget", "process",
)  # fmt: skip


def rule_type(
    id: str,
    slug: str,
    title: str,
    *,
    family: str,
    level: Level = "line",
    checkable: Checkable = "full",
    severity: Severity = "refuse",
    fix: Fixer = "biller",
    params: tuple[Param, ...] = (),
    needs: tuple[str, ...] = (),
) -> Callable[[Build], Build]:
    """Registers the decorated function as the rule type `slug`; its docstring is the rule in words."""

    def register(build: Build) -> Build:
        if slug in _TYPES:
            raise AssertionError(f"Two rule types are called {slug}.")
        doc = " ".join((build.__doc__ or "").split())
        _TYPES[slug] = RuleType(id, slug, title, family, level, checkable, severity, fix, doc, build, params, needs)
        return build

    return register


@cache
def types() -> dict[str, RuleType]:
    """All rule types by slug, in the order of their ids."""
    for family in FAMILIES:
        importlib.import_module(f"meruit.guidelines.rules.{family}")
    return dict(sorted(_TYPES.items(), key=lambda item: item[1].id))
