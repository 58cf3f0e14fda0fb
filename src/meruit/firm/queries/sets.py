"""What one may ask of clients' rules: which version judges a day, and where each version stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from meruit.authority.acts import today
from meruit.authority.errors import Invalid
from meruit.authority.models import Proposal
from meruit.firm import access
from meruit.firm.core import reading
from meruit.firm.core import sets as core
from meruit.firm.models import GuidelineSet
from meruit.guidelines import Refused, load, names, read_set
from meruit.guidelines.diff import changes
from meruit.guidelines.sets import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor
    from meruit.guidelines import GuidelineSet as Rules
    from meruit.guidelines.diff import Change
    from meruit.matters.models import Payer


@dataclass(frozen=True, slots=True)
class Held:
    """The rules that hold: as read, their SHA-256, and the kept version (None for a built-in set)."""

    rules: Rules
    sha256: bytes
    kept: GuidelineSet | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version for a page: the row, and what it is today."""

    row: GuidelineSet
    standing: core.Standing
    proposal_id: int | None


def name_of(client_id: int | None, payer_id: int | None) -> str:
    """What the client's latest set is called; "" where it has none yet."""
    found = GuidelineSet.objects.filter(client=client_id).exclude(state=core.State.WITHDRAWN).order_by("-pk")
    own = found.filter(payer=payer_id).first() or found.filter(payer=None).first()
    return "" if own is None else own.name


def lineage(client_id: int | None, payer_id: int | None, name: str) -> QuerySet[GuidelineSet]:
    """Every version that could speak for a payer under a name: its own, its client's, the firm's."""
    return GuidelineSet.objects.filter(
        Q(client=client_id) | Q(client=None), Q(payer=payer_id) | Q(payer=None), name=name
    ).exclude(state=core.State.WITHDRAWN)


def held(payer: Payer, on: date) -> Held | None:
    """The rules that a payer's bill of a day is judged by; None for a payer without any.

    The payer's own accepted versions come before the client's, those before the firm's, and a built-in set of the
    name stands behind all of them. Of one lineage the version counts that began last.
    """
    name = payer.guideline_set
    if not name:
        return None
    accepted = lineage(payer.client_id, payer.pk, name).filter(state=core.State.ACCEPTED).defer("text")
    ranks: dict[tuple[bool, bool], list[core.Dated]] = {}
    for row in accepted:
        ranks.setdefault((row.payer_id is None, row.client_id is None), []).append(_dated(row))
    try:
        for rank in sorted(ranks):
            current = core.in_force(ranks[rank], on)
            if current is not None:
                kept = GuidelineSet.objects.get(pk=current.key)
                return Held(read_set(kept.text, name), bytes(kept.sha256), kept)
        if name in names():
            return Held(load(name), reading.digest(text_of(name)), None)
    except Refused as error:
        raise Invalid(f'The guideline set "{name}" of {payer.name} cannot be read: {error}') from error
    raise Invalid(f'{payer.name} is billed under the guideline set "{name}", and none of that name holds on {on}.')


def rules_of(row: GuidelineSet) -> Rules:
    """A kept version as the library reads it."""
    return read_set(row.text, row.name)


def versions(actor: Actor, client_id: int | None = None, *, firm_wide: bool = False) -> list[Version]:
    """Every version of a client's sets (or the firm's own, or all), the latest first, with what each is today."""
    rows = list(
        access.sets(actor).order_by(
            "client__number", "name", F("payer_id").asc(nulls_first=True), "-effective_from", "-pk"
        )
    )
    if client_id is not None or firm_wide:
        rows = [row for row in rows if row.client_id == client_id]
    proposed = {p.subject_id: p.pk for p in open_proposals([row.pk for row in rows])}
    day = today()
    accepted: dict[tuple[object, ...], list[core.Dated]] = {}
    for row in rows:
        if row.state == core.State.ACCEPTED:
            accepted.setdefault((row.client_id, row.payer_id, row.name), []).append(_dated(row))
    return [
        Version(
            row,
            core.standing(
                core.State(row.state),
                row.pk,
                accepted.get((row.client_id, row.payer_id, row.name), ()),
                day,
                is_proposed=row.pk in proposed,
            ),
            proposed.get(row.pk),
        )
        for row in rows
    ]


def before(row: GuidelineSet) -> GuidelineSet | None:
    """The accepted version that this one follows, for a comparison."""
    same = GuidelineSet.objects.filter(client=row.client_id, payer=row.payer_id, name=row.name)
    earlier = same.filter(state=core.State.ACCEPTED, effective_from__lt=row.effective_from).exclude(pk=row.pk)
    return earlier.order_by("-effective_from", "-pk").first()


def open_proposals(set_ids: Iterable[int]) -> QuerySet[Proposal]:
    """The acceptances of these versions that wait for a partner."""
    return Proposal.objects.filter(
        kind="guideline-set",
        subject="firm_guidelineset",
        subject_id__in=list(set_ids),
        decision=None,
        withdrawal=None,
    )


def evidence(row: GuidelineSet) -> dict[str, Any]:
    """What a partner is shown beside a version: its size, its document, and the rules that differ."""
    rules = rules_of(row)
    former = before(row)
    return {
        "title": rules.header.title,
        "version": row.version,
        "effective_from": row.effective_from.isoformat(),
        "rules": len(rules.rules),
        "not_judged_by_machine": len(rules.unjudgeable),
        "document": None if row.source is None else row.source.name,
        "version_before": None if former is None else former.version,
        "changes": [] if former is None else [_change(one) for one in changes(rules_of(former), rules)],
    }


def _change(one: Change) -> str:
    """A difference in words: `block-billing: min_tasks was 2, is 3`."""
    if one.old is None and one.new is None:
        return f"{one.rule}: {one.kind} ({one.what})"
    return f"{one.rule}: {one.what} was {one.old}, is {one.new}"


def _dated(row: GuidelineSet) -> core.Dated:
    return core.Dated(row.pk, row.effective_from, row.effective_to)
