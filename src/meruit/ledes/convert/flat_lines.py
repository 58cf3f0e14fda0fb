"""Lines of the flat formats made from lines, entries and sums of XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.convert.keep import take
from meruit.ledes.convert.names import full_name
from meruit.ledes.convert.report import spelled
from meruit.ledes.model import Line
from meruit.ledes.xml.sums import ZERO, amount

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.model import Adjustment, Invoice, Matter, Timekeeper

#: What an adjustment line is called when the entry has no text of its own.
CODE_NAMES = {
    "MIA": "Adjustment", "MIB": "Bonus", "MICF": "Contingency fee", "MICM": "Credit", "MIDB": "Discount on the bill",
    "MIDHR": "Discounted hourly rate", "MIFF": "Flat fee", "MIR": "Retainer", "MISF": "Share of another payor",
    "MIFA": "Funds applied", "Other": "Adjustment",
}  # fmt: skip


def flatten(line: Line, matter: Matter, in_parts: bool, report: Reporter) -> None:
    kept = take(line)
    person = _person(line, matter)
    if person:
        if in_parts:
            line.timekeeper_last_name = line.timekeeper_last_name or person.last_name
            line.timekeeper_first_name = line.timekeeper_first_name or person.first_name
        line.timekeeper_class = line.timekeeper_class or (person.level if line.kind == "F" else "")
        line.timekeeper_name = line.timekeeper_name or full_name(person.last_name, person.first_name)
    if not line.adjustment and line.adjustments:
        line.adjustment = f"{sum((amount(a, 'amount') for a in line.adjustments), ZERO):f}"
    if line.discount_type:  # LEDES 2000 states base and total; the difference is the adjustment
        difference = amount(line, "total") - amount(line, "base_amount")
        line.adjustment = f"{difference:f}"
        report.add("changed", "FEE.discount_type", "the amount stands in LINE_ITEM_ADJUSTMENT_AMOUNT", line=line,
                   value=f"{line.discount_type} {line.discount_percent}".strip(), amount=difference)  # fmt: skip
        line.discount_type = line.discount_percent = ""
    line.number = kept.pop("number", "") or line.number or line.item_number
    for key, value in kept.items():
        setattr(line, key, value)
    name = "FEE" if line.kind == "F" else "EXPENSE"
    for entry in line.adjustments:
        if (entry.code, entry.note) not in (("FIA", ""), ("EIA", "")) or not amount(entry, "amount"):
            report.add(
                "changed", f"{name}_ITEM_DISC_CRED.disc_cred",
                "the amount stands in LINE_ITEM_ADJUSTMENT_AMOUNT; its kind does not", line=line,
                value=spelled(entry), amount=amount(entry, "amount"),
            )  # fmt: skip
    line.adjustments = []


def _person(line: Line, matter: Matter) -> Timekeeper | None:
    same = [p for p in matter.timekeepers if p.id == line.timekeeper_id and p.id]
    exact = [p for p in same if p.decimal("rate") == line.decimal("rate")]
    return (exact or same or [None])[0]  # type: ignore[list-item]  # None stands for nobody


def line_of_entry(entry: Adjustment, invoice: Invoice, report: Reporter) -> Line:
    """An IF or IE line for a matter's entry, with what was kept of the flat record it once was."""
    kept = take(entry)
    line = Line(
        kind="IF" if entry.category != "Exp" else "IE",
        number=kept.pop("number", "") or entry.item_number,
        date=kept.pop("date", "") or invoice.end or invoice.date,
        adjustment=entry.amount,
        total=entry.amount,
        narrative=kept.pop("narrative", "") or entry.note or CODE_NAMES.get(entry.code, "Adjustment"),
        tax_ids=list(entry.tax_ids),
        order=10**9,
    )
    for key, value in kept.items():
        setattr(line, key, value)
    if entry.code not in ("MIA",) or entry.note or entry.split not in ("", "Post-Split") or entry.type == "Percent":
        report.add(
            "changed", "MATTER_DISC_CRED.disc_cred", f"it becomes a line of type {line.kind}; code and split are lost",
            line=line, value=spelled(entry),
            amount=amount(entry, "amount"),
        )  # fmt: skip
    return line


def old_adjustments(matter: Matter, invoice: Invoice, report: Reporter) -> Decimal:
    """LEDES 2000: the matter's adjustments and share, which stand in no entry."""
    if matter.adjustments or not matter.lines:
        return ZERO
    given_up = ZERO
    for kind, word, tag in (("IF", "fees", "fees"), ("IE", "expenses", "exp")):
        value = amount(matter, f"credit_{word}")
        if value:
            matter.lines.append(made_line(kind, value, f"Adjustment of the {word}", invoice))
            report.add("changed", f"MATTER.matter_adj_on_{tag}", f"it becomes a line of type {kind}",
                       value=f"{value:f}", amount=value)  # fmt: skip
        stated = matter.decimal(f"net_{word}")
        if stated is None or not getattr(matter, f"share_{word}"):
            continue
        share = stated - amount(matter, f"detail_{word}") - value - amount(matter, f"tax_on_{word}")
        name = f"MATTER.matter_perc_shar_{tag}"
        if share and report.money("share", name, "another payor pays a part", share):
            given_up += share
    return given_up


def made_line(kind: str, value: Decimal, narrative: str, invoice: Invoice) -> Line:
    text = f"{value:f}"
    return Line(
        kind=kind, date=invoice.end or invoice.date, adjustment=text, total=text, narrative=narrative, order=10**9
    )
