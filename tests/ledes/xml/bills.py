"""Invented XML bills for the tests: one that holds in every rule, and ways to spoil it."""

from __future__ import annotations

from meruit.ledes.model import (
    Address,
    Adjustment,
    Client,
    Contact,
    File,
    Firm,
    Invoice,
    Line,
    Matter,
    RegulatoryStatement,
    Tax,
    Timekeeper,
)
from meruit.ledes.xml import complete

XML_FORMATS = ("LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2")


def address() -> Address:
    return Address(
        address_1="1 Quay Street",
        city="Portsmouth",
        state="NH",
        postcode="03801",
        country="US",
        phone="+1 603 555 0100",
    )


def contact() -> Contact:
    return Contact(last_name="Penn", first_name="Cleo", email="cleo@firm.example")


def fee(units: str, rate: str, **more: str) -> Line:
    values = {
        "date": "2026-03-05",
        "narrative": "Draft motion to compel.",
        "task_code": "L350",
        "activity_code": "A103",
        "timekeeper_id": "BT",
        "timekeeper_class": "PARTNR",
        "charge_type": "U",
    } | more
    return Line(kind="F", units=units, rate=rate, **values)


def expense(units: str, rate: str, **more: str) -> Line:
    values = {"date": "2026-03-06", "narrative": "Copies.", "expense_code": "E101", "charge_type": "U"} | more
    return Line(kind="E", units=units, rate=rate, **values)


def vat() -> Tax:
    return Tax(
        id="VAT20", registration="GB123", type="VAT", tiered="N", rate="0.20", country="GB", on_tax="N",
        direction="Increase",
    )  # fmt: skip


def bill(format_name: str = "LEDESXML2.1", *, taxed: bool = True) -> File:
    """Fees 1000.00 and 100.00, expense 18.00, a bill discount of 10 %, an adjustment of -50, VAT of 20 %."""
    discounted = fee("0.3", "355.00", timekeeper_id="DN", timekeeper_class="ASSOC", date="2026-03-07")
    discounted.adjustments.append(Adjustment(code="FIA", type="Flat", direction="Decrease", amount="-6.50"))
    lines = [fee("2.5", "400.00"), discounted, expense("120", "0.15")]
    entries = [
        Adjustment(
            code="MIDB",
            type="Percent",
            category="Fee",
            direction="Decrease",
            split="NA",
            percent="0.10",
            amount="-110.00",
        ),
        Adjustment(code="MIA", type="Flat", category="Fee", direction="Decrease", split="Post-Split", amount="-50.00"),
    ]
    if taxed:
        for line in lines:
            line.tax_ids.append("VAT20")
        for entry in entries:
            entry.tax_ids.append("VAT20")
    matter = Matter(
        firm_matter_id="1042", client_matter_id="C-77", name="Harbour lease", final_bill="N",
        bill_discount_fees="0.10", adjustments=entries, lines=lines,
        timekeepers=[
            Timekeeper(id="BT", last_name="Tully", first_name="Ben", level="PARTNR", rate="400.00"),
            Timekeeper(id="DN", last_name="Nash", first_name="Dan", level="ASSOC", rate="355.00"),
        ],
    )  # fmt: skip
    invoice = Invoice(
        number="2026-118", date="2026-04-01", start="2026-03-01", end="2026-03-31", currency="GBP",
        description="Services in March", matters=[matter],
        firm=Firm(
            id="99-7654321", own_id="HQ", name="Marlow Quay LLP", address=address(), billing_contact=contact(),
            source_app="Meruit", app_version="0.1",
        ),
        client=Client(id="ACME", firm_id_at_client="F-9", name="Acme Harbour Ltd", address=address()),
    )  # fmt: skip
    file = File(format=format_name, invoices=[invoice], taxes=[vat()] if taxed else [], newline="\n", encoding="utf-8")
    if format_name == "LEDESXML2.2":
        invoice.regulatory_statements.append(RegulatoryStatement(heading="Art. 1", text_of_law="Paid on receipt."))
    else:
        for tax in file.taxes:
            tax.tiered = ""
            if format_name == "LEDESXML2.0":
                tax.direction = ""
    if format_name == "LEDESXML2.0":
        for entry in entries:
            entry.direction = ""
    complete(file)
    return file
