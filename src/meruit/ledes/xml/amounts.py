"""The arithmetic of an XML bill: lines, matters, taxes, tiers, invoice (the math statement of 2.x)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.xml import amounts2000
from meruit.ledes.xml.compare import differs, half_unit, plain
from meruit.ledes.xml.sums import ZERO, MatterSums, amount, line_base, line_credits, of_matter
from meruit.ledes.xml.tax_amounts import judge_summaries, judge_tiers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from meruit.ledes.model import Invoice, Line, Matter
    from meruit.ledes.xml.judge import Judge
    from meruit.ledes.xml.layout import Layout


def judge(bench: Judge, of: Layout, _as_of: date | None) -> None:
    for invoice in bench.file.invoices:
        bench.invoice = invoice
        half = half_unit(invoice.currency)
        if not of.numbered:
            amounts2000.judge(bench, invoice, half)
            continue
        for matter in invoice.matters:
            for line in matter.lines:
                _line(bench, line, half)
            _matter(bench, matter, half)
        judge_tiers(bench, invoice, half)
        _invoice(bench, invoice)
    bench.invoice = None


def _line(bench: Judge, line: Line, half: Decimal) -> None:
    name = "FEE" if line.kind == "F" else "EXPENSE"
    if line.units and line.rate:
        differs(
            bench, "LA01", line, "base_amount", f"{name}.base_amount", line_base(line),
            f"{line.units} times {line.rate}", half,
        )  # fmt: skip
    differs(
        bench, "LA01", line, "adjustment", f"{name}.item_disc_cred_amount", line_credits(line.adjustments),
        "the sum of the line's discounts and credits",
    )  # fmt: skip
    differs(
        bench, "LA01", line, "total", f"{name}.total_amount", amount(line, "base_amount") + amount(line, "adjustment"),
        "base_amount with item_disc_cred_amount",
    )  # fmt: skip
    base = amount(line, "base_amount")
    percent = "discount_percent" if line.kind == "F" else "disc_cred_percent"
    for entry in line.adjustments:
        if entry.type == "Percent" and entry.percent:
            differs(
                bench, "LX09", entry, "amount", f"{name}_ITEM_DISC_CRED.disc_cred_amount",
                -base * amount(entry, "percent"), f"{percent} {entry.percent} of {plain(base)}", half,
            )  # fmt: skip
    units = line.decimal("units")
    if units is not None and units < 0 and bench.dialect.negative_units != "off":
        bench.find(
            "LA08", f"units are {line.units}; credits are written as discounts with positive units.",
            line, "units", f"{name}.units",
            severity="portal" if bench.dialect.negative_units == "refuse" else None,
        )  # fmt: skip
    if line.decimal("total") == 0:
        bench.find("LA09", "the line comes to nothing.", line, "total", f"{name}.total_amount")


#: (key, tag, side, what of it)
_PLAIN_SUMS: tuple[tuple[str, str, Callable[[MatterSums], Decimal], str], ...] = (
    ("detail_fees", "matter_total_detail_fees", lambda s: s.fees.detail, "the sum of the fee lines"),
    ("detail_expenses", "matter_total_detail_exp", lambda s: s.expenses.detail, "the sum of the expense lines"),
    ("credit_fees", "matter_disc_credit_fees", lambda s: s.fees.credits, "the sum of the entries on fees"),
    ("credit_expenses", "matter_disc_credit_exp", lambda s: s.expenses.credits, "the sum of the entries on expenses"),
    ("funds_applied", "matter_funds_applied", lambda s: s.funds_applied, "the sum of the MIFA entries"),
)


def _matter(bench: Judge, matter: Matter, half: Decimal) -> None:
    taxes = bench.file.taxes
    readings = [of_matter(matter, taxes), of_matter(matter, taxes, untagged_follow=True)]
    sums = readings[0]
    for key, tag, what, because in _PLAIN_SUMS:
        differs(bench, "LX09", matter, key, f"MATTER.{tag}", what(sums), because)
    differs(
        bench, "LX09", matter, "credit_total", "MATTER.matter_disc_cred_total",
        amount(matter, "credit_fees") + amount(matter, "credit_expenses"),
        "matter_disc_credit_fees with matter_disc_credit_exp",
    )  # fmt: skip
    if sums.funds_applied != 0 and not matter.funds_applied:
        bench.find(
            "LX09", f"MIFA entries apply funds of {plain(sums.funds_applied)} and matter_funds_applied is empty.",
            matter, "funds_applied", "MATTER.matter_funds_applied", expected=plain(sums.funds_applied),
        )  # fmt: skip
    _percentages(bench, matter, sums, half)
    fitting = judge_summaries(bench, matter, readings, half)
    _net(bench, matter, fitting, half)


def _percentages(bench: Judge, matter: Matter, sums: MatterSums, half: Decimal) -> None:
    """The matter's copies of MISF and MIDB, and what those entries come to."""
    for category, side, end in (("Fee", sums.fees, "fees"), ("Exp", sums.expenses, "exp")):
        long = "fees" if category == "Fee" else "expenses"
        for code, key, tag in (
            ("MISF", f"share_{long}", f"matter_perc_shar_{end}"),
            ("MIDB", f"bill_discount_{long}", f"matter_disc_bill_pct_{end}"),
        ):
            entry = next((a for a in matter.adjustments if a.code == code and a.category == category), None)
            stated = matter.decimal(key)
            right = amount(entry, "percent") if entry else ZERO
            # whether the share is what is taken off or what is paid is open (reference 7.6): both pass
            also = 1 - right if code == "MISF" and entry else right
            if stated is not None and stated not in (right, also):
                bench.find(
                    "LX09", f"{tag} is {matter.text(key)}; the {code} entry on {long} says {plain(right)}.",
                    matter, key, f"MATTER.{tag}", expected=plain(right),
                )  # fmt: skip
            if entry:
                exact = next((value for name, value in side.percentages if name == code), ZERO)
                differs(
                    bench, "LX09", entry, "amount", "MATTER_DISC_CRED.disc_cred_amount", exact,
                    f"{code} of {entry.percent} on the {long}", half,
                )  # fmt: skip


