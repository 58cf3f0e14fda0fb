"""A payer's bills as the guidelines see them, the rules they are judged by, and what is known beside them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Sum

from meruit import __version__
from meruit.firm import queries as firm
from meruit.guidelines import Budget, Context, Entry, Invoice, Receipt
from meruit.guidelines.scope import Codes
from meruit.matters.models import MatterId
from meruit.prebills import core, wholes
from meruit.prebills.models import Line, PreBill
from meruit.prebills.models import Receipt as KeptReceipt
from meruit.screening import known
from meruit.timesheets.models import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meruit.findings import Finding
    from meruit.firm.queries import Held
    from meruit.guidelines import GuidelineSet
    from meruit.guidelines.context import Fare
    from meruit.matters.models import Matter, Payer

#: Rules of history look so far back from a bill's first day; budgets are compared with all that was ever billed.
LOOKS_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Unit:
    """What is judged together: a payer's open bills of one period, and the rules of the period's last day."""

    payer: Payer
    prebills: tuple[PreBill, ...]
    held: Held | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a unit, and what is on file about them."""

    entries: tuple[Entry, ...]
    context: Context


def units(prebill_ids: Iterable[int]) -> list[Unit]:
    """The units that these pre-bills are in, whole. Which version judges a bill is fixed by its period's last day."""
    open_ = PreBill.objects.select_related("matter", "matter__client").exclude(state=core.State.INVOICED)
    asked = list(open_.filter(pk__in=list(prebill_ids)))
    beside = list(
        open_.filter(
            matter__client__in={p.matter.client_id for p in asked}, period_to__in={p.period_to for p in asked}
        ).order_by("pk")
    )
    paying = wholes.payers_of(beside)
    together: dict[tuple[int, date], list[PreBill]] = defaultdict(list)
    payers: dict[int, Payer] = {}
    for prebill in beside:
        for payer in paying[prebill.pk]:
            payers[payer.pk] = payer
            together[payer.pk, prebill.period_to].append(prebill)
    wanted = {p.pk for p in asked}
    return [
        Unit(payers[pk], tuple(own), firm.held(payers[pk], until))
        for (pk, until), own in sorted(together.items())
        if wanted & {p.pk for p in own}
    ]


def judged_with(held: Held, context: Context) -> bytes:
    """What a judgement rests on beside the lines: the text of the rules, the registers, and the program."""
    return hashlib.sha256(b"\0".join((held.sha256, __version__.encode(), repr(context).encode()))).digest()


def override_of(rules: GuidelineSet, found: Finding) -> str:
    """What lets a finding stand; where several rules of a set could have said it, the stricter word."""
    asks = {r.override for r in rules.rules if r.type.slug == found.rule and r.clause == found.clause}
    return "decision" if "decision" in asks else "reason"


def sheet(payer: Payer, prebills: Sequence[PreBill], as_of: date) -> Sheet:
    """The lines of these pre-bills and what is on file about them."""
    by_id = {p.pk: p for p in prebills}
    matters = list({p.matter_id: p.matter for p in prebills}.values())
    client_ids = dict(
        MatterId.objects.filter(payer=payer, name="client_matter_id", matter__in=matters)
        .order_by("portal")
        .values_list("matter_id", "value")
    )
    lines = list(
        Line.objects.filter(prebill__in=by_id, removed_at=None, entry__isnull=False)
        .select_related("timekeeper")
        .order_by("prebill_id", "number")
    )
    receipts = _receipts(lines)
    entries = tuple(
        _entry(line, by_id[line.prebill_id], client_ids.get(by_id[line.prebill_id].matter_id), receipts.get(line.pk))
        for line in lines
    )
    first = min((p.period_from for p in prebills), default=as_of)
    context = known.known(payer, matters, as_of).replace(
        budgets=_budgets(matters, max((p.period_to for p in prebills), default=as_of)),
        receipts=tuple(_receipt(line, kept) for line, kept in receipts.items()),
        invoices=tuple(_invoice(p, as_of) for p in prebills),
        earlier=_earlier(matters, first),
        elsewhere=_elsewhere(payer, lines),
    )
    return Sheet(entries, context)


def _invoice(prebill: PreBill, as_of: date) -> Invoice:
    return Invoice(
        number=number_of(prebill),
        date=as_of,
        period_start=prebill.period_from,
        period_end=prebill.period_to,
        currency=prebill.currency,
        client=prebill.matter.client.number,
        matter=prebill.matter.number,
    )


