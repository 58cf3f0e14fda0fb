"""How this client looks at a bill: first its machine, then its reviewer.

Deterministic: the same bill gets the same answer. With a seed the reviewer overlooks one thing in four, always
the same ones.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from meruit import ledes
from meruit.findings import Finding
from meruit.ledes import NotLedes

CENT = Decimal("0.01")
COPY_PRICE = Decimal("0.15")
OLDEST_DAYS = 90
#: A charge with this many semicolons is several tasks, and this share of it is taken off.
MOST_TASKS, LUMPED_SHARE = 2, Decimal("0.30")
_UNCLEAR = re.compile(
    r"^\s*(attention to (file|matter)|work on (file|case)|misc(ellaneous)?|review file|telephone call)\s*\.?\s*$", re.I
)
_OFFICE = re.compile(r"\b(scan|calendar|file correspondence|photocopy|organi[sz]e file|schedul\w+)\b", re.I)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the client says of a line (0 is the whole bill): its reason, the amount it takes off, its note."""

    line: int
    reason: str
    amount: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What the portal makes of one invoice of a file."""

    number: str
    client_matter: str
    total: Decimal
    lines: tuple[tuple[int, str, Decimal, str], ...]  # number, timekeeper, amount, description
    refused: tuple[Remark, ...] = ()
    deductions: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class RateCard:
    """Who may bill, and at what; empty: everybody at any rate."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)


class Unreadable(ValueError):
    """The file is no bill; the text is what the portal answers."""


def judge(data: bytes, card: RateCard, today: date, seed: int | None = None) -> list[Bill]:
    """Every invoice of a file, with what sends it back and what will be taken off it."""
    try:
        file = ledes.read(data)
    except NotLedes as error:
        raise Unreadable(str(error)) from error
    if not file.invoices:
        raise Unreadable("There is no invoice in the file.")
    errors = [f for f in ledes.check(file, portal="client-portal", as_of=today) if f.severity in ("error", "portal")]
    return [
        _bill(invoice, [f for f in errors if f.invoice in (None, invoice.number)], card, today, seed)
        for invoice in file.invoices
    ]


def _bill(invoice: ledes.Invoice, errors: list[Finding], card: RateCard, today: date, seed: int | None) -> Bill:
    refused = [Remark(0, "format", Decimal(0), f"{f.field or f.rule}: {f.message}") for f in errors[:20]]
    deductions = []
    seen: set[tuple[str, ...]] = set()
    for line in invoice.lines:
        number = int(line.decimal("number") or 0)
        if line.timekeeper_id and card.rates and line.timekeeper_id not in card.rates:
            refused.append(Remark(number, "timekeeper", Decimal(0), f"{line.timekeeper_id} is unknown to us"))
            continue
        same = (line.date, line.timekeeper_id, line.units, line.total, line.narrative)
        remark = _deduction(number, line, card, today, again=same in seen)
        seen.add(same)
        if remark is not None and not _overlooked(seed, invoice.number, number):
            deductions.append(remark)
    return Bill(
        number=invoice.number,
        client_matter=invoice.matters[0].client_matter_id if invoice.matters else "",
        total=invoice.decimal("total") or Decimal(0),
        lines=tuple(
            (int(x.decimal("number") or 0), x.timekeeper_id, x.decimal("total") or Decimal(0), x.narrative)
            for x in invoice.lines
        ),
        refused=tuple(refused),
        deductions=tuple(deductions),
    )


def _deduction(number: int, line: ledes.Line, card: RateCard, today: date, *, again: bool) -> Remark | None:
    """The first thing the reviewer would take off a line; nothing is taken off twice."""
    total = line.decimal("total") or Decimal(0)
    units, rate = line.decimal("units") or Decimal(0), line.decimal("rate") or Decimal(0)
    if total <= 0:
        return None
    if again:
        return Remark(number, "duplicate", total, "")
    day = line.day("date")
    if day is not None and (today - day).days > OLDEST_DAYS:
        return Remark(number, "late", total, f"{(today - day).days} days")
    if line.expense_code == "E101" and rate > COPY_PRICE:
        return Remark(number, "copies", _cents(units * (rate - COPY_PRICE)), f"{units} at {rate}")
    if line.expense_code:
        return None
    if _UNCLEAR.match(line.narrative):
        return Remark(number, "unclear", total, "")
    if _OFFICE.search(line.narrative):
        return Remark(number, "office", total, "")
    if line.narrative.count(";") >= MOST_TASKS:
        return Remark(number, "lumped", _cents(total * LUMPED_SHARE), "")
    listed = card.rates.get(line.timekeeper_id)
    if listed is not None and rate > listed:
        return Remark(number, "rate", _cents(units * (rate - listed)), f"{rate} billed, {listed} listed")
    return None


def _overlooked(seed: int | None, bill: str, line: int) -> bool:
    return seed is not None and hashlib.sha256(f"{seed}/{bill}/{line}".encode()).digest()[0] % 4 == 0


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def read_card(text: str) -> RateCard:
    """A rate card written as TOML, `TK-7 = "350.00"`; empty text lets everybody bill at any rate."""
    try:
        listed = {name: Decimal(str(rate)) for name, rate in tomllib.loads(text).items()}
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise Unreadable(f'A rate card holds lines such as TK-7 = "350.00" ({error}).') from error
    return RateCard(listed)
