"""Who may see and prepare what: grants in force, their scope and conditions, and ethical walls.

These are the fetchers that every room's `access.py` builds on. What a person may not see is not found:
a wall answers exactly like what does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from meruit.authority.acts import clock, day_of
from meruit.authority.errors import NoAuthority, NotFound
from meruit.authority.models import Consent, Grant
from meruit.matters.models import Client, Matter, Wall
from meruit.people.models import Person

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

#: Roles that see the work of matters inside their scope.
SEES_MATTERS = ("specialist", "lead", "timekeeper", "attorney", "billing partner", "trust signer", "manager", "auditor")
#: Roles that prepare.
PREPARES = ("specialist", "lead", "attorney", "billing partner")


def grants(person_id: int, at: datetime | None = None) -> QuerySet[Grant]:
    """The grants of a person that are in force at a moment and whose conditions on the person hold."""
    return _in_force(person_id, *(clock() if at is None else (at, day_of(at))))


def _in_force(person_id: int, at: datetime, day: date) -> QuerySet[Grant]:
    return Grant.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at),
        Q(needs_nda=False) | Q(person__nda_signed_on__lte=day),
        person_id=person_id,
        from_at__lte=at,
        revocation=None,
        person__departure=None,
    )


def roles(actor: Actor) -> set[str]:
    """Every role the actor holds somewhere now; the system holds none but `system`."""
    if actor.is_system:
        return {"system"}
    return set(grants(actor.person_id).values_list("role", flat=True))


def require(actor: Actor, *any_of: str) -> None:
    """Refuse whoever holds none of these roles. The system prepares and tracks, and is let through."""
    if not actor.is_system and not roles(actor) & set(any_of):
        raise NoAuthority(f"This is for {' or '.join(any_of)}.")


def matters(actor: Actor) -> QuerySet[Matter]:
    """The matters that exist for this actor."""
    return Matter.objects.all() if actor.is_system else matters_of(actor.person_id)


def matters_of(person_id: int) -> QuerySet[Matter]:
    """The matters that exist for a person: what his grants reach, less what walls keep him out of."""
    everything = Matter.objects.all()
    at, today = clock()
    person = Person.objects.get(pk=person_id)
    reach = Q(pk__in=[])
    for grant in _in_force(person_id, at, today).filter(role__in=SEES_MATTERS):
        one = Q() if grant.client_id is None and grant.matter_id is None else Q(pk__in=[])
        if grant.client_id is not None:
            one = Q(client_id=grant.client_id)
        if grant.matter_id is not None:
            one = Q(pk=grant.matter_id)
        if grant.needs_consent:
            one = one & Q(
                Exists(
                    Consent.objects.filter(
                        Q(until_on=None) | Q(until_on__gte=today),
                        client_id=OuterRef("client_id"),
                        countries__contains=[person.country],
                        recorded_on__lte=today,
                    )
                )
            )
        if one == Q():
            reach = Q()
            break
        reach |= one
    walls = Wall.objects.filter(Q(until_on=None) | Q(until_on__gte=today), person_id=person_id, from_on__lte=today)
    return everything.filter(reach).exclude(
        Exists(walls.filter(Q(matter_id=OuterRef("pk")) | Q(client_id=OuterRef("client_id"))))
    )


def matter(actor: Actor, matter_id: int) -> Matter:
    """One matter, or `NotFound` whether it is walled off or was never there."""
    found = matters(actor).filter(pk=matter_id).first()
    if found is None:
        raise NotFound(f"There is no matter {matter_id}.")
    return found


def clients(actor: Actor) -> QuerySet[Client]:
    """The clients with at least one matter that exists for this actor; all of them for who sees the whole firm."""
    if actor.is_system:
        return Client.objects.all()
    return Client.objects.filter(Exists(matters(actor).filter(client_id=OuterRef("pk"))))
