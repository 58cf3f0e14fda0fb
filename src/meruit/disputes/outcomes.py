"""How each rule did in life: what it said of lines that were billed, and what became of those lines.

Counted over the matters of whoever asks. A finding that was mended before the bill went out is the work done and
counts as such alone; of those that went out, the payer's answer says whether they were right: it cut the line, or
passed it, and then the finding was a false alarm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.disputes import access, hindsight, queries
from meruit.disputes.models import Reduction
from meruit.invoices import access as invoices
from meruit.invoices.models import InvoiceLine
from meruit.invoices.queries import paid_in_full
from meruit.portals.core import State
from meruit.portals.models import Submission
from meruit.prebills.access import prebills
from meruit.prebills.models import Finding

if TYPE_CHECKING:
    from meruit.authority.acts import Actor


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule: its findings, what people did with them, and what payers did with the lines."""

    rule: str
    findings: int = 0
    cured: int = 0
    overridden: int = 0
    flagged_and_cut: int = 0
    flagged_and_passed: int = 0
    missed: int = 0

    @property
    def overridden_share(self) -> float | None:
        """Of the findings that somebody has settled, how many were let stand."""
        settled = self.cured + self.overridden
        return self.overridden / settled if settled else None

    @property
    def borne_out(self) -> float | None:
        """Of the lines that went out flagged and were answered, how many were cut."""
        answered = self.flagged_and_cut + self.flagged_and_passed
        return self.flagged_and_cut / answered if answered else None


def by_rule(actor: Actor) -> list[Outcome]:
    """Every rule that ever spoke or should have, the ones that missed most first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    mine = Finding.objects.filter(prebill__in=prebills(actor))
    for rule, how in mine.values_list("rule", "settled_how"):
        counts[rule]["findings"] += 1
        if how == hindsight.CURED:
            counts[rule]["cured"] += 1
        elif how.startswith(hindsight.LET_STAND):
            counts[rule]["overridden"] += 1
    for verdict, rule in queries.lessons(actor).exclude(rule="").values_list("verdict", "rule"):
        if verdict in hindsight.MISSED:
            counts[rule]["missed"] += 1
        elif verdict in (hindsight.Verdict.OVERRIDDEN, hindsight.Verdict.IGNORED):
            counts[rule]["flagged_and_cut"] += 1
    for rule in _passed(actor):
        counts[rule]["flagged_and_passed"] += 1
    made = [Outcome(rule, **dict(found)) for rule, found in counts.items()]
    return sorted(made, key=lambda one: (-one.missed, -one.findings, one.rule))


def verdicts(actor: Actor) -> list[tuple[hindsight.Verdict, int]]:
    """How many cuts and returned bills taught what, in the order of `Verdict`."""
    found = Counter(queries.lessons(actor).values_list("verdict", flat=True))
    return [(verdict, found[verdict]) for verdict in hindsight.Verdict]


def _passed(actor: Actor) -> list[str]:
    """The rules of findings on lines that went out flagged and that the payer has passed without a cut.

    Passed is what its portal approved, or what stands on a bill that was paid in full with nothing taken off it. A
    portal's approval is no money yet: a line that is cut afterwards, when it is paid, is a cut like any other.
    """
    mine = invoices.invoices(actor)
    approved = Submission.objects.filter(invoice__in=mine, state__in=[State.APPROVED, State.CLOSED])
    answered = {*approved.values_list("invoice", flat=True), *paid_in_full(mine).values_list("pk", flat=True)}
    cut = access.reductions(actor).exclude(line=None).values("line")
    whole = Reduction.objects.filter(line=None).values("invoice")
    passed = InvoiceLine.objects.filter(invoice__in=answered, prebill_line__isnull=False)
    passed = passed.exclude(pk__in=cut).exclude(invoice__in=whole)
    flagged = Finding.objects.filter(line__in=passed.values("prebill_line")).exclude(settled_how=hindsight.CURED)
    return list(flagged.values_list("rule", flat=True))
