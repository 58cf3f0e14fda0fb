"""How `meruit check` begins and ends: where output goes, the progress bar, the summary, the reports."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from meruit.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

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


def summary(
    out: TextIO, *, files: int, lines: int, invoices: int, passed_over: int, unusable: Iterable[str],
    severities: Mapping[str, int], at_risk: Mapping[str, Decimal],
    unjudged: Mapping[tuple[str, str], int] = MappingProxyType({}), aside: Iterable[str] = (),
    left_out: Iterable[str] = (),
) -> None:  # fmt: skip
    """The counts and the money at risk, on standard error."""
    for refusal in unusable:
        print(f"Cannot be used: {refusal}", file=out)
    for row in aside:
        print(f"Set aside: {row}", file=out)
    print(f"{count(files, 'file')}, {count(lines, 'line')}, {count(invoices, 'invoice')}.", file=out)
    if passed_over:
        print(f"{count(passed_over, 'file')} in the folders passed over: no LEDES.", file=out)
    said = ", ".join(f"{severities[one]:,} {one}" for one in SEVERITIES if severities.get(one))
    print(f"Findings: {said or 'none'}.", file=out)
    for more in left_out:
        print(f"Left out: {more}.", file=out)
    for (rule, reason), times in sorted(unjudged.items()):
        print(f"Cannot be judged: {rule}: {reason} ({times:,}).", file=out)
    for currency, amount in sorted(at_risk.items()):
        print(f"At risk: {amount:,.2f} {currency}".rstrip() + ".", file=out)
