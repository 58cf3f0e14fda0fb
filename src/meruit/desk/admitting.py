"""Access to the house, put forward: persons, grants, limits, resets. What ends access is an administrator's own act.

Nobody who is let in here is let in at once: another administrator signs it, and it takes effect hours later, so that
there is time to stop it. Taking access away needs one administrator and no delay.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from meruit.authority import access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment, today
from meruit.authority.effects import EFFECTS as ON_ACCESS
from meruit.authority.errors import Invalid, NotFound
from meruit.authority.models import Decision, Grant, Limit, Proposal, StandIn, Standing
from meruit.desk import effects
from meruit.matters.models import Client, Matter, Wall
from meruit.people.models import Departure, Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

#: Roles that can be given; what each may is told by the matrix of authority.
ROLES = (
    "specialist", "lead", "timekeeper", "attorney", "billing partner", "trust signer", "administrator", "manager",
    "auditor",
)  # fmt: skip
#: Who looks at access, and who puts changes of it forward.
LOOKS, CHANGES = ("administrator", "auditor"), ("administrator",)
#: A limit in no currency: none at all.
NO_LIMIT = "*"


@dataclass(frozen=True, slots=True)
class Held:
    """A grant in force, with its limits by currency as they are now."""

    grant: Grant
    limits: dict[str, Decimal]

    @property
    def unlimited(self) -> bool:
        """Whether it decides any amount."""
        return self.grant.limit_currency == NO_LIMIT


@dataclass(slots=True)
class Admitted:
    """Somebody who may sign in, or could once, with what he may do here."""

    person: Person
    left: Departure | None = None
    held: list[Held] = field(default_factory=list)


def people(actor: Actor) -> list[Admitted]:
    """Everybody with what he may: the humans of the house by name, those who left last."""
    access.require(actor, *LOOKS)
    now = moment()
    found = {p.pk: Admitted(p) for p in Person.objects.filter(kind=Person.Kind.HUMAN).order_by("name", "pk")}
    for departure in Departure.objects.filter(left_at__lte=now):
        if departure.person_id in found:
            found[departure.person_id].left = departure
    grants = (
        Grant.objects.filter(Q(until_at=None) | Q(until_at__gt=now), revocation=None, person__in=found)
        .select_related("client", "matter", "person")
        .order_by("role", "pk")
    )
    limits = _limits(list(grants.values_list("pk", flat=True)), now)
    for grant in grants:
        if found[grant.person_id].left is None:
            found[grant.person_id].held.append(Held(grant, _at_first(grant) | limits[grant.pk]))
    return sorted(found.values(), key=lambda one: (one.left is not None, one.person.name, one.person.pk))


def person(actor: Actor, person_id: int) -> Admitted:
    """One person with what he may, or `NotFound`."""
    found = next((one for one in people(actor) if one.person.pk == person_id), None)
    if found is None:
        raise NotFound(f"There is no person {person_id}.")
    return found


def _at_first(grant: Grant) -> dict[str, Decimal]:
    return {grant.limit_currency: grant.limit_amount} if grant.limit_amount is not None else {}


def _limits(grants: Sequence[int], now: datetime) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for limit in Limit.objects.filter(grant__in=grants, from_at__lte=now).order_by("from_at", "pk"):
        found[limit.grant_id][limit.currency] = limit.amount
    return found


def open_on_access(actor: Actor) -> QuerySet[Proposal]:
    """What was put forward on access and nobody has decided."""
    access.require(actor, *LOOKS)
    found = Proposal.objects.filter(kind__in=list(ON_ACCESS), decision=None, withdrawal=None)
    return found.select_related("kind", "owner_person", "prepared_by").order_by("prepared_at")


def under_way(actor: Actor) -> QuerySet[Decision]:
    """What is decided on access and has not taken effect: until then it can be stopped."""
    access.require(actor, *LOOKS)
    return (
        Decision.objects.filter(
            kind__in=list(ON_ACCESS), verdict=Decision.Verdict.APPROVED, consumption=None, proposal__withdrawal=None,
            valid_until__gt=moment(),
        )
        .select_related("kind", "proposal__owner_person", "decided_by")
        .order_by("not_before")
    )  # fmt: skip


def stand_ins(actor: Actor) -> QuerySet[StandIn]:
    """Who decides in whose place, now or soon."""
    access.require(actor, *LOOKS)
    found = StandIn.objects.filter(ended_at=None, until_at__gt=moment())
    return found.select_related("decider", "stand_in", "kind").order_by("from_at")


def standing(actor: Actor) -> QuerySet[Standing]:
    """What is decided in advance, and by whom."""
    access.require(actor, *LOOKS)
    found = Standing.objects.filter(ended_at=None, expires_at__gt=moment())
    return found.select_related("given_by", "kind", "payer").order_by("expires_at")


def about(actor: Actor, person_id: int) -> QuerySet[Proposal]:
    """Everything that was ever put forward about a person's access, the latest first."""
    access.require(actor, *LOOKS)
    found = Proposal.objects.filter(kind__in=list(ON_ACCESS), subject="people_person", subject_id=person_id)
    return found.select_related("kind", "prepared_by", "decision__decided_by", "withdrawal").order_by("-pk")


