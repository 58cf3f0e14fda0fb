"""The steps of a night, in order over all rooms. Each finds its own work; none asks another what it did.

What needs a decision is put forward and waits; what was decided is carried out first, by a function that is
handed in, since the table from kind to room stands above (`desk`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meruit.audit import tasks as audit
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid
from meruit.authority.models import Decision
from meruit.disputes import tasks as disputes
from meruit.invoices import checks as invoices_checks
from meruit.invoices.actions import issuing, rendering
from meruit.invoices.models import Invoice
from meruit.ledger import queries as ledger
from meruit.matters.models import Matter
from meruit.night import together
from meruit.night.run import Skip, Step
from meruit.night.together import billing_period
from meruit.portals import tasks as portals
from meruit.prebills import actions as prebills
from meruit.prebills import coding
from meruit.prebills.actions import screening
from meruit.prebills.models import Line, PreBill
from meruit.receivables import tasks as receivables
from meruit.timesheets.models import Released

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

#: Lets a decision take effect; returns the id of the effect, or None when it may not yet.
CarryOut = Callable[["Actor", int], int | None]


def steps(carry_out: CarryOut, ready: Callable[[], Iterable[int]]) -> tuple[Step, ...]:
    """The table of the night."""
    return (
        Step(
            "effects",
            "Decisions carried out",
            lambda actor, now: (str(key) for key in ready()),
            lambda actor, key, now: _effect(actor, key, carry_out),
        ),
        Step("draft", "Pre-bills drafted", _matters_to_draft, _draft, together.draft, 200),
        Step("screen", "Pre-bills screened", _drafts, _screen, together.screen, 50),
        Step("put-forward", "Bills put forward", _drafts, _put_forward, together.put_forward, 100),
        Step("issue", "Bills issued", _approved, _issue, together.issue, 50),
        Step("render", "Bills rendered", _unrendered, _render, together.render, 20),
        Step("package", "E-bills packaged", portals.packable, portals.package_one),
        Step("look", "Unknown outcomes looked up", portals.unknown, portals.look_for_one),
        Step("send", "E-bills sent", portals.sendable, portals.send_one),
        Step("listen", "Portals listened to", portals.doors, portals.listen_one),
        Step("returned", "Rejections and reductions opened", disputes.returned, disputes.open_one),
        Step("restored", "Cuts that fell with their bill", disputes.fallen, disputes.restore_one),
        Step("hindsight", "Cuts compared with our rules", disputes.unlearnt, disputes.learn_one),
        Step("asked", "Questions given a deadline", disputes.asked, disputes.ask_one),
        Step("answered", "Questions answered", disputes.answered, disputes.answered_one),
        Step("resent", "Corrections sent again", disputes.sent_again, disputes.resubmitted_one),
        Step("overridden", "Rejections the client withdrew", disputes.taken_after_all, disputes.overridden_one),
        Step("protect", "Protective appeals put forward", disputes.closing, disputes.protect_one),
        Step("lapse", "Windows that closed", disputes.closed, disputes.lapse_one),
        Step("post", "Remittances posted", receivables.announced, receivables.post_one),
        Step("settle", "Paid e-bills closed", receivables.settled, receivables.settle_one),
        Step("silence", "Bills met with silence", portals.silent, portals.alarm_one),
        Step("codes", "Codes learnt", lambda actor, now: ["the firm's coded entries"], _codes),
        Step("books", "Books compared", lambda actor, now: ["differences"], _books),
        Step("seal", "Audit trail sealed", lambda actor, now: [f"receipt of {now:%Y-%m-%d %H:%M}"], _seal),
    )


def _effect(actor: Actor, key: str, carry_out: CarryOut) -> str:
    kind = Decision.objects.get(pk=int(key)).kind_id
    made = carry_out(actor, int(key))
    if made is None:
        raise Skip(f"{kind}: may not take effect yet")
    return kind


def _matters_to_draft(actor: Actor, now: datetime) -> Iterable[str]:
    """Matters with released work of the period that is on no pre-bill."""
    first, last = billing_period(now)
    unbilled = Released.objects.filter(entry__versions__worked_on__lte=last, entry__matter__closed_on=None).exclude(
        entry__in=_on_a_prebill()
    )
    numbers = unbilled.values_list("entry__matter_id", flat=True).distinct()
    return [f"{matter}:{first:%Y-%m}" for matter in sorted(numbers)]


def _on_a_prebill() -> QuerySet[Line, Any]:
    return Line.objects.filter(removed_at=None, entry__isnull=False).values("entry_id")


def _draft(actor: Actor, key: str, now: datetime) -> str:
    matter = int(key.partition(":")[0])
    first, last = billing_period(now)
    drafted = prebills.draft(actor, [matter], first, last)
    if not drafted:
        raise Skip("no work of the period")
    return f"{sum(d.lines for d in drafted)} lines for {Matter.objects.get(pk=matter).number}"


def _drafts(actor: Actor, now: datetime) -> Iterable[str]:
    return [str(key) for key in PreBill.objects.filter(state="draft").order_by("pk").values_list("pk", flat=True)]


def _screen(actor: Actor, key: str, now: datetime) -> str:
    found = screening.screen(actor, [int(key)])
    return f"pre-bill {key}: {found.get(int(key), 0)} findings"


def _put_forward(actor: Actor, key: str, now: datetime) -> str:
    prebill = PreBill.objects.select_related("matter").get(pk=int(key))
    open_findings = prebill.findings.filter(settled_at=None, severity="refuse").count()
    if open_findings:
        raise Skip(together.held_back(prebill.matter.number, open_findings))
    with acting(actor):  # one transaction: a bill sent and not put forward would wait for nobody
        prebills.send(actor, prebill.pk)
        prebills.propose_final_bill(actor, prebill.pk)
    return f"matter {prebill.matter.number} put before its partner"


def _approved(actor: Actor, now: datetime) -> Iterable[str]:
    return [str(key) for key in PreBill.objects.filter(state="approved").order_by("pk").values_list("pk", flat=True)]


def _issue(actor: Actor, key: str, now: datetime) -> str:
    return ", ".join(invoice.number for invoice in issuing.issue(actor, int(key)))


def _unrendered(actor: Actor, now: datetime) -> Iterable[str]:
    missing = Invoice.objects.filter(reversal=None).exclude(artefacts__form="pdf").order_by("pk")
    return [str(key) for key in missing.values_list("pk", flat=True)]


def _render(actor: Actor, key: str, now: datetime) -> str:
    """Every form of a bill, or none: what has its PDF would not be found again."""
    invoice = Invoice.objects.get(pk=int(key))
    forms = rendering.forms_of(invoice)
    with acting(actor):
        made = [rendering.render_many(actor, [invoice.pk], form)[0] for form in forms]
    if refused := [one.why for one in made if one.artefact_id is None]:
        raise Invalid(" ".join(refused))  # the other form is kept
    return f"{invoice.number}: {', '.join(forms)}"


def _codes(actor: Actor, key: str, now: datetime) -> str:
    fresh = coding.unlearnt()
    if fresh < coding.WORTH_IT:
        raise Skip(f"{fresh} entries since the last time; {coding.WORTH_IT} are worth learning from")
    made = coding.learn(actor)
    told = "; ".join(
        f"{kind} right {found['right']:.0%} where it answers, {found['answered']:.0%} of the time"
        for kind, found in made.measured.items()
    )
    return f"{made.entries} entries; {told}"


def _books(actor: Actor, key: str, now: datetime) -> str:
    found = [*ledger.differences(), *invoices_checks.differences()]
    if found:
        raise AssertionError(f"{len(found)} figures differ from what their entries add up to: {found[0]}")
    return "every figure follows from its entries"


def _seal(actor: Actor, key: str, now: datetime) -> str:
    made = audit.receipt()
    if made is None:
        raise Skip("nothing has happened yet")
    return f"{made.count} records under the receipt"
