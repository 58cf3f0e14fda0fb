"""The arithmetic of LEDES 2000. How net figures are composed is not confirmed: every reading that anyone
was seen to use passes, and only a figure that fits none of them is reported."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes.xml.sums import ZERO, amount, line_base

if TYPE_CHECKING:
    from meruit.ledes.model import Invoice, Line, Matter
    from meruit.ledes.xml.judge import Judge


def judge(bench: Judge, invoice: Invoice, half: Decimal) -> None:
    for matter in invoice.matters:
        for line in matter.lines:
            _line(bench, line, half)
        _matter(bench, matter, half)
        _persons(bench, matter, half)
    due = sum((amount(matter, "total_due") for matter in invoice.matters), ZERO)
    right = due * (1 - amount(invoice, "generic_discount"))
    stated = invoice.decimal("total")
    if stated is not None and abs(stated - right) > half and stated != due:
        bench.find(
            "LX09", f"inv_total_net_due is {invoice.total}; the sum of matter_total_due, less the general discount, "
            f"gives {right:f}.", invoice, "total", "INVOICE.inv_total_net_due", expected=f"{right:f}",
        )  # fmt: skip


def _line(bench: Judge, line: Line, half: Decimal) -> None:
    name = "FEE" if line.kind == "F" else "EXPENSE"
    base = line.decimal("base_amount")
    exact = line_base(line)
    if base is not None and line.units and line.rate and abs(base - exact) > half:
        bench.find(
            "LA01", f"base_amount is {line.base_amount}; {line.units} times {line.rate} gives {exact:f}.",
            line, "base_amount", f"{name}.base_amount", expected=f"{exact:f}",
        )  # fmt: skip
    total = line.decimal("total")
    base = exact if base is None else base
    if total is None or line.discount_type == "flat":  # the amount of a flat discount has no field
        return
    part = amount(line, "discount_percent")
    rights = [base] if not part else [base * (1 - part / 100), base * (1 - part)]
    if all(abs(total - right) > half for right in rights):
        bench.find(
            "LA01", f"total_amount is {line.total}; base_amount after the discount gives {rights[0]:f}.",
            line, "total", f"{name}.total_amount", expected=f"{rights[0]:f}",
        )  # fmt: skip


def _matter(bench: Judge, matter: Matter, half: Decimal) -> None:
    for key, tag, kind in (
        ("detail_fees", "matter_total_detail_fees", "F"),
        ("detail_expenses", "matter_total_detail_exp", "E"),
    ):
        right = sum((amount(line, "total") for line in matter.lines if line.kind == kind), ZERO)
        stated = matter.decimal(key)
        if stated is not None and stated != right:
            bench.find(
                "LX09", f"{tag} is {matter.text(key)}; the lines add to {right:f}.",
                matter, key, f"MATTER.{tag}", expected=f"{right:f}",
            )  # fmt: skip
    for key, tag, parts in (
        ("net_fees", "matter_net_fees", ("detail_fees", "credit_fees", "tax_on_fees", "share_fees")),
        ("net_expenses", "matter_net_exp", ("detail_expenses", "credit_expenses", "tax_on_expenses", "share_expenses")),
    ):
        stated = matter.decimal(key)
        rights = _nets(matter, *parts)
        if stated is not None and all(abs(stated - right) > half for right in rights):
            bench.find(
                "LX09", f"{tag} is {matter.text(key)}; detail, adjustment, tax and share give {rights[0]:f}.",
                matter, key, f"MATTER.{tag}", expected=f"{rights[0]:f}",
            )  # fmt: skip
    due = amount(matter, "net_fees") + amount(matter, "net_expenses")
    stated = matter.decimal("total_due")
    if stated is not None and stated != due:
        bench.find(
            "LX09", f"matter_total_due is {matter.total_due}; matter_net_fees with matter_net_exp gives {due:f}.",
            matter, "total_due", "MATTER.matter_total_due", expected=f"{due:f}",
        )  # fmt: skip


def _nets(matter: Matter, detail: str, adjustment: str, tax: str, share: str) -> list[Decimal]:
    """Every net figure seen: the share as what is paid, or as what is taken off; tax shared, or on top."""
    before, on_top = amount(matter, detail) + amount(matter, adjustment), amount(matter, tax)
    part = matter.decimal(share)
    if part is None:
        return [before + on_top, before]
    return [
        (before + on_top) * part,
        (before + on_top) * (1 - part),
        before * part + on_top,
        before * (1 - part) + on_top,
    ]


def _persons(bench: Judge, matter: Matter, half: Decimal) -> None:
    """LX17, as a warning: the hours and cost of a person are those of the person's fees."""
    for person in matter.timekeepers:
        hours = sum(
            (
                amount(line, "units")
                for line in matter.lines
                if line.kind == "F"
                and line.timekeeper_id == person.id
                and line.decimal("rate") == person.decimal("rate")
            ),
            ZERO,
        )
        stated = person.decimal("hours")
        if stated is not None and stated != hours:
            bench.find(
                "LX17", f"tk_hours of {person.id} is {person.hours}; the fees at this rate add to {hours:f}.",
                person, "hours", "TKSUM.tk_hours", severity="advice", expected=f"{hours:f}",
            )  # fmt: skip
        cost, right = person.decimal("cost"), amount(person, "hours") * amount(person, "rate")
        if cost is not None and abs(cost - right) > half:
            bench.find(
                "LX17", f"tk_cost of {person.id} is {person.cost}; {person.hours} times {person.rate} gives {right:f}.",
                person, "cost", "TKSUM.tk_cost", severity="advice", expected=f"{right:f}",
            )  # fmt: skip
