"""What files have to do with each other: an invoice number that turns up in two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.findings import Finding
from meruit.ledes.rules import rule

if TYPE_CHECKING:
    from meruit.ledes.flat.check import Report


class Register:
    """The invoice numbers met so far, by firm and client.

    Portals keep a number reserved, so a second file with it is refused even when the first was sent to
    another matter (LC04). Feed it the reports in a fixed order and it says the same each time.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str | None, int]] = {}

    def twice(self, report: Report) -> list[Finding]:
        """LC04 for every invoice of `report` that an earlier file had."""
        found = []
        of = rule("LC04")
        for number, (total, currency, line, owner) in report.invoices.items():
            if not number:
                continue
            file, first = self._seen.setdefault((owner, number), (report.file, line))
            if (file, first) == (report.file, line) or file == report.file:
                continue
            found.append(
                Finding(
                    rule=of.id,
                    severity=of.severity,
                    message=f'Invoice number "{number}" also stands in {file}, line {first}.',
                    file=report.file,
                    format=report.format,
                    line=line,
                    invoice=number,
                    field="INVOICE_NUMBER" if report.format.startswith(("LEDES1998", "LEDES98")) else "inv_id",
                    found=number,
                    expected="a number used once",
                    mend=of.mend,
                    fixable_by=of.fixable_by,
                    portal_reason=of.reason,
                    at_risk=total,
                    currency=currency if total is not None else None,
                )
            )
        return found
