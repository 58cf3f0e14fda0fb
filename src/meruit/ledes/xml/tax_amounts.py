"""The arithmetic of tax on an XML bill: summaries against the buckets, tiers against their rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.xml.compare import differs, plain
from meruit.ledes.xml.sums import ZERO, amount, of_matter, taxes_named

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.ledes.model import Invoice, Matter, Tax, TaxSummary, TierSummary
    from meruit.ledes.xml.judge import Judge
    from meruit.ledes.xml.sums import MatterSums


def judge_summaries(bench: Judge, matter: Matter, readings: list[MatterSums], half: Decimal) -> MatterSums:
    """The tax summaries against the buckets; answers the reading that fits best."""
    taxes = {tax.id: tax for tax in bench.file.taxes}
    best = min(readings, key=lambda reading: len(_tax_faults(matter, reading, half)))
    lines = max(1, len(matter.lines))
    for summary, key, tag, right in _tax_faults(matter, best, half):
        stated = amount(summary, key)
        by_line = key.endswith("_tax") and abs(stated - right) <= half * lines
        bench.find(
            "LX09",
            f"{tag} of {summary.tax_id} is {summary.text(key)}; the lines and entries under this tax give "
            f"{plain(right)}." + (" The difference is what rounding tax line by line would make." if by_line else ""),
            summary, key, f"TAX_SUMMARY.{tag}", severity="advice" if by_line else None, expected=plain(right),
        )  # fmt: skip
    summed = {summary.tax_id for summary in matter.tax_summaries}
    if len(summed) < len(matter.tax_summaries):
        twice = next(
            s for i, s in enumerate(matter.tax_summaries) if s.tax_id in {t.tax_id for t in matter.tax_summaries[:i]}
        )
        bench.find(
            "LX02", f"a second tax_summary of {twice.tax_id}; a matter has one per tax.",
            twice, "tax_id", "TAX_SUMMARY.tx_id",
        )  # fmt: skip
    used = taxes_named(matter)
    for tax_id in sorted(used - summed):
        if tax_id in taxes and taxes[tax_id].tiered != "Y":
            bench.find(
                "LX02", f"lines or entries carry the tax {tax_id} and the matter has no tax_summary of it.",
                matter, None, "TAX_SUMMARY.tx_id", expected=f"a <tax_summary> of {tax_id}",
            )  # fmt: skip
    for key, tag, part in (
        ("tax_on_fees", "matter_tax_on_fees", "fees_tax"),
        ("tax_on_expenses", "matter_tax_on_exp", "expenses_tax"),
    ):
        differs(
            bench, "LX09", matter, key, f"MATTER.{tag}",
            sum((amount(summary, part) for summary in matter.tax_summaries), ZERO), "the sum of the tax summaries",
        )  # fmt: skip
    return best


def _tax_faults(matter: Matter, sums: MatterSums, half: Decimal) -> list[tuple[TaxSummary, str, str, Decimal]]:
    """(summary, key, tag, right value) wherever a summary differs from `sums`."""
    faults: list[tuple[TaxSummary, str, str, Decimal]] = []
    for summary in matter.tax_summaries:
        charged = sums.taxes.get(summary.tax_id)
        tiered = summary.tax_id in sums.tiered
        if charged is None and not tiered:
            continue
        for key, tag in (
            ("fees_base", "tax_total_detail_fees"),
            ("fees_tax", "total_tax_on_fees"),
            ("expenses_base", "tax_total_detail_expense"),
            ("expenses_tax", "total_tax_on_expense"),
        ):
            stated = summary.decimal(key)
            right = getattr(charged, key) if charged else ZERO
            if stated is not None and abs(stated - right) > half:
                faults.append((summary, key, tag, right))
    return faults


def judge_tiers(bench: Judge, invoice: Invoice, half: Decimal) -> None:
    """Tiers belong to the file, so they are judged once; their summaries to each invoice."""
    if invoice is bench.file.invoices[0]:
        for tax in bench.file.taxes:
            if tax.tiered == "Y":
                _steps(bench, tax, half)
    for summary in invoice.tier_summaries:
        own = [tier for tier in bench.file.tiers if tier.tax_id == summary.tax_id]
        for key, tag, part in (
            ("taxable_amount", "tax_tier_total_taxable_amount", "taxable_amount"),
            ("tax_amount", "tax_tier_total_tax", "tax_amount"),
        ):
            differs(
                bench, "LX09", summary, key, f"TAX_TIER_SUMMARY.{tag}",
                sum((amount(tier, part) for tier in own), ZERO), "the sum of the tiers",
            )  # fmt: skip
        _tiered_base(bench, invoice, summary, half)


def _steps(bench: Judge, tax: Tax, half: Decimal) -> None:
    """Each tier takes what of the whole lies in it, and its tax follows from its rate."""
    own = [tier for tier in bench.file.tiers if tier.tax_id == tax.id]
    whole = sum((amount(tier, "taxable_amount") for tier in own), ZERO)
    sign = -1 if tax.direction == "Decrease" else 1
    for tier in own:
        low, top = amount(tier, "minimum"), whole if tier.maximum == "TOP" else amount(tier, "maximum")
        differs(
            bench, "LX09", tier, "taxable_amount", "TAX_TIER_DETAIL.tax_tier_taxable_amount",
            max(ZERO, min(whole, top) - low), f"what of {plain(whole)} lies from {tier.minimum} to {tier.maximum}",
            1 + half,  # a tier may begin at the end of the one before, or one unit above
        )  # fmt: skip
        differs(
            bench, "LX09", tier, "tax_amount", "TAX_TIER_DETAIL.tax_tier_amount_tax",
            sign * amount(tier, "taxable_amount") * amount(tier, "percent"),
            f"{tier.percent} of {tier.taxable_amount}", half,
        )  # fmt: skip


def _tiered_base(bench: Judge, invoice: Invoice, summary: TierSummary, half: Decimal) -> None:
    """What the tiers are charged on against the lines that carry the tax; our reading, so advice."""
    base = sum((of_matter(m, bench.file.taxes).tiered.get(summary.tax_id, ZERO) for m in invoice.matters), ZERO)
    stated = summary.decimal("taxable_amount")
    if stated is not None and abs(stated - base) > half:
        bench.find(
            "LX09",
            f"tax_tier_total_taxable_amount is {summary.taxable_amount}; the lines and entries under {summary.tax_id} "
            f"come to {plain(base)}.",
            summary, "taxable_amount", "TAX_TIER_SUMMARY.tax_tier_total_taxable_amount", severity="advice",
            expected=plain(base),
        )  # fmt: skip
