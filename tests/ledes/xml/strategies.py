"""Invented XML bills of every arrangement, completed by the library."""

from __future__ import annotations

import os
from decimal import Decimal

from hypothesis import strategies as st

from meruit.ledes.model import Adjustment, File, Line, Matter, Tax, Timekeeper
from meruit.ledes.xml import complete
from tests.ledes.xml.bills import bill

EXAMPLES = 400 if os.environ.get("MERUIT_PROOF") == "1" else 30

_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"])
_TEXT = st.text(_LETTERS, min_size=1, max_size=40).map(lambda s: " ".join(s.split()) or "x")
_MONEY = st.integers(-99_999, 999_999).map(lambda n: f"{Decimal(n) / 100:.2f}")
_FRACTION = st.sampled_from(["0.05", "0.10", "0.125", "0.333"])
_TAXES = (
    ("GST", "0.05", "N", "", "Increase"),
    ("PST", "0.08", "Y", "GST", "Increase"),
    ("VAT", "0.196", "N", "", "Increase"),
    ("IRPF", "0.15", "N", "", "Decrease"),
)
_ON_LINES = [[], ["GST"], ["GST", "PST"], ["VAT"]]


def _tax(row: tuple[str, str, str, str, str]) -> Tax:
    name, rate, on_tax, on, direction = row
    return Tax(
        id=name,
        registration=f"R-{name}",
        type=name,
        rate=rate,
        country="CA",
        on_tax=on_tax,
        on_tax_id=on,
        direction=direction,
    )


@st.composite
def entries(draw: st.DrawFn, category: str) -> list[Adjustment]:
    found = []
    for code in draw(st.lists(st.sampled_from(["MIA", "MIB", "MICM", "MIFF", "MIR", "Other"]), max_size=3)):
        amount = draw(_MONEY)
        found.append(
            Adjustment(
                code=code,
                note="CLIENT-7" if code == "Other" else "",
                type="Flat",
                category=category,
                direction="Increase" if Decimal(amount) >= 0 else "Decrease",
                split=draw(st.sampled_from(["Pre-Split", "Post-Split"])),
                amount=amount,
                tax_ids=list(draw(st.sampled_from(_ON_LINES))),
            )
        )
    share = draw(st.sampled_from(["", "MISF", "MIDB"]))
    if share:
        found.append(
            Adjustment(
                code=share, type="Percent", category=category, direction="Decrease", split="NA", percent=draw(_FRACTION)
            )
        )
    return found


@st.composite
def bills(draw: st.DrawFn, format_name: str = "LEDESXML2.1") -> File:
    """A bill with one or two matters, several taxes, every kind of entry, and trust money at times."""
    file = bill(format_name, taxed=False)
    withheld = draw(st.booleans())
    file.taxes = [_tax(row) for row in _TAXES if withheld or row[4] == "Increase"]
    for tax in file.taxes:
        tax.tiered = "N" if format_name == "LEDESXML2.2" else ""
        tax.direction = "" if format_name == "LEDESXML2.0" and tax.direction == "Increase" else tax.direction
    if format_name == "LEDESXML2.0":
        file.taxes = [tax for tax in file.taxes if tax.direction != "Decrease"]
    invoice = file.invoices[0]
    invoice.total = invoice.tax_total = ""
    invoice.description = draw(_TEXT)
    invoice.matters = [draw(_matter(i)) for i in range(draw(st.integers(1, 2)))]
    complete(file)
    for matter in invoice.matters:
        if format_name == "LEDESXML2.0":
            matter.bill_discount_expenses = ""  # the entry says it; the field was not seen in 2.0
        for entry in matter.adjustments:
            if format_name == "LEDESXML2.0":  # says the direction by the sign, and has no note that was seen
                entry.direction = entry.note = ""
    return file


@st.composite
def _matter(draw: st.DrawFn, number: int) -> Matter:
    matter = Matter(
        firm_matter_id=f"104{number}",
        name=draw(_TEXT),
        final_bill="N",
        timekeepers=[Timekeeper(id="BT", last_name="Tully", first_name="Ben", level="PARTNR", rate="400.00")],
    )
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["F", "E"]))
        price = Decimal(draw(st.integers(1, 9999))) / 100
        line = Line(
            kind=kind, date="2026-03-05", narrative=draw(_TEXT), charge_type="U",
            units=f"{Decimal(draw(st.integers(1, 99))) / 10}", rate="400.00" if kind == "F" else f"{price:.2f}",
            tax_ids=list(draw(st.sampled_from(_ON_LINES))),
        )  # fmt: skip
        if kind == "F":
            line.timekeeper_id, line.timekeeper_class = "BT", "PARTNR"
        if draw(st.booleans()):
            amount = draw(_MONEY)
            line.adjustments.append(
                Adjustment(
                    code=f"{kind}IA",
                    type="Flat",
                    amount=amount,
                    direction="Increase" if Decimal(amount) >= 0 else "Decrease",
                )
            )
        matter.lines.append(line)
    matter.lines.sort(key=lambda line: line.kind, reverse=True)  # fees stand before expenses in the file
    matter.adjustments = [*draw(entries("Fee")), *draw(entries("Exp"))]
    if draw(st.booleans()):
        matter.adjustments.append(
            Adjustment(code="MIFA", type="Flat", category="Fee", direction="Decrease", split="NA", amount="-75.00")
        )
    _percentages(matter)
    return matter


def _percentages(matter: Matter) -> None:
    """What share and bill discount come to, which the entry itself states; of nothing there is no share."""
    for category, kind, key in (("Fee", "F", "fees"), ("Exp", "E", "expenses")):
        base = Decimal(0)
        for line in matter.lines:
            if line.kind == kind:
                product = Decimal(line.units) * Decimal(line.rate)
                base += product.quantize(Decimal("0.01"), "ROUND_HALF_UP")
                base += sum((Decimal(a.amount) for a in line.adjustments), Decimal(0))
        for entry in matter.adjustments:
            if entry.category == category and entry.split == "Pre-Split":
                base += Decimal(entry.amount)
        for entry in [a for a in matter.adjustments if a.category == category and a.percent]:
            if base <= 0:
                matter.adjustments.remove(entry)
                continue
            entry.amount = f"{-base * Decimal(entry.percent):.6f}"
            setattr(matter, f"{'share' if entry.code == 'MISF' else 'bill_discount'}_{key}", entry.percent)
