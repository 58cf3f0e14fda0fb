"""Pre-bills with all that a bill is made of, for one or for thousands in the same few queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Sum

from meruit.matters.core import ShareSet, read_shares
from meruit.matters.models import Payer
from meruit.matters.models import ShareSet as KeptShares
from meruit.prebills import core
from meruit.prebills.models import Line, PreBill

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Whole:
    """A pre-bill, its lines that have not left it (by number), who pays, and what layers took before."""

    prebill: PreBill
    lines: tuple[Line, ...]
    shares: tuple[ShareSet, ...]
    payers: tuple[Payer, ...]
    layered_before: Decimal

    @property
    def billable(self) -> tuple[Line, ...]:
        """The lines that go on the bill: those not on hold."""
        return tuple(line for line in self.lines if not line.on_hold)


def whole(prebill: PreBill) -> Whole:
    """One of them."""
    return wholes([prebill])[0]


def wholes(prebills: Sequence[PreBill]) -> list[Whole]:
    """All of them, in the order given."""
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(prebill__in=prebills, removed_at=None).order_by("prebill_id", "number"):
        lines[line.prebill_id].append(line)
    matters = {p.matter_id for p in prebills}
    shares = _shares(matters)
    layered = _layered(matters)
    payers = payers_of(prebills, shares)
    return [
        Whole(
            prebill,
            tuple(lines[prebill.pk]),
            shares.get(prebill.matter_id, ()),
            payers[prebill.pk],
            layered.get(prebill.matter_id, NOTHING),
        )
        for prebill in prebills
    ]


def payers_of(
    prebills: Sequence[PreBill], shares: dict[int, tuple[ShareSet, ...]] | None = None
) -> dict[int, tuple[Payer, ...]]:
    """Who pays each of them: whom the shares of its matter name, else the client's payers in its currency."""
    if shares is None:
        shares = _shares({p.matter_id for p in prebills})
    by_id, by_client = _payers(prebills, shares)
    found = {}
    for prebill in prebills:
        named = {share.payer for s in shares.get(prebill.matter_id, ()) for share in s.shares}
        alone = [p for p in by_client[prebill.matter.client_id] if p.currency == prebill.currency]
        found[prebill.pk] = tuple([by_id[pk] for pk in sorted(named) if pk in by_id] if named else alone)
    return found


def _shares(matters: Iterable[int]) -> dict[int, tuple[ShareSet, ...]]:
    """The shares of each matter; a later decision about the same day stands for the earlier one."""
    kept: dict[int, dict[object, ShareSet]] = defaultdict(dict)
    for row in KeptShares.objects.filter(matter__in=matters).order_by("matter_id", "from_on", "pk"):
        kept[row.matter_id][row.from_on] = read_shares(row.from_on, row.shares)
    return {matter: tuple(sets.values()) for matter, sets in kept.items()}


def _payers(
    prebills: Sequence[PreBill], shares: dict[int, tuple[ShareSet, ...]]
) -> tuple[dict[int, Payer], dict[int, list[Payer]]]:
    named = {share.payer for sets in shares.values() for s in sets for share in s.shares}
    by_id = {p.pk: p for p in Payer.objects.filter(pk__in=named)}
    by_client: dict[int, list[Payer]] = defaultdict(list)
    for payer in Payer.objects.filter(client__in={p.matter.client_id for p in prebills}).order_by("pk"):
        by_client[payer.client_id].append(payer)
    return by_id, by_client


def _layered(matters: Iterable[int]) -> dict[int, Decimal]:
    """What bills that still stand ran through the layers of each matter's shares."""
    live = Line.objects.filter(prebill=OuterRef("pk"), removed_at=None)
    standing = PreBill.objects.filter(Exists(live), matter__in=matters, state=core.State.INVOICED)
    rows = standing.order_by().values("matter_id").annotate(sum=Sum("layered"))
    return {row["matter_id"]: row["sum"] or NOTHING for row in rows}
