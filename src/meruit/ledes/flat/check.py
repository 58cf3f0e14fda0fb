"""Judge a flat file from its first byte to its last, alone or in parts by several processes."""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from meruit.ledes.flat.frame import HEAD, frame
from meruit.ledes.flat.judge import Judge
from meruit.ledes.flat.records import Flaw
from meruit.ledes.flat.scan import MOST_OF_A_RULE, Outcome, Scan, Scattered
from meruit.ledes.text import Encoding, detect, narrow, wide_offset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from meruit.findings import Finding
    from meruit.ledes.dialects import Dialect
    from meruit.ledes.flat.batch import Screen
    from meruit.ledes.flat.frame import Frame

PIECE = 1 << 20
#: Files from this size on go the wide way: numpy is imported for them, which takes as long as some 20,000 lines.
WIDE_FROM = 12 << 20


@dataclass(slots=True)
class Report:
    """What one file came to."""

    file: str | None
    format: str
    encoding: str
    findings: list[Finding] = field(default_factory=list)
    lines: int = 0
    #: invoice number -> (total, currency, first line, firm and client)
    invoices: dict[str, tuple[Decimal | None, str | None, int, str]] = field(default_factory=dict)
    #: rule -> findings that were counted and not kept, beyond `scan.MOST_OF_A_RULE` of them.
    left_out: dict[str, int] = field(default_factory=dict)


@contextmanager
def opened(source: str | os.PathLike[str] | bytes) -> Iterator[tuple[BinaryIO, str | None]]:
    """A binary stream of a path or of bytes, and the name to show."""
    if isinstance(source, bytes):
        yield io.BytesIO(source), None
    else:
        with Path(source).open("rb") as stream:
            yield stream, os.fspath(source)


