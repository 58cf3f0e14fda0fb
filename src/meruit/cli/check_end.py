"""How `meruit check` begins and ends: where output goes, the progress bar, the summary, the reports."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from meruit.findings import ABOVE_ADVICE, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from meruit.findings import Finding
    from meruit.screening.words import Tally

#: File and invoice.
_Owner = tuple[str | None, str | None]
#: Work that takes longer than this shows how far it is.
_PATIENCE = 2.0


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A counter to call with each step; a bar appears on a terminal once it takes long."""
    began, done, bar = time.monotonic(), 0, None

    def tick(step: int) -> None:
        nonlocal done, bar
        done += step
        if bar is None and sys.stderr.isatty() and time.monotonic() - began > _PATIENCE:
            bar = _Bar(total, unit)
        if bar is not None:
            bar.at(done)

    try:
        yield tick
    finally:
        if bar is not None:
            bar.close()


class _Bar:
    """rich's bar, imported only when one is shown."""

    def __init__(self, total: int, unit: str) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self.progress = Progress(console=Console(stderr=True), transient=True)
        self.task = self.progress.add_task(f"Judging ({unit})", total=total)
        self.progress.start()

    def at(self, done: int) -> None:
        self.progress.update(self.task, completed=done)

    def close(self) -> None:
        self.progress.stop()


def count(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def at_risk(findings: Iterable[Finding], written: Mapping[str, Tally] = MappingProxyType({})) -> dict[str, Decimal]:
    """Money that hangs on findings above advice, by currency: for each invoice the most that can be lost.

    That is what a finding on the invoice as a whole puts at risk, or what its lines do together, each line
    at the gravest of its findings; whichever is more, since the one covers the other.
    """
    wholes: dict[_Owner, Decimal] = {}
    lines: dict[tuple[_Owner, int | None], Decimal] = {}
    currencies: dict[_Owner, str] = {}
    for finding in findings:
        if finding.severity not in ABOVE_ADVICE or finding.at_risk is None:
            continue
        owner, amount = (finding.file, finding.invoice), abs(finding.at_risk)
        currencies[owner] = currencies.get(owner) or finding.currency or ""
        if finding.entry is None:
            wholes[owner] = max(amount, wholes.get(owner, amount))
        elif not _counted(written.get(finding.file or ""), finding.line):
            lines[owner, finding.line] = max(amount, lines.get((owner, finding.line), amount))
    together: dict[_Owner, Decimal] = {}
    for (owner, _), amount in lines.items():
        together[owner] = together.get(owner, Decimal(0)) + amount
    for file, tally in written.items():
        for invoice, (currency, amount) in tally.at_risk.items():
            owner = (file, invoice)
            together[owner] = together.get(owner, Decimal(0)) + amount
            currencies[owner] = currencies.get(owner) or currency
    sums: dict[str, Decimal] = {}
    for owner in dict.fromkeys((*wholes, *together)):
        most = max(wholes.get(owner, Decimal(0)), together.get(owner, Decimal(0)))
        sums[currencies[owner]] = sums.get(currencies[owner], Decimal(0)) + most
    return sums


def _counted(tally: Tally | None, line: int | None) -> bool:
    """Whether the money of a line is already counted with findings that were written at once."""
    return tally is not None and line is not None and line < len(tally.hit) and tally.hit[line] == 1


def summary(
    out: TextIO, findings: list[Finding], *, files: int, lines: int, invoices: int, passed_over: int,
    unusable: Iterable[str], unjudged: Mapping[tuple[str, str], int] = MappingProxyType({}), aside: Iterable[str] = (),
    written: Mapping[str, Tally] = MappingProxyType({}), left_out: Iterable[str] = (),
) -> None:  # fmt: skip
    """The counts and the money at risk, on standard error."""
    for refusal in unusable:
        print(f"Cannot be used: {refusal}", file=out)
    for row in aside:
        print(f"Set aside: {row}", file=out)
    print(f"{count(files, 'file')}, {count(lines, 'line')}, {count(invoices, 'invoice')}.", file=out)
    if passed_over:
        print(f"{count(passed_over, 'file')} in the folders passed over: no LEDES.", file=out)
    counts: Counter[str] = Counter(finding.severity for finding in findings)
    for tally in written.values():
        counts += tally.severities
    said = ", ".join(f"{counts[severity]:,} {severity}" for severity in SEVERITIES if counts[severity])
    print(f"Findings: {said or 'none'}.", file=out)
    for more in left_out:
        print(f"Left out: {more}.", file=out)
    for (rule, reason), times in sorted(unjudged.items()):
        print(f"Cannot be judged: {rule}: {reason} ({times:,}).", file=out)
    for currency, amount in sorted(at_risk(findings, written).items()):
        print(f"At risk: {amount:,.2f} {currency}".rstrip() + ".", file=out)
