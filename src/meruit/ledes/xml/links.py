"""What refers to what in an XML bill: persons, taxes, discount codes, dates, invoice numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from meruit.ledes.model import Adjustment, Matter, Tax
from meruit.ledes.xml.judge import Judge, shown
from meruit.ledes.xml.sums import ZERO, amount

if TYPE_CHECKING:
    from datetime import date

    from meruit.ledes.model import Invoice, Line
    from meruit.ledes.xml.read import Layout

#: Codes that must be a flat amount, and those that must be a percentage (reference 7.4).
_FLAT = frozenset({"MIDHR", "FIDHR", "EIDHR", "Other"})
_PERCENT = frozenset({"MIDB", "MISF"})


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
                _entries(bench, matter)
                _tax_links(bench, matter)
        if of.numbered:
            _whole(bench, invoice)
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
        _tax(bench, tax)
    _tiers(bench)


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
    for line in invoice.lines:
        day = line.day("date")
        if day is None:
            continue
        field = f"{_segment(line)}.charge_date"
        if issued and day > issued:
            bench.find("LD02", f"the line's day {day} is after the invoice's, {issued}.", line, "date", field)
        elif (start and day < start) or (end and day > end):
            bench.find(
                "LD02", f"the line's day {day} is outside the billing period {start or '...'} to {end or '...'}.",
                line, "date", field, expected=f"{start or '...'} to {end or '...'}",
            )  # fmt: skip


def _codes(bench: Judge, line: Line) -> None:
    """An activity with its task, and the codes that the portal demands."""
    name, portal = _segment(line), bench.dialect
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
                line, "narrative", f"{_segment(line)}.charge_desc",
                reason="DUP-LINE" if line.kind == "F" else "DUP-EXPENSE",
            )  # fmt: skip


def _segment(line: Line) -> str:
    return "FEE" if line.kind == "F" else "EXPENSE"


def _persons(bench: Judge, matter: Matter) -> None:
    """LX04: the person is listed; at another level or rate is advice, since a fixed fee has no hourly rate."""
    listed: dict[str, list[tuple[str, str]]] = {}
    for person in matter.timekeepers:
        listed.setdefault(person.id, []).append((person.level, person.rate))
    for line in matter.lines:
        if not line.timekeeper_id:
            continue
        field = f"{_segment(line)}.tk_id"
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


# --- discounts, credits, arrangements -------------------------------------------------------------------


def _entries(bench: Judge, matter: Matter) -> None:
    for entry in matter.adjustments:
        _entry(bench, entry, "MATTER_DISC_CRED", "discount_percent")
    for line in matter.lines:
        segment = f"{_segment(line)}_ITEM_DISC_CRED"
        percent = "discount_percent" if line.kind == "F" else "disc_cred_percent"
        for entry in line.adjustments:
            _entry(bench, entry, segment, percent)
    for code in sorted(_PERCENT):
        for category in ("Fee", "Exp"):
            same = [a for a in matter.adjustments if a.code == code and a.category == category]
            for entry in same[1:]:
                bench.find(
                    "LX07", f"a second {code} on {category}; a matter has one at most.",
                    entry, "code", "MATTER_DISC_CRED.disc_cred", expected=f"one {code} on {category}",
                )  # fmt: skip


def _entry(bench: Judge, entry: Adjustment, segment: str, percent_tag: str) -> None:
    code = entry.code
    if code in _FLAT and entry.type == "Percent":
        _type(bench, entry, segment, f"{code} must be Flat and is Percent", "Flat")
    if code in _PERCENT:
        if entry.type and entry.type != "Percent":
            _type(bench, entry, segment, f"{code} must be Percent and is {entry.type}", "Percent")
        if entry.split and entry.split != "NA":
            bench.find(
                "LX07", f"pre_post_split of {code} must be NA and is {entry.split}.",
                entry, "split", f"{segment}.pre_post_split", expected="NA",
            )  # fmt: skip
    if entry.type == "Percent" and not entry.percent:
        bench.find(
            "LR01", f"{percent_tag} is empty on an entry by percentage.", entry, "percent", f"{segment}.{percent_tag}"
        )
    value = entry.decimal("amount")
    if value and entry.direction in ("Increase", "Decrease") and (value > 0) != (entry.direction == "Increase"):
        bench.find(
            "LX08", f"disc_cred_amount is {entry.amount} on an entry marked {entry.direction}.",
            entry, "amount", f"{segment}.disc_cred_amount",
            expected="a positive amount" if entry.direction == "Increase" else "a negative amount",
        )  # fmt: skip
    if entry.type == "Percent" and entry.direction == "Increase":
        bench.find(
            "LX08", "the entry is by percentage and marked Increase; a percentage is always a reduction.",
            entry, "direction", f"{segment}.increase_decrease", expected="Decrease",
        )  # fmt: skip
    if code == "Other" and not entry.note:
        bench.find(
            "LX14", "disc_cred is Other and disc_cred_note does not say what it is.",
            entry, "note", f"{segment}.disc_cred_note",
        )  # fmt: skip


def _type(bench: Judge, entry: Adjustment, segment: str, says: str, expected: str) -> None:
    bench.find("LX07", f"disc_cred_type of {says}.", entry, "type", f"{segment}.disc_cred_type", expected=expected)


# --- taxes ----------------------------------------------------------------------------------------------


def _tax_links(bench: Judge, matter: Matter) -> None:
    taxes = {tax.id: tax for tax in bench.file.taxes}

    def refers(record: Line | Adjustment | Matter, key: str, tax_id: str, field: str, on_line: bool) -> None:
        tax = taxes.get(tax_id)
        if tax is None:
            bench.find(
                "LX05", f"tx_id {shown(tax_id)} is not among the taxes of the file.", record, key, field,
                found=tax_id, expected="one of " + ", ".join(sorted(taxes)) if taxes else "a <tax> with that tx_id",
            )  # fmt: skip
        elif on_line and tax.direction == "Decrease":
            bench.find(
                "LX05", f"the line names {shown(tax_id)}, a withheld tax; those are taken from the sums alone.",
                record, key, field, found=tax_id, expected="a tax that is charged",
            )  # fmt: skip

    for line in matter.lines:
        for i, tax_id in enumerate(line.tax_ids):
            refers(line, f"tax_ids.{i}", tax_id, f"TAX_ITEM_{_segment(line)}.tx_id", True)
    for entry in matter.adjustments:
        for i, tax_id in enumerate(entry.tax_ids):
            refers(entry, f"tax_ids.{i}", tax_id, "TAX_MATTER_DISC_CRED.tx_id", False)
    for summary in matter.tax_summaries:
        if summary.tax_id not in taxes:
            bench.find(
                "LX05", f"tx_id {shown(summary.tax_id)} is not among the taxes of the file.",
                summary, "tax_id", "TAX_SUMMARY.tx_id",
                expected="one of " + ", ".join(sorted(taxes)) if taxes else "a <tax> with that tx_id",
            )  # fmt: skip


def _tax(bench: Judge, tax: Tax) -> None:
    ids = [t.id for t in bench.file.taxes]
    if ids.count(tax.id) > 1 and next(t for t in bench.file.taxes if t.id == tax.id) is not tax:
        bench.find("LX05", f"the tax {shown(tax.id)} is defined twice.", tax, "id", "TAX.tx_id")
    rate = tax.decimal("rate")
    if tax.tiered == "Y":
        if tax.rate:
            bench.find(
                "LX11", "tax_rate_percent stands on a tiered tax; the tiers hold its rates.",
                tax, "rate", "TAX.tax_rate_percent", expected="no value",
            )  # fmt: skip
    elif not tax.rate:
        bench.find("LR01", "tax_rate_percent is empty on a tax without tiers.", tax, "rate", "TAX.tax_rate_percent")
    elif rate is not None and rate < 0:
        bench.find(
            "LX08", "tax_rate_percent is negative; a withheld tax is marked by increase_decrease.",
            tax, "rate", "TAX.tax_rate_percent", expected="a positive fraction",
        )  # fmt: skip
    if tax.on_tax == "Y" and tax.on_tax_id not in ids:
        bench.find(
            "LX05", f"tax_on_tax_id {shown(tax.on_tax_id)} is not among the taxes of the file.",
            tax, "on_tax_id", "TAX.tax_on_tax_id", expected="a tx_id of the file",
        )  # fmt: skip


def _tiers(bench: Judge) -> None:
    """LX11: from 0, without a gap, up to TOP; each tier's tax follows from its base."""
    for tax in bench.file.taxes:
        if tax.tiered != "Y":
            continue
        own = [tier for tier in bench.file.tiers if tier.tax_id == tax.id]
        if not own:
            bench.find("LX11", f"the tiered tax {shown(tax.id)} lists no tier.", tax, "tiered", "TAX.tax_tiers")
            continue
        own.sort(key=lambda tier: amount(tier, "minimum"))
        if amount(own[0], "minimum") != 0:
            bench.find(
                "LX11", f"the first tier starts at {own[0].minimum} and not at 0.",
                own[0], "minimum", "TAX_TIER_DETAIL.tax_tier_min", expected="0",
            )  # fmt: skip
        for tier, after in pairwise(own):
            gap = amount(after, "minimum") - amount(tier, "maximum")
            if tier.maximum == "TOP" or not 0 <= gap <= 1:  # 25000 to 25000, or 25000 to 25000.01 or 25001
                bench.find(
                    "LX11", f"the tier up to {tier.maximum} is followed by one from {after.minimum}.",
                    after, "minimum", "TAX_TIER_DETAIL.tax_tier_min", expected=tier.maximum,
                )  # fmt: skip
        if own[-1].maximum != "TOP":
            bench.find(
                "LX11", f"the last tier ends at {own[-1].maximum}; it must go up to TOP.",
                own[-1], "maximum", "TAX_TIER_DETAIL.tax_tier_max", expected="TOP",
            )  # fmt: skip
    known = {tax.id for tax in bench.file.taxes if tax.tiered == "Y"}
    for tier in bench.file.tiers:
        if tier.tax_id not in known:
            bench.find(
                "LX05", f"tx_id {shown(tier.tax_id)} is no tiered tax of the file.",
                tier, "tax_id", "TAX_TIER_DETAIL.tx_id",
            )  # fmt: skip


