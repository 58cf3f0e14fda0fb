"""From LEDES 2000 and XML to the flat formats: persons onto lines, entries onto IF and IE lines, tax onto lines.

The flat formats know one tax per line, no withholding, no tiers, no trust money. Whatever of these would
change what the client is asked to pay is refused, unless the caller gives it up by name.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.convert.keep import take
from meruit.ledes.convert.names import full_name
from meruit.ledes.convert.report import spelled
from meruit.ledes.model import Adjustment, File, Invoice, Line, Matter, Tax, Timekeeper
from meruit.ledes.xml.sums import ZERO, amount, round_to

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter

#: What an adjustment line is called when the entry has no text of its own.
CODE_NAMES = {
    "MIA": "Adjustment", "MIB": "Bonus", "MICF": "Contingency fee", "MICM": "Credit", "MIDB": "Discount on the bill",
    "MIDHR": "Discounted hourly rate", "MIFF": "Flat fee", "MIR": "Retainer", "MISF": "Share of another payor",
    "MIFA": "Funds applied", "Other": "Adjustment",
}  # fmt: skip


def to_flat(file: File, to: str, report: Reporter) -> None:
    """Bring `file` into the shape of `to`, in place."""
    taxed = to != "LEDES1998B"
    taxes = {tax.id: tax for tax in file.taxes}
    for invoice in file.invoices:
        report.on(invoice)
        _check_taxes(invoice, taxes, report, taxed)
        places = iso.currencies().get(invoice.currency, 2)
        before = _payable(invoice)
        given_up = ZERO
        for matter in invoice.matters:
            given_up += _matter(matter, invoice, taxes, places, taxed, report)
        given_up += _generic_discount(invoice, report)
        _totals(invoice, before, given_up, taxed, report)
    _drop_taxes(file, report)


def _payable(invoice: Invoice) -> Decimal | None:
    return invoice.decimal("total")


# --- what cannot be carried -----------------------------------------------------------------------------


def _check_taxes(invoice: Invoice, taxes: dict[str, Tax], report: Reporter, taxed: bool) -> None:
    """Refuse tiers, withholding, and taxes that need more than one rate on a line."""
    for tiers in invoice.tier_summaries:
        report.money(
            "tiers", "TAX_TIER_SUMMARY.tax_tier_total_tax", f"the tax {tiers.tax_id} rises in tiers",
            amount(tiers, "tax_amount"),
        )  # fmt: skip
    for matter in invoice.matters:
        for summary in matter.tax_summaries:
            withheld = taxes.get(summary.tax_id)
            sum_ = amount(summary, "fees_tax") + amount(summary, "expenses_tax")
            if withheld and withheld.direction == "Decrease" and sum_:
                report.money(
                    "withholding", "TAX_SUMMARY.total_tax_on_fees", f"the client withholds {summary.tax_id}", sum_
                )


def _line_tax(line: Line | Adjustment, taxes: dict[str, Tax]) -> tuple[Tax | None, str | None]:
    """The one tax of a line, or why there is none that a flat line could carry."""
    known = [taxes[tax_id] for tax_id in line.tax_ids if tax_id in taxes]
    if not known:
        return None, None
    if len(known) > 1:
        return None, "the line carries " + " and ".join(tax.id for tax in known)
    tax = known[0]
    if tax.on_tax == "Y":
        return None, f"{tax.id} is a tax on another tax"
    if tax.tiered == "Y":
        return None, None  # reported by its summary
    return tax, None


# --- matters --------------------------------------------------------------------------------------------


def _matter(
    matter: Matter, invoice: Invoice, taxes: dict[str, Tax], places: int, taxed: bool, report: Reporter
) -> Decimal:
    """Lines of one matter in flat shape; answers money given up (as it stood in the total due)."""
    given_up = ZERO
    stated_tax = amount(matter, "tax_on_fees") + amount(matter, "tax_on_expenses")
    for line in matter.lines:
        _line(line, matter, taxed, report)
    entries = matter.adjustments
    for entry in entries:
        value = amount(entry, "amount")
        if entry.code == "MIFA":
            if report.money("funds", "MATTER.matter_funds_applied", "trust or client money pays this bill", value):
                given_up += value
            continue
        matter.lines.append(_of_entry(entry, invoice, report))
    given_up += _old_adjustments(matter, invoice, report)
    if taxed:
        own = _tax_lines(matter, entries, taxes, places, report)
    else:
        own = ZERO
        if stated_tax and report.money("tax", "MATTER.matter_tax_on_fees", "the format carries no tax", stated_tax):
            given_up += stated_tax
    if taxed and stated_tax != own:
        given_up += _tax_remainder(matter, invoice, stated_tax - own, taxes, report)
    matter.adjustments = []
    matter.timekeepers = []
    return given_up


def _line(line: Line, matter: Matter, in_parts: bool, report: Reporter) -> None:
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


def _of_entry(entry: Adjustment, invoice: Invoice, report: Reporter) -> Line:
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


def _old_adjustments(matter: Matter, invoice: Invoice, report: Reporter) -> Decimal:
    """LEDES 2000: the matter's adjustments and share, which stand in no entry."""
    if matter.adjustments or not matter.lines:
        return ZERO
    given_up = ZERO
    for kind, word, tag in (("IF", "fees", "fees"), ("IE", "expenses", "exp")):
        value = amount(matter, f"credit_{word}")
        if value:
            matter.lines.append(_made(kind, value, f"Adjustment of the {word}", invoice))
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


