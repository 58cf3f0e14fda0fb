"""Taxes of XML on the lines of 98BI: one rate a line, no withholding, no tiers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.convert.flat_lines import made_line
from meruit.ledes.xml.sums import ZERO, amount, round_to

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.model import Adjustment, File, Invoice, Line, Matter, Tax


def check_taxes(invoice: Invoice, taxes: dict[str, Tax], report: Reporter, taxed: bool) -> None:
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


def tax_lines(
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


def tax_remainder(
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
        line = made_line("IF", difference, "Rounding of tax", invoice)
        line.tax_rate, line.tax_total = "0", f"{0 * cent:f}"
        matter.lines.append(line)
        report.add(
            "changed", "TAX_SUMMARY.total_tax_on_fees",
            "tax on the sum differs from tax by line; the difference stands on a line of type IF", amount=difference,
        )  # fmt: skip
    elif report.money("tax", "MATTER.matter_tax_on_fees", "the tax of the matter follows from no line", difference):
        given_up += difference
    return given_up


def drop_taxes(file: File, report: Reporter) -> None:
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