def _whole(bench: Judge, invoice: Invoice) -> None:
    """Rules on the whole invoice: terms beside tax, tiers and matters, references."""
    taxed = amount(invoice, "tax_total") != ZERO or any(
        line.tax_ids for matter in invoice.matters for line in matter.lines
    )
    if invoice.payment_terms and taxed:
        bench.find(
            "LX10", f"inv_payment_terms is {shown(invoice.payment_terms)} and the invoice charges tax.",
            invoice, "payment_terms", "INVOICE.inv_payment_terms", expected="no value",
        )  # fmt: skip
    tiered = {tax.id for tax in bench.file.taxes if tax.tiered == "Y"}
    uses = any(tiered & set(line.tax_ids) for matter in invoice.matters for line in matter.lines) or any(
        summary.tax_id in tiered for summary in invoice.tier_summaries
    )
    if uses and len(invoice.matters) > 1:
        bench.find("LX12", f"a tiered tax goes with one matter, and the invoice has {len(invoice.matters)}.", invoice)
    credit = invoice.credit_note.strip().upper() in ("Y", "YES", "TRUE", "1")
    if credit and not invoice.reference:
        bench.find(
            "LX13", "the invoice is a credit note and inv_reference does not name the invoice it credits.",
            invoice, "reference", "INVOICE.inv_reference",
        )  # fmt: skip
