"""What a change of rules would have meant: past bills judged by two versions, beside what was in truth cut."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.authority.errors import Invalid
from meruit.disputes import frozen
from meruit.disputes.models import Reduction
from meruit.firm import access as firm
from meruit.guidelines import Judge
from meruit.guidelines.diff import changes, effects
from meruit.invoices import access as invoices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from meruit.authority.acts import Actor
    from meruit.findings import Finding
    from meruit.guidelines import Entry, GuidelineSet
    from meruit.guidelines.diff import Change, Effect
    from meruit.invoices.models import Invoice as Bill

#: Two versions judge so many lines in the time that somebody waits for a page.
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines: how many, their money by currency, and of those the ones that were cut, by how much."""

    count: int
    money: dict[str, Decimal]
    cut: int
    cut_money: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What two versions say of the same bills."""

    bills: int
    lines: int
    changes: list[Change]
    effects: list[Effect]
    newly: Lines
    no_longer: Lines
    either_way: Lines
    in_neither: Lines
    unjudged: list[tuple[str, str, int]]

    @property
    def rows(self) -> tuple[tuple[str, Lines], ...]:
        """Every line once, by what the two versions say of it, in words."""
        return (
            ("Newly flagged", self.newly),
            ("No longer flagged", self.no_longer),
            ("Flagged by both", self.either_way),
            ("Flagged by neither", self.in_neither),
        )


def over_past_bills(
    actor: Actor, client_id: int, old: GuidelineSet, new: GuidelineSet, first: date, last: date
) -> DryRun:
    """Judge the final bills of a client, issued in these days, by both versions. Nothing is changed by it."""
    client = firm.client(actor, client_id)
    if last < first:
        raise Invalid("The period ends before it begins.")
    mine = invoices.invoices(actor).filter(matter__client=client, issued_on__gte=first, issued_on__lte=last)
    bills = list(mine.select_related("matter", "matter__client", "payer").order_by("pk"))
    entries = frozen.entries(bills)
    if len(entries) > MOST_LINES:
        raise Invalid(f"These bills have {len(entries):,} lines; choose a period with at most {MOST_LINES:,}.")
    before, after = _judged(old, bills), _judged(new, bills)
    was, now = _flagged(before.findings), _flagged(after.findings)
    cuts: dict[str, Decimal] = defaultdict(Decimal)
    for line, amount in Reduction.objects.filter(invoice__in=bills, line__isnull=False).values_list("line", "amount"):
        cuts[str(line)] += amount
    return DryRun(
        len(bills),
        len(entries),
        changes(old, new),
        effects(before.findings, after.findings),
        _lines([e for e in entries if e.id in now - was], cuts),
        _lines([e for e in entries if e.id in was - now], cuts),
        _lines([e for e in entries if e.id in was & now], cuts),
        _lines([e for e in entries if e.id not in was | now], cuts),
        _unjudged(after),
    )


@dataclass(slots=True)
class _Judged:
    findings: list[Finding] = field(default_factory=list)
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)


def _judged(rules: GuidelineSet, bills: Sequence[Bill]) -> _Judged:
    """All bills by one version, each payer's with what is on file for it."""
    out = _Judged()
    by_payer: dict[int, list[Bill]] = defaultdict(list)
    for bill in bills:
        by_payer[bill.payer_id].append(bill)
    for own in by_payer.values():
        judgement = Judge(rules, frozen.context(own[0].payer, own)).judge(frozen.entries(own))
        out.findings += judgement.findings
        out.unjudged += judgement.unjudged
    return out


def _flagged(findings: Iterable[Finding]) -> set[str]:
    return {finding.entry for finding in findings if finding.entry}


def _lines(entries: Iterable[Entry], cuts: dict[str, Decimal]) -> Lines:
    count = cut = 0
    total: dict[str, Decimal] = defaultdict(Decimal)
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        count += 1
        total[entry.currency or ""] += entry.value or 0
        if entry.id in cuts:
            cut += 1
            taken[entry.currency or ""] += cuts[entry.id]
    return Lines(count, dict(total), cut, dict(taken))


def _unjudged(judged: _Judged) -> list[tuple[str, str, int]]:
    """What the new version could not judge, the most frequent first."""
    return [(rule, why, lines) for (rule, why), lines in judged.unjudged.most_common(12)]
