"""The math statement of LEDES XML 2.x: what the sums of a matter follow to, in exact decimals.

Lines are divided into *buckets* by the set of taxes they carry. A bucket takes the pre-split entries
tagged with the same taxes, is reduced by the share of another payor (MISF) and the discount on the bill
(MIDB), and takes the post-split entries. Each tax is charged on the buckets that carry it; a tax on
tax has the other tax in its base; a withheld tax is negative and is taken from all fees and expenses
after the split, before tax. Applied trust or client money (MIFA) touches neither fees nor tax.

Two things the statement leaves open (reference 7.6): whether the net figures hold the tax, and to which
bucket an untagged entry belongs when all lines carry the same taxes. Both readings are worked out, and
whoever judges accepts either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from meruit.ledes.model import Adjustment, Line, Matter, Record, Tax

Category = Literal["Fee", "Exp"]
ZERO = Decimal(0)

#: Entries on a matter that are no part of matter_disc_credit_*: share, discount on the bill, applied funds.
APART = frozenset({"MISF", "MIDB", "MIFA"})

#: A number with more digits than this is no amount and is treated as absent, so that sums stay cheap.
_DIGITS = 30
_WIDE = Context(prec=120)


def amount(record: Record, key: str) -> Decimal:
    """The stated amount, or zero where nothing or no number is stated (rules on numbers speak to that)."""
    value = record.decimal(key)
    return value if value is not None and len(value.as_tuple().digits) <= _DIGITS else ZERO


@dataclass(frozen=True, slots=True)
class Charged:
    """What one tax comes to on one matter: bases and taxes, unrounded."""

    fees_base: Decimal = ZERO
    fees_tax: Decimal = ZERO
    expenses_base: Decimal = ZERO
    expenses_tax: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Side:
    """Fees or expenses of a matter under one reading."""

    detail: Decimal
    credits: Decimal
    net: Decimal
    buckets: Mapping[frozenset[str], Decimal]
    #: what the bill discount and the share come to, as (code, amount)
    percentages: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class MatterSums:
    """Everything the lines of a matter lead to, without rounding of tax."""

    fees: Side
    expenses: Side
    taxes: Mapping[str, Charged]
    funds_applied: Decimal
    #: tiered taxes -> taxable base on this matter
    tiered: Mapping[str, Decimal] = field(default_factory=dict)

    def tax_on(self, category: Category, places: int) -> Decimal:
        """Tax on fees or expenses: each tax rounded once, then added."""
        values = (c.fees_tax if category == "Fee" else c.expenses_tax for c in self.taxes.values())
        return sum((round_to(value, places) for value in values), ZERO)


def round_to(value: Decimal, places: int) -> Decimal:
    """Half up, to the minor unit of a currency."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def of_matter(matter: Matter, taxes: Sequence[Tax], *, untagged_follow: bool = False) -> MatterSums:
    """The sums of a matter by its stated line totals.

    `untagged_follow` is the second reading: where all lines of a category carry the same taxes, an entry
    that names no tax carries them too.
    """
    by_id = {tax.id: tax for tax in taxes}
    fees = _side(matter, "Fee", by_id, untagged_follow)
    expenses = _side(matter, "Exp", by_id, untagged_follow)
    used = [t for t in by_id.values() if t.tiered != "Y"]
    charged: dict[str, Charged] = {}
    for tax in used:
        rate = amount(tax, "rate")
        if tax.direction == "Decrease":
            base_fees, base_expenses = fees.net, expenses.net
        else:
            base_fees = _base(tax, fees.buckets, by_id)
            base_expenses = _base(tax, expenses.buckets, by_id)
        sign = -1 if tax.direction == "Decrease" else 1
        charged[tax.id] = Charged(base_fees, sign * base_fees * rate, base_expenses, sign * base_expenses * rate)
    tiered = {
        tax.id: sum((value for side in (fees, expenses) for ids, value in side.buckets.items() if tax.id in ids), ZERO)
        for tax in by_id.values()
        if tax.tiered == "Y"
    }
    funds = sum((amount(a, "amount") for a in matter.adjustments if a.code == "MIFA"), ZERO)
    return MatterSums(fees, expenses, charged, funds, tiered)


def _side(matter: Matter, category: Category, taxes: Mapping[str, Tax], untagged_follow: bool) -> Side:
    kind = "F" if category == "Fee" else "E"
    lines = [line for line in matter.lines if line.kind == kind]
    known = frozenset(taxes)
    buckets: dict[frozenset[str], Decimal] = {}
    for line in lines:
        ids = frozenset(line.tax_ids) & known
        buckets[ids] = buckets.get(ids, ZERO) + amount(line, "total")
    entries = [a for a in matter.adjustments if a.category == category]
    only = next(iter(buckets)) if untagged_follow and len(buckets) == 1 else frozenset()

    def tagged(entry: Adjustment) -> frozenset[str]:
        return (frozenset(entry.tax_ids) & known) or only

    for entry in entries:
        if entry.code not in APART and entry.split == "Pre-Split":
            buckets[tagged(entry)] = buckets.get(tagged(entry), ZERO) + amount(entry, "amount")
    before = sum(buckets.values(), ZERO)
    percentages = []
    for code in ("MISF", "MIDB"):
        factor = Decimal(1)
        for entry in entries:
            if entry.code == code:
                factor -= amount(entry, "percent")
                percentages.append((code, -before * amount(entry, "percent")))
        buckets = {ids: value * factor for ids, value in buckets.items()}
        before = sum(buckets.values(), ZERO)
    for entry in entries:
        if entry.code not in APART and entry.split != "Pre-Split":
            buckets[tagged(entry)] = buckets.get(tagged(entry), ZERO) + amount(entry, "amount")
    return Side(
        detail=sum((amount(line, "total") for line in lines), ZERO),
        credits=sum((amount(a, "amount") for a in entries if a.code not in APART), ZERO),
        net=sum(buckets.values(), ZERO),
        buckets=buckets,
        percentages=tuple(percentages),
    )


def _base(tax: Tax, buckets: Mapping[frozenset[str], Decimal], taxes: Mapping[str, Tax]) -> Decimal:
    """The buckets that carry `tax`, the tax underneath it included."""
    return sum((value + _under(tax, ids, value, taxes) for ids, value in buckets.items() if tax.id in ids), ZERO)


def _under(tax: Tax, ids: frozenset[str], value: Decimal, taxes: Mapping[str, Tax]) -> Decimal:
    """The other tax on one bucket, where `tax` is charged on it; a chain of them ends at the first repeat."""
    total, seen, current = ZERO, {tax.id}, tax
    chain: list[Tax] = []
    while current.on_tax == "Y" and current.on_tax_id in taxes and current.on_tax_id not in seen:
        current = taxes[current.on_tax_id]
        seen.add(current.id)
        if current.id not in ids:
            break
        chain.append(current)
    for other in reversed(chain):
        total += (value + (total if other.on_tax == "Y" else ZERO)) * amount(other, "rate")
    return total


def line_base(line: Line) -> Decimal:
    """units times rate, for `U` and for `F`, unrounded."""
    return amount(line, "units") * amount(line, "rate")


def line_credits(entries: Iterable[Adjustment]) -> Decimal:
    return sum((amount(entry, "amount") for entry in entries), ZERO)


def taxes_named(matter: Matter) -> set[str]:
    """The taxes that lines and entries of the matter carry; withheld ones are carried by none."""
    on_lines = {tax_id for line in matter.lines for tax_id in line.tax_ids}
    return on_lines | {tax_id for entry in matter.adjustments for tax_id in entry.tax_ids}
