"""From LEDES 2000 and XML to the flat formats: persons onto lines, entries onto IF and IE lines, tax onto lines.

The flat formats know one tax per line, no withholding, no tiers, no trust money. Whatever of these would
change what the client is asked to pay is refused, unless the caller gives it up by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.convert.flat_lines import flatten, line_of_entry, made_line, old_adjustments
from meruit.ledes.convert.flat_taxes import check_taxes, drop_taxes, tax_lines, tax_remainder
from meruit.ledes.xml.sums import ZERO, amount

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.model import File, Invoice, Matter, Tax


def to_flat(file: File, to: str, report: Reporter) -> None:
    """Bring `file` into the shape of `to`, in place."""
    taxed = to != "LEDES1998B"
    taxes = {tax.id: tax for tax in file.taxes}
    for invoice in file.invoices:
        report.on(invoice)
        check_taxes(invoice, taxes, report, taxed)
        places = iso.currencies().get(invoice.currency, 2)
        before = _payable(invoice)
        given_up = ZERO
        for matter in invoice.matters:
            given_up += _matter(matter, invoice, taxes, places, taxed, report)
        given_up += _generic_discount(invoice, report)
        _totals(invoice, before, given_up, taxed, report)
    drop_taxes(file, report)


def _payable(invoice: Invoice) -> Decimal | None:
    return invoice.decimal("total")


def _matter(
    matter: Matter, invoice: Invoice, taxes: dict[str, Tax], places: int, taxed: bool, report: Reporter
) -> Decimal:
    """Lines of one matter in flat shape; answers money given up (as it stood in the total due)."""
    given_up = ZERO
    stated_tax = amount(matter, "tax_on_fees") + amount(matter, "tax_on_expenses")
    for line in matter.lines:
        flatten(line, matter, taxed, report)
    entries = matter.adjustments
    for entry in entries:
        value = amount(entry, "amount")
        if entry.code == "MIFA":
            if report.money("funds", "MATTER.matter_funds_applied", "trust or client money pays this bill", value):
                given_up += value
            continue
        matter.lines.append(line_of_entry(entry, invoice, report))
    given_up += old_adjustments(matter, invoice, report)
    if taxed:
        own = tax_lines(matter, entries, taxes, places, report)
    else:
        own = ZERO
        if stated_tax and report.money("tax", "MATTER.matter_tax_on_fees", "the format carries no tax", stated_tax):
            given_up += stated_tax
    if taxed and stated_tax != own:
        given_up += tax_remainder(matter, invoice, stated_tax - own, taxes, report)
    matter.adjustments = []
    matter.timekeepers = []
    return given_up


def _generic_discount(invoice: Invoice, report: Reporter) -> Decimal:
    """LEDES 2000: a fraction off the whole invoice, as a line of its own."""
    part = amount(invoice, "generic_discount")
    if not part or not invoice.matters:
        return ZERO
    due = sum((amount(matter, "total_due") for matter in invoice.matters), ZERO)
    value = amount(invoice, "total") - due
    if value:
        matter = invoice.matters[0]
        line = made_line("IF", value, "Discount on the invoice", invoice)
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