def _made(kind: str, value: Decimal, narrative: str, invoice: Invoice) -> Line:
    text = f"{value:f}"
    return Line(
        kind=kind, date=invoice.end or invoice.date, adjustment=text, total=text, narrative=narrative, order=10**9
    )


# --- tax ------------------------------------------------------------------------------------------------


def _tax_lines(
    matter: Matter, entries: list[Adjustment], taxes: dict[str, Tax], places: int, report: Reporter
) -> Decimal:
    """98BI: rate, tax and type onto each line, and totals gross; answers the sum of the lines' tax."""
    total = ZERO
    for line in matter.lines:
        tax, problem = _line_tax(line, taxes)
        net = amount(line, "total")
        if problem:  # its amount is part of what the remainder of the matter's tax names
            report.money("tax", "TAX_ITEM_FEE.tx_id", problem, None, line)
        kept = line.tax_total
        if tax:
            line.tax_rate, line.tax_type = tax.rate, line.tax_type or tax.type
            line.tax_total = kept or f"{round_to(net * amount(tax, 'rate'), places):f}"
            line.total = f"{net + amount(line, 'tax_total'):f}"
        else:
            line.tax_rate = line.tax_rate or "0"
            line.tax_total = kept or f"{round_to(ZERO, places):f}"
        total += amount(line, "tax_total")
        line.tax_ids = []
    return total


def _tax_remainder(
    matter: Matter, invoice: Invoice, difference: Decimal, taxes: dict[str, Tax], report: Reporter
) -> Decimal:
    """Tax by the total against tax by the line: cents go onto a line without tax, more is refused."""
    withheld = sum(
        (
            amount(s, "fees_tax") + amount(s, "expenses_tax")
            for s in matter.tax_summaries
            if s.tax_id in taxes and taxes[s.tax_id].direction == "Decrease"
        ),
        ZERO,
    )
    given_up = withheld if "withholding" in report.accept else ZERO
    difference -= withheld
    if not difference:
        return given_up
    cent = Decimal(1).scaleb(-iso.currencies().get(invoice.currency, 2))
    if abs(difference) <= cent * max(1, len(matter.lines)) and any(
        line.tax_rate not in ("", "0") for line in matter.lines
    ):
        line = _made("IF", difference, "Rounding of tax", invoice)
        line.tax_rate, line.tax_total = "0", f"{0 * cent:f}"
        matter.lines.append(line)
        report.add(
            "changed", "TAX_SUMMARY.total_tax_on_fees",
            "tax on the sum differs from tax by line; the difference stands on a line of type IF", amount=difference,
        )  # fmt: skip
    elif report.money("tax", "MATTER.matter_tax_on_fees", "the tax of the matter follows from no line", difference):
        given_up += difference
    return given_up


