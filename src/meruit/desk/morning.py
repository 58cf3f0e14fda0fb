"""The morning's digest for one person: the same that the terminal prints, as far as he may see what it speaks of.

Whoever sees every matter of the firm is shown the firm's digest. For everybody else what waits, what expires and the
queues are those of his matters, and of the night he sees the counts: the reasons name matters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count

from meruit.authority import access
from meruit.desk import nightly, stuck
from meruit.desk import queries as desk
from meruit.disputes.together import together
from meruit.matters.models import Matter
from meruit.night.digest import Digest, Expires, Queue, Waits
from meruit.portals.access import submissions
from meruit.prebills.access import prebills

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.authority.acts import Actor
    from meruit.authority.models import Proposal

#: States of an e-bill in which nobody waits for anything.
ENDED = ("closed", "withdrawn", "superseded")
#: Who is told how the night went and what is handed over; the others have their own lists.
TOLD = frozenset({"specialist", "lead", "billing partner", "manager", "administrator", "auditor"})


def digest(actor: Actor) -> Digest | None:
    """The last night's digest for an actor; None for whoever is not told of it."""
    roles = access.roles(actor)
    if not roles & TOLD:
        return None
    whole = nightly.digest()
    if sees_everything(actor):
        return whole
    return replace(
        whole,
        troubles=(),
        waits=list(_waits(actor)),
        expires=list(_expires(actor)),
        stuck=stuck.told(actor),
        queues=list(_queues(actor)),
        notices=whole.notices if "administrator" in roles else (),
    )


def sees_everything(actor: Actor) -> bool:
    """Whether nothing of the firm's work is hidden from an actor."""
    return not Matter.objects.exclude(pk__in=access.matters(actor)).exists()


def _waits(actor: Actor) -> Iterable[Waits]:
    """What waits among the proposals that the actor may see, by whom it waits for as the list says."""
    groups: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    for proposal in desk.proposals(actor).filter(decision=None, withdrawal=None).order_by("prepared_at"):
        whom = proposal.owner_person or (proposal.matter.responsible if proposal.matter else None)
        groups[whom.name if whom else "whoever may decide it", proposal.kind.title].append(proposal)
    for (name, kind), rows in sorted(groups.items()):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row.currency and row.amount is not None:
                sums[row.currency] += row.amount
        due = min((row.due_at for row in rows if row.due_at), default=None)
        yield Waits(name, kind, len(rows), tuple(sorted(sums.items())), rows[0].prepared_at, due)


def _expires(actor: Actor) -> Iterable[Expires]:
    now = desk.now()
    for row in together(desk.deadlines(actor)):
        whom = row.waits_for.name if row.waits_for else row.waits_for_role or "the specialist"
        yield Expires(row.title, row.due_at, row.zone, whom, row.due_at < now)


def _queues(actor: Actor) -> Iterable[Queue]:
    for state, count in prebills(actor).order_by().values_list("state").annotate(n=Count("pk")).order_by("state"):
        if state != "invoiced":
            yield Queue(f"Pre-bills {state}", count)
    under_way = submissions(actor).exclude(state__in=ENDED).order_by().values_list("state").annotate(n=Count("pk"))
    for state, count in under_way.order_by("state"):
        yield Queue(f"E-bills {state.replace('_', ' ')}", count)
