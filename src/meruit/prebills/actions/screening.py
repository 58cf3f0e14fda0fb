"""Screening: a payer's rules judge the lines, and what they say is kept with the version of the rules.

All bills of a payer and period are judged together, since rules over a day or a person see all of them; what the
rules say does not depend on who asks. A later screening by the same rules and facts judges only what has changed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, day_of, moment
from meruit.guidelines import Judge
from meruit.prebills import access, core
from meruit.prebills.actions.overriding import OVERRIDDEN
from meruit.prebills.models import Finding, PreBill, Screening
from meruit.prebills.screening import Unit, judged_with, number_of, override_of, sheet, units
from meruit.screening import again

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from meruit.authority.acts import Actor
    from meruit.findings import Finding as Said
    from meruit.firm.queries import Held

CURED = "cured"
#: What tells one finding from another: screening again says the same of the same words.
Key = tuple[int, int | None, str, str, str, str]


@dataclass(slots=True)
class _Told:
    """A finding with the rules it was made under and the parts of the judgement that say it."""

    found: Said
    held: Held
    parts: set[str] = field(default_factory=set)


def screen(actor: Actor, prebill_ids: Iterable[int], *, anew: bool = False) -> dict[int, int]:
    """Judge pre-bills by the rules of their payers; returns how many findings stand open on each.

    Screening again keeps what still holds, closes what has been cured, and leaves alone what somebody has
    overridden. `anew` judges every line, also where nothing has changed.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    mine = access.prebills(actor).filter(pk__in=list(prebill_ids)).exclude(state=core.State.INVOICED)
    asked = list(mine.values_list("pk", flat=True))
    found = units(asked)
    with acting(actor):
        labels: dict[int, list[str]] = defaultdict(list)
        for unit in found:
            _screen(unit, anew=anew)
            for prebill in unit.prebills:
                labels[prebill.pk] += [unit.held.rules.label] if unit.held else []
        now = moment()
        for pk, told in labels.items():
            PreBill.objects.filter(pk=pk).update(screened_at=now, screened_under="; ".join(told))
        counts = dict.fromkeys(asked, 0)
        for pk in Finding.objects.filter(prebill__in=counts, settled_at=None).values_list("prebill_id", flat=True):
            counts[pk] += 1
        note("prebills.screened", "prebills_prebill", after={"prebills": len(labels), "open": sum(counts.values())})
    return counts


def _screen(unit: Unit, *, anew: bool) -> None:
    """Judge one payer's bills of a period, and keep what is said of them."""
    prefix = f"payer {unit.payer.pk}: "
    if unit.held is None:
        _keep(unit, {}, prefix, None)
        return
    now = moment()
    asked = sheet(unit.payer, unit.prebills, day_of(now))
    fingerprint = judged_with(unit.held, asked.context)
    kept = {row.prebill_id: row for row in Screening.objects.filter(prebill__in=unit.prebills, payer=unit.payer)}
    before = {
        entry: again.Seen(digest, tuple(groups))
        for row in kept.values()
        for entry, (digest, groups) in row.seen.items()
    }
    same = not anew and kept and all(bytes(row.judged_with) == fingerprint for row in kept.values())
    ready = Judge(unit.held.rules, asked.context)
    judged = again.again(ready, asked.entries, before) if same else again.whole(ready, asked.entries)
    numbers = {number_of(p): p.pk for p in unit.prebills}
    place = {entry.id: numbers[entry.invoice or ""] for entry in asked.entries}
    said: dict[Key, _Told] = {}
    for part, finding in judged.findings:
        prebill = place[finding.entry] if finding.entry else numbers.get(finding.invoice or "")
        if prebill is not None:
            key = _key(prebill, finding, unit.held.rules.label)
            said.setdefault(key, _Told(finding, unit.held)).parts.add(prefix + part)
    _keep(unit, said, prefix, {prefix + part for part in judged.parts} if same else None)
    seen: dict[int, dict[str, Any]] = {p.pk: {} for p in unit.prebills}
    for entry, line in judged.seen.items():
        seen[place[entry]][entry] = [line.digest, list(line.groups)]
    unjudged = (
        [[rule, why, lines] for (rule, why), lines in sorted(judged.unjudged.items())]
        if judged.unjudged is not None
        else None
    )
    for prebill, lines in seen.items():
        row = kept.get(prebill)
        if row is not None and same and row.seen == lines:
            continue
        values = {"judged_with": fingerprint, "seen": lines, "at": now}
        Screening.objects.update_or_create(
            prebill_id=prebill,
            payer=unit.payer,
            defaults=values if unjudged is None else values | {"unjudged": unjudged},
        )


def _key(prebill_id: int, found: Said, label: str) -> Key:
    return prebill_id, int(found.entry) if found.entry else None, found.rule, found.message, found.words or "", label


def _keep(unit: Unit, said: Mapping[Key, _Told], prefix: str, judged: set[str] | None) -> None:
    """Write what is new, close what no longer holds. `judged` names the parts that were judged; None is all."""
    now = moment()
    standing: set[Key] = set()
    cured = []
    for kept in Finding.objects.filter(prebill__in=unit.prebills):
        key: Key = (kept.prebill_id, kept.line_id, kept.rule, kept.message, kept.words, kept.guideline)
        if kept.settled_at is not None:
            if kept.settled_how.startswith(OVERRIDDEN):
                standing.add(key)
            continue
        still = {
            part for part in kept.parts if not part.startswith(prefix) or (judged is not None and part not in judged)
        }
        parts = still | (said[key].parts if key in said else set())
        if not parts:
            cured.append(kept.pk)
            continue
        standing.add(key)
        if parts != set(kept.parts):
            Finding.objects.filter(pk=kept.pk).update(parts=sorted(parts))
    Finding.objects.filter(pk__in=cured).update(settled_at=now, settled_how=CURED)
    Finding.objects.bulk_create(
        Finding(
            prebill_id=key[0],
            line_id=key[1],
            rule=told.found.rule,
            severity=told.found.severity,
            message=told.found.message,
            words=told.found.words or "",
            span_from=told.found.span[0] if told.found.span else None,
            span_to=told.found.span[1] if told.found.span else None,
            clause=told.found.clause or "",
            guideline=key[5],
            rules=told.held.kept,
            rules_sha256=told.held.sha256,
            override=override_of(told.held.rules, told.found),
            parts=sorted(told.parts),
            fixable_by=told.found.fixable_by or "",
            expected=told.found.expected or "",
            at_risk=told.found.at_risk,
            found_at=now,
        )
        for key, told in said.items()
        if key not in standing
    )