def _net(bench: Judge, matter: Matter, sums: MatterSums, half: Decimal) -> None:
    """matter_net_* with the tax inside or outside, whichever fits, and matter_total_due."""
    tax_fees, tax_expenses = amount(matter, "tax_on_fees"), amount(matter, "tax_on_expenses")
    net_fees, net_expenses = sums.fees.net, sums.expenses.net
    stated = matter.decimal("net_fees"), matter.decimal("net_expenses")
    slack = half if any(a.code in ("MISF", "MIDB") for a in matter.adjustments) else ZERO

    def fits(value: Decimal | None, right: Decimal) -> bool:
        return value is None or abs(value - right) <= slack

    taxed = tax_fees != 0 or tax_expenses != 0
    inside = fits(stated[0], net_fees + tax_fees) and fits(stated[1], net_expenses + tax_expenses)
    outside = fits(stated[0], net_fees) and fits(stated[1], net_expenses)
    if not inside and not outside:
        for key, tag, net, tax in (
            ("net_fees", "matter_net_fees", net_fees, tax_fees),
            ("net_expenses", "matter_net_exp", net_expenses, tax_expenses),
        ):
            value = matter.decimal(key)
            if not fits(value, net + tax) and not (fits(value, net) and value is not None):
                also = f" with the tax, or {plain(net)} without it" if tax else ""
                bench.find(
                    "LX09", f"{tag} is {matter.text(key)}; lines and entries give {plain(net + tax)}{also}.",
                    matter, key, f"MATTER.{tag}", expected=plain(net + tax),
                )  # fmt: skip
    formula = amount(matter, "net_fees") + amount(matter, "net_expenses") + amount(matter, "funds_applied")
    due = matter.decimal("total_due")
    if due is None:
        return
    if due == formula:
        if taxed and outside and not inside:
            bench.find(
                "LX09",
                "matter_net_fees and matter_net_exp leave the tax out, and so does matter_total_due; most readers "
                "take matter_total_due for what is to be paid. This is the second of the two readings of the format.",
                matter, "total_due", "MATTER.matter_total_due", severity="advice",
                expected=plain(formula + tax_fees + tax_expenses),
            )  # fmt: skip
        return
    if taxed and outside and due == formula + tax_fees + tax_expenses:
        bench.find(
            "LX09",
            "matter_total_due adds the tax to net figures that leave it out; by the formula the net figures hold it.",
            matter, "total_due", "MATTER.matter_total_due", severity="advice", expected=plain(formula),
        )  # fmt: skip
        return
    differs(
        bench, "LX09", matter, "total_due", "MATTER.matter_total_due", formula,
        "matter_net_fees with matter_net_exp and matter_funds_applied",
    )  # fmt: skip


def _invoice(bench: Judge, invoice: Invoice) -> None:
    due = sum((amount(matter, "total_due") for matter in invoice.matters), ZERO)
    tiers = sum((amount(summary, "tax_amount") for summary in invoice.tier_summaries), ZERO)
    tax = sum((amount(m, "tax_on_fees") + amount(m, "tax_on_expenses") for m in invoice.matters), ZERO)
    differs(
        bench, "LX09", invoice, "tax_total", "INVOICE.inv_total_tax", tax + tiers,
        "the tax of the matters" + (" and of the tiers" if tiers else ""),
    )  # fmt: skip
    stated = invoice.decimal("total")
    if tiers and stated == due + tiers:
        bench.find(
            "LX09",
            "inv_total_net_due holds the tiered tax, which stands in no matter; the formula leaves it out, and what "
            "is to be paid holds it.",
            invoice, "total", "INVOICE.inv_total_net_due", severity="advice", expected=plain(due),
        )  # fmt: skip
    else:
        differs(bench, "LX09", invoice, "total", "INVOICE.inv_total_net_due", due, "the sum of matter_total_due")
    if stated is not None and stated == 0 and due == 0:
        bench.find("LA09", "the invoice comes to nothing.", invoice, "total", "INVOICE.inv_total_net_due")
