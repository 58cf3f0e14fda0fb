"""Findings as a person reads them: by file and invoice, the record shown and the cell marked."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meruit.cli.check_end import count
from meruit.ledes.text import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.findings import Finding
    from meruit.ledes import Report

#: Characters of the record shown on each side of the cell, and of the cell itself.
_AROUND, _CELL = 36, 72
_COLOURS = {"error": "red", "portal": "magenta", "refuse": "red", "ask": "yellow", "warn": "yellow"}
_WHO = {
    "biller": "the biller",
    "attorney": "the attorney who did the work",
    "decider": "whoever decides on amounts",
    "client": "the client",
}


class Page:
    """Renders reports; `colour` for a terminal."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def file(self, report: Report) -> Iterator[str]:
        """The text of one file's findings."""
        lines = count(report.lines, "line")
        head = f"{report.file}: {report.format}, {NAMES.get(report.encoding, report.encoding)}, {lines}, "
        yield self.style(head + count(len(report.invoices), "invoice"), bold=True) + "\n"
        if not report.findings:
            yield "  Nothing to say.\n\n"
            return
        order = {None: -1} | {number: i for i, number in enumerate(report.invoices)}
        findings = sorted(report.findings, key=lambda f: order.get(f.invoice, len(order)))
        shown = _Records(report)
        for invoice, group in groupby(findings, key=lambda f: f.invoice):
            yield self.heading(report, invoice)
            for finding in group:
                yield from self.finding(finding, shown)
        yield "\n"

    def heading(self, report: Report, invoice: str | None) -> str:
        if invoice is None:
            return "  The file\n"
        total, currency, _, _ = report.invoices.get(invoice, (None, None, 0, ""))
        amount = "" if total is None else f", {total:,.2f}" + (f" {currency}" if currency else "")
        return f"  Invoice {invoice}{amount}\n"

    def finding(self, finding: Finding, shown: _Records) -> Iterator[str]:
        place = f"line {finding.line}" if finding.line else "file"
        if finding.entry:
            place += f", item {finding.entry}"
        label = self.style(finding.severity, fg=_COLOURS.get(finding.severity))
        code = f" [{finding.code}]" if finding.code else ""
        yield f"    {place}: {label} {finding.rule}{code}: {finding.message}\n"
        record = shown.around(finding)
        if record:
            before, cell, after = record
            yield f"      {before}{self.style(f'»{cell}«', bold=True, fg=_COLOURS.get(finding.severity))}{after}\n"
        if finding.clause:
            yield f"      Clause {finding.clause}.\n"
        if finding.mend and finding.severity != "advice":
            who = f" ({_WHO[finding.fixable_by]})" if finding.fixable_by else ""
            yield f"      {finding.mend}{who}\n"

    def style(self, text: str, *, bold: bool = False, fg: str | None = None) -> str:
        return click.style(text, bold=bold or None, fg=fg) if self.colour else text


class _Records:
    """Reads the surroundings of a finding's byte from the file."""

    def __init__(self, report: Report) -> None:
        self.path = Path(report.file) if report.file else None
        self.flat = report.format.startswith(("LEDES1998", "LEDES98"))
        self.wide = report.encoding.startswith("utf-16")

    def around(self, finding: Finding) -> tuple[str, str, str] | None:
        """What stands before the cell, the cell, and what stands after it, on its record."""
        if self.path is None or finding.byte is None or finding.field is None or self.wide or not self.path.is_file():
            return None
        with self.path.open("rb") as stream:
            start = max(0, finding.byte - 4 * _AROUND)
            stream.seek(start)
            window = stream.read(4 * _AROUND + 4096)
        at = finding.byte - start
        before, rest = window[:at], window[at:]
        before = before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
        line = rest.splitlines()[0] if rest[:1] not in (b"", b"\r", b"\n") else b""
        if not self.flat:
            return _in_element(_text(line), finding.found)
        stop = _cell_ends(line)
        return _left(_text(before)), _middle(_text(line[:stop])), _right(_text(line[stop:]))


def _in_element(line: str, found: str | None) -> tuple[str, str, str]:
    """A line of XML, the value found in it marked."""
    line = line.strip()
    at = line.find(f">{found}<") + 1 if found else 0
    if not at or found is None:
        return "", _middle(line), ""
    return _left(line[:at]), _middle(found), _right(line[at + len(found) :])


def _cell_ends(line: bytes) -> int:
    ends = [at for at in (line.find(b"|"), line.find(b"[]")) if at >= 0]
    return min(ends) if ends else len(line)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _left(text: str) -> str:
    return text if len(text) <= _AROUND else "..." + text[-_AROUND:]


def _right(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND] + "..."


def _middle(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL // 2] + " ... " + text[-_CELL // 2 :]
