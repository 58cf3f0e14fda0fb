"""A second, independent way to the sums of an XML bill: fractions, straight from the bytes, line by line.

The library partitions lines into buckets by their set of taxes. Here every line and every entry is
followed on its own: each carries its amount through share, bill discount and taxes, and what arrives is
added up. Nothing of `meruit` is used, so that an error in one way does not hide in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree


@dataclass
class Sums:
    net: dict[str, Fraction] = field(default_factory=lambda: {"Fee": Fraction(0), "Exp": Fraction(0)})
    tax: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    detail: dict[str, Fraction] = field(default_factory=lambda: {"Fee": Fraction(0), "Exp": Fraction(0)})
    credits: dict[str, Fraction] = field(default_factory=lambda: {"Fee": Fraction(0), "Exp": Fraction(0)})
    funds: Fraction = Fraction(0)

    def due(self) -> Fraction:
        return self.net["Fee"] + self.net["Exp"] + self.funds + sum(self.tax.values())


def text(node: etree._Element, tag: str) -> str:
    return (node.findtext(f"{{*}}{tag}") or "").strip()


def number(node: etree._Element, tag: str) -> Fraction:
    return Fraction(text(node, tag) or "0")


def cents(value: Fraction) -> Fraction:
    """Half away from zero, to the cent."""
    sign = -1 if value < 0 else 1
    return Fraction(sign * int(abs(value) * 100 + Fraction(1, 2)), 100)


def of_matters(data: bytes) -> list[Sums]:
    root = etree.fromstring(data)
    taxes = {text(t, "tx_id"): t for t in root.iterfind(".//{*}tax")}
    return [of_matter(m, taxes) for m in root.iterfind(".//{*}matter")]


def of_matter(matter: etree._Element, taxes: dict[str, etree._Element]) -> Sums:
    sums = Sums()
    entries = matter.findall("{*}matter_disc_cred")
    factor = {"Fee": Fraction(1), "Exp": Fraction(1)}
    for entry in entries:
        code, category, amount = (
            text(entry, "disc_cred"),
            text(entry, "disc_cred_category"),
            number(entry, "disc_cred_amount"),
        )
        if code in ("MISF", "MIDB"):
            factor[category] *= 1 - number(entry, "discount_percent")
        elif code == "MIFA":
            sums.funds += amount
        else:
            sums.credits[category] += amount
    flows: list[tuple[str, Fraction, list[str]]] = []  # category, what arrives, its taxes
    for tag, category, item in (("fee", "Fee", "tax_item_fee"), ("expense", "Exp", "tax_item_expense")):
        for line in matter.findall(f"{{*}}{tag}"):
            total = number(line, "total_amount")
            sums.detail[category] += total
            flows.append((category, total * factor[category], [text(t, "tx_id") for t in line.findall(f"{{*}}{item}")]))
    for entry in entries:
        if text(entry, "disc_cred") in ("MISF", "MIDB", "MIFA"):
            continue
        category, amount = text(entry, "disc_cred_category"), number(entry, "disc_cred_amount")
        if text(entry, "pre_post_split") == "Pre-Split":
            amount *= factor[category]
        flows.append((category, amount, [text(t, "tx_id") for t in entry.findall("{*}tax_matter_disc_cred")]))
    exact: dict[tuple[str, str], Fraction] = {}
    for category, amount, ids in flows:
        sums.net[category] += amount
        for tax_id in ids:
            base = amount + under(tax_id, ids, amount, taxes)
            exact[tax_id, category] = exact.get((tax_id, category), Fraction(0)) + base * number(
                taxes[tax_id], "tax_rate_percent"
            )
    for tax_id, tax in taxes.items():
        if text(tax, "increase_decrease") == "Decrease":
            for category in ("Fee", "Exp"):
                exact[tax_id, category] = -sums.net[category] * number(tax, "tax_rate_percent")
    sums.tax = {key: cents(value) for key, value in exact.items()}
    return sums


def under(tax_id: str, ids: list[str], amount: Fraction, taxes: dict[str, etree._Element]) -> Fraction:
    """The tax that lies in the base of `tax_id`."""
    tax = taxes[tax_id]
    other = text(tax, "tax_on_tax_id")
    if text(tax, "tax_on_tax") != "Y" or other not in ids:
        return Fraction(0)
    return (amount + under(other, ids, amount, taxes)) * number(taxes[other], "tax_rate_percent")
