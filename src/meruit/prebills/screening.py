"""A pre-bill's lines as the guidelines see them, the set that a payer's rules are, and what is known beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.firm import queries as firm
from meruit.guidelines import Context, Engagement, Entry, Invoice, Rate, Timekeeper
from meruit.matters.models import MatterId
from meruit.prebills.models import Line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from meruit.guidelines import GuidelineSet
    from meruit.matters.models import Payer
    from meruit.prebills.models import PreBill


@dataclass(frozen=True, slots=True)
class Sheet:
    """One payer's pre-bills, ready to be judged together: rules over a day or a person see all of them."""

    entries: tuple[Entry, ...]
    context: Context


def set_of(payer: Payer, on: date) -> GuidelineSet | None:
    """The rules that hold for a payer on a day; None for a payer without any."""
    held = firm.held(payer, on)
    return None if held is None else held.rules


def sheet(payer: Payer, prebills: Sequence[PreBill], as_of: date) -> Sheet:
    """The lines of these pre-bills and what is on file about them."""
    known_as = dict(
        MatterId.objects.filter(payer=payer, name="client_matter_id", matter__in=[p.matter_id for p in prebills])
        .order_by("portal")
        .values_list("matter_id", "value")
    )
    by_id = {p.pk: p for p in prebills}
    lines = Line.objects.filter(prebill__in=by_id, removed_at=None, entry__isnull=False).select_related("timekeeper")
    entries = tuple(
        _entry(line, by_id[line.prebill_id], known_as.get(by_id[line.prebill_id].matter_id))
        for line in lines.order_by("prebill_id", "number")
    )
    approved = firm.portal_rates(payer.pk, as_of)
    numbers = {line.timekeeper_id: line.timekeeper.number for line in lines if line.timekeeper is not None}
    return Sheet(
        entries,
        Context(
            as_of=as_of,
            timekeepers=tuple(
                Timekeeper(
                    id=numbers[pk], class_=rate.classification, approved_from=rate.from_on, approved_to=rate.until_on
                )
                for pk, rate in approved.items()
                if pk in numbers
            ),
            rates=tuple(
                Rate(
                    amount=rate.amount,
                    timekeeper=numbers[pk],
                    from_=rate.from_on,
                    to=rate.until_on,
                    currency=rate.currency,
                )
                for pk, rate in approved.items()
                if pk in numbers and rate.amount is not None
            ),
            engagements=tuple(
                Engagement(matter=m.number, starts_on=m.opened_on, ends_on=m.closed_on)
                for m in {p.matter_id: p.matter for p in prebills}.values()
            ),
            invoices=tuple(
                Invoice(
                    number=number_of(p),
                    date=as_of,
                    period_start=p.period_from,
                    period_end=p.period_to,
                    currency=p.currency,
                    client=p.matter.client.number,
                    matter=p.matter.number,
                )
                for p in prebills
            ),
        ),
    )


def number_of(prebill: PreBill) -> str:
    """What stands for the number of an invoice that has none yet."""
    return f"pre-bill {prebill.pk}"


def _entry(line: Line, prebill: PreBill, client_matter: str | None) -> Entry:
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
    )
