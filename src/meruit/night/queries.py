"""What the digest is made of: the last night's protocol, open decisions by whom they wait for, deadlines, queues."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from meruit.agenda.models import Deadline
from meruit.audit.models import Receipt, Record, Seal
from meruit.authority import queries as authority
from meruit.authority.acts import moment
from meruit.authority.models import Decision, Proposal, Rule
from meruit.disputes.models import Reduction, Rejection
from meruit.disputes.together import together
from meruit.firm.models import Profile
from meruit.imports.models import SetAside
from meruit.night.digest import Digest, Expires, Queue, StepDone, Trouble, Waits
from meruit.people.models import Person
from meruit.portals.models import Submission
from meruit.prebills.models import PreBill
from meruit.steps.models import Item, Run, Step
from meruit.timesheets.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

#: How far ahead the digest looks.
AHEAD = timedelta(days=21)
#: States of an e-bill in which nobody waits for anything.
ENDED = ("closed", "withdrawn", "superseded")
#: At most so many single troubles are named; the page shows all of them.
NAMED = 12


def digest(titles: Mapping[str, str], *, now: datetime | None = None, run: Run | None = None) -> Digest:
    """The digest of the last night, or of `run`; `titles` names its steps (the table stands with the night)."""
    now = now or moment()
    profile = Profile.objects.first()
    run = run or Run.objects.exclude(finished_at=None).order_by("-pk").first()
    shift = Person.objects.exclude(shift_starts=None).exclude(country=profile.country if profile else "US").first()
    zone = profile.zone if profile else "UTC"
    return Digest(
        firm=profile.name if profile else "Meruit",
        night_of=run.moment if run else now,
        firm_zone=zone,
        shift_zone=shift.zone if shift else zone,
        steps=_steps(run, titles),
        troubles=_troubles(run, titles),
        waits=waits(),
        expires=list(expires(now)),
        queues=list(queues()),
        unsealed=Record.objects.count() - Seal.objects.count(),
        receipt=getattr(Receipt.objects.order_by("-pk").first(), "text", ""),
        notices=list(notices(now)),
    )


def open_proposals() -> QuerySet[Proposal]:
    """Everything that waits for a decision."""
    return Proposal.objects.filter(decision=None, withdrawal=None)


def waits() -> list[Waits]:
    """Open decisions by the person they wait for: whose thing it is, who is responsible, or who holds the role."""
    roles = _roles_by_kind()
    groups: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    found = open_proposals().select_related("kind", "matter__responsible", "owner_person").order_by("prepared_at")
    for proposal in found:
        groups[_whom(proposal, roles), proposal.kind.title].append(proposal)
    return [
        Waits(
            whom=whom,
            kind=kind,
            count=len(rows),
            amounts=_sums((r.currency, r.amount) for r in rows),
            oldest_at=rows[0].prepared_at,
            due_at=min((r.due_at for r in rows if r.due_at), default=None),
        )
        for (whom, kind), rows in sorted(groups.items())
    ]


def expires(now: datetime) -> Iterable[Expires]:
    """Open deadlines of the coming days, and every one that has passed unmet."""
    rows = Deadline.objects.filter(met_at=None, due_at__lte=now + AHEAD).select_related("waits_for").order_by("due_at")
    for row in together(rows):
        yield Expires(
            title=row.title,
            due_at=row.due_at,
            zone=row.zone,
            waits_for=row.waits_for.name if row.waits_for else row.waits_for_role or "the specialist",
            lapsed=row.due_at < now,
        )


def queues() -> Iterable[Queue]:
    """Where the work stands when the shift ends."""
    for state, count in PreBill.objects.values_list("state").annotate(n=Count("pk")).order_by("state"):
        if state != "invoiced":
            yield Queue(f"Pre-bills {state}", count)
    unreleased = Entry.objects.filter(released=None, versions__billable=True)
    sums = unreleased.values_list("versions__currency").annotate(total=Sum("versions__worked_value"))
    if count := unreleased.values("pk").distinct().count():
        yield Queue("Entries not yet released", count, _sums(sums))
    under_way = Submission.objects.exclude(state__in=ENDED).values_list("state")
    for state, count in under_way.annotate(n=Count("pk")).order_by("state"):
        yield Queue(f"E-bills {state.replace('_', ' ')}", count)
    undecided = Reduction.objects.filter(state="open")
    if count := undecided.count():
        cut = undecided.values_list("currency").annotate(total=Sum("amount"))
        yield Queue("Reductions nobody has decided", count, _sums(cut))
    if count := Rejection.objects.filter(state="open").count():
        yield Queue("Rejections to correct", count)
    if owed := authority.owed_reviews().count():
        yield Queue("Decisions taken alone that owe a review", owed)
    if aside := SetAside.objects.filter(settled_at=None).count():
        yield Queue("Imported rows set aside", aside)


def notices(now: datetime) -> Iterable[str]:
    """Decisions on access that have not taken effect: there is time to stop them."""
    pending = Decision.objects.filter(not_before__gt=now, consumption=None, verdict=Decision.Verdict.APPROVED)
    for decision in pending.select_related("kind", "decided_by"):
        when = f"{decision.not_before:%Y-%m-%d %H:%M} UTC"
        yield f"{decision.kind.title}, decided by {decision.decided_by.name}, takes effect {when}."


def _steps(run: Run | None, titles: Mapping[str, str]) -> list[StepDone]:
    rows = Step.objects.filter(run=run).exclude(finished_at=None).order_by("pk") if run else []
    return [StepDone(titles.get(s.name, s.name), s.done, s.skipped, s.failed) for s in rows]


def _troubles(run: Run | None, titles: Mapping[str, str]) -> list[Trouble]:
    if run is None:
        return []
    rows = Item.objects.filter(step__run=run).exclude(outcome="done").select_related("step")
    ordered = sorted(rows, key=lambda item: (item.outcome != "failed", item.pk))[:NAMED]
    return [Trouble(titles.get(i.step.name, i.step.name), i.key, i.why, i.outcome == "failed") for i in ordered]


def _roles_by_kind() -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for rule in Rule.objects.all():
        found[rule.kind_id].add((rule.role, rule.reach))
    return found


def _whom(proposal: Proposal, roles: Mapping[str, set[tuple[str, str]]]) -> str:
    reaches = {reach for _, reach in roles[proposal.kind_id]}
    if "own" in reaches and proposal.owner_person is not None:
        return proposal.owner_person.name
    if "matter" in reaches and proposal.matter is not None:
        return proposal.matter.responsible.name
    return "a " + " or ".join(sorted(role for role, _ in roles[proposal.kind_id]))


def _sums(rows: Iterable[tuple[str | None, Decimal | None]]) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for code, amount in rows:
        if code and amount is not None:
            found[code] += amount
    return tuple(sorted(found.items()))