def _earlier(matters: Sequence[Matter], before: date) -> tuple[Entry, ...]:
    """The lines of these matters that stand on bills, of the year before; in the order in which they were worked."""
    rows = Line.objects.filter(
        prebill__matter__in=matters,
        prebill__state=core.State.INVOICED,
        removed_at=None,
        on_hold=False,
        entry__isnull=False,
        worked_on__gte=before - LOOKS_BACK,
    ).select_related("timekeeper", "prebill", "prebill__matter", "prebill__matter__client")
    return tuple(_entry(line, line.prebill, None, None) for line in rows.order_by("worked_on", "prebill_id", "number"))


def _elsewhere(payer: Payer, lines: Sequence[Line]) -> tuple[Entry, ...]:
    """Time of the same people for other clients on the days of these lines; whose it is, is not told."""
    people = {line.timekeeper_id for line in lines if line.kind == Line.Kind.TIME}
    if not people:
        return ()
    days = [line.worked_on for line in lines]
    rows = (
        Version.objects.filter(
            entry__timekeeper__in=people,
            entry__kind="time",
            number=F("entry__version"),
            worked_on__range=(min(days), max(days)),
            billable=True,
        )
        .exclude(entry__matter__client=payer.client_id)
        .values_list("entry_id", "entry__timekeeper__number", "worked_on", "hours", "narrative")
        .order_by("entry_id")
    )
    return tuple(
        Entry(id=f"other {pk}", timekeeper=who, date=day, hours=hours, narrative=text)
        for pk, who, day, hours, text in rows
    )


def _budgets(matters: Sequence[Matter], on: date) -> tuple[Budget, ...]:
    """The budgets that count on a day, with what stands on bills of the matter and its tasks."""
    rows = known.budgets(matters, on)
    if not rows:
        return ()
    billed: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for matter, task, amount in (
        Line.objects.filter(
            prebill__matter__in={pk for pk, _ in rows},
            prebill__state=core.State.INVOICED,
            removed_at=None,
            on_hold=False,
        )
        .values_list("prebill__matter_id", "task_code")
        .annotate(total=Sum("billed_value"))
        .order_by()
    ):
        billed[matter].append((task, amount))
    return tuple(_with_spent(budget, billed[pk]) for pk, budget in rows)


def _with_spent(budget: Budget, billed: Iterable[tuple[str, Decimal]]) -> Budget:
    codes = None if budget.task_code is None else Codes([budget.task_code])
    spent = sum((amount for task, amount in billed if codes is None or task in codes), Decimal(0))
    return Budget(
        matter=budget.matter,
        amount=budget.amount,
        task_code=budget.task_code,
        approved_on=budget.approved_on,
        spent_before=spent,
    )


def _receipts(lines: Sequence[Line]) -> dict[int, KeptReceipt]:
    """The latest receipt of each cost, by its line."""
    by_entry = {line.entry_id: line.pk for line in lines if line.kind == Line.Kind.EXPENSE}
    found = KeptReceipt.objects.filter(entry__in=by_entry).order_by("pk")
    return {by_entry[row.entry_id]: row for row in found}


def _receipt(line: int, kept: KeptReceipt) -> Receipt:
    return Receipt(
        entry=str(line),
        attached=kept.document_id is not None,
        vendor_amount=kept.vendor_amount,
        fare=_fare(kept.fare),
        flight_hours=kept.flight_hours,
        international=kept.international,
        booked_on=kept.booked_on,
        travelled_on=kept.travelled_on,
        nights=kept.nights,
        days=kept.days,
        miles=kept.miles,
    )


def _fare(fare: str) -> Fare | None:
    """A fare that a row holds was checked when it was recorded."""
    return fare or None  # type: ignore[return-value]  # one of them, by core.receipt_problem


def number_of(prebill: PreBill) -> str:
    """What stands for the number of an invoice that has none yet."""
    return f"pre-bill {prebill.pk}"


def _entry(line: Line, prebill: PreBill, client_matter: str | None, receipt: KeptReceipt | None) -> Entry:
    is_time = line.kind == Line.Kind.TIME
    who = line.timekeeper
    return Entry(
        id=str(line.pk),
        kind="fee" if is_time else "expense",
        narrative=line.narrative,
        date=line.worked_on,
        timekeeper=who.number if who else None,
        timekeeper_name=f"{who.first_name} {who.last_name}".strip() if who else None,
        timekeeper_class=who.classification if who else None,
        hours=line.billed_hours if is_time else None,
        units=line.units if not is_time else None,
        rate=line.rate,
        amount=line.billed_value,
        currency=prebill.currency,
        task_code=line.task_code,
        activity_code=line.activity_code if is_time else None,
        expense_code=line.expense_code if not is_time else None,
        client=prebill.matter.client.number,
        matter=prebill.matter.number,
        client_matter=client_matter,
        invoice=number_of(prebill),
        vendor=(receipt.vendor or None) if receipt else None,
    )
