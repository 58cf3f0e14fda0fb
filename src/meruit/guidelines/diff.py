"""What changed between two versions of a set, and what the change would have meant for bills."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.findings import Finding
    from meruit.guidelines.sets import GuidelineSet, Rule


@dataclass(frozen=True, slots=True)
class Change:
    """One rule added, removed, or changed in what it asks."""

    rule: str
    kind: str
    what: str
    old: str | None = None
    new: str | None = None


def changes(old: GuidelineSet, new: GuidelineSet) -> list[Change]:
    """Rules are paired by type and scope, in their order where there are several."""
    before, after = _by_type(old), _by_type(new)
    out: list[Change] = []
    for slug in dict.fromkeys([*before, *after]):
        was, now = before.get(slug, []), after.get(slug, [])
        for pair in range(max(len(was), len(now))):
            if pair >= len(was):
                out.append(Change(slug, "added", now[pair].says or now[pair].type.title))
            elif pair >= len(now):
                out.append(Change(slug, "removed", was[pair].says or was[pair].type.title))
            else:
                out += _changed(slug, was[pair], now[pair])
    return out


def _by_type(guidelines: GuidelineSet) -> dict[str, list[Rule]]:
    out: dict[str, list[Rule]] = defaultdict(list)
    for rule in guidelines.rules:
        out[rule.type.slug].append(rule)
    return out


def _changed(slug: str, was: Rule, now: Rule) -> list[Change]:
    out = [
        Change(slug, "changed", name, _plain(value), _plain(now.params.values[name]))
        for name, value in was.params.values.items()
        if value != now.params.values[name]
    ]
    for name in ("severity", "scope", "clause"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            out.append(Change(slug, "changed", name, _plain(one), _plain(other)))
    return out


def _plain(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{k} = {v}" for k, v in value.items()) or "none"
    return str(value)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change means for one rule: findings gained and lost, and their money by currency."""

    rule: str
    gained: int
    lost: int
    money_gained: dict[str, Decimal]
    money_lost: dict[str, Decimal]


def effects(old: Iterable[Finding], new: Iterable[Finding]) -> list[Effect]:
    """Findings of the same bills under both sets, compared by rule and line."""
    was, now = _keyed(old), _keyed(new)
    gained, lost = {k: f for k, f in now.items() if k not in was}, {k: f for k, f in was.items() if k not in now}
    out = []
    for rule in sorted({f.rule for f in (*gained.values(), *lost.values())}):
        plus = [f for f in gained.values() if f.rule == rule]
        minus = [f for f in lost.values() if f.rule == rule]
        out.append(Effect(rule, len(plus), len(minus), _money(plus), _money(minus)))
    return out


def lines_and_money(findings: Iterable[Finding]) -> tuple[int, dict[str, Decimal]]:
    """How many lines are spoken of, and the most that is at risk on each, summed by currency."""
    most: dict[tuple[object, ...], tuple[str, Decimal]] = {}
    lines: set[tuple[object, ...]] = set()
    for finding in findings:
        place = (finding.file, finding.invoice, finding.line, finding.entry)
        lines.add(place)
        if finding.at_risk is not None:
            known = most.get(place)
            if known is None or finding.at_risk > known[1]:
                most[place] = (finding.currency or "", finding.at_risk)
    total: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in most.values():
        total[currency] += amount
    return len(lines), dict(total)


def _keyed(findings: Iterable[Finding]) -> dict[tuple[object, ...], Finding]:
    """Findings by rule, place and, where a place has several alike, their number."""
    counts: Counter[tuple[object, ...]] = Counter()
    out: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        place = (finding.rule, finding.file, finding.invoice, finding.line, finding.entry, finding.span)
        counts[place] += 1
        out[*place, counts[place]] = finding
    return out


def _money(findings: list[Finding]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for finding in findings:
        if finding.at_risk is not None:
            total[finding.currency or ""] += finding.at_risk
    return dict(total)
