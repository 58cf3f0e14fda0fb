"""Builders of what comes before a bill: agreed rates, prepared and released entries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.authority import actions as authority
from meruit.authority.models import Decision
from meruit.firm import actions as terms
from meruit.timesheets import actions as timesheets

if TYPE_CHECKING:
    from tests.support.firm import Firm

RATES = [
    {"level": "standard", "timekeeper_id": 1, "amount": "600.00"},
    {"level": "standard", "timekeeper_id": 2, "amount": "350.00"},
    {"level": "standard", "timekeeper_id": 3, "amount": "400.00"},
]


def agree_rates(firm: Firm) -> None:
    """Cleo puts the firm's standard rates forward in both currencies, Ada decides, Cleo carries out."""
    rows = [row | {"currency": code, "from_on": "2024-01-01"} for code in ("USD", "GBP") for row in RATES]
    proposal = terms.propose_terms(firm.cleo, "rate", None, rows, reason="Rate card of 2024")
    decision = authority.decide(firm.ada, proposal, "approved")
    terms.carry_out(firm.cleo, Decision.objects.get(pk=decision))


def hours(
    matter: int = 1, timekeeper: int = 2, on: str = "2026-01-14", time: str = "1.5",
    narrative: str = "Draft answer to complaint of J. Doe", **more: str,
) -> timesheets.NewEntry:  # fmt: skip
    """A piece of Ben's work for Northwind, unless said otherwise."""
    return timesheets.NewEntry(
        kind="time", matter_id=matter, timekeeper_id=timekeeper, worked_on=date.fromisoformat(on), narrative=narrative,
        hours=Decimal(time), **({"task_code": "L210", "activity_code": "A103"} | more),  # type: ignore[arg-type]  # texts
    )  # fmt: skip


def cost(
    matter: int = 1, on: str = "2026-01-15", units: str = "40", price: str = "0.10", **more: str
) -> timesheets.NewEntry:
    """Forty copies."""
    return timesheets.NewEntry(
        kind="expense", matter_id=matter, timekeeper_id=2, worked_on=date.fromisoformat(on),
        narrative="Copies of exhibits",
        units=Decimal(units), unit_cost=Decimal(price), **({"expense_code": "E101"} | more),  # type: ignore[arg-type]  # texts
    )  # fmt: skip
