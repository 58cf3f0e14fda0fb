"""From the flat formats to LEDES 2000 and XML: lines under matters with persons, entries and taxes of their own.

XML wants more than a flat file knows (contacts, telephone, tax registration, final bill). What is not
known is not made up: it is reported as missing, and the person who knows it supplies it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit import __version__ as version
from meruit.ledes import iso
from meruit.ledes.convert.keep import keep
from meruit.ledes.convert.names import full_name, names_of
from meruit.ledes.model import Adjustment, File, Invoice, Line, Matter, Tax, TaxSummary, Timekeeper
from meruit.ledes.values import decimal_of
from meruit.ledes.xml.complete import complete
from meruit.ledes.xml.sums import ZERO, amount, round_to

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter

#: Words of an adjustment line that name a kind of entry; read only where the amount is positive.
_POSITIVE = (
    (re.compile(r"\bretainer\b", re.IGNORECASE), "MIR"),
    (re.compile(r"\b(?:flat|fixed)[ -]fee\b", re.IGNORECASE), "MIFF"),
    (re.compile(r"\bbonus\b", re.IGNORECASE), "MIB"),
    (re.compile(r"\bcontingen(?:t|cy)\b", re.IGNORECASE), "MICF"),
)


def to_xml(file: File, to: str, report: Reporter) -> None:
    """Bring the flat `file` into the shape of `to`, in place."""
    old = to == "LEDES2000"
    for invoice in file.invoices:
        report.on(invoice)
        places = iso.currencies().get(invoice.currency, 2)
        _party(invoice, report)
        for matter in invoice.matters:
            _matter(file, matter, places, old, report)
        _invoice(invoice, report)
    report.on(None)
    complete(file)
    if old:
        for invoice in file.invoices:
            report.on(invoice)
            _old_nets(invoice)


def _party(invoice: Invoice, report: Reporter) -> None:
    if not invoice.firm.source_app:
        invoice.firm.source_app, invoice.firm.app_version = "Meruit", version
        report.add("added", "FIRM.source_app", "Meruit wrote the file", value=f"Meruit {version}")


def _matter(file: File, matter: Matter, places: int, old: bool, report: Reporter) -> None:
    for line in matter.lines:
        _net(line, file, matter, places, old, report)
    entries = [line for line in matter.lines if line.kind in ("IF", "IE")]
    matter.lines = [line for line in matter.lines if line.kind not in ("IF", "IE")]
    matter.timekeepers = _persons(matter.lines, old)
    for line in matter.lines:
        _line(line, old, report)
    for line in entries:
        _entry(matter, line, old, report)
    if not old:
        _summaries(file, matter)
    for line in matter.lines:
        line.tax_rate = line.tax_type = line.tax_total = ""
        line.timekeeper_name = line.timekeeper_last_name = line.timekeeper_first_name = ""
        line.number = ""
        if line.kind == "E" and not line.timekeeper_id:
            line.timekeeper_class = ""


def _net(line: Line, file: File, matter: Matter, places: int, old: bool, report: Reporter) -> None:
    """Take the tax off the line's total and onto a tax of the file."""
    tax, rate = amount(line, "tax_total"), amount(line, "tax_rate")
    if not tax and not rate:
        if line.tax_type and line.kind in ("F", "E"):  # a type of tax, and nothing charged
            if old:
                report.add("lost", "LINE_ITEM_TAX_TYPE", "no tax is charged under it", line=line, value=line.tax_type)
            else:
                keep(line, line, "tax_type")
        return
    if tax:
        line.total = f"{amount(line, 'total') - tax:f}"
    if old:
        key = "tax_on_fees" if line.kind in ("F", "IF") else "tax_on_expenses"
        setattr(matter, key, f"{amount(matter, key) + tax:f}")
        report.add("changed", "LINE_ITEM_TAX_TOTAL", "it stands in the tax of the matter; the rate and type are lost",
                   line=line, value=line.tax_total, amount=tax)  # fmt: skip
        return
    found = next(
        (t for t in file.taxes if t.type == line.tax_type and t.decimal("rate") == rate),
        None,
    )
    if found is None:
        found = Tax(
            id=f"{line.tax_type or 'Tax'}-{line.tax_rate or '0'}", type=line.tax_type, rate=line.tax_rate,
            on_tax="N", direction="Increase", tiered="N",
        )  # fmt: skip
        file.taxes.append(found)
    line.tax_ids = [found.id]
    expected = round_to(amount(line, "total") * rate, places)
    if line.kind in ("F", "E") and tax != expected:
        keep(line, line, "tax_total")


def _line(line: Line, old: bool, report: Reporter) -> None:
    name = "FEE" if line.kind == "F" else "EXPENSE"
    if not old:
        keep(line, line, "number")
        regular = full_name(*names_of(line))
        if line.timekeeper_name and (line.timekeeper_name != regular or line.kind == "E"):
            keep(line, line, "timekeeper_name")
        if line.kind == "E":
            keep(line, line, "timekeeper_last_name", "timekeeper_first_name", "activity_code")
            line.activity_code = ""
        else:
            keep(line, line, "expense_code")
            line.expense_code = ""
    else:
        report.add("lost", "LINE_ITEM_NUMBER", "the format has no field for it", line=line, value=line.number)
    line.charge_type = "U"
    value = amount(line, "adjustment")
    line.base_amount = f"{amount(line, 'total') - value:f}" if line.decimal("total") is not None else ""
    if old:
        line.timekeeper_class = ""  # it stands with the person
        line.adjustment = "" if not value else line.adjustment
    if not value:
        return
    if old:
        line.discount_type = "flat"
        line.adjustment = ""
        report.add("changed", "LINE_ITEM_ADJUSTMENT_AMOUNT", "it is the difference of base and total amount", line=line,
                   value=f"{value:f}", amount=value)  # fmt: skip
        return
    line.adjustments.append(
        Adjustment(
            code=f"{name[0]}IA",
            type="Flat",
            amount=line.adjustment,
            direction="Increase" if value > 0 else "Decrease",
        )
    )


