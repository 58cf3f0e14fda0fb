"""What a cut teaches: which rule spoke of it before the bill went out, or would have, or that none does. Pure.

A payer's reason is one of the common codes; `hindsight.toml` says which types of rules speak of it. Of those the
first answer that holds is kept, in this order: somebody let a finding stand; it stood open; it was cured, and the
payer cut all the same; the reference profile finds it and the payer's set does not ask, or asks for less; the
payer's set asks and is silent. What no rule finds is said so: it is what the next rule is written from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ANY = "*"
#: How pre-bills write down what became of a finding.
CURED, LET_STAND = "cured", "overridden: "


class Verdict(StrEnum):
    """What hindsight says of a cut."""

    OVERRIDDEN = "overridden"
    IGNORED = "ignored"
    CURED = "cured"
    MILDER = "milder"
    OFF = "off"
    SILENT = "silent"
    NONE = "none"


#: What each verdict says to whoever reads it.
SAYS: Mapping[Verdict, str] = {
    Verdict.OVERRIDDEN: "It was found, and somebody let it stand.",
    Verdict.IGNORED: "It was found and stood open when the bill went out.",
    Verdict.CURED: "It was found and mended, and the payer cut it all the same.",
    Verdict.MILDER: "The payer's set asks for less than the reference profile, which finds it.",
    Verdict.OFF: "The payer's set does not ask; the reference profile finds it.",
    Verdict.SILENT: "The payer's set asks, and its rule was silent.",
    Verdict.NONE: "No rule finds it.",
}
#: Our checks spoke of the line before the bill went out.
FLAGGED = (Verdict.OVERRIDDEN, Verdict.IGNORED, Verdict.CURED)
#: Our checks could have spoken and did not.
MISSED = (Verdict.MILDER, Verdict.OFF, Verdict.SILENT)


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding that was kept of the line: its key, rule, and how it was settled."""

    key: int
    rule: str
    is_overridden: bool
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """The answer for one cut."""

    verdict: Verdict
    rule: str = ""
    finding: int | None = None


@cache
def rules_by_reason() -> Mapping[str, tuple[str, ...]]:
    """Reason code -> the types of rules that speak of it."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {code: tuple(slugs) for code, slugs in tomllib.loads(text).items()}


def speaks(reason_code: str, rule: str) -> bool:
    """Whether a type of rule speaks of a reason."""
    slugs = rules_by_reason().get(reason_code, ())
    return rule in slugs or ANY in slugs


def learn(reason_code: str, kept: Iterable[Kept], asked: Collection[str], found_by_profile: Iterable[str]) -> Lesson:
    """The lesson of a cut: what was kept of its line, what its payer's set asks, what the reference profile finds."""
    about = [finding for finding in kept if speaks(reason_code, finding.rule)]
    for verdict, held in (
        (Verdict.OVERRIDDEN, [f for f in about if f.is_overridden]),
        (Verdict.IGNORED, [f for f in about if not f.is_settled]),
        (Verdict.CURED, [f for f in about if f.is_settled and not f.is_overridden]),
    ):
        if held:
            return Lesson(verdict, held[0].rule, held[0].key)
    for rule in found_by_profile:
        if speaks(reason_code, rule):
            return Lesson(Verdict.MILDER if rule in asked else Verdict.OFF, rule)
    silent = [rule for rule in rules_by_reason().get(reason_code, ()) if rule in asked]
    return Lesson(Verdict.SILENT, silent[0]) if silent else Lesson(Verdict.NONE)
