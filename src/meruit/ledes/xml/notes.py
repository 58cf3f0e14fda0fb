"""Findings about XML bills, made from the rule's row in the common catalogue."""

from __future__ import annotations

from meruit.findings import Finding, Severity
from meruit.ledes.rules import rule as rule_of


def note(
    rule: str,
    message: str,
    *,
    severity: Severity | None = None,
    line: int | None = None,
    byte: int | None = None,
    invoice: str | None = None,
    entry: str | None = None,
    field: str | None = None,
    found: str | None = None,
    expected: str | None = None,
    mend: str | None = None,
    reason: str | None = None,
) -> Finding:
    """A finding of `rule`, with the severity and the advice of its row unless the caller knows better."""
    row = rule_of(rule)
    return Finding(
        rule=rule,
        severity=severity or row.severity,
        message=message,
        line=line,
        byte=byte,
        invoice=invoice,
        entry=entry,
        field=field,
        found=found,
        expected=expected,
        mend=mend or row.mend,
        fixable_by=row.fixable_by,
        portal_reason=reason or row.reason,
    )
