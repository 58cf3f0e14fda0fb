"""The shape of a finding: what is wrong, where, by which rule, what would pass, and who can fix it.

Formats (`ledes`) and client rules (`guidelines`) both speak in findings; this module is their common
vocabulary and the one home of the shape that `meruit check --format json` prints.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

Severity = Literal["error", "portal", "advice", "refuse", "ask", "warn"]
Fixer = Literal["biller", "attorney", "decider", "client"]

#: Worst first. `error`, `portal`, `advice` are of formats; `refuse`, `ask`, `warn` of guidelines.
SEVERITIES: tuple[Severity, ...] = ("error", "refuse", "portal", "ask", "warn", "advice")

#: A finding of these makes `meruit check` end with exit code 1; `advice` alone does not.
ABOVE_ADVICE = frozenset(SEVERITIES) - {"advice"}


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Finding:
    """One rule broken at one place; a value, which nobody changes once it is made.

    It is not frozen, because a long bill has tens of thousands and freezing makes each take four times as long.

    `line` is the physical line in the file from 1, `byte` the offset of the cell from 0, `span` the
    characters [start, end) of the narrative that triggered the rule, `at_risk` an amount in `currency`.
    """

    rule: str
    severity: Severity
    message: str
    file: str | None = None
    format: str | None = None
    line: int | None = None
    byte: int | None = None
    invoice: str | None = None
    entry: str | None = None
    field: str | None = None
    code: str | None = None
    found: str | None = None
    expected: str | None = None
    mend: str | None = None
    words: str | None = None
    span: tuple[int, int] | None = None
    clause: str | None = None
    guideline: str | None = None
    confidence: float | None = None
    fixable_by: Fixer | None = None
    portal_reason: str | None = None
    at_risk: Decimal | None = None
    currency: str | None = None

    def to_dict(self) -> dict[str, object]:
        """All keys of the contract in its order; absent values are None, money is text."""
        out: dict[str, object] = {name: getattr(self, name) for name in ORDER}
        out["span"] = list(self.span) if self.span else None
        out["at_risk"] = None if self.at_risk is None else str(self.at_risk)
        return out

    def to_json(self) -> str:
        """One line of JSON Lines: what `to_dict` gives, in prepared pieces."""
        line, byte, span, sure, amount = self.line, self.byte, self.span, self.confidence, self.at_risk
        return (
            f'{{"file": {_text(self.file)}, "format": {_text(self.format)}, '
            f'"line": {"null" if line is None else line}, "byte": {"null" if byte is None else byte}, '
            f'"invoice": {_text(self.invoice)}, "entry": {_text(self.entry)}, "field": {_text(self.field)}, '
            f'"rule": {_text(self.rule)}, "code": {_text(self.code)}, "severity": {_text(self.severity)}, '
            f'"message": {_text(self.message)}, "found": {_text(self.found)}, "expected": {_text(self.expected)}, '
            f'"mend": {_text(self.mend)}, "words": {_text(self.words)}, '
            f'"span": {f"[{span[0]}, {span[1]}]" if span else "null"}, "clause": {_text(self.clause)}, '
            f'"guideline": {_text(self.guideline)}, "confidence": {"null" if sure is None else repr(sure)}, '
            f'"fixable_by": {_text(self.fixable_by)}, "portal_reason": {_text(self.portal_reason)}, '
            f'"at_risk": {"null" if amount is None else _quoted(str(amount))}, "currency": {_text(self.currency)}}}'
        )


def _text(value: str | None) -> str:
    return "null" if value is None else _quoted(value)


#: The order of keys on standard output, as promised to whoever reads the JSON.
ORDER: tuple[str, ...] = (
    "file", "format", "line", "byte", "invoice", "entry", "field", "rule", "code", "severity",
    "message", "found", "expected", "mend", "words", "span", "clause", "guideline", "confidence",
    "fixable_by", "portal_reason", "at_risk", "currency",
)  # fmt: skip

if {f.name for f in fields(Finding)} != set(ORDER):  # pragma: no cover - a broken assumption, at import
    raise AssertionError("Finding and ORDER name different fields.")


def worst(counts: Mapping[str, int]) -> Severity | None:
    """The worst severity that occurs at least once in `counts` (severity -> number)."""
    return next((s for s in SEVERITIES if counts.get(s)), None)
