"""Effects on access: a decided person, grant, limit, revocation, departure or reset becomes a row, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority.acts import acting, moment
from meruit.authority.models import Grant, Limit, Revocation
from meruit.people.models import AuthenticatorReset, Departure, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meruit.authority.acts import Actor
    from meruit.authority.models import Decision


def new_person(actor: Actor, decision: Decision) -> int:
    """A person who may sign in; the moment is the database's."""
    with acting(actor):
        made = Person.objects.create(**decision.content, active_from=moment(), decision_id=decision.pk)
    return made.pk


def grant(actor: Actor, decision: Decision) -> int:
    """A role given to a person."""
    with acting(actor):
        return Grant.objects.create(**decision.content, from_at=moment(), decision_id=decision.pk).pk


def limit(actor: Actor, decision: Decision) -> int:
    """How much a grant may decide, from now on."""
    with acting(actor):
        return Limit.objects.create(**decision.content, from_at=moment(), decision_id=decision.pk).pk


def revocation(actor: Actor, decision: Decision) -> int:
    """A grant ends now."""
    with acting(actor):
        return Revocation.objects.create(**decision.content, at=moment(), decision_id=decision.pk).pk


def departure(actor: Actor, decision: Decision) -> int:
    """A person's access ends now."""
    with acting(actor):
        return Departure.objects.create(**decision.content, left_at=moment(), decision_id=decision.pk).pk


def authenticator_reset(actor: Actor, decision: Decision) -> int:
    """Lost authenticators are to be forgotten; the gate carries it out when it sees this row."""
    with acting(actor):
        return AuthenticatorReset.objects.create(**decision.content, at=moment(), decision_id=decision.pk).pk


EFFECTS: Mapping[str, Callable[[Actor, Decision], int]] = {
    "new-person": new_person,
    "grant": grant,
    "limit": limit,
    "revocation": revocation,
    "departure": departure,
    "authenticator-reset": authenticator_reset,
}
