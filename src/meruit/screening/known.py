"""The firm's registers as the context that guidelines ask for: the record of `--context FILE.toml`, from rows.

A register in which nothing stands for a client is not on file, and the rules that need it say so. What another
client pays is told without its name.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from meruit.firm.core.registers import budget_code
from meruit.firm.models import Approval as KeptApproval
from meruit.firm.models import Budget as KeptBudget
from meruit.firm.models import PortalRate
from meruit.firm.models import Statement as KeptStatement
from meruit.firm.models import Vendor as KeptVendor
from meruit.guidelines import Approval, Budget, Context, Engagement, OtherRate, Rate, Statement, Timekeeper, Vendor
from meruit.people.models import Timekeeper as Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from meruit.guidelines.context import Topic
    from meruit.matters.models import Matter, Payer


def known(payer: Payer, matters: Sequence[Matter], as_of: date) -> Context:
    """What is on file for a payer and these matters. `earlier`, bills and receipts are the caller's to add."""
    ids = [m.pk for m in matters]
    people = list(Person.objects.order_by("number"))
    approvals, no_approvals = _approvals(payer.client_id, ids)
    return Context(
        as_of=as_of,
        people=tuple(f"{p.first_name} {p.last_name}".strip() for p in people),
        timekeepers=_timekeepers(payer, people),
        rates=_rates(payer, ids),
        other_rates=_other_rates(payer, as_of),
        engagements=tuple(Engagement(matter=m.number, starts_on=m.opened_on, ends_on=m.closed_on) for m in matters),
        vendors=_vendors(payer.client_id),
        statements=_statements(payer.client_id, ids),
        approvals=approvals,
        no_approvals=no_approvals,
    )


def budgets(matters: Iterable[Matter], on: date) -> list[tuple[int, Budget]]:
    """The lines of the budget that counts for each matter on a day, with the matter's key."""
    by_id = {m.pk: m for m in matters}
    latest: dict[int, KeptBudget] = {}
    rows = KeptBudget.objects.filter(matter__in=by_id, ended_at=None, from_on__lte=on).prefetch_related("lines")
    for row in rows.order_by("from_on", "version"):
        latest[row.matter_id] = row
    return [
        (
            pk,
            Budget(
                matter=by_id[pk].number,
                amount=line.amount,
                task_code=budget_code(line.task_code),
                approved_on=row.approved_on,
            ),
        )
        for pk, row in sorted(latest.items())
        for line in sorted(row.lines.all(), key=lambda line: line.task_code)
    ]


def _timekeepers(payer: Payer, people: Iterable[Person]) -> tuple[Timekeeper, ...]:
    """Everybody, with class and admission; whom the payer approved, for what and when, where it keeps a list."""
    listed: dict[int, list[PortalRate]] = defaultdict(list)
    for row in _listed(payer):
        listed[row.timekeeper_id].append(row)
    out = []
    for person in people:
        mine = listed.get(person.pk, [])
        if listed and not mine:
            continue  # the payer keeps a list, and the person is not on it
        everywhere = any(row.matter is None for row in mine)
        ends = [row.until_on for row in mine]
        out.append(
            Timekeeper(
                id=person.number,
                name=f"{person.first_name} {person.last_name}".strip(),
                class_=(mine[-1].classification if mine else "") or person.classification,
                # The year of admission is what is known; its first day is the reading that flags the fewest lines.
                bar_on=None if person.bar_year is None else date(person.bar_year, 1, 1),
                matters=() if everywhere else tuple(sorted({row.matter.number for row in mine if row.matter})),
                approved=True if mine else None,
                approved_from=mine[0].from_on if mine else None,
                approved_to=None if None in ends else max((end for end in ends if end), default=None),
            )
        )
    return tuple(out)


def _listed(payer: Payer) -> list[PortalRate]:
    """Whom a payer approved, by first day; a later row stands for one of the same person, matter and first day."""
    rows = PortalRate.objects.filter(payer=payer).select_related("timekeeper", "matter").order_by("from_on", "pk")
    return list({(row.timekeeper_id, row.matter_id, row.from_on): row for row in rows}.values())


def _rates(payer: Payer, matters: Sequence[int]) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            amount=row.amount,
            timekeeper=row.timekeeper.number,
            matter=row.matter.number if row.matter else None,
            from_=row.from_on,
            to=row.until_on,
            currency=row.currency or None,
            noticed_on=row.noticed_on,
            approved_on=row.approved_on or row.from_on,
        )
        for row in _listed(payer)
        if row.amount is not None and row.matter_id in (None, *matters)
    )


def _other_rates(payer: Payer, as_of: date) -> tuple[OtherRate, ...]:
    """What other clients pay for a person, each the lowest, in the payer's currency and without their names."""
    rows = PortalRate.objects.filter(
        Q(until_on=None) | Q(until_on__gte=as_of),
        from_on__lte=as_of,
        amount__isnull=False,
        currency=payer.currency,
    ).exclude(payer__client=payer.client_id)
    lowest: dict[str, Decimal] = {}
    for number, amount in rows.values_list("timekeeper__number", "amount"):
        if amount is not None:
            lowest[number] = min(amount, lowest.get(number, amount))
    return tuple(OtherRate(timekeeper=number, amount=amount) for number, amount in sorted(lowest.items()))


def _approvals(client: int, matters: Sequence[int]) -> tuple[tuple[Approval, ...], bool]:
    """The consents that hold; a client's register that was ever used and is empty now is kept and empty."""
    rows = KeptApproval.objects.filter(client=client).select_related("matter", "timekeeper").order_by("pk")
    mine = [row for row in rows if row.ended_at is None and row.matter_id in (None, *matters)]
    held = tuple(
        Approval(
            what=row.rule,
            matter=row.matter.number if row.matter else None,
            timekeeper=row.timekeeper.number if row.timekeeper else None,
            vendor=row.vendor or None,
            from_=row.from_on,
            to=row.until_on,
            amount=row.amount,
            hours=row.hours,
            approver=row.approver,
            reference=row.reference or None,
        )
        for row in mine
    )
    return held, bool(rows) and not mine


def _vendors(client: int) -> tuple[Vendor, ...]:
    rows = KeptVendor.objects.filter(client=client, ended_at=None).order_by("pk")
    return tuple(Vendor(name=v.name, approved=v.approved, from_=v.from_on, to=v.until_on) for v in rows)


def _statements(client: int, matters: Sequence[int]) -> tuple[Statement, ...]:
    """The latest word on each topic, for the client and for each matter."""
    rows = KeptStatement.objects.filter(Q(matter=None) | Q(matter__in=matters), client=client, ended_at=None)
    latest = {(row.topic, row.matter_id): row for row in rows.select_related("matter").order_by("pk")}
    return tuple(
        Statement(
            topic=_topic(row.topic), made=row.made, matter=row.matter.number if row.matter else None, years=row.years
        )
        for row in latest.values()
    )


def _topic(topic: str) -> Topic:
    """A topic that a row holds was checked when it was recorded."""
    return topic  # type: ignore[return-value]  # one of them, by firm.core.registers