def _persons(lines: list[Line], old: bool) -> list[Timekeeper]:
    """One person per id, level and rate, in the order first met."""
    found: dict[tuple[str, str, Decimal | None], Timekeeper] = {}
    for line in lines:
        if not line.timekeeper_id or line.kind != "F":
            continue
        key = (line.timekeeper_id, line.timekeeper_class, line.decimal("rate"))
        if key not in found:
            last, first = names_of(line)
            found[key] = Timekeeper(
                id=line.timekeeper_id, last_name=last, first_name=first, level=line.timekeeper_class, rate=line.rate,
                hours="0" if old else "",
            )  # fmt: skip
        if old:
            found[key].hours = f"{amount(found[key], 'hours') + amount(line, 'units'):f}"
    for person in found.values() if old else ():
        person.cost = f"{round_to(amount(person, 'hours') * amount(person, 'rate'), 2):f}"
    return list(found.values())


def _entry(matter: Matter, line: Line, old: bool, report: Reporter) -> None:
    """An IF or IE line as an entry of the matter, the flat record's own values kept beside it."""
    value = amount(line, "total")
    word = "fees" if line.kind == "IF" else "expenses"
    if old:
        key = f"credit_{word}"
        setattr(matter, key, f"{amount(matter, key) + value:f}")
        report.add(
            "changed", "EXP/FEE/INV_ADJ_TYPE", f"the {line.kind} line stands in the matter's adjustment of {word}; "
            "its text and date are lost", line=line, value=line.narrative, amount=value,
        )  # fmt: skip
        return
    code = next((c for pattern, c in _POSITIVE if value > 0 and pattern.search(line.narrative)), "MIA")
    entry = Adjustment(
        code=code,
        type="Flat",
        category="Fee" if line.kind == "IF" else "Exp",
        direction="Increase" if value >= 0 else "Decrease",
        split="Post-Split",
        amount=f"{value:f}",
        tax_ids=list(line.tax_ids),
    )
    keep(
        entry, line, "number", "date", "narrative", "units", "rate", "adjustment", "task_code", "expense_code",
        "activity_code", "timekeeper_id", "timekeeper_name", "timekeeper_class", "timekeeper_last_name",
        "timekeeper_first_name", "tax_rate", "tax_type", "tax_total",
    )  # fmt: skip
    matter.adjustments.append(entry)
    says = f"the {line.kind} line becomes an entry {code} of the matter"
    report.add("changed", "EXP/FEE/INV_ADJ_TYPE", says, line=line, value=line.narrative, amount=value)


def _summaries(file: File, matter: Matter) -> None:
    """Tax by the lines as they stated it, so that not a cent moves."""
    for tax in file.taxes:
        fees = [r for r in matter.lines if r.kind == "F" and tax.id in r.tax_ids]
        expenses = [r for r in matter.lines if r.kind == "E" and tax.id in r.tax_ids]
        entries = [a for a in matter.adjustments if tax.id in a.tax_ids]
        if not (fees or expenses or entries):
            continue

        def entry_sum(category: str, key: str, of: list[Adjustment] = entries) -> Decimal:
            total = ZERO
            for entry in (a for a in of if a.category == category):
                kept = dict(entry.extend.pairs) if entry.extend else {}
                total += (
                    amount(entry, "amount")
                    if key == "net"
                    else (decimal_of(kept.get("LINE_ITEM_TAX_TOTAL", "")) or ZERO)
                )
            return total

        fees_base = sum((amount(r, "total") for r in fees), ZERO) + entry_sum("Fee", "net")
        fees_tax = sum((amount(r, "tax_total") for r in fees), ZERO) + entry_sum("Fee", "tax")
        exp_base = sum((amount(r, "total") for r in expenses), ZERO) + entry_sum("Exp", "net")
        exp_tax = sum((amount(r, "tax_total") for r in expenses), ZERO) + entry_sum("Exp", "tax")
        matter.tax_summaries.append(
            TaxSummary(
                tax_id=tax.id,
                fees_base=f"{fees_base:f}",
                fees_tax=f"{fees_tax:f}",
                expenses_base=f"{exp_base:f}",
                expenses_tax=f"{exp_tax:f}",
            )
        )


def _old_nets(invoice: Invoice) -> None:
    """LEDES 2000: net figures are detail, adjustment and tax together."""
    for matter in invoice.matters:
        for line in matter.lines:
            line.adjustment = ""  # base less total says it
        for word in ("fees", "expenses"):
            value = sum((amount(matter, f"{part}_{word}") for part in ("detail", "credit", "tax_on")), ZERO)
            setattr(matter, f"net_{word}", f"{value:f}")
        matter.total_due = f"{amount(matter, 'net_fees') + amount(matter, 'net_expenses'):f}"


def _invoice(invoice: Invoice, report: Reporter) -> None:
    invoice.net_total = ""
    if invoice.reported_tax_total:
        invoice.tax_total_other_currency = invoice.reported_tax_total
        invoice.other_currency = invoice.tax_currency
        invoice.reported_tax_total = invoice.tax_currency = ""
