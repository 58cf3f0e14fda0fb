"""What is on somebody's desk: decisions that wait for him, what he put forward and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from meruit.agenda.models import Deadline
from meruit.authority import access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import NotFound
from meruit.authority.models import Decision, Proposal, Rule
from meruit.people.models import Person

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that somebody could decide now."""

    proposal: Proposal
    on_behalf_of: Person | None  # whom he would stand in for
    needs_another: bool  # he prepared it himself, and it takes two people
    own: bool  # his matter or his work; others he could decide as well, and somebody else is expected to


def waiting(actor: Actor) -> list[Waiting]:
    """What waits for the actor: his own first, and of it the most urgent; without a due time the oldest."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT proposal_id, on_behalf_of, needs_another FROM desk.waiting()")
        found = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    people = Person.objects.in_bulk({behalf for behalf, _ in found.values() if behalf is not None})
    proposals = _shown(Proposal.objects.filter(pk__in=found))
    late = [
        Waiting(
            p,
            None if (behalf := found[p.pk][0]) is None else people[behalf],
            found[p.pk][1],
            _own(p, actor.person_id if behalf is None else behalf),
        )
        for p in proposals
    ]
    return sorted(
        late, key=lambda w: (not w.own, w.proposal.due_at is None, w.proposal.due_at or w.proposal.prepared_at)
    )


def _own(proposal: Proposal, person_id: int) -> bool:
    """Whether a decision is expected of this person: of his work or his matter, or of no matter at all."""
    if proposal.owner_person_id == person_id:
        return True
    return proposal.matter is None or proposal.matter.responsible_id == person_id


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """The proposals that exist for an actor: about what he may see, put forward by him, or his to decide.

    One that is about no client at all (a person, a grant, the firm's own rates) is for whoever may decide its kind.
    """
    if actor.is_system:
        return _shown(Proposal.objects.all())
    roles = access.roles(actor)
    of_the_firm = Q(client=None, matter=None)
    if "auditor" not in roles:
        of_the_firm &= Q(kind__in=Rule.objects.filter(role__in=roles).values("kind_id"))
    return _shown(
        Proposal.objects.filter(
            Q(matter__in=access.matters(actor))
            | Q(matter=None, client__in=access.clients(actor))
            | Q(prepared_by=actor.person_id, client=None, matter=None)
            | of_the_firm
        )
    )


def proposal(actor: Actor, proposal_id: int) -> Proposal:
    """One proposal, or `NotFound`: walled off answers like never there."""
    found = proposals(actor).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(f"There is no decision {proposal_id}.")
    return found


def may_stop(actor: Actor, decision: Decision) -> bool:
    """Whether the actor may stop a decision on access before it takes effect: that is what its delay is for."""
    if decision.not_before <= moment() or not decision.kind.delay_hours:
        return False
    if decision.proposal.prepared_by_id == actor.person_id:
        return True
    return decision.kind.rules.filter(role__in=access.roles(actor)).exists()


def put_forward(actor: Actor) -> QuerySet[Proposal]:
    """What the actor prepared and nobody has decided."""
    return proposals(actor).filter(prepared_by=actor.person_id, decision=None, withdrawal=None).order_by("prepared_at")


def came_back(actor: Actor, since: datetime) -> QuerySet[Decision]:
    """What the actor prepared and somebody refused, with the question that was asked."""
    return (
        Decision.objects.filter(
            verdict=Decision.Verdict.REFUSED, proposal__prepared_by=actor.person_id, decided_at__gte=since
        )
        .select_related("proposal", "proposal__kind", "proposal__matter", "decided_by")
        .order_by("-decided_at")
    )


def deadlines(actor: Actor) -> list[Deadline]:
    """What expires, by what is left of it: the actor's own, and those of his roles on matters that he may see.

    Whoever prepares sees them all: to get an answer in time is his work, whoever gives it.
    """
    roles = access.roles(actor)
    seen = set(access.matters(actor).values_list("pk", flat=True))
    rows = Deadline.objects.filter(met_at=None).select_related("waits_for").order_by("due_at")
    if not roles & {"specialist", "lead"}:
        rows = rows.filter(Q(waits_for=actor.person_id) | Q(waits_for=None, waits_for_role__in=[*roles, ""]))
    return [row for row in rows[:500] if row.matter_id is None or row.matter_id in seen]


def now() -> datetime:
    """The firm's clock."""
    return moment()


def _shown(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return found.select_related("kind", "client", "matter__responsible", "payer", "prepared_by", "owner_person")
