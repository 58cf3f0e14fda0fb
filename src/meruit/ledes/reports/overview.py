"""What findings come to: by invoice, by who can fix them, and the money that hangs on them.

Money at risk is counted once. Several findings on one line put that line's amount at risk, not a sum
of it; a finding on the whole invoice covers its lines.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.findings import ABOVE_ADVICE, SEVERITIES, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from meruit.findings import Finding, Severity

#: How a person calls the severities, worst first.
SEVERITY_WORDS: Mapping[Severity, str] = {
    "error": "Wrong by the format",
    "refuse": "Against the client's rules",
    "portal": "Refused by the portal",
    "ask": "Needs an answer",
    "warn": "Watch",
    "advice": "Advice",
}
FIXERS = {
    "biller": "Billing specialist",
    "attorney": "Attorney who did the work",
    "decider": "Partner who decides",
    "client": "Client",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What was checked, as the head of a report tells it."""

    files: int
    invoices: int
    lines: int
    as_of: date | None = None
    portal: str | None = None
    guidelines: str | None = None


@dataclass(slots=True)
class InvoiceView:
    """The findings of one invoice of one file."""

    file: str
    number: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(finding.severity for finding in self.findings)

    @property
    def worst(self) -> Severity:
        return worst(self.counts) or "advice"

    @property
    def blocked(self) -> bool:
        """Whether something here is graver than advice."""
        return any(finding.severity in ABOVE_ADVICE for finding in self.findings)

    @property
    def at_risk(self) -> dict[str, Decimal]:
        return at_risk(self.findings)


@dataclass(slots=True)
class Overview:
    """Everything a report shows, computed once."""

    scope: Scope
    invoices: list[InvoiceView]
    counts: Counter[str]
    by_fixer: Counter[str]
    by_rule: Counter[str]

    @property
    def blocked(self) -> int:
        return sum(1 for invoice in self.invoices if invoice.blocked and invoice.number)

    @property
    def at_risk(self) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for invoice in self.invoices:
            for currency, amount in invoice.at_risk.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return total


def overview(findings: Iterable[Finding], scope: Scope) -> Overview:
    """Findings gathered by invoice, the gravest invoice first and the rest as they came."""
    views: dict[tuple[str, str], InvoiceView] = {}
    counts: Counter[str] = Counter()
    by_fixer: Counter[str] = Counter()
    by_rule: Counter[str] = Counter()
    for finding in findings:
        key = (finding.file or "", finding.invoice or "")
        views.setdefault(key, InvoiceView(*key)).findings.append(finding)
        counts[finding.severity] += 1
        by_rule[finding.rule] += 1
        if finding.fixable_by:
            by_fixer[finding.fixable_by] += 1
    ranks = {severity: i for i, severity in enumerate(SEVERITIES)}
    ordered = sorted(views.values(), key=lambda view: (ranks[view.worst], view.file))
    return Overview(scope, ordered, counts, by_fixer, by_rule)


def at_risk(findings: Iterable[Finding]) -> dict[str, Decimal]:
    """Currency (empty where not stated) -> amount that hangs on these findings of one invoice."""
    lines: dict[str, dict[str, Decimal]] = {}
    whole: dict[str, Decimal] = {}
    for finding in findings:
        if finding.at_risk is None or finding.severity not in ABOVE_ADVICE:
            continue
        currency, amount = finding.currency or "", abs(finding.at_risk)
        if finding.entry is None:
            whole[currency] = max(whole.get(currency, Decimal(0)), amount)
        else:
            of_lines = lines.setdefault(currency, {})
            of_lines[finding.entry] = max(of_lines.get(finding.entry, Decimal(0)), amount)
    return {
        currency: max(whole.get(currency, Decimal(0)), sum(lines.get(currency, {}).values(), Decimal(0)))
        for currency in lines.keys() | whole.keys()
    }


def one(currency: str, amount: Decimal) -> str:
    """`USD 1,234.50`; where the bill states no currency, none is made up."""
    return f"{currency} {amount:,.2f}" if currency else f"{amount:,.2f} (no currency stated)"


def money(amounts: Mapping[str, Decimal]) -> str:
    """Amounts as a person reads them; several currencies stay apart, the unstated one last."""
    texts = [one(currency, amount) for currency, amount in sorted(amounts.items(), key=lambda item: item[0] or "~")]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
