"""Sums filled in where a bill leaves them empty, from its lines, by the math statement.

Only empty sums are filled; a stated amount is never changed, even a wrong one. Tax stands inside the net
figures unless `tax_inside` is switched off for a client who reads the format the other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.model import TaxSummary, TierSummary
from meruit.ledes.xml.sums import (
    ZERO,
    MatterSums,
    amount,
    line_base,
    line_credits,
    of_matter,
    round_to,
    taxes_named,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.ledes.model import File, Invoice, Line, Matter, Record


@dataclass(frozen=True, slots=True)
class Filled:
    """One sum that was empty: whose, which, and what it is now."""

    record: Record
    key: str
    value: str


def complete(file: File, *, tax_inside: bool = True) -> list[Filled]:
    """Fill the empty sums of `file` in place; answers what was filled."""
    done: list[Filled] = []
    for invoice in file.invoices:
        places = iso.currencies().get(invoice.currency, 2)
        for matter in invoice.matters:
            for line in matter.lines:
                _line(line, places, done)
            _matter(file, matter, places, tax_inside, done)
        _invoice(file, invoice, done)
    return done


def _fill(record: Record, key: str, value: Decimal | str, done: list[Filled]) -> None:
    if not getattr(record, key):
        text = value if isinstance(value, str) else f"{value:f}"
        setattr(record, key, text)
        done.append(Filled(record, key, text))


def _line(line: Line, places: int, done: list[Filled]) -> None:
    _fill(line, "base_amount", round_to(line_base(line), places), done)
    _fill(line, "adjustment", line_credits(line.adjustments) + round_to(ZERO, places), done)
    _fill(line, "total", amount(line, "base_amount") + amount(line, "adjustment"), done)


def _matter(file: File, matter: Matter, places: int, tax_inside: bool, done: list[Filled]) -> None:
    sums = of_matter(matter, file.taxes)
    zero = round_to(ZERO, places)
    used = taxes_named(matter)
    withheld = {tax.id for tax in file.taxes if tax.direction == "Decrease"}
    present = {summary.tax_id for summary in matter.tax_summaries}
    for tax_id, charged in sums.taxes.items():
        if tax_id in present or tax_id not in used | withheld:
            continue
        summary = TaxSummary(
            tax_id=tax_id,
            fees_base=f"{charged.fees_base + zero:f}",
            fees_tax=f"{round_to(charged.fees_tax, places):f}",
            expenses_base=f"{charged.expenses_base + zero:f}",
            expenses_tax=f"{round_to(charged.expenses_tax, places):f}",
        )
        matter.tax_summaries.append(summary)
        done.append(Filled(summary, "tax_id", tax_id))
    _fill(matter, "detail_fees", sums.fees.detail + zero, done)
    _fill(matter, "detail_expenses", sums.expenses.detail + zero, done)
    _fill(matter, "credit_fees", sums.fees.credits + zero, done)
    _fill(matter, "credit_expenses", sums.expenses.credits + zero, done)
    _fill(matter, "credit_total", amount(matter, "credit_fees") + amount(matter, "credit_expenses"), done)
    for key, part in (("tax_on_fees", "fees_tax"), ("tax_on_expenses", "expenses_tax")):
        _fill(matter, key, sum((amount(s, part) for s in matter.tax_summaries), zero), done)
    _nets(matter, sums, places, tax_inside, done)
    if sums.funds_applied:
        _fill(matter, "funds_applied", sums.funds_applied, done)
    due = amount(matter, "net_fees") + amount(matter, "net_expenses") + amount(matter, "funds_applied")
    _fill(matter, "total_due", due, done)
    _fill(matter, "has_lines", "Y" if matter.lines else "N", done)


def _nets(matter: Matter, sums: MatterSums, places: int, tax_inside: bool, done: list[Filled]) -> None:
    for key, net, tax in (
        ("net_fees", sums.fees.net, "tax_on_fees"),
        ("net_expenses", sums.expenses.net, "tax_on_expenses"),
    ):
        _fill(matter, key, round_to(net, places) + (amount(matter, tax) if tax_inside else ZERO), done)


def _invoice(file: File, invoice: Invoice, done: list[Filled]) -> None:
    zero = round_to(ZERO, iso.currencies().get(invoice.currency, 2))
    used = {tax_id for matter in invoice.matters for line in matter.lines for tax_id in line.tax_ids}
    present = {summary.tax_id for summary in invoice.tier_summaries}
    for tax in file.taxes:
        if tax.tiered == "Y" and tax.id in used and tax.id not in present:
            own = [tier for tier in file.tiers if tier.tax_id == tax.id]
            summary = TierSummary(
                tax_id=tax.id,
                taxable_amount=f"{sum((amount(t, 'taxable_amount') for t in own), zero):f}",
                tax_amount=f"{sum((amount(t, 'tax_amount') for t in own), zero):f}",
            )
            invoice.tier_summaries.append(summary)
            done.append(Filled(summary, "tax_id", tax.id))
    tax_total = sum((amount(m, "tax_on_fees") + amount(m, "tax_on_expenses") for m in invoice.matters), zero)
    tiers = sum((amount(summary, "tax_amount") for summary in invoice.tier_summaries), ZERO)
    _fill(invoice, "tax_total", tax_total + tiers, done)
    _fill(invoice, "total", sum((amount(m, "total_due") for m in invoice.matters), zero), done)
