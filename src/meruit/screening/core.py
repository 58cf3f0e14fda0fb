"""Screening, pure: an e-bill or a CSV becomes entries, a set judges them, and one fact is told once.

A LEDES file is judged twice, by the rules of its format and by the client's rules. Both know whether a
date lies outside the period, codes are missing, a line is repeated, a field is blank or a sum is wrong;
`join` makes one finding of the two.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit import ledes
from meruit.findings import SEVERITIES
from meruit.guidelines import Context, Entry, Invoice, Judge, Refused
from meruit.guidelines.csvfile import Aside, looks_like_entries, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from meruit.findings import Finding
    from meruit.guidelines import GuidelineSet

NOTHING_KNOWN = Context()

#: Guideline rule -> rules of format that state the same fact of the same line.
SAME_FACT: dict[str, frozenset[str]] = {
    "date-outside-period": frozenset({"LD02"}),
    "codes-required": frozenset({"LR03", "LR04"}),
    "duplicate-line": frozenset({"duplicate-line", "LC04"}),
    "required-fields": frozenset({"LR01", "LR02", "LR08"}),
    "arithmetic": frozenset({"LA01", "LA03"}),
}


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
    """A LEDES file judged by its format and by the set, or a CSV of entries by the set.

    The report holds all findings in the order of the lines; what else the set came to stands beside it.
    """
    name = str(path)
    if as_of is not None and context.as_of is None:
        context = context.replace(as_of=as_of)
    with path.open("rb") as stream:
        is_csv = looks_like_entries(stream.read(4096))
    if is_csv:
        out = screen(path.read_bytes(), name, guidelines, context)
        return ledes.Report(name, "CSV", "utf-8", out.findings, out.lines), out
    report = ledes.judge(path, portal=portal, as_of=as_of, progress=progress)
    out = screen(path.read_bytes(), name, guidelines, context)
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
    judgement = Judge(guidelines, context).judge(entries)
    out.findings, out.unjudged, out.lines = judgement.findings, judgement.unjudged, judgement.entries
    return out


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


def invoices_of(bill: ledes.File) -> Iterator[Invoice]:
    """The facts of each invoice that rules ask for beside its lines."""
    # XML states what is due after discounts and funds of its matters, which the sum of lines is not.
    flat = "XML" not in bill.format.upper()
    for invoice in bill.invoices:
        matter = invoice.matters[0] if len(invoice.matters) == 1 else None
        yield Invoice(
            number=invoice.number,
            date=invoice.day("date"),
            period_start=invoice.day("start"),
            period_end=invoice.day("end"),
            currency=invoice.currency or None,
            total=invoice.decimal("total") if flat else None,
            tax=invoice.decimal("tax_total"),
            discount=_taken_off(invoice) if flat else None,
            client=invoice.client.id or None,
            matter=matter.firm_matter_id if matter else None,
            client_matter=matter.client_matter_id if matter else None,
            format=bill.format,
        )


def _taken_off(invoice: ledes.Invoice) -> Decimal | None:
    """What the adjustments of the invoice as a whole (lines IF and IE) take off its total."""
    amounts = [line.decimal("total") for line in invoice.lines if line.kind.strip().upper() in ("IF", "IE")]
    return -sum((amount for amount in amounts if amount is not None), Decimal(0)) if amounts else None


def entries_of(bill: ledes.File, name: str | None = None) -> Iterator[Entry]:
    """The fees and expenses of a bill in the order of the file; adjustments of an invoice are no work.

    A blank cell of an invoice is known to be blank, so texts stay empty and are not None.
    """
    for invoice, matter, line in bill.lines():
        kind = line.kind.strip().upper()
        if kind not in ("F", "E"):
            continue
        fee = kind == "F"
        units = line.decimal("units")
        yield Entry(
            id=line.number,
            kind="fee" if fee else "expense",
            narrative=line.narrative,
            date=line.day("date"),
            timekeeper=line.timekeeper_id,
            timekeeper_name=line.timekeeper_name or None,
            timekeeper_class=line.timekeeper_class or None,
            hours=units if fee else None,
            units=None if fee else units,
            rate=line.decimal("rate"),
            adjustment=line.decimal("adjustment"),
            amount=line.decimal("total") if not line.decimal("tax_total") else net(line),
            tax=line.decimal("tax_total"),
            currency=invoice.currency or None,
            task_code=line.task_code,
            activity_code=line.activity_code if fee else None,
            expense_code=None if fee else line.expense_code,
            client=invoice.client.id or None,
            matter=matter.firm_matter_id,
            client_matter=matter.client_matter_id,
            invoice=invoice.number,
            vendor=line.payee or None,
            file=name,
            line=line.origin.line if line.origin else None,
        )


def net(line: ledes.Line) -> Decimal | None:
    """What a line comes to before tax, where its total may or may not include it."""
    total, tax = line.decimal("total"), line.decimal("tax_total") or Decimal(0)
    units, rate = line.decimal("units"), line.decimal("rate")
    if total is None or units is None or rate is None:
        return total
    worked = units * rate + (line.decimal("adjustment") or 0)
    return total - tax if abs(total - tax - worked) <= abs(total - worked) else total


def join(format_findings: Iterable[Finding], guideline_findings: Iterable[Finding]) -> list[Finding]:
    """All findings, a fact that both judge told once and by the graver of the two.

    What one of them knows and the other does not (byte and field, clause and guideline) is kept.
    """
    ours = list(guideline_findings)
    shared: dict[tuple[str, str | None, int | None], list[int]] = defaultdict(list)
    for at, finding in enumerate(ours):
        for rule in SAME_FACT.get(finding.rule, ()):
            shared[rule, finding.file, finding.line].append(at)
    told: set[int] = set()
    out: list[Finding] = []
    for finding in format_findings:
        twins = shared.get((finding.rule, finding.file, finding.line), ())
        twin = next((at for at in twins if at not in told and _same(finding, ours[at])), None)
        if twin is None:
            out.append(finding)
        else:
            told.add(twin)
            out.append(merged(finding, ours[twin]))
    out += [finding for at, finding in enumerate(ours) if at not in told]
    return out


def _same(finding: Finding, ours: Finding) -> bool:
    """Two findings of one line speak of one fact unless they name different codes or invoices."""
    if ours.line is None and finding.invoice != ours.invoice:
        return False
    if ours.rule == "codes-required" and finding.field and ours.field:
        return ours.field.split("_")[0].upper() in finding.field.upper()
    return True


def merged(one: Finding, other: Finding) -> Finding:
    """The graver of two findings of one fact, with what only the other knows."""
    worse, milder = (one, other) if SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity) else (other, one)
    facts = {
        name: getattr(milder, name)
        for name in ("format", "line", "byte", "entry", "field", "code", "mend", "clause", "guideline", "portal_reason")
        if getattr(worse, name) is None and getattr(milder, name) is not None
    }
    return dataclasses.replace(worse, **facts)
