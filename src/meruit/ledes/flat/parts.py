"""One large file judged by several processes, with the same findings as by one.

The file is cut where one invoice ends and the next begins, so that each part judges whole invoices. Only
when an invoice turns up in two parts, which a well-made file never does, the file is judged anew in one pass.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from meruit.ledes.flat.check import Report, assemble, check_flat, one_pass, report_of
from meruit.ledes.flat.frame import HEAD, Frame, frame
from meruit.ledes.flat.judge import Judge
from meruit.ledes.flat.scan import Outcome, Scattered
from meruit.ledes.text import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from meruit.ledes.dialects import Dialect

#: Parts smaller than this are not worth a process.
SMALLEST = 8 << 20
#: As far as a cut looks for the end of an invoice.
_LOOK = 4 << 20
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `stop` of a file; its first record stands on physical line `line`."""

    start: int
    stop: int
    line: int


def check_in_parts(
    path: str | os.PathLike[str],
    *,
    dialect: Dialect,
    as_of: date | None = None,
    jobs: int = 2,
    smallest: int = SMALLEST,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """As `check_flat`, by up to `jobs` processes; small or unusual files are judged in one."""
    name = os.fspath(path)
    parts: list[Part] = []
    size = Path(path).stat().st_size
    if jobs > 1 and size >= 2 * smallest:
        with Path(path).open("rb") as stream:
            encoding = detect(stream)
            head = stream.read(HEAD)
        if not encoding.wide:
            found = frame(head, encoding)
            if found.layout.is_standard and found.newline != b"\r":
                parts = cuts(path, found, min(jobs, size // smallest), size)
    if len(parts) < 2:
        return check_flat(path, dialect=dialect, as_of=as_of, progress=progress)
    judge = Judge(found.layout, dialect, as_of)
    with ProcessPoolExecutor(len(parts)) as pool:
        waiting = [pool.submit(_judge, name, found, part, dialect, as_of) for part in parts]
        outcomes: list[Outcome] = []
        try:
            for part, task in zip(parts, waiting, strict=True):
                outcomes.append(task.result())
                if progress:
                    progress(part.stop - part.start)
        except Scattered:
            return check_flat(path, dialect=dialect, as_of=as_of)
    numbers = [number for outcome in outcomes for number in outcome.invoices]
    if len(set(numbers)) != len(numbers):
        return check_flat(path, dialect=dialect, as_of=as_of)
    findings = assemble(outcomes, found, judge, name)
    return report_of(name, found, outcomes, findings)


def _judge(name: str, found: Frame, part: Part, dialect: Dialect, as_of: date | None) -> Outcome:
    """What one process does."""
    judge = Judge(found.layout, dialect, as_of)
    with Path(name).open("rb") as stream:
        return one_pass(stream, found, judge, name, start=part.start, stop=part.stop, line=part.line, may_restart=False)


def cuts(path: str | os.PathLike[str], found: Frame, count: int, size: int) -> list[Part]:
    """At most `count` parts of about equal size, each beginning with the first record of an invoice."""
    whole = size - found.data_byte
    starts = starts_near(path, found, [found.data_byte + whole * i // count for i in range(1, count)])
    parts, line, at = [], found.data_line, found.data_byte
    with Path(path).open("rb") as stream:
        for start, stop in zip(starts, [*starts[1:], size], strict=True):
            line += lines_between(stream, at, start)
            parts.append(Part(start, stop, line))
            at = start
    return parts


def starts_near(path: str | os.PathLike[str], found: Frame, aims: Sequence[int]) -> list[int]:
    """Where the records begin, and near each of `aims` the first byte of an invoice behind it."""
    starts = [found.data_byte]
    with Path(path).open("rb") as stream:
        for aim in aims:
            stream.seek(aim)
            at = _invoice_begins(stream.read(_LOOK), found)
            if at is not None and starts[-1] < aim + at:
                starts.append(aim + at)
    return starts


def _invoice_begins(window: bytes, found: Frame) -> int | None:
    """The first place in `window` where a record begins whose invoice differs from the one before it."""
    end, pipes = b"[]" + found.newline, found.layout.width - 1
    at = window.find(end)
    before = None
    while at >= 0:
        at += len(end)
        stop = window.find(end, at)
        if stop < 0:
            return None
        record = window[at:stop]
        if record.count(b"|") != pipes or b"\n" in record:
            before = None
        else:
            number = record.split(b"|", 2)[1].strip()
            if before is not None and number != before:
                return at
            before = number
        at = stop
    return None


def lines_between(stream: BinaryIO, start: int, stop: int) -> int:
    """Physical lines that end between two bytes."""
    ends = _line_ends()
    stream.seek(start)
    left, count = stop - start, 0
    while left > 0 and (piece := stream.read(min(_PIECE, left))):
        count += ends(piece)
        left -= len(piece)
    return count


def _line_ends() -> Callable[[bytes], int]:
    """What counts line ends: numpy where it is installed, as long files are judged by it anyway."""
    try:
        from meruit.ledes.flat.wide.words import line_ends
    except ImportError:
        return lambda piece: piece.count(b"\n")
    return line_ends