def propose_person(
    actor: Actor,
    *,
    name: str,
    email: str,
    zone: str,
    country: str,
    nda_signed_on: date | None,
    same_person_id: int | None,
    reason: str,
) -> int:
    """Put somebody new forward. He may do nothing before he is given a role as well."""
    content = {
        "name": name,
        "email": email,
        "kind": Person.Kind.HUMAN.value,
        "same_person_id": same_person_id,
        "zone": zone,
        "country": country,
        "nda_signed_on": nda_signed_on.isoformat() if nda_signed_on else None,
    }
    return _propose(actor, "new-person", content, None, reason)


def propose_grant(
    actor: Actor,
    person_id: int,
    *,
    role: str,
    scope: str,
    until_at: datetime | None,
    needs_nda: bool,
    needs_consent: bool,
    limit_amount: Decimal | None,
    limit_currency: str,
    reason: str,
) -> int:
    """Put a role forward: where it reaches (the number of a client or matter, or the whole firm), how far, how long."""
    client, matter = scope_of(actor, scope)
    content = {
        "person_id": person_id,
        "role": role,
        "client_id": client,
        "matter_id": matter,
        "until_at": until_at.astimezone(UTC).isoformat() if until_at else None,
        "needs_nda": needs_nda,
        "needs_consent": needs_consent,
        "limit_amount": str(limit_amount) if limit_amount is not None else None,
        "limit_currency": limit_currency,
    }
    return _propose(actor, "grant", content, person_id, reason)


def propose_limit(actor: Actor, grant_id: int, amount: Decimal, currency: str, reason: str) -> int:
    """Put another limit of a grant forward."""
    content = {"grant_id": grant_id, "currency": currency, "amount": str(amount)}
    return _propose(actor, "limit", content, _grant(actor, grant_id).person_id, reason)


def propose_reset(actor: Actor, person_id: int, reason: str) -> int:
    """Put forward that somebody's lost authenticators are forgotten."""
    return _propose(actor, "authenticator-reset", {"person_id": person_id}, person_id, reason)


def revoke(actor: Actor, grant_id: int, reason: str) -> None:
    """End a grant now."""
    _end(actor, "revocation", {"grant_id": grant_id}, _grant(actor, grant_id).person_id, reason)


def end_access(actor: Actor, person_id: int, reason: str) -> None:
    """End a person's access now, with every session."""
    _end(actor, "departure", {"person_id": person_id, "reason": reason}, person_id, reason)


def scope_of(actor: Actor, number: str) -> tuple[int | None, int | None]:
    """Client and matter behind a number; none for the whole firm. What is walled off is not known here either."""
    if not number.strip():
        return None, None
    day = today()
    walls = Wall.objects.filter(Q(until_on=None) | Q(until_on__gte=day), person=actor.person_id, from_on__lte=day)
    matter = Matter.objects.filter(number__iexact=number.strip()).exclude(pk__in=walls.values("matter"))
    if (found := matter.exclude(client__in=walls.values("client")).first()) is not None:
        return found.client_id, found.pk
    client = Client.objects.filter(number__iexact=number.strip()).exclude(pk__in=walls.values("client")).first()
    if client is None:
        raise Invalid(
            f'"{number.strip()}" is the number of no client and no matter; leave it blank for the whole firm.'
        )
    return client.pk, None


def _grant(actor: Actor, grant_id: int) -> Grant:
    access.require(actor, *CHANGES)
    found = Grant.objects.filter(pk=grant_id, revocation=None).first()
    if found is None:
        raise NotFound(f"There is no grant {grant_id} in force.")
    return found


def _propose(actor: Actor, kind: str, content: dict[str, Any], person_id: int | None, reason: str) -> int:
    access.require(actor, *CHANGES)
    return authority.propose(actor, kind, content, subject="people_person", subject_id=person_id, reason=reason)


def _end(actor: Actor, kind: str, content: dict[str, Any], person_id: int, reason: str) -> None:
    access.require(actor, *CHANGES)
    if person_id == actor.person_id:
        raise Invalid("Your own access is ended by another administrator, so that one is always left.")
    with acting(actor):
        decision = authority.act_directly(
            actor, kind, content, subject="people_person", subject_id=person_id, reason=reason
        )
        effects.carry_out(actor, decision)
