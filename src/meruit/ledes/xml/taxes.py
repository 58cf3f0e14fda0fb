"""Taxes of an XML bill: defined once, referred to rightly, tiers whole, and what goes with tax."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from meruit.ledes.xml.judge import segment_of, shown
from meruit.ledes.xml.sums import ZERO, amount

if TYPE_CHECKING:
    from meruit.ledes.model import Adjustment, Invoice, Line, Matter, Tax
    from meruit.ledes.xml.judge import Judge


def judge_links(bench: Judge, matter: Matter) -> None:
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
            refers(line, f"tax_ids.{i}", tax_id, f"TAX_ITEM_{segment_of(line)}.tx_id", True)
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


def judge_tax(bench: Judge, tax: Tax) -> None:
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


def judge_tiers(bench: Judge) -> None:
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


def judge_invoice(bench: Judge, invoice: Invoice) -> None:
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
