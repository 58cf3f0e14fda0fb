"""The library's three verbs over all formats: read, check, write."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.findings import ABOVE_ADVICE
from meruit.ledes.dialects import NONE, Dialect, dialect
from meruit.ledes.flat.check import Report, check_flat, opened
from meruit.ledes.flat.frame import HEAD
from meruit.ledes.flat.parts import check_in_parts
from meruit.ledes.flat.read import read_flat
from meruit.ledes.flat.write import write_flat
from meruit.ledes.model import File
from meruit.ledes.refusals import CannotWrite
from meruit.ledes.tables import table
from meruit.ledes.text import MARKS
from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from meruit.findings import Finding
    from meruit.ledes.flat.batch import Screen

    Source = str | os.PathLike[str] | bytes


def looks_xml(head: bytes) -> bool:
    """Whether a file begins as XML does, in whichever encoding."""
    for mark, _ in MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"").lstrip().startswith(b"<")


def read(source: Source, *, name: str | None = None) -> File:
    """The bill in a path or in bytes, whatever its format; `NotLedes` where it is none."""
    with opened(source) as (stream, path):
        if looks_xml(stream.read(HEAD)):
            from meruit.ledes import xml

            stream.seek(0)
            return xml.read(stream.read(), name=name if name is not None else path)
    return read_flat(source, name=name)


def check(
    source: Source | File, *, portal: str | Dialect | None = None, as_of: date | None = None, name: str | None = None
) -> list[Finding]:
    """Every finding about a file, in the order of its lines.

    `portal` is a slug of `dialects.SLUGS`, or a dialect of your own; `as_of` the day on which dates count
    as future. A bill in memory is judged as it would be written.
    """
    if isinstance(source, File):
        name = name or source.name
        source = _as_written(source)
    return judge(source, portal=portal, as_of=as_of, name=name).findings


def judge(
    source: Source,
    *,
    portal: str | Dialect | None = None,
    as_of: date | None = None,
    name: str | None = None,
    jobs: int = 1,
    screen: Screen | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """As `check`, with the counts and totals that a summary needs; large flat files by `jobs` processes.

    `screen` is called with each batch of entries while a flat file passes by and adds its findings
    (`flat.batch.Batch` tells how); a screened file is judged in one process.
    """
    chosen = portal if isinstance(portal, Dialect) else dialect(portal) if portal else NONE
    with opened(source) as (stream, path):
        head = stream.read(HEAD)
        shown = name if name is not None else path
        if looks_xml(head):
            stream.seek(0)
            return _report_xml(stream.read(), shown, chosen, as_of)
        if len(head) < HEAD:  # all of it: a small file is opened and read once
            source, name = head, shown
    if jobs > 1 and screen is None and not isinstance(source, bytes):
        return check_in_parts(source, dialect=chosen, as_of=as_of, jobs=jobs, progress=progress)
    return check_flat(source, dialect=chosen, as_of=as_of, name=name, screen=screen, progress=progress)


def _report_xml(data: bytes, name: str | None, chosen: Dialect, as_of: date | None) -> Report:
    """An XML file, read and judged."""
    from meruit.ledes import xml

    bill = xml.read(data, name=name)
    found = Report(name, bill.format, bill.encoding, list(xml.check(bill, dialect=chosen, as_of=as_of)))
    for invoice in bill.invoices:
        line = invoice.origin.line if invoice.origin else 1
        owner = f"{invoice.firm.id}\n{invoice.client.id}"
        found.lines += len(invoice.lines)
        found.invoices[invoice.number] = (decimal_of(invoice.total), invoice.currency or None, line, owner)
    return found


def to_bytes(
    bill: File, *, format: str | None = None, encoding: str | None = None, newline: str | None = None
) -> bytes:
    """The bill as it stands, in its own format or another it already has the shape of; no rule is asked."""
    name = format or bill.format
    if table(name).heading.carrier == "xml":
        from meruit.ledes import xml

        return xml.write(bill, name)
    return write_flat(bill, name, encoding=encoding or bill.encoding, newline=newline or bill.newline)


def write(
    bill: File,
    path: str | os.PathLike[str],
    *,
    portal: str | Dialect | None = None,
    encoding: str | None = None,
    mend: bool = True,
) -> list[str]:
    """Write the bill, strictly, and return the repairs that were made to do so, one sentence each.

    A clean bill is written as it was read, byte for byte. Otherwise what has one right answer is mended
    (characters, number forms, repeated values) and listed, and a bill the rules then still find wrong is
    refused with `CannotWrite`, its findings attached.
    """
    chosen = portal if isinstance(portal, Dialect) else dialect(portal) if portal else NONE
    repairs: list[str] = []
    wanted = encoding or ("utf-8" if table(bill.format).heading.carrier == "xml" else "ascii")
    if not bill.clean and mend:
        bill, repairs = _mended(bill, chosen, plain=wanted == "ascii")
    data = to_bytes(bill, encoding=wanted)
    wrong = [f for f in check(data, portal=chosen, name=os.fspath(path)) if f.severity in ABOVE_ADVICE]
    if wrong:
        first = wrong[0]
        where = f"line {first.line}" if first.line else "the file"
        raise CannotWrite(
            f"The bill is not written: {len(wrong)} findings, the first on {where}: {first.message}", wrong
        )
    Path(path).write_bytes(data)
    return repairs


def _mended(bill: File, chosen: Dialect, *, plain: bool) -> tuple[File, list[str]]:
    """A copy with what has one right answer put right, and a sentence for each repair."""
    from meruit.ledes.convert.mend import mend
    from meruit.ledes.convert.report import Reporter

    copy, listed = deepcopy(bill), Reporter()
    mend(copy, copy.format, listed, dialect=chosen, ascii_only=plain)
    copy.ends_in_newline = True
    repairs = [f"{note.message}" for note in bill.notes]
    repairs += [f"{entry.field}: {entry.says} {entry.value}".strip() for entry in listed.entries]
    return copy, repairs


def _as_written(bill: File) -> bytes:
    if table(bill.format).heading.carrier == "xml":
        return to_bytes(bill)
    return to_bytes(bill, encoding="utf-8" if bill.encoding.startswith("utf-16") else None)
