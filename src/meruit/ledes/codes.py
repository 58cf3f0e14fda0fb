"""Codes a line may carry: UTBMS lists and timekeeper classes.

A client's own list stands above the published ones, so an unlisted code is advice unless the portal
refuses it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from meruit import utbms


@lru_cache(maxsize=4096)
def objection(code: str, kind: str) -> str | None:
    """What is wrong with `code` where a code of `kind` belongs; None when nothing is."""
    found = utbms.lookup(code)
    if found is None:
        proper = utbms.normal(code)
        if utbms.known(proper):
            return f'is not listed as written; the UTBMS lists write "{proper}"'
        if not utbms.plausible(code):
            return "does not have the shape of a UTBMS code and stands in no published list"
        return "stands in no published UTBMS list"
    rows = [row for name in utbms.sets() if (row := utbms.lookup(code, name))]
    right = [row for row in rows if row.kind == kind]
    if not right:
        article = "an" if found.kind[0] in "ae" else "a"
        return f"is {article} {found.kind} code ({found.title}), not {'an' if kind[0] in 'ae' else 'a'} {kind} code"
    if not any(utbms.billable(row) for row in right):
        return f"is the heading of a phase ({right[0].title}); bill one of its tasks"
    return None


@cache
def classes() -> frozenset[str]:
    """Timekeeper classes of the committee's list and the older two-letter set."""
    text = (resources.files("meruit.ledes") / "data" / "classes.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))
