"""One fact is told once, although format and guideline both judge it.

Both know whether a date lies outside the period, codes are missing, a line is repeated, a field is blank
or a sum is wrong.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from meruit.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.findings import Finding

#: Guideline rule -> rules of format that state the same fact of the same line.
SAME_FACT: dict[str, frozenset[str]] = {
    "date-outside-period": frozenset({"LD02"}),
    "codes-required": frozenset({"LR03", "LR04"}),
    "duplicate-line": frozenset({"duplicate-line", "LC04"}),
    "required-fields": frozenset({"LR01", "LR02", "LR08"}),
    "arithmetic": frozenset({"LA01", "LA03"}),
}


def join(format_findings: Iterable[Finding], guideline_findings: Iterable[Finding]) -> list[Finding]:
    """All findings, a fact that both judge told once and by the graver of the two.

    What one of them knows and the other does not (byte and field, clause and guideline) is kept.
    """
    ours = list(guideline_findings)
    shared: dict[tuple[str, str | None, int | str | None], list[int]] = defaultdict(list)
    for at, finding in enumerate(ours):
        place = finding.invoice if finding.line is None else finding.line
        for rule in SAME_FACT.get(finding.rule, ()):
            shared[rule, finding.file, place].append(at)
    told: set[int] = set()
    out: list[Finding] = []
    for finding in format_findings:
        twins = (
            *shared.get((finding.rule, finding.file, finding.line), ()),
            *shared.get((finding.rule, finding.file, finding.invoice), ()),
        )
        twin = next((at for at in twins if at not in told and _same(finding, ours[at])), None)
        if twin is None:
            out.append(finding)
        else:
            told.add(twin)
            out.append(merged(finding, ours[twin]))
    out += [finding for at, finding in enumerate(ours) if at not in told]
    return out


def _same(finding: Finding, ours: Finding) -> bool:
    """Two findings of one line speak of one fact unless they name different codes or invoices."""
    if ours.line is None and finding.invoice != ours.invoice:
        return False
    if ours.rule == "codes-required" and finding.field and ours.field:
        return ours.field.split("_")[0].upper() in finding.field.upper()
    return True


def merged(one: Finding, other: Finding) -> Finding:
    """The graver of two findings of one fact, with what only the other knows."""
    worse, milder = (one, other) if SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity) else (other, one)
    facts = {
        name: getattr(milder, name)
        for name in ("format", "line", "byte", "entry", "field", "code", "mend", "clause", "guideline", "portal_reason")
        if getattr(worse, name) is None and getattr(milder, name) is not None
    }
    return dataclasses.replace(worse, **facts)
