"""Issue: an approved pre-bill becomes one final bill for each payer, and the approval is used up by it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting
from meruit.authority.errors import NoAuthority, NotNow
from meruit.authority.models import Decision
from meruit.invoices import core
from meruit.invoices.models import Invoice
from meruit.money import Money, Precision, total
from meruit.money.currencies import currency
from meruit.prebills import access as prebills
from meruit.prebills import core as prebills_core
from meruit.prebills import divisions
from meruit.prebills import queries as prebills_queries
from meruit.prebills.actions import moving
from meruit.prebills.models import Line
from meruit.prebills.sharing import SharingError

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.prebills.models import PreBill
    from meruit.prebills.sharing import Division, PayerBill

KIND = "final-bill"


def issue(actor: Actor, prebill_id: int, decision_id: int | None = None) -> list[Invoice]:
    """Issue the bills that were approved; without a decision named, by the last one that is not used.

    The division among payers is worked out here and checked by the database to the cent against the lines and
    the decision. Numbers are taken last; nothing is rendered while they are held.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = prebills.prebill(actor, prebill_id)
    moving.check(prebill, prebills_core.Move.INVOICE)
    decision = _decision(prebill, decision_id)
    try:
        division = divisions.division(prebill)
    except SharingError as error:
        raise NotNow(f"Pre-bill {prebill.pk}: {error}") from error
    lines = {line.pk: line for line in prebills_queries.billable(prebill)}
    parts = [_part(prebill, division, bill, lines) for bill in division.bills]
    asked: list[Any] = [prebill.pk, decision.pk, Jsonb(parts, dumps=json.dumps), division.layered]
    with acting(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT invoices.issue(%s, %s, %s, %s)", asked)
            made = [row[0] for row in cursor.fetchall()]
        invoices = list(Invoice.objects.filter(pk__in=made).order_by("pk"))
        for invoice in invoices:
            note(
                "invoice.issued",
                "invoices_invoice",
                invoice.pk,
                after={"number": invoice.number, "payer": invoice.payer_id, "total": invoice.total},
                decision_id=decision.pk,
            )
    return invoices


def _decision(prebill: PreBill, decision_id: int | None) -> Decision:
    found = Decision.objects.filter(
        kind=KIND,
        verdict__in=[Decision.Verdict.APPROVED, Decision.Verdict.AMENDED],
        proposal__subject="prebills_prebill",
        proposal__subject_id=prebill.pk,
    )
    found = found.filter(consumption=None) if decision_id is None else found.filter(pk=decision_id)
    decision = found.order_by("-pk").first()
    if decision is None:
        raise NoAuthority(f"No decision approves the final bill of pre-bill {prebill.pk}.")
    return decision


def _part(prebill: PreBill, division: Division, bill: PayerBill, lines: dict[int, Line]) -> dict[str, Any]:
    """One payer's part as the database reads it, amounts as text."""
    precision = Precision(currency(prebill.currency).minor_units)
    return {
        "payer_id": bill.payer,
        "share_note": _share_note(prebill, division, bill),
        "lines": [
            {
                "line_id": part.line,
                "amount": str(part.amount),
                "adjustment": str(_adjustment(lines[part.line], part.amount, precision)),
                "tax": str(part.tax),
            }
            for part in bill.parts
        ],
    }


def _adjustment(line: Line, amount: Decimal, precision: Precision) -> Decimal:
    """What brings units and rate of the work to the amount that this payer is charged."""
    if line.kind == Line.Kind.ADJUSTMENT:
        return Decimal(0)
    units = line.billed_hours if line.kind == Line.Kind.TIME else line.units
    return core.priced(units or Decimal(0), line.rate or Decimal(0), amount, precision).adjustment


def _share_note(prebill: PreBill, division: Division, bill: PayerBill) -> str:
    """Told to each of several payers: his part of the whole before tax."""
    if len(division.bills) == 1:
        return ""
    whole = total(p.amount for b in division.bills for p in b.parts)
    own = total(p.amount for p in bill.parts)
    shown = [Money.of(amount, prebill.currency).shown() for amount in (own, whole)]
    return f"Your share of this bill: {shown[0]} of {shown[1]} before tax."
