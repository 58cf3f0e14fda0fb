"""Invented flat bills as records, consistent in every sum, for tests of conversion."""

from __future__ import annotations

import os
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

from meruit.ledes.model import Client, File, Firm, Invoice, Line, Matter

EXAMPLES = 400 if os.environ.get("MERUIT_PROOF") == "1" else 25

_WORDS = st.sampled_from(
    ["Draft motion.", "Call with client re: lease", "Review & file", "Retainer", "Copies <b>", "Zoë's memo"]
)
_UNITS = st.integers(1, 400).map(lambda n: f"{Decimal(n) / 10}")
_RATES = st.integers(100, 90000).map(lambda n: f"{Decimal(n) / 100:.2f}")
_OFF = st.integers(-5000, 5000).map(lambda n: f"{Decimal(n) / 100:.2f}")
_PERSONS = (("BT", "Tully, Ben", "PARTNR"), ("DN", "Dan Nash", "ASSOC"), ("X1", "Prince", "PARALG"))
_RATE_OF_TAX = st.sampled_from(["0", "0.20", "0.072516"])


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@st.composite
def _line(draw: st.DrawFn, number: int, taxed: bool) -> Line:
    kind = draw(st.sampled_from(["F", "F", "E", "IF", "IE"]))
    line = Line(kind=kind, number=str(number), date="20260305", narrative=draw(_WORDS))
    if kind in ("F", "E"):
        line.units, line.rate = draw(_UNITS), draw(_RATES)
        line.adjustment = draw(st.one_of(st.just(""), _OFF))
        net = cents(Decimal(line.units) * Decimal(line.rate)) + Decimal(line.adjustment or 0)
    else:
        line.adjustment = draw(_OFF)
        net = Decimal(line.adjustment)
    if kind == "F":
        line.timekeeper_id, line.timekeeper_name, line.timekeeper_class = draw(st.sampled_from(_PERSONS))
        line.task_code, line.activity_code = draw(st.sampled_from([("L350", "A103"), ("", "")]))
    if kind == "E":
        line.expense_code = "E101"
    tax = Decimal(0)
    if taxed:
        line.tax_rate = draw(_RATE_OF_TAX)
        tax = cents(net * Decimal(line.tax_rate))
        line.tax_type = "VAT" if Decimal(line.tax_rate) else draw(st.sampled_from(["", "Exempt"]))
        line.tax_total = f"{tax:.2f}"
        if kind == "F":
            line.timekeeper_last_name, line.timekeeper_first_name = "Tully", "Ben"
    line.total = f"{net + tax:.2f}"
    return line


@st.composite
def flat_bills(draw: st.DrawFn, taxed: bool = False) -> File:
    """One file with one or two invoices over one or two matters."""
    file = File(format="LEDES98BI V2" if taxed else "LEDES1998B")
    file.identifier = "LEDES98BI V2[]" if taxed else "LEDES1998B[]"
    firm, client = Firm(id="99-7654321"), Client(id="ACME")
    if taxed:
        firm.name, client.name, client.tax_id = "Marlow Quay LLP", "Acme Harbour Ltd", "GB999"
    for i in range(draw(st.integers(1, 2))):
        invoice = Invoice(
            number=f"2026-{i}", date="20260401", start="20260301", end="20260331", description="March",
            firm=firm, client=client, currency="GBP" if taxed else "",
        )  # fmt: skip
        number = 0
        for m in range(draw(st.integers(1, 2))):
            matter = Matter(firm_matter_id=f"10{m}", client_matter_id=f"C-{m}")
            if taxed:
                matter.name, matter.account_type = f"Matter {m}", "O"
            for _ in range(draw(st.integers(1, 4))):
                number += 1
                line = draw(_line(number, taxed))
                line.order = number
                matter.lines.append(line)
            invoice.matters.append(matter)
        total = sum((Decimal(line.total) for line in invoice.lines), Decimal(0))
        tax = sum((Decimal(line.tax_total or 0) for line in invoice.lines), Decimal(0))
        invoice.total = f"{total:.2f}"
        if taxed:
            invoice.tax_total, invoice.net_total = f"{tax:.2f}", f"{total - tax:.2f}"
        file.invoices.append(invoice)
    return file
