"""Small bills of invented people, right in every respect until a test makes them wrong.

`bill` gives the bytes of a flat file; its rows are dicts of column name to text, so that a test says only
what it changes. Amounts follow the rows unless a test states them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from meruit.findings import Finding
from meruit.ledes import check, table

Row = dict[str, str]

INVOICE: Row = {
    "INVOICE_DATE": "20260305",
    "INVOICE_NUMBER": "HR-2041",
    "CLIENT_ID": "C-118",
    "LAW_FIRM_MATTER_ID": "118-07",
    "BILLING_START_DATE": "20260201",
    "BILLING_END_DATE": "20260228",
    "INVOICE_DESCRIPTION": "Services in February 2026",
    "LAW_FIRM_ID": "12-3456789",
    "CLIENT_MATTER_ID": "LIT-4402",
}
INTERNATIONAL: Row = {
    "PO_NUMBER": "PO-77",
    "CLIENT_TAX_ID": "GB999999973",
    "MATTER_NAME": "Orchard lease",
    "INVOICE_CURRENCY": "GBP",
    "ACCOUNT_TYPE": "O",
    "LAW_FIRM_NAME": "Halden Roe LLP",
    "LAW_FIRM_ADDRESS_1": "4 Quay Row",
    "LAW_FIRM_CITY": "Bristol",
    "LAW_FIRM_POSTCODE": "BS1 4ZZ",
    "LAW_FIRM_COUNTRY": "GBR",
    "CLIENT_NAME": "Tarn Orchards Ltd",
    "CLIENT_ADDRESS_1": "Mill Lane 2",
    "CLIENT_CITY": "Hereford",
    "CLIENT_POSTCODE": "HR1 9ZZ",
    "CLIENT_COUNTRY": "GBR",
    "LINE_ITEM_TAX_TYPE": "VAT",
}
ADA: Row = {"TIMEKEEPER_ID": "ADA01", "TIMEKEEPER_NAME": "Marlow, Ada", "TIMEKEEPER_CLASSIFICATION": "PARTNR"}
BEN: Row = {"TIMEKEEPER_ID": "BEN07", "TIMEKEEPER_NAME": "Quist, Ben", "TIMEKEEPER_CLASSIFICATION": "ASSOC"}


def fee(units: str = "1.50", rate: str = "300.00", **more: str) -> Row:
    """One hour and a half of Ada's, unless told otherwise."""
    row = {
        "EXP/FEE/INV_ADJ_TYPE": "F", "LINE_ITEM_NUMBER_OF_UNITS": units, "LINE_ITEM_UNIT_COST": rate,
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "0", "LINE_ITEM_DATE": "20260210", "LINE_ITEM_TASK_CODE": "L120",
        "LINE_ITEM_ACTIVITY_CODE": "A103", "LINE_ITEM_DESCRIPTION": "Drafted the notice to the landlord", **ADA,
    }  # fmt: skip
    return {**row, **more}


def expense(units: str = "40", cost: str = "0.15", **more: str) -> Row:
    row = {
        "EXP/FEE/INV_ADJ_TYPE": "E", "LINE_ITEM_NUMBER_OF_UNITS": units, "LINE_ITEM_UNIT_COST": cost,
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "0", "LINE_ITEM_DATE": "20260211", "LINE_ITEM_EXPENSE_CODE": "E101",
        "LINE_ITEM_DESCRIPTION": "Copies of the lease bundle",
    }  # fmt: skip
    return {**row, **more}


def adjustment(amount: str, kind: str = "IF", **more: str) -> Row:
    row = {
        "EXP/FEE/INV_ADJ_TYPE": kind, "LINE_ITEM_ADJUSTMENT_AMOUNT": amount, "LINE_ITEM_DATE": "20260228",
        "LINE_ITEM_DESCRIPTION": "Courtesy discount agreed with the client", "LINE_ITEM_TOTAL": amount,
    }  # fmt: skip
    return {**row, **more}


def full(rows: Sequence[Row], *, international: bool = False, tax_rate: str = "0.2") -> list[Row]:
    """The rows with numbers, totals, and the invoice's values on each of them."""
    done: list[Row] = []
    for number, row in enumerate(rows, 1):
        made = {**INVOICE, **(INTERNATIONAL if international else {}), "LINE_ITEM_NUMBER": str(number), **row}
        net = _net(made)
        if international:
            rate = made.setdefault("LINE_ITEM_TAX_RATE", tax_rate)
            tax = _cents(net * Decimal(rate or "0"))
            made.setdefault("LINE_ITEM_TAX_TOTAL", str(tax))
            if made["EXP/FEE/INV_ADJ_TYPE"] == "F" and made.get("TIMEKEEPER_NAME", "").count(",") == 1:
                last, first = made["TIMEKEEPER_NAME"].split(",")
                made.setdefault("TIMEKEEPER_LAST_NAME", last)
                made.setdefault("TIMEKEEPER_FIRST_NAME", first.strip())
            if "LINE_ITEM_TOTAL" not in row or row["EXP/FEE/INV_ADJ_TYPE"] in ("IF", "IE"):
                made["LINE_ITEM_TOTAL"] = str(_cents(net) + tax)
        made.setdefault("LINE_ITEM_TOTAL", str(_cents(net)))
        done.append(made)
    by_invoice: dict[str, list[Row]] = {}
    for row in done:
        by_invoice.setdefault(row["INVOICE_NUMBER"], []).append(row)
    for members in by_invoice.values():
        total = sum((_amount(row["LINE_ITEM_TOTAL"]) for row in members), Decimal(0))
        tax = sum((_amount(row.get("LINE_ITEM_TAX_TOTAL", "")) for row in members), Decimal(0))
        for row in members:
            row.setdefault("INVOICE_TOTAL", f"{total:.2f}")
            if international:
                row.setdefault("INVOICE_TAX_TOTAL", f"{tax:.2f}")
                row.setdefault("INVOICE_NET_TOTAL", f"{total - tax:.2f}")
    return done


def text(rows: Sequence[Row], name: str = "LEDES1998B", *, newline: str = "\r\n") -> str:
    """Rows as a file; a row's missing columns are empty."""
    spec = table(name)
    lines = [spec.heading.identifier, "|".join(spec.names) + "[]"]
    lines += ["|".join(row.get(column, "") for column in spec.names) + "[]" for row in rows]
    return newline.join(lines) + newline


def bill(*rows: Row, name: str = "LEDES1998B") -> bytes:
    """A file of `rows`, or of three ordinary ones."""
    chosen = rows or (fee(), expense(), adjustment("-25.00"))
    return text(full(chosen, international=name != "LEDES1998B"), name).encode()


def found(data: bytes, **how: object) -> list[tuple[str, str, int | None, str | None]]:
    """(rule, severity, line, field) of every finding."""
    return [(f.rule, f.severity, f.line, f.field) for f in findings(data, **how)]


def findings(data: bytes, **how: object) -> list[Finding]:
    return check(data, **how)  # type: ignore[arg-type]  # tests pass check's own keywords


def rules(data: bytes, **how: object) -> set[str]:
    return {finding.rule for finding in findings(data, **how)}


def _amount(cell: str) -> Decimal:
    try:
        return Decimal(cell or "0")
    except ArithmeticError:
        return Decimal(0)


def _net(row: Row) -> Decimal:
    units, cost, adjusted = (
        _amount(row.get(f"LINE_ITEM_{name}", "")) for name in ("NUMBER_OF_UNITS", "UNIT_COST", "ADJUSTMENT_AMOUNT")
    )
    return units * cost + adjusted


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


Change = Callable[[list[Row]], None]
