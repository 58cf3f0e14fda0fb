"""The bench on which findings about one file are gathered, worded and weighed by the dialect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from meruit.ledes.model import File, Invoice, Line, Record
from meruit.ledes.xml.notes import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from meruit.findings import Finding, Severity
    from meruit.ledes.dialects import Dialect

#: A value longer than this is shown cut in a finding.
SHOWN = 120


class Judge:
    """Collects findings; `inside` remembers the invoice that is being judged."""

    def __init__(self, file: File, dialect: Dialect) -> None:
        self.file = file
        self.dialect = dialect
        self.invoice: Invoice | None = None
        self._found: list[Finding] = []

    def take(self) -> Iterator[Finding]:
        """What was found since the last call."""
        found, self._found = self._found, []
        yield from found

    def passed_on(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        invoices = {invoice.number: invoice for invoice in self.file.invoices}
        for finding in findings:
            weighed = self._weighed(finding)
            if weighed:
                yield self._at_risk(weighed, invoices.get(finding.invoice or ""), None)

    def find(
        self,
        rule: str,
        says: str,
        record: Record | None,
        key: str | None = None,
        field: str | None = None,
        *,
        severity: Severity | None = None,
        expected: str | None = None,
        found: str | None = None,
        mend: str | None = None,
        reason: str | None = None,
    ) -> None:
        """A finding about the value `key` of `record`; `says` is the sentence that a person reads."""
        place = record.place(key) if record and key else None
        line = place.line if place else (record.origin.line if record and record.origin else None)
        value = found if found is not None else (record.text(key) if record and key and "." not in key else None)
        finding = note(
            rule,
            says if "_" in says.split(" ", 1)[0] else says[0].upper() + says[1:],  # a field keeps its spelling
            severity=severity,
            line=line,
            byte=place.byte if place else None,
            invoice=(self.invoice.number or None) if self.invoice else None,
            entry=(record.item_number or None) if isinstance(record, Line) else None,
            field=field,
            found=value[:SHOWN] if value else None,
            expected=expected,
            mend=mend,
            reason=reason,
        )
        finding = replace(finding, file=self.file.name, format=self.file.format or None)
        weighed = self._weighed(finding)
        if weighed:
            self._found.append(self._at_risk(weighed, self.invoice, record))

    @staticmethod
    def _at_risk(finding: Finding, invoice: Invoice | None, record: Record | None) -> Finding:
        """What graver findings put at risk: the line's amount, or the invoice's."""
        if invoice is None or finding.severity == "advice":
            return finding
        value = (record if isinstance(record, Line) else invoice).decimal("total")
        return replace(finding, at_risk=value, currency=invoice.currency or None) if value is not None else finding

    def _weighed(self, finding: Finding) -> Finding | None:
        """The finding as the chosen portal takes it: refused, warned about, or not looked at."""
        answer = self.dialect.severity.get(finding.rule)
        if answer == "off":
            return None
        if answer == "refuse" and finding.severity == "advice":
            return replace(finding, severity="portal")
        if answer == "warn":
            return replace(finding, severity="advice")
        return finding


def shown(text: str) -> str:
    """A value as a message quotes it: in quotes, cut when it is long."""
    return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}..." ({len(text)} characters)'


def segment_of(line: Line) -> str:
    """The segment a line stands in, as field names begin."""
    return "FEE" if line.kind == "F" else "EXPENSE"
