"""What the night does with money: post what remittances announce, close what is paid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meruit.portals.tasks import Counts, add, each
from meruit.receivables import actions, queries

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor


def post(actor: Actor, moment: datetime) -> Counts:
    """Post every remittance that is not entered yet, then close the e-bills on which nothing is owed."""
    counts = each(announced(actor, moment), lambda key: post_one(actor, key, moment))
    return add(counts, each(settled(actor, moment), lambda key: settle_one(actor, key, moment)))


def announced(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of payments that remittances tell of."""
    return queries.announced()


def post_one(actor: Actor, key: str, moment: datetime) -> str:
    """Enter one and lay it on its bills."""
    payment = actions.post_remittance(actor, key)
    return f"{payment.reference}: {payment.amount} {payment.currency}"


def settled(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of approved e-bills on which nothing is owed any more."""
    return [str(key) for key in queries.to_settle().values_list("pk", flat=True)]


def settle_one(actor: Actor, key: str, moment: datetime) -> str:
    """Close one."""
    actions.settle(actor, int(key))
    return "closed"
