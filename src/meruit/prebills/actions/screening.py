"""Screening: a payer's rules judge the lines, and what they say is kept with the version of the rules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.guidelines import Judge
from meruit.matters.models import Payer
from meruit.prebills import access, core, wholes
from meruit.prebills.models import Finding, PreBill
from meruit.prebills.screening import number_of, set_of, sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.authority.acts import Actor
    from meruit.findings import Finding as Said

CURED = "cured"
OVERRIDDEN = "overridden: "
#: What tells one finding from another: screening again says the same of the same words.
Key = tuple[int, int | None, str, str, str, str]


def screen(actor: Actor, prebill_ids: Iterable[int]) -> dict[int, int]:
    """Judge pre-bills by the rules of their payers; returns how many findings stand open on each.

    Screening again keeps what still holds, closes what has been cured, and leaves alone what somebody
    has overridden.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebills = {
        p.pk: p for p in access.prebills(actor).filter(pk__in=list(prebill_ids)).exclude(state=core.State.INVOICED)
    }
    by_payer: dict[int, list[PreBill]] = defaultdict(list)
    for whole in wholes.wholes(list(prebills.values())):
        for payer in whole.payers:
            by_payer[payer.pk].append(whole.prebill)
    now = moment()
    labels: dict[int, list[str]] = defaultdict(list)
    said: dict[Key, tuple[str, Said]] = {}
    for payer in Payer.objects.filter(pk__in=by_payer).order_by("pk"):
        own = by_payer[payer.pk]
        rules = set_of(payer, max(p.period_to for p in own))
        if rules is None:
            continue
        asked = sheet(payer, own, now.date())
        numbers = {number_of(p): p.pk for p in own}
        place = {entry.id: numbers[entry.invoice or ""] for entry in asked.entries}
        for found in Judge(rules, asked.context).judge(asked.entries).findings:
            prebill_id = place[found.entry] if found.entry else numbers.get(found.invoice or "")
            if prebill_id is not None:
                said.setdefault(_key(prebill_id, found, rules.label), (rules.label, found))
        for prebill in own:
            labels[prebill.pk].append(rules.label)
    with acting(actor):
        _keep(prebills, said)
        for pk in prebills:
            PreBill.objects.filter(pk=pk).update(screened_at=now, screened_under="; ".join(labels[pk]))
        counts = dict.fromkeys(prebills, 0)
        for pk in Finding.objects.filter(prebill__in=prebills, settled_at=None).values_list("prebill_id", flat=True):
            counts[pk] += 1
        note("prebills.screened", "prebills_prebill", after={"prebills": len(prebills), "open": sum(counts.values())})
    return counts


def override(actor: Actor, finding_id: int, reason: str) -> None:
    """Let a finding stand as it is: an attorney or a partner says why the line is right all the same."""
    authority_access.require(actor, "attorney", "billing partner")
    if not reason.strip():
        raise Invalid("Say why the line is right all the same.")
    with acting(actor):
        open_ = Finding.objects.filter(pk=finding_id, settled_at=None, prebill__in=access.prebills(actor))
        if not open_.update(settled_at=moment(), settled_how=OVERRIDDEN + reason):
            raise NotNow(f"There is no open finding {finding_id}.")
        note("finding.overridden", "prebills_finding", finding_id, reason=reason)


def _key(prebill_id: int, found: Said, label: str) -> Key:
    return prebill_id, int(found.entry) if found.entry else None, found.rule, found.message, found.words or "", label


def _keep(prebills: dict[int, PreBill], said: dict[Key, tuple[str, Said]]) -> None:
    """Write what is new, close what no longer holds."""
    now = moment()
    standing: set[Key] = set()
    cured = []
    for kept in Finding.objects.filter(prebill__in=prebills):
        key: Key = (kept.prebill_id, kept.line_id, kept.rule, kept.message, kept.words, kept.guideline)
        if kept.settled_at is None and key not in said:
            cured.append(kept.pk)
        elif kept.settled_at is None or kept.settled_how.startswith(OVERRIDDEN):
            standing.add(key)
    Finding.objects.filter(pk__in=cured).update(settled_at=now, settled_how=CURED)
    Finding.objects.bulk_create(
        Finding(
            prebill_id=key[0],
            line_id=key[1],
            rule=found.rule,
            severity=found.severity,
            message=found.message,
            words=found.words or "",
            span_from=found.span[0] if found.span else None,
            span_to=found.span[1] if found.span else None,
            clause=found.clause or "",
            guideline=label,
            fixable_by=found.fixable_by or "",
            expected=found.expected or "",
            at_risk=found.at_risk,
            found_at=now,
        )
        for key, (label, found) in said.items()
        if key not in standing
    )
