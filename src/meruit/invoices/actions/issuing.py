"""Issue: an approved pre-bill becomes one final bill for each payer, and the approval is used up by it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting
from meruit.authority.errors import NoAuthority, NotNow, Refused, sentences
from meruit.authority.models import Decision
from meruit.invoices import core
from meruit.invoices.models import Invoice
from meruit.money import Money, Precision, total
from meruit.money.currencies import currency
from meruit.prebills import access as prebills
from meruit.prebills import core as prebills_core
from meruit.prebills import divisions, wholes
from meruit.prebills.actions import moving
from meruit.prebills.models import Line
from meruit.prebills.sharing import SharingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meruit.authority.acts import Actor
    from meruit.prebills.models import PreBill
    from meruit.prebills.sharing import Division, PayerBill
    from meruit.prebills.wholes import Whole

KIND = "final-bill"


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of a pre-bill that was to be issued: its bills, or why there are none."""

    prebill_id: int
    invoice_ids: tuple[int, ...]
    why: str = ""


def issue(actor: Actor, prebill_id: int, decision_id: int | None = None) -> list[Invoice]:
    """Issue the bills that were approved; without a decision named, by the last one that is not used.

    The division among payers is worked out here and checked by the database to the cent against the lines and
    the decision. Numbers are taken last; nothing is rendered while they are held.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = prebills.prebill(actor, prebill_id)
    decision = decision_id or _decisions([prebill]).get(prebill.pk)
    with acting(actor):
        made = _issue(wholes.whole(prebill), decision)
    return list(Invoice.objects.filter(pk__in=made).order_by("pk"))


def issue_many(actor: Actor, prebill_ids: Iterable[int]) -> list[Issued]:
    """Issue many approved bills in one go, as the night does; one that cannot be never stops the others.

    The numbers are held until all of them are issued: hand in as many as may wait for one another.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    asked = list(prebill_ids)
    seen = {p.pk: p for p in prebills.prebills(actor).filter(pk__in=asked)}
    decisions = _decisions(list(seen.values()))
    found = {pk: Issued(pk, (), f"There is no pre-bill {pk}.") for pk in asked}
    with acting(actor):
        for whole in wholes.wholes(list(seen.values())):
            pk = whole.prebill.pk
            try:
                with sentences(), transaction.atomic():
                    found[pk] = Issued(pk, tuple(_issue(whole, decisions.get(pk))))
            except Refused as refused:
                found[pk] = Issued(pk, (), str(refused))
    return [found[pk] for pk in asked]


def _issue(whole: Whole, decision_id: int | None) -> list[int]:
    prebill = whole.prebill
    moving.check(prebill, prebills_core.Move.INVOICE)
    if decision_id is None:
        raise NoAuthority(f"No decision approves the final bill of pre-bill {prebill.pk}.")
    try:
        division = divisions.divided(whole)
    except SharingError as error:
        raise NotNow(f"Pre-bill {prebill.pk}: {error}") from error
    lines = {line.pk: line for line in whole.billable}
    parts = [_part(prebill, division, bill, lines) for bill in division.bills]
    asked: list[Any] = [prebill.pk, decision_id, Jsonb(parts, dumps=json.dumps), division.layered]
    with connection.cursor() as cursor:
        cursor.execute("SELECT invoices.issue(%s, %s, %s, %s)", asked)
        made: list[int] = [row[0] for row in cursor.fetchall()]
    for pk, bill in zip(made, sorted(division.bills, key=lambda b: b.payer), strict=True):
        note(
            "invoice.issued",
            "invoices_invoice",
            pk,
            after={"prebill": prebill.pk, "payer": bill.payer, "total": bill.totals.total},
            decision_id=decision_id,
        )
    return made


def _decisions(of: Sequence[PreBill]) -> dict[int, int]:
    """The last approval of each pre-bill that is not used."""
    rows = Decision.objects.filter(
        kind=KIND,
        verdict__in=[Decision.Verdict.APPROVED, Decision.Verdict.AMENDED],
        consumption=None,
        proposal__subject="prebills_prebill",
        proposal__subject_id__in=[p.pk for p in of],
    ).order_by("pk")
    return {prebill: pk for prebill, pk in rows.values_list("proposal__subject_id", "pk") if prebill is not None}


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
