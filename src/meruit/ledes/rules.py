"""The rules of format as data: what each demands, how grave a breach is, what to do, who can do it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from meruit.ledes.tables import TableError, build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.findings import Fixer, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `on` tells the formats it speaks of: all, flat (98B, 98BI), xml, or 2000."""

    id: str
    on: Literal["all", "flat", "xml", "2000"]
    severity: Severity
    says: str
    mend: str
    fixable_by: Fixer
    reason: str


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the catalogue."""
    text = (resources.files("meruit.ledes") / "data" / "rules.toml").read_text(encoding="utf-8")
    found: dict[str, Rule] = {}
    for row in tomllib.loads(text)["rule"]:
        rule = build(Rule, row, f"rules.toml {row.get('id', '?')}")
        if rule.id in found:
            raise TableError(f"rules.toml: the rule {rule.id} occurs twice.")
        found[rule.id] = rule
    return found


def rule(name: str) -> Rule:
    """The rule of that id; an unknown id is a mistake of the caller."""
    return rules()[name]
