"""What a rule says about one line or one group of lines: a hit, or that it cannot be judged, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from meruit.findings import Fixer, Severity
    from meruit.guidelines.entry import Entry


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Hit:
    """A rule broken. What is left None is filled from the rule's type: fixer, severity, money of the line.

    A value that nobody changes, as a `Finding` is, and for the same reason not frozen.
    """

    message: str
    entry: Entry | None = None
    invoice: str | None = None
    field: str | None = None
    found: str | None = None
    expected: str | None = None
    mend: str | None = None
    words: str | None = None
    span: tuple[int, int] | None = None
    at_risk: Decimal | None = None
    confidence: float = 1.0
    fixable_by: Fixer | None = None
    #: Milder than the rule's own, for the early warning some rules give.
    severity: Severity | None = None


class Unjudged(NamedTuple):
    """The rule could not speak, and why: a blank cell, or a register that is not on file."""

    reason: str


#: What a check of one line returns.
Outcome: TypeAlias = "Hit | Unjudged | Sequence[Hit] | None"


def blank(what: str) -> Unjudged:
    """The line does not tell `what`."""
    return Unjudged(f"{what} not known")


def missing(what: str) -> Unjudged:
    """The context holds no `what`."""
    return Unjudged(f"no {what} on file")


def unset(parameter: str) -> Unjudged:
    """The set turns the rule on but leaves the client's own figure open."""
    return Unjudged(f"the set gives no {parameter}")
