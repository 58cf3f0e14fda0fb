"""Screening, pure: an e-bill or a CSV becomes entries, and a client's set judges them beside the format."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit import ledes
from meruit.guidelines import Context, Entry, Invoice, Judge, Refused
from meruit.guidelines.csvfile import Aside, looks_like_entries, read_csv
from meruit.ledes.api import looks_xml
from meruit.screening.entries import entries_of, invoices_of
from meruit.screening.flat import Collect
from meruit.screening.join import join
from meruit.screening.tables import looks_like_table, read_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from meruit.findings import Finding
    from meruit.guidelines import GuidelineSet

NOTHING_KNOWN = Context()


@dataclass(slots=True)
class Screened:
    """One file judged by a set: findings, what could not be judged, rows set aside, and counts."""

    findings: list[Finding] = field(default_factory=list)
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: list[Aside] = field(default_factory=list)
    lines: int = 0
    invoices: int = 0


def judge_file(
    path: Path,
    guidelines: GuidelineSet,
    context: Context,
    *,
    portal: str | None = None,
    as_of: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[ledes.Report, Screened]:
    """A LEDES file judged by its format and by the set, or entries (CSV, Parquet) by the set.

    The report holds all findings in the order of the lines; what else the set came to stands beside it.
    """
    name = str(path)
    if as_of is not None and context.as_of is None:
        context = context.replace(as_of=as_of)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if looks_like_table(head):
        out = _judged(read_entries(path), guidelines, context)
        return ledes.Report(name, "Parquet", "utf-8", out.findings, out.lines), out
    if looks_like_entries(head):
        out = screen(path.read_bytes(), name, guidelines, context)
        return ledes.Report(name, "CSV", "utf-8", out.findings, out.lines), out
    if looks_xml(head):
        report = ledes.judge(path, portal=portal, as_of=as_of, progress=progress)
        out = screen(path.read_bytes(), name, guidelines, context)
    else:
        taken = Collect(name)
        report = ledes.judge(path, portal=portal, as_of=as_of, screen=taken, progress=progress)
        out = _judged(taken.entries, guidelines, with_invoices(context, taken.facts(report.format)))
        out.invoices = len(report.invoices)
    report.findings = join(report.findings, out.findings)
    report.findings.sort(key=lambda finding: finding.line or 0)
    return report, out


def screen_file(path: Path, guidelines: GuidelineSet, context: Context | None = None) -> Screened:
    """A LEDES file or a CSV of entries, judged by the set alone."""
    data = path.read_bytes()
    return screen(data, str(path), guidelines, context or NOTHING_KNOWN)


def screen(data: bytes, name: str, guidelines: GuidelineSet, context: Context) -> Screened:
    """The bytes of a file, judged by the set alone."""
    out = Screened()
    if looks_like_entries(data[:4096]):
        rows = list(read_csv(data, name))
        entries = [row for row in rows if isinstance(row, Entry)]
        out.aside = [row for row in rows if isinstance(row, Aside)]
    else:
        try:
            bill = ledes.read(data, name=name)
        except ledes.NotLedes as error:
            raise Refused(f"{name} is neither a LEDES file nor a CSV of entries: {error}") from None
        entries = list(entries_of(bill, name))
        context = with_invoices(context, invoices_of(bill))
        out.invoices = len(bill.invoices)
    judged = _judged(entries, guidelines, context)
    judged.aside, judged.invoices = out.aside, out.invoices
    return judged


def _judged(entries: Iterable[Entry], guidelines: GuidelineSet, context: Context) -> Screened:
    judgement = Judge(guidelines, context).judge(entries)
    return Screened(judgement.findings, judgement.unjudged, lines=judgement.entries)


def with_invoices(context: Context, invoices: Iterable[Invoice]) -> Context:
    """The context with the facts a file states of its invoices; what the context states itself stands."""
    known = {invoice.number: invoice for invoice in invoices}
    for told in context.invoices:
        mine = known.get(told.number)
        if mine is None:
            known[told.number] = told
            continue
        facts = {f.name: getattr(told, f.name) for f in dataclasses.fields(told) if getattr(told, f.name) is not None}
        known[told.number] = dataclasses.replace(mine, **facts)
    return context.replace(invoices=tuple(known.values()))
