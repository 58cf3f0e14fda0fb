"""Between two flat formats, between versions of XML 2.x, and between XML 2.x and LEDES 2000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.convert.names import names_of
from meruit.ledes.convert.report import spelled
from meruit.ledes.model import Adjustment, ExtendHeader, File, Invoice, Line, Matter, Timekeeper
from meruit.ledes.xml.complete import complete
from meruit.ledes.xml.sums import ZERO, amount, round_to

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.ledes.convert.report import Reporter


# --- 98B and 98BI ---------------------------------------------------------------------------------------


def widen(file: File, report: Reporter) -> None:
    """98B to 98BI: no tax, the net total, names in parts."""
    for invoice in file.invoices:
        report.on(invoice)
        places = iso.currencies().get(invoice.currency, 2)
        zero = f"{round_to(ZERO, places):f}"
        for line in invoice.lines:
            line.tax_rate, line.tax_total = line.tax_rate or "0", line.tax_total or zero
            if line.timekeeper_name and not (line.timekeeper_last_name or line.timekeeper_first_name):
                line.timekeeper_last_name, line.timekeeper_first_name = names_of(line)
        invoice.tax_total, invoice.net_total = invoice.tax_total or zero, invoice.net_total or invoice.total
        report.add("added", "LINE_ITEM_TAX_TOTAL", "98B charges no tax", value=zero)
    report.on(None)


def narrow(file: File, report: Reporter) -> None:
    """98BI to 98B: totals become net; tax is refused unless it is given up."""
    for invoice in file.invoices:
        report.on(invoice)
        tax = sum((amount(line, "tax_total") for line in invoice.lines), ZERO)
        stated = amount(invoice, "tax_total")
        charged = tax or stated
        if charged and report.money(
            "tax", "INVOICE_TAX_TOTAL", "the format carries no tax, and its totals are net", charged
        ):
            invoice.total = f"{amount(invoice, 'total') - charged:f}"
            for line in invoice.lines:
                line.total = f"{amount(line, 'total') - amount(line, 'tax_total'):f}"
        if charged:
            continue
        for line in invoice.lines:  # a tax of nothing says nothing
            line.tax_total = ""
            line.tax_rate = "" if not amount(line, "tax_rate") else line.tax_rate
        invoice.tax_total = invoice.net_total = ""
    report.on(None)


# --- versions of XML 2.x --------------------------------------------------------------------------------


def versions(file: File, source: str, to: str, report: Reporter) -> None:
    """2.0, 2.1 and 2.2 among each other: what a later version says in words, an earlier says by sign."""
    if to != "LEDESXML2.2":
        _refuse_tiers(file, report)
    if to == "LEDESXML2.0":
        _refuse_withholding(file, report)
        if "withholding" in report.accept:
            _without_withholding(file)
        for entry in _entries(file):
            entry.direction = ""  # the sign of the amount says it
        for tax in file.taxes:
            tax.direction = "" if tax.direction == "Increase" else tax.direction
    if source == "LEDESXML2.0":
        for entry in _entries(file):
            value = entry.decimal("amount")
            if not entry.direction and value is not None:
                entry.direction = "Increase" if value > 0 else "Decrease"
        for tax in file.taxes:
            tax.direction = tax.direction or "Increase"
    if to == "LEDESXML2.2":
        for tax in file.taxes:
            tax.tiered = tax.tiered or "N"


def _entries(file: File) -> list[Adjustment]:
    return [entry for invoice in file.invoices for matter in invoice.matters for entry in matter.adjustments]


def _refuse_tiers(file: File, report: Reporter) -> None:
    tiered = {tax.id for tax in file.taxes if tax.tiered == "Y"}
    for invoice in file.invoices:
        report.on(invoice)
        for summary in invoice.tier_summaries:
            report.money(
                "tiers", "TAX_TIER_SUMMARY.tax_tier_total_tax", f"the tax {summary.tax_id} rises in tiers",
                amount(summary, "tax_amount"),
            )  # fmt: skip
        uses = {i for line in invoice.lines for i in line.tax_ids} & tiered
        if uses and not invoice.tier_summaries:
            report.money("tiers", "TAX.tax_tiers", f"the tax {sorted(uses)[0]} rises in tiers", ZERO)
    report.on(None)


def _refuse_withholding(file: File, report: Reporter) -> None:
    withheld = {tax.id for tax in file.taxes if tax.direction == "Decrease"}
    for invoice in file.invoices:
        report.on(invoice)
        for matter in invoice.matters:
            for summary in matter.tax_summaries:
                value = amount(summary, "fees_tax") + amount(summary, "expenses_tax")
                if summary.tax_id in withheld and value:
                    report.money(
                        "withholding", "TAX.increase_decrease", f"the client withholds {summary.tax_id}", value
                    )
    report.on(None)


def _without_withholding(file: File) -> None:
    """Take the withheld taxes out, and let the sums they were part of follow from the lines again."""
    withheld = {tax.id for tax in file.taxes if tax.direction == "Decrease"}
    file.taxes = [tax for tax in file.taxes if tax.id not in withheld]
    for invoice in file.invoices:
        for matter in invoice.matters:
            if not withheld & {summary.tax_id for summary in matter.tax_summaries}:
                continue
            matter.tax_summaries = [s for s in matter.tax_summaries if s.tax_id not in withheld]
            matter.tax_on_fees = matter.tax_on_expenses = matter.net_fees = matter.net_expenses = ""
            matter.total_due = invoice.total = invoice.tax_total = ""
    complete(file)


# --- XML 2.x and LEDES 2000 -----------------------------------------------------------------------------


def to_2000(file: File, report: Reporter) -> None:
    """XML 2.x to LEDES 2000: entries become sums, tax stays a sum, line credits a flat discount."""
    _refuse_tiers(file, report)
    _refuse_withholding(file, report)
    for invoice in file.invoices:
        report.on(invoice)
        for matter in invoice.matters:
            _matter_to_2000(invoice, matter, report)
    report.on(None)
    for tax in file.taxes:
        report.add(
            "lost", "TAX.tx_id", "the format holds tax as a sum without name or rate", value=f"{tax.id} {tax.rate}"
        )
    file.taxes, file.tiers = [], []


def _matter_to_2000(invoice: Invoice, matter: Matter, report: Reporter) -> None:
    sums = {"Fee": ZERO, "Exp": ZERO}
    for entry in matter.adjustments:
        value = amount(entry, "amount")
        if entry.code == "MIFA":
            if report.money("funds", "MATTER.matter_funds_applied", "trust or client money pays this bill", value):
                matter.total_due = f"{amount(matter, 'total_due') - value:f}"
                invoice.total = f"{amount(invoice, 'total') - value:f}"
                matter.funds_applied = ""
            continue
        if entry.category in sums:
            sums[entry.category] += value
        report.add(
            "changed", "MATTER_DISC_CRED.disc_cred", "its amount stands in the matter's adjustment; the rest is lost",
            value=spelled(entry), amount=value,
        )  # fmt: skip
    matter.credit_fees, matter.credit_expenses = f"{sums['Fee']:f}", f"{sums['Exp']:f}"
    matter.adjustments = []
    matter.share_fees = matter.share_expenses = ""  # its amount stands in the adjustment
    for line in matter.lines:
        _line_to_2000(line, report)
    hours: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in matter.lines:
        if line.kind == "F":
            key = (line.timekeeper_id, line.decimal("rate"))
            hours[key] = hours.get(key, ZERO) + amount(line, "units")
    if matter.lines and not matter.timekeepers:
        matter.timekeepers = [Timekeeper(id=matter.lines[0].timekeeper_id)]
        report.add(
            "added", "TKSUM.tk_id", "LEDES 2000 puts every line under a person", value=matter.lines[0].timekeeper_id
        )
    for person in matter.timekeepers:
        own = hours.get((person.id, person.decimal("rate")), ZERO)
        person.hours, person.cost = f"{own:f}", f"{round_to(own * amount(person, 'rate'), 2):f}"


def _line_to_2000(line: Line, report: Reporter) -> None:
    name = "FEE" if line.kind == "F" else "EXPENSE"
    value = amount(line, "adjustment")
    single = line.adjustments[0] if len(line.adjustments) == 1 else None
    if value and name == "FEE":
        by_percent = single is not None and single.type == "Percent" and single.decimal("percent")
        line.discount_type = "percent" if by_percent else "flat"
        if by_percent and single:
            line.discount_percent = f"{amount(single, 'percent') * 100:f}"
    for entry in line.adjustments:
        report.add(
            "changed", f"{name}_ITEM_DISC_CRED.disc_cred", "its amount is base less total; its kind is lost",
            line=line, value=spelled(entry), amount=amount(entry, "amount"),
        )  # fmt: skip
    line.adjustments, line.adjustment = [], ""
    if line.tax_ids:
        report.add("lost", f"TAX_ITEM_{name}.tx_id", "the format does not say which tax a line carries", line=line,
                   value=" ".join(line.tax_ids))  # fmt: skip
        line.tax_ids = []


def from_2000(file: File, report: Reporter) -> None:
    """LEDES 2000 to XML 2.x: sums of adjustments become entries; a tax without name and rate is refused."""
    for invoice in file.invoices:
        report.on(invoice)
        if amount(invoice, "generic_discount"):
            due = sum((amount(matter, "total_due") for matter in invoice.matters), ZERO)
            report.money(
                "discount", "INVOICE.inv_generic_discount", "a discount on the whole invoice has no place",
                amount(invoice, "total") - due,
            )  # fmt: skip
            invoice.generic_discount = ""
        for matter in invoice.matters:
            _matter_from_2000(invoice, matter, report)
    report.on(None)
    complete(file)


def _matter_from_2000(invoice: Invoice, matter: Matter, report: Reporter) -> None:
    tax = amount(matter, "tax_on_fees") + amount(matter, "tax_on_expenses")
    if tax:
        report.money("tax", "MATTER.matter_tax_on_fees", "the tax has no name and no rate", tax)
    for word, category, tag in (("fees", "Fee", "fees"), ("expenses", "Exp", "exp")):
        value = amount(matter, f"credit_{word}")
        stated = matter.decimal(f"net_{word}")
        if stated is not None and getattr(matter, f"share_{word}"):
            rest = stated - amount(matter, f"detail_{word}") - value - amount(matter, f"tax_on_{word}")
            if rest:
                report.money("share", f"MATTER.matter_perc_shar_{tag}", "how the share was taken is not known", rest)
            setattr(matter, f"share_{word}", "")
        if value:
            matter.adjustments.append(
                Adjustment(
                    code="MIA",
                    type="Flat",
                    category=category,
                    direction="Increase" if value > 0 else "Decrease",
                    split="Post-Split",
                    amount=f"{value:f}",
                )
            )
            report.add(
                "changed", f"MATTER.matter_adj_on_{tag}", "it becomes an entry MIA", value=f"{value:f}", amount=value
            )
    for line in matter.lines:
        _line_from_2000(line, report)
    _keep_old(matter, matter, (("cl_matter_var_1", "variable_1"), ("cl_matter_var_2", "variable_2"),
                               ("eft_agreement_number", "eft_agreement")))  # fmt: skip


def _line_from_2000(line: Line, report: Reporter) -> None:
    if line.kind == "F" and not line.timekeeper_class:
        report.add("missing", "FEE.tk_level", "LEDES 2000 does not say it on the line", line=line)
    if not line.base_amount:
        line.base_amount = line.total
    value = amount(line, "total") - amount(line, "base_amount")
    if value:
        percent = amount(line, "discount_percent")
        percent = percent / 100 if percent > 1 else percent
        by_percent = line.discount_type == "percent" and bool(percent)
        first = "F" if line.kind == "F" else "E"
        line.adjustments.append(
            Adjustment(
                code=f"{first}ID" if by_percent else f"{first}IA",
                type="Percent" if by_percent else "Flat",
                direction="Increase" if value > 0 else "Decrease",
                amount=f"{value:f}",
                percent=f"{percent:f}" if by_percent else "",
            )
        )
    line.adjustment = f"{value:f}"
    line.discount_type = line.discount_percent = ""
    _keep_old(line, line, (("cl_code_1", "client_code_1"), ("cl_code_2", "client_code_2")))


def _keep_old(record: Matter | Line, holder: Matter | Line, names: tuple[tuple[str, str], ...]) -> None:
    """Values of LEDES 2000 that 2.x has no field for, kept in the extend_header."""
    for name, key in names:
        value = getattr(record, key)
        if value:
            if holder.extend is None:
                holder.extend = ExtendHeader(app="Meruit")
            holder.extend.pairs.append((name, value))
            setattr(record, key, "")
