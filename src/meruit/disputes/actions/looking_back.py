"""Each cut is compared, once, with what our own rules said of its line before the bill went out."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.disputes import access, frozen, hindsight
from meruit.disputes.models import Hindsight, Rejection
from meruit.firm import queries as firm
from meruit.guidelines import Judge, load
from meruit.invoices.models import InvoiceLine
from meruit.prebills.models import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.authority.acts import Actor
    from meruit.disputes.models import Reduction
    from meruit.guidelines import GuidelineSet
    from meruit.invoices.models import Invoice

PROFILE = "RP-1"


def look_at_reduction(actor: Actor, reduction_id: int) -> Hindsight:
    """Keep what a cut teaches. Twice changes nothing."""
    authority_access.require(actor, *authority_access.PREPARES)
    cut = access.reduction(actor, reduction_id)
    known = Hindsight.objects.filter(reduction=cut).first()
    return known or _keep(actor, cut, cut.invoice, cut.line)


def look_at_rejection(actor: Actor, rejection_id: int) -> Hindsight:
    """Keep what a returned bill teaches. Twice changes nothing."""
    authority_access.require(actor, *authority_access.PREPARES)
    back = access.rejection(actor, rejection_id)
    known = Hindsight.objects.filter(rejection=back).first()
    if known is not None:
        return known
    bill = back.submission.invoice
    line = InvoiceLine.objects.filter(invoice=bill, number=back.line_number).first() if back.line_number else None
    return _keep(actor, back, bill, line)


def _keep(actor: Actor, cut: Reduction | Rejection, bill: Invoice, line: InvoiceLine | None) -> Hindsight:
    held = firm.held(bill.payer, bill.period_to)
    asked = {rule.type.slug for rule in held.rules.rules} if held else set()
    lesson = hindsight.learn(
        cut.reason_code, _findings(bill, line), asked, _found_by_profile(cut.reason_code, bill, line)
    )
    with acting(actor):
        made, new = Hindsight.objects.get_or_create(
            **({"rejection": cut} if isinstance(cut, Rejection) else {"reduction": cut}),
            defaults={
                "verdict": lesson.verdict,
                "rule": lesson.rule,
                "finding_id": lesson.finding,
                "guideline": held.rules.label if held else "",
                "at": moment(),
            },
        )
        if new:
            note("cut.compared", "disputes_hindsight", made.pk, after={"verdict": made.verdict, "rule": made.rule})
    return made


def _findings(bill: Invoice, line: InvoiceLine | None) -> Iterator[hindsight.Kept]:
    """What was kept of the line, or for a whole bill of everything on it: what stands first, the newest first."""
    found = Finding.objects.filter(prebill=bill.issue.prebill_id)
    if line is not None:
        found = found.filter(line=line.prebill_line_id)
    for one in found.order_by("-pk"):
        yield hindsight.Kept(
            one.pk, one.rule, one.settled_how.startswith(hindsight.LET_STAND), one.settled_at is not None
        )


def _found_by_profile(reason_code: str, bill: Invoice, line: InvoiceLine | None) -> list[str]:
    """The rules of the reference profile that speak of the reason and find something there, in the profile's order."""
    profile = _profile_for(reason_code)
    if not profile.rules:
        return []
    judged = Judge(profile, frozen.context(bill.payer, [bill])).judge(frozen.entries([bill]))
    found = {f.rule for f in judged.findings if line is None or f.entry == str(line.pk)}
    return [rule.type.slug for rule in profile.rules if rule.type.slug in found]


@cache
def _profile_for(reason_code: str) -> GuidelineSet:
    profile = load(PROFILE)
    speaking = tuple(rule for rule in profile.rules if hindsight.speaks(reason_code, rule.type.slug))
    return dataclasses.replace(profile, rules=speaking)