def _drop_taxes(file: File, report: Reporter) -> None:
    """Rate and type of a tax stand on the lines that carry it; all else of it is lost."""
    report.on(None)
    carried = {(line.tax_type, line.tax_rate) for invoice in file.invoices for line in invoice.lines}
    for tax in file.taxes:
        lost = [("id", "tx_id"), ("registration", "tax_id_number"), ("country", "taxing_jurisdiction_country")]
        lost += [("locality", "taxing_jurisdiction_locality"), ("on_tax_id", "tax_on_tax_id")]
        if (tax.type, tax.rate) not in carried:
            lost += [("type", "tax_type"), ("rate", "tax_rate_percent")]
        for key, name in lost:
            if getattr(tax, key):
                report.add("lost", f"TAX.{name}", "the format has no field for it", value=getattr(tax, key))
        for key, name in (("direction", "increase_decrease"), ("on_tax", "tax_on_tax"), ("tiered", "tax_tiers")):
            if getattr(tax, key):
                report.add(
                    "derived", f"TAX.{name}", "every tax of the format is one of this kind", value=getattr(tax, key)
                )
    for step in file.tiers:
        report.add("lost", "TAX_TIER_DETAIL.tax_tier_number", "the format has no field for it", value=step.number)
    file.taxes, file.tiers = [], []


# --- invoice --------------------------------------------------------------------------------------------


def _generic_discount(invoice: Invoice, report: Reporter) -> Decimal:
    """LEDES 2000: a fraction off the whole invoice, as a line of its own."""
    part = amount(invoice, "generic_discount")
    if not part or not invoice.matters:
        return ZERO
    due = sum((amount(matter, "total_due") for matter in invoice.matters), ZERO)
    value = amount(invoice, "total") - due
    if value:
        matter = invoice.matters[0]
        line = _made("IF", value, "Discount on the invoice", invoice)
        line.tax_rate = "0"
        matter.lines.append(line)
        report.add("changed", "INVOICE.inv_generic_discount", "it becomes a line of type IF",
                   value=invoice.generic_discount, amount=value)  # fmt: skip
    invoice.generic_discount = ""
    return ZERO


def _totals(invoice: Invoice, before: Decimal | None, given_up: Decimal, taxed: bool, report: Reporter) -> None:
    """Totals by the lines; where they are not what the bill asked for, and nobody gave that up, refuse."""
    lines = [line for matter in invoice.matters for line in matter.lines]
    if not lines:
        report.add("refused", "INVOICE.inv_id", "it has no line, and a flat format knows an invoice by its lines alone",
                   value=invoice.number, amount=before)  # fmt: skip
    for matter in invoice.matters:
        if lines and not matter.lines:
            says = "it has no line, and a flat format knows a matter by its lines alone"
            report.add("lost", "MATTER.lf_matter_id", says, value=matter.firm_matter_id or matter.client_matter_id)
    numbers = {line.number for line in lines if line.number}
    following = max((int(n) for n in numbers if n.isdecimal()), default=0)
    for place, line in enumerate(lines):
        if not line.number:
            following += 1
            line.number = str(following)
        line.order = place + 1
    total = sum((amount(line, "total") for line in lines), ZERO)
    tax = sum((amount(line, "tax_total") for line in lines), ZERO)
    refused = any(e.kind == "refused" and e.invoice == invoice.number for e in report.entries)
    if before is not None and total != before - given_up and not refused:
        outside = sum((amount(m, "tax_on_fees") + amount(m, "tax_on_expenses") for m in invoice.matters), ZERO)
        if taxed and total == before + outside:
            report.add("changed", "INVOICE.inv_total_net_due", "the total holds the tax, as this format wants it",
                       value=invoice.total, amount=outside)  # fmt: skip
        elif taxed or total != before:  # a bill may leave the tax out of what is due
            report.money(
                "difference", "INVOICE.inv_total_net_due",
                f"the bill states {invoice.total}, and its lines come to {total:f}", before - given_up - total,
            )  # fmt: skip
    invoice.total = f"{total:f}"
    if taxed:
        invoice.tax_total, invoice.net_total = f"{tax:f}", f"{total - tax:f}"
        invoice.reported_tax_total = invoice.tax_total_other_currency
        invoice.tax_currency = invoice.other_currency
        if not invoice.reported_tax_total:
            if invoice.other_currency:
                report.add(
                    "lost", "INVOICE.inv_other_iso", "the format has no field for it", value=invoice.other_currency
                )
            invoice.tax_currency = ""
        invoice.tax_total_other_currency = invoice.other_currency = ""
    else:
        invoice.tax_total = ""
