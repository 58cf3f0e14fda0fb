"""A flat bill dressed for one portal: the same amounts, names and countries, written its way.

Part of `--mend` when a portal is chosen. Each change has one right answer and moves no money: an
adjustment line carries its amount where the portal looks for it, a name whose parts are known stands in
its order, a country in its number of letters.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes import iso
from meruit.ledes.convert.names import full_name
from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.dialects import Dialect
    from meruit.ledes.model import Address, File, Line


def dress(file: File, dialect: Dialect, report: Reporter) -> None:
    """Bring the flat `file` into the portal's ways, in place."""
    for invoice in file.invoices:
        report.on(invoice)
        for line in invoice.lines:
            if dialect.adjustment_ways and line.kind in ("IF", "IE"):
                _adjustment(line, dialect.adjustment_ways, report)
            if dialect.name_order == "last-first":
                _name(line, report)
        if dialect.country_letters:
            _country(invoice.firm.address, "LAW_FIRM_COUNTRY", dialect.country_letters, report)
            _country(invoice.client.address, "CLIENT_COUNTRY", dialect.country_letters, report)
    report.on(None)


def ways_of(line: Line) -> set[str]:
    """Which of the ways A to D (reference 3.2) an adjustment line takes; A and B overlap."""
    units, cost, adjustment = (decimal_of(text) for text in (line.units, line.rate, line.adjustment))
    if cost:
        return {"C"} if units == 1 and not adjustment else set()
    if not adjustment:
        return set()
    taken = {
        "A": units in (None, Decimal(1)) and cost is None,
        "B": units == 1,
        "D": units == 0 and cost == 0,
    }
    return {way for way, fits in taken.items() if fits}


def _adjustment(line: Line, allowed: tuple[str, ...], report: Reporter) -> None:
    """Rewrite the line in the portal's first way, where it takes none of them and its amount is plain."""
    ways = ways_of(line)
    if not ways or ways & set(allowed):
        return
    amount, wanted = (line.rate if "C" in ways else line.adjustment), allowed[0]
    line.units = {"A": "", "B": "1", "C": "1", "D": "0"}[wanted]
    line.rate = {"A": "", "B": "", "C": amount, "D": "0"}[wanted]
    line.adjustment = "" if wanted == "C" else amount
    report.add(
        "mended", "LINE_ITEM_ADJUSTMENT_AMOUNT", f"the amount stands where the portal looks for it (way {wanted})",
        line=line, value=amount,
    )  # fmt: skip


def _name(line: Line, report: Reporter) -> None:
    """`Last, First` where 98BI states the parts; a whole name is not taken apart by guess."""
    right = full_name(line.timekeeper_last_name, line.timekeeper_first_name)
    if "," in line.timekeeper_name or "," not in right or not line.timekeeper_name:
        return
    report.add("mended", "TIMEKEEPER_NAME", "the portal wants the last name first", line=line,
               value=f"{line.timekeeper_name} -> {right}")  # fmt: skip
    line.timekeeper_name = right


def _country(address: Address | None, name: str, letters: int, report: Reporter) -> None:
    if address is None or len(address.country) == letters:
        return
    short, long = iso.countries(), {three: two for two, three in iso.countries().items()}
    right = long.get(address.country) if letters == 2 else short.get(address.country)
    if right:
        report.add("mended", name, f"the portal wants {letters} letters", value=f"{address.country} -> {right}")
        address.country = right