def check_flat(
    source: str | os.PathLike[str] | bytes,
    *,
    dialect: Dialect,
    as_of: date | None = None,
    name: str | None = None,
    quick: bool = True,
    wide: bool | None = None,
    screen: Screen | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Judge one flat file; raises `NotFlat` for anything else.

    `quick` and `wide` choose the way, for tests: the findings do not depend on it.
    """
    with opened(source) as (stream, path):
        shown = name if name is not None else path
        encoding, stream, whole = narrowed(stream)
        head = stream.read(HEAD)
        found = frame(head, encoding)
        judge = judge_of(found, dialect, as_of)
        outcome = one_pass(stream, found, judge, shown, quick=quick, wide=wide, screen=screen, progress=progress)
        findings = assemble([outcome], found, judge, shown)
        if whole is not None:
            findings = [_moved(finding, whole, encoding) for finding in findings]
        return report_of(shown, found, [outcome], findings)


#: The judge of the file before: a folder of small files is judged by what the first of them taught.
_last: list[Judge] = []


def judge_of(found: Frame, dialect: Dialect, as_of: date | None) -> Judge:
    """A judge for a file, the one of the file before where format, portal and day are the same."""
    if _last:
        last = _last[0]
        if last.layout is found.layout and last.dialect is dialect and last.as_of == as_of:
            return last
    judge = Judge(found.layout, dialect, as_of)
    _last[:] = [judge]
    return judge


def narrowed(stream: BinaryIO) -> tuple[Encoding, BinaryIO, bytes | None]:
    """The encoding, a stream whose separators are single bytes, and its bytes where it was carried over."""
    encoding = detect(stream)
    if not encoding.wide:
        return encoding, stream, None
    whole = narrow(stream.read(), encoding)
    return encoding, io.BytesIO(whole), whole


def one_pass(
    stream: BinaryIO,
    found: Frame,
    judge: Judge,
    name: str | None,
    *,
    quick: bool = True,
    wide: bool | None = None,
    screen: Screen | None = None,
    progress: Callable[[int], None] | None = None,
    start: int | None = None,
    stop: int | None = None,
    line: int | None = None,
    may_restart: bool = True,
) -> Outcome:
    """One pass over the records, or a second one that keeps every invoice open when they are scattered."""
    begin = found.data_byte if start is None else start
    if wide is None:
        end = stream.seek(0, os.SEEK_END) if stop is None else stop
        wide = end - begin >= WIDE_FROM
    try:
        scan = Scan(found, judge, name, quick=quick, wide=wide, screen=screen, line=line, byte=begin)
        return _through(stream, scan, begin, stop, progress)
    except Scattered:
        if not may_restart:
            raise
    scan = Scan(found, judge, name, quick=quick, scattered=True, screen=screen, line=line, byte=begin)
    return _through(stream, scan, begin, stop, None)


def _through(
    stream: BinaryIO, scan: Scan, begin: int, stop: int | None, progress: Callable[[int], None] | None
) -> Outcome:
    """The bytes from `begin` to `stop`, piece by piece, through one scan.

    What a piece leaves over is read again with the next one, which costs less than to put them together.
    """
    end = stream.seek(0, os.SEEK_END) if stop is None else stop
    size = PIECE if scan.wide is None else PIECE * 2
    at, left_over, final = begin, 0, begin >= end
    while not final:
        stream.seek(at)
        asked = min(left_over + size, end - at)
        data = stream.read(asked)
        final = len(data) < asked or at + asked >= end
        if progress:
            progress(len(data) - left_over)
        left_over = len(scan.feed(data, final=final))
        at += len(data) - left_over
    return scan.finish()


def assemble(outcomes: Sequence[Outcome], found: Frame, judge: Judge, name: str | None) -> list[Finding]:
    """All findings of a file in the order of its lines, those of the file as a whole among them."""
    findings = list(_joined(outcomes, judge))
    scan = Scan(found, judge, name, quick=False)
    findings += [
        scan.finding(note.flaw, note.line, 0 if note.line == 1 else None, None, None, None, None)
        for note in found.notes
    ]
    findings += _whole_file(outcomes, found, judge, scan)
    columns = judge.at
    findings.sort(key=lambda f: (f.line or 0, columns.get(f.field or "", -1), f.rule, f.message))
    return findings


def _joined(outcomes: Sequence[Outcome], judge: Judge) -> Iterator[Finding]:
    """The findings of all parts, what is told once a file by the first part alone."""
    told: set[tuple[str, int, str]] = set()
    kept: Counter[str] = Counter()
    for outcome in outcomes:
        again = told & outcome.told
        for finding in outcome.findings:
            key = (finding.rule, judge.at.get(finding.field or "", -1), finding.message)
            if again and key in again:
                continue
            kept[finding.rule] += 1
            if kept[finding.rule] <= MOST_OF_A_RULE:
                yield finding
        told |= outcome.told


def _whole_file(outcomes: Sequence[Outcome], found: Frame, judge: Judge, scan: Scan) -> Iterator[Finding]:
    """What is said of the file: no records, several invoices, format, encoding and name at the portal."""
    portal = judge.dialect
    flaws: list[Flaw] = []
    if not any(outcome.lines for outcome in outcomes):
        flaws.append(Flaw("LF06", "error", -1, "The file has no records after its header."))
    count = sum(len(outcome.invoices) for outcome in outcomes)
    if portal.one_invoice and count > 1:
        flaws.append(
            Flaw(
                "LF07",
                "portal",
                -1,
                f"The file has {count} invoices; {portal.title} takes one.",
                str(count),
                "1",
                reason="FMT-MULTIINV",
            )
        )
    if portal.formats and found.format not in portal.formats:
        flaws.append(
            Flaw(
                "LF01",
                "portal",
                -1,
                f"{portal.title} takes {', '.join(portal.formats)}; this is {found.format}.",
                found.format,
                ", ".join(portal.formats),
            )
        )
    if portal.encodings and found.encoding.name not in portal.encodings:
        flaws.append(
            Flaw(
                "LF05",
                "portal",
                -1,
                f"{portal.title} wants {' or '.join(portal.encodings)}; the file is in {found.encoding.name}.",
                found.encoding.name,
                ", ".join(portal.encodings),
                reason="FMT-ENCODING",
            )
        )
    base = Path(scan.name).name if scan.name and (portal.extensions or portal.file_name) else ""
    if base and portal.extensions and not base.lower().endswith(portal.extensions):
        flaws.append(
            Flaw(
                "LF01",
                "portal",
                -1,
                f"{portal.title} takes files ending in {', '.join(portal.extensions)}.",
                base,
                ", ".join(portal.extensions),
                reason="FMT-FILENAME",
            )
        )
    if base and portal.file_name and not re.fullmatch(portal.file_name, base):
        flaws.append(
            Flaw(
                "LF01",
                "portal",
                -1,
                f"{portal.title} does not take the file name {base}.",
                base,
                portal.file_name,
                reason="FMT-FILENAME",
            )
        )
    for flaw in flaws:
        yield scan.finding(flaw, 1, 0, None, None, None, None)


def _moved(finding: Finding, whole: bytes, encoding: Encoding) -> Finding:
    """A finding in a UTF-16 file: its byte counted in that file and not in the carried-over form."""
    from dataclasses import replace

    if finding.byte is None:
        return finding
    return replace(finding, byte=wide_offset(whole, finding.byte, encoding))


def report_of(name: str | None, found: Frame, outcomes: Sequence[Outcome], findings: list[Finding]) -> Report:
    """What the passes over the parts of one file come to together."""
    report = Report(name, found.format, found.encoding.name, findings)
    for outcome in outcomes:
        report.lines += outcome.lines
        report.invoices.update(outcome.invoices)
    counted: dict[str, int] = {}
    for outcome in outcomes:
        for rule, count in outcome.counts.items():
            counted[rule] = counted.get(rule, 0) + count
    for rule, count in counted.items():
        if count > MOST_OF_A_RULE:
            report.left_out[rule] = count - MOST_OF_A_RULE
    return report
