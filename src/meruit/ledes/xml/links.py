"""What refers to what in an XML bill: invoice numbers, dates, persons, codes; and the order of these checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.ages import first_invoice_day, first_line_day
from meruit.ledes.xml.entries import judge_entries
from meruit.ledes.xml.judge import segment_of, shown
from meruit.ledes.xml.sums import amount
from meruit.ledes.xml.taxes import judge_invoice, judge_links, judge_tax, judge_tiers

if TYPE_CHECKING:
    from datetime import date

    from meruit.ledes.model import Invoice, Line, Matter
    from meruit.ledes.xml.judge import Judge
    from meruit.ledes.xml.layout import Layout


def judge(bench: Judge, of: Layout, as_of: date | None) -> None:
    numbers: dict[tuple[str, str], int | None] = {}
    portal = bench.dialect
    if portal.formats and bench.file.format not in portal.formats:
        bench.find(
            "LF01", f"{portal.title} takes {', '.join(portal.formats)}; this is {bench.file.format}.", None,
            severity="portal", found=bench.file.format, expected=", ".join(portal.formats),
        )  # fmt: skip
    for invoice in bench.file.invoices:
        bench.invoice = invoice
        _number(bench, invoice, numbers)
        _dates(bench, invoice, as_of)
        for matter in invoice.matters:
            _persons(bench, matter)
            for line in matter.lines:
                _codes(bench, line)
            _twice(bench, matter)
            _flag(bench, matter)
            if of.numbered:
                judge_entries(bench, matter)
                judge_links(bench, matter)
        if of.numbered:
            judge_invoice(bench, invoice)
        if bench.dialect.one_matter and len(invoice.matters) > 1:
            bench.find("LF07", "The invoice spans several matters; this portal takes one.", invoice, severity="portal")
    bench.invoice = None
    if bench.dialect.one_invoice and len(bench.file.invoices) > 1:
        second = bench.file.invoices[1]
        bench.find(
            "LF07", "The file holds several invoices; this portal takes one.", second, severity="portal",
            reason="FMT-MULTIINV",
        )  # fmt: skip
    matters = [matter for invoice in bench.file.invoices for matter in invoice.matters]
    billed = any(matter.lines or matter.adjustments for matter in matters)
    if bench.file.invoices and not billed and not any(amount(matter, "total_due") for matter in matters):
        bench.find("LF06", "The file bills nothing: no matter has a line or an entry.", None)
    for tax in bench.file.taxes:
        judge_tax(bench, tax)
    judge_tiers(bench)


def _number(bench: Judge, invoice: Invoice, numbers: dict[tuple[str, str], int | None]) -> None:
    """LC04 within the file."""
    if not invoice.number:
        return
    key = (invoice.client.id or invoice.client.name, invoice.number)
    if key in numbers:
        bench.find(
            "LC04", f"the invoice number {shown(invoice.number)} stands on line {numbers[key]} already.",
            invoice, "number", "INVOICE.inv_id",
        )  # fmt: skip
    else:
        numbers[key] = invoice.origin.line if invoice.origin else None


def _dates(bench: Judge, invoice: Invoice, as_of: date | None) -> None:
    start, end, issued = invoice.day("start"), invoice.day("end"), invoice.day("date")
    if start and end and start > end:
        bench.find(
            "LD01", f"the period starts on {start} and ends before that, on {end}.",
            invoice, "start", "INVOICE.inv_start_date", expected=f"not after {end}",
        )  # fmt: skip
        start = end = None
    if issued and end and issued < end:
        bench.find(
            "LD02", f"the invoice is dated {issued}, before the period ends on {end}.",
            invoice, "date", "INVOICE.inv_date", expected=f"{end} or later",
        )  # fmt: skip
    if as_of and issued and issued > as_of:
        bench.find("LD02", f"the invoice is dated {issued}, after {as_of}.", invoice, "date", "INVOICE.inv_date")
    portal = bench.dialect
    oldest = first_invoice_day(portal, as_of)
    if issued and oldest and issued < oldest:
        bench.find(
            "LD03", f"the invoice is dated {issued}; {portal.title or 'the client'} takes invoices of the last "
            f"{portal.oldest_invoice_days} days.",
            invoice, "date", "INVOICE.inv_date", expected=f"{oldest} or later", reason="DAT-INVOLD",
        )  # fmt: skip
    oldest = first_line_day(portal, issued, as_of)
    for line in invoice.lines:
        day = line.day("date")
        if day is None:
            continue
        field = f"{segment_of(line)}.charge_date"
        if oldest and day < oldest:
            bench.find(
                "LD03", f"the line's day is {day}; {portal.title or 'the client'} takes lines of the last "
                f"{portal.oldest_line_days} days.",
                line, "date", field, expected=f"{oldest} or later",
            )  # fmt: skip
        if issued and day > issued:
            bench.find("LD02", f"the line's day {day} is after the invoice's, {issued}.", line, "date", field)
        elif (start and day < start) or (end and day > end):
            bench.find(
                "LD02", f"the line's day {day} is outside the billing period {start or '...'} to {end or '...'}.",
                line, "date", field, expected=f"{start or '...'} to {end or '...'}",
            )  # fmt: skip


def _codes(bench: Judge, line: Line) -> None:
    """An activity with its task, and the codes that the portal demands."""
    name, portal = segment_of(line), bench.dialect
    old = bench.file.format == "LEDES2000"
    task, activity, expense = (
        ("acca_task", "acca_activity", "acca_expense") if old else ("task_code", "task_activity", "expense_code")
    )
    if line.kind == "F" and line.activity_code and not line.task_code:
        bench.find(
            "LR04", f"the activity {shown(line.activity_code)} stands without a task code.",
            line, "task_code", f"{name}.{task}",
        )  # fmt: skip
    for key, tag, needed, rule, reason in (
        ("task_code", task, portal.task_required and line.kind == "F", "LR04", "COD-TASK"),
        ("activity_code", activity, portal.activity_required and line.kind == "F", "LR04", "COD-ACTIVITY"),
        ("expense_code", expense, portal.expense_required and line.kind == "E", "LR03", "COD-EXPENSE"),
    ):
        if needed and not getattr(line, key):
            bench.find(
                rule, f"{tag} is empty; {portal.title} wants one here.", line, key, f"{name}.{tag}",
                severity="portal", reason=reason,
            )  # fmt: skip


def _twice(bench: Judge, matter: Matter) -> None:
    """duplicate-line: the same day, person, amount and narrative in the same invoice and matter."""
    first: dict[tuple[str, ...], Line] = {}
    for line in matter.lines:
        known = first.setdefault((line.kind, line.date, line.timekeeper_id, line.total, line.narrative), line)
        if known is not line and line.narrative:
            place = known.place("narrative")
            where = f"line {place.line}" if place else "another line"
            bench.find(
                "duplicate-line", f"{where} of the file has the same day, person, amount and narrative.",
                line, "narrative", f"{segment_of(line)}.charge_desc",
                reason="DUP-LINE" if line.kind == "F" else "DUP-EXPENSE",
            )  # fmt: skip


def _persons(bench: Judge, matter: Matter) -> None:
    """LX04: the person is listed; at another level or rate is advice, since a fixed fee has no hourly rate."""
    listed: dict[str, list[tuple[str, str]]] = {}
    for person in matter.timekeepers:
        listed.setdefault(person.id, []).append((person.level, person.rate))
    for line in matter.lines:
        if not line.timekeeper_id:
            continue
        field = f"{segment_of(line)}.tk_id"
        if line.timekeeper_id not in listed:
            if line.kind == "F" or matter.timekeepers:
                bench.find(
                    "LX04",
                    f"the timekeeper {shown(line.timekeeper_id)} is not in the matter's list of timekeepers (tksum).",
                    line, "timekeeper_id", field,
                    severity=None if line.kind == "F" else "advice",
                    expected="one of " + ", ".join(sorted(listed)) if listed else "a <tksum> of that person",
                )  # fmt: skip
            continue
        if line.kind != "F":
            continue
        levels = {level for level, _ in listed[line.timekeeper_id]}
        if line.timekeeper_class and line.timekeeper_class not in levels:
            bench.find(
                "LX04",
                f"{line.timekeeper_id} is billed as {shown(line.timekeeper_class)} and listed as "
                f"{' and '.join(sorted(levels))}.",
                line, "timekeeper_class", "FEE.tk_level", expected=" or ".join(sorted(levels)),
            )  # fmt: skip
        rate = line.decimal("rate")
        rates = {person.decimal("rate") for person in matter.timekeepers if person.id == line.timekeeper_id}
        if line.charge_type != "F" and rate is not None and rate not in rates:
            known = " and ".join(sorted(str(r) for r in rates if r is not None)) or "no rate"
            bench.find(
                "LX04", f"{line.timekeeper_id} is billed at {line.rate} and listed at {known}.",
                line, "rate", "FEE.rate", severity="advice", expected=known,
            )  # fmt: skip


def _flag(bench: Judge, matter: Matter) -> None:
    if matter.has_lines and (matter.has_lines == "Y") != bool(matter.lines):
        says = "has lines" if matter.lines else "has no line"
        bench.find(
            "LX15", f"associated_line_items is {matter.has_lines} and the matter {says}.",
            matter, "has_lines", "MATTER.associated_line_items", expected="Y" if matter.lines else "N",
        )  # fmt: skip
