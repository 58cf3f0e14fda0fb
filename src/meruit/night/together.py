"""The steps of a month end, many items in one transaction: a bill at a time would take a large firm the whole night.

Each returns what became of every item, as the step does that works on one (`steps.py`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count

from meruit.authority.acts import acting
from meruit.firm.models import Profile
from meruit.invoices.actions import issuing, rendering
from meruit.invoices.models import Invoice
from meruit.matters.models import Matter
from meruit.prebills import actions as prebills
from meruit.prebills.actions import screening
from meruit.prebills.models import Finding, PreBill
from meruit.steps.actions import DONE, FAILED, SKIPPED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.authority.acts import Actor

Results = dict[str, tuple[str, str]]


def billing_period(now: datetime) -> tuple[date, date]:
    """The month before the one that `now` is in where the firm is: what is billed when a month has ended."""
    zone = Profile.objects.order_by("pk").values_list("zone", flat=True).first() or "UTC"
    first_of_this = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    last = first_of_this - timedelta(days=1)
    return last.replace(day=1), last


def draft(actor: Actor, keys: Sequence[str], now: datetime) -> Results:
    """Pre-bills of many matters."""
    first, last = billing_period(now)
    wanted = {key: int(key.partition(":")[0]) for key in keys}
    drafted = {d.prebill_id: d.lines for d in prebills.draft(actor, wanted.values(), first, last)}
    lines: dict[int, int] = defaultdict(int)
    for pk, matter in PreBill.objects.filter(pk__in=drafted).values_list("pk", "matter_id"):
        lines[matter] += drafted[pk]
    numbers = dict(Matter.objects.filter(pk__in=wanted.values()).values_list("pk", "number"))
    return {
        key: (DONE, f"{lines[matter]} lines for {numbers[matter]}")
        if matter in lines
        else (SKIPPED, "no work of the period")
        for key, matter in wanted.items()
    }


def screen(actor: Actor, keys: Sequence[str], now: datetime) -> Results:
    """Findings on many pre-bills."""
    found = screening.screen(actor, [int(key) for key in keys])
    return {key: (DONE, f"pre-bill {key}: {found.get(int(key), 0)} findings") for key in keys}


def held_back(number: str, findings: int) -> str:
    """Why a pre-bill is not put forward."""
    what = "1 finding" if findings == 1 else f"{findings} findings"
    return f"matter {number}: {what} that the client would refuse, for the specialist"


def put_forward(actor: Actor, keys: Sequence[str], now: datetime) -> Results:
    """Pre-bills before their partners, but for those that the client would refuse."""
    numbers = dict(PreBill.objects.filter(pk__in=map(int, keys)).values_list("pk", "matter__number"))
    held = Finding.objects.filter(prebill__in=numbers, settled_at=None, severity="refuse")
    counts = dict(held.values_list("prebill_id").annotate(n=Count("pk")))
    results = {str(pk): (SKIPPED, held_back(numbers[pk], n)) for pk, n in counts.items()}
    for one in prebills.put_forward(actor, [pk for pk in numbers if pk not in counts]):
        done = (DONE, f"matter {numbers[one.prebill_id]} put before its partner")
        results[str(one.prebill_id)] = done if one.proposal_id is not None else (FAILED, one.why)
    return results


def issue(actor: Actor, keys: Sequence[str], now: datetime) -> Results:
    """Bills of many approved pre-bills; the numbers are held until all of them are issued."""
    issued = issuing.issue_many(actor, [int(key) for key in keys])
    made = [pk for one in issued for pk in one.invoice_ids]
    numbers = dict(Invoice.objects.filter(pk__in=made).values_list("pk", "number"))
    return {
        str(one.prebill_id): (DONE, ", ".join(numbers[pk] for pk in one.invoice_ids))
        if one.invoice_ids
        else (FAILED, one.why)
        for one in issued
    }


def render(actor: Actor, keys: Sequence[str], now: datetime) -> Results:
    """Every form of many bills; what one form cannot carry is told, and the other is kept."""
    invoices = {i.pk: i for i in Invoice.objects.filter(pk__in=map(int, keys))}
    by_form: dict[str, list[int]] = defaultdict(list)
    for pk, invoice in invoices.items():
        for form in rendering.forms_of(invoice):
            by_form[form].append(pk)
    trouble: dict[int, list[str]] = defaultdict(list)
    with acting(actor):  # one transaction: a bill that has its PDF would not be found again for its other form
        for form, wanted in by_form.items():
            for one in rendering.render_many(actor, wanted, form):
                if one.artefact_id is None:
                    trouble[one.invoice_id].append(one.why)
    return {
        str(pk): (FAILED, " ".join(trouble[pk]))
        if pk in trouble
        else (DONE, f"{invoice.number}: {', '.join(rendering.forms_of(invoice))}")
        for pk, invoice in invoices.items()
    }
