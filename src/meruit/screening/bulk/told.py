"""What all parts came to together, and what only several files show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.ledes import Report
from meruit.ledes.across import Register
from meruit.screening.risk import Risk, risks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.findings import Finding
    from meruit.screening.risk import Owner


@dataclass(slots=True)
class Told:
    """The counts of a summary. Findings themselves stand in the folder, but for those `across` files."""

    files: int = 0
    lines: int = 0
    invoices: int = 0
    passed_over: int = 0
    unusable: list[str] = field(default_factory=list)
    severities: Counter[str] = field(default_factory=Counter)
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    risks: dict[Owner, Risk] = field(default_factory=dict)
    across: list[Finding] = field(default_factory=list)


def told(records: Iterable[dict[str, Any]]) -> Told:
    """The records of all parts in their order, added up."""
    out, register = Told(), Register()
    for record in records:
        for file in record["files"]:
            _take(out, file, register)
    for owner, risk in risks(out.across).items():
        known = out.risks.setdefault(owner, Risk())
        known.currency = known.currency or risk.currency
        known.whole = max(known.whole, risk.whole)
    out.severities.update(finding.severity for finding in out.across)
    return out


def _take(out: Told, file: dict[str, Any], register: Register) -> None:
    name = file["file"]
    if file["refusal"] is not None:
        if file["asked"]:
            out.unusable.append(f"{name}: {file['refusal']}")
        else:
            out.passed_over += 1
        return
    invoices = {
        number: (None if total is None else Decimal(total), currency, line, owner)
        for number, total, currency, line, owner in file["invoices"]
    }
    out.across += register.twice(Report(name, file["format"], file["encoding"], lines=file["lines"], invoices=invoices))
    out.files += 1
    out.lines += file["lines"]
    out.invoices += len(invoices)
    out.severities.update(file["severities"])
    out.unjudged.update({(rule, reason): times for rule, reason, times in file["unjudged"]})
    out.aside += file["aside"]
    out.left_out += [f"{more:,} more of {rule} in {name}" for rule, more in file["left_out"].items()]
    for invoice, currency, whole, lines in file["risks"]:
        out.risks[name, invoice] = Risk(currency, Decimal(whole), Decimal(lines))
