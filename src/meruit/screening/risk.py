"""What findings put at risk in money, each cent once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from meruit.findings import ABOVE_ADVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from meruit.findings import Finding
    from meruit.screening.words import Tally

    #: File and invoice.
    Owner = tuple[str | None, str | None]


@dataclass(slots=True)
class Risk:
    """What one invoice may lose: by findings on it as a whole, and by those on its lines together."""

    currency: str = ""
    whole: Decimal = Decimal(0)
    lines: Decimal = Decimal(0)

    @property
    def most(self) -> Decimal:
        """The one covers the other, so it is whichever is more."""
        return max(self.whole, self.lines)


def risks(findings: Iterable[Finding], written: Mapping[str, Tally] = MappingProxyType({})) -> dict[Owner, Risk]:
    """Each invoice with findings above advice that put money at risk; a line counts by the gravest of its findings.

    `written` are findings that were written at once, by file.
    """
    found: dict[Owner, Risk] = {}
    lines: dict[tuple[Owner, int | None], Decimal] = {}
    for finding in findings:
        if finding.severity not in ABOVE_ADVICE or finding.at_risk is None:
            continue
        owner, amount = (finding.file, finding.invoice), abs(finding.at_risk)
        risk = found.setdefault(owner, Risk())
        risk.currency = risk.currency or finding.currency or ""
        if finding.entry is None:
            risk.whole = max(amount, risk.whole)
        elif not _counted(written.get(finding.file or ""), finding.line):
            lines[owner, finding.line] = max(amount, lines.get((owner, finding.line), amount))
    for (owner, _), amount in lines.items():
        found[owner].lines += amount
    for file, tally in written.items():
        for invoice, (currency, amount) in tally.at_risk.items():
            risk = found.setdefault((file, invoice), Risk())
            risk.currency = risk.currency or currency
            risk.lines += amount
    return found


def summed(found: Iterable[Risk]) -> dict[str, Decimal]:
    """What hangs on all of them, by currency."""
    sums: dict[str, Decimal] = {}
    for risk in found:
        sums[risk.currency] = sums.get(risk.currency, Decimal(0)) + risk.most
    return sums


def _counted(tally: Tally | None, line: int | None) -> bool:
    """Whether the money of a line is already counted with findings that were written at once."""
    return tally is not None and line is not None and line < len(tally.hit) and tally.hit[line] == 1
