"""Pre-bills: the lists by state, and one with its lines, findings, holds, comments and what may be done to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST, require_safe

from meruit.authority import access
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid, NoAuthority, Refused
from meruit.authority.models import Proposal
from meruit.desk import queries as desk
from meruit.invoices import actions as invoices
from meruit.invoices.access import invoices as visible_invoices
from meruit.matters.models import Payer
from meruit.people.models import Timekeeper
from meruit.prebills import access as prebills
from meruit.prebills import actions, divisions, queries
from meruit.prebills.actions import asking
from meruit.prebills.models import Comment, Finding, Hold, Line
from meruit.prebills.sharing import SharingError
from meruit.timesheets import actions as timesheets
from meruit.timesheets.models import Version
from meruit.web import words
from meruit.web.page import actor_of, amount_of, day_of, said, show, tell, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.prebills.models import PreBill

STATES = ("draft", "in review", "held", "approved", "invoiced")


@dataclass(slots=True)
class Shown:
    """A line with everything that hangs on it."""

    line: Line
    findings: list[Finding] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    hold: Hold | None = None
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        """Billed less worked."""
        return self.line.billed_value - self.line.worked_value


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Pre-bills of a state, the one longest in it first."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    everything = prebills.prebills(actor)
    counts = dict(everything.values_list("state").annotate(n=Count("pk")).order_by())
    found = everything.filter(state=state) if state in STATES else everything.exclude(state="invoiced")
    on_bill = Q(lines__removed_at=None, lines__on_hold=False)
    rows = found.annotate(
        billed=Sum("lines__billed_value", filter=on_bill), worked=Sum("lines__worked_value", filter=on_bill)
    ).order_by("state_since")[:300]
    open_findings = dict(
        Finding.objects.filter(prebill__in=[r.pk for r in rows], settled_at=None)
        .values_list("prebill")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return show(
        request,
        "web/prebills.html",
        "prebills",
        {
            "rows": [(row, words.of(words.PREBILL, row.state), open_findings.get(row.pk, 0)) for row in rows],
            "states": [(s, words.of(words.PREBILL, s).word, counts.get(s, 0)) for s in STATES],
            "state": state,
        },
    )


@require_safe
def one(request: HttpRequest, prebill_id: int) -> HttpResponse:
    """A pre-bill as it would be billed now."""
    actor = actor_of(request)
    prebill = prebills.prebill(actor, prebill_id)
    lines = _lines(prebill)
    sums = queries.totals(prebill)
    roles = access.roles(actor)
    persons = Timekeeper.objects.in_bulk([p.timekeeper for p in queries.by_timekeeper(prebill)])
    waiting = next(
        (
            w
            for w in desk.waiting(actor)
            if (w.proposal.subject, w.proposal.subject_id) == ("prebills_prebill", prebill.pk)
        ),
        None,
    )
    open_comments = sum(1 for c in prebill.comments.all() if c.resolved_at is None)
    bills, why_none = _bills(prebill)
    following = list(
        prebills.prebills(actor)
        .filter(state=prebill.state, pk__gt=prebill.pk)
        .order_by("pk")
        .values_list("pk", flat=True)[:1]
    )
    return show(
        request,
        "web/prebill.html",
        "prebills",
        {
            "prebill": prebill,
            "asks": asking.may_ask(prebill),
            "word": words.of(words.PREBILL, prebill.state),
            "lines": lines,
            "sums": sums,
            "difference": -sums.write_down,
            "people": [(persons[p.timekeeper], p) for p in queries.by_timekeeper(prebill)],
            "bills": bills,
            "why_none": why_none,
            "steps": _steps(prebill),
            "findings": sum(len(x.findings) for x in lines),
            "loose_findings": list(prebill.findings.filter(line=None, settled_at=None)),
            "loose_comments": list(prebill.comments.filter(line=None).select_related("by").order_by("at")),
            "open_comments": open_comments,
            "holds": list(prebill.holds.filter(line=None, ended_at=None).select_related("held_by")),
            "waiting": waiting,
            "prepares": bool(roles & set(access.PREPARES)),
            "partner": prebill.matter.responsible_id == actor.person_id and "billing partner" in roles,
            "invoices": list(visible_invoices(actor).filter(issue__prebill=prebill)),
            "following": following[0] if following else None,
        },
    )


def _lines(prebill: PreBill) -> list[Shown]:
    shown = {line.pk: Shown(line) for line in queries.live(prebill).select_related("timekeeper", "entry")}
    for finding in prebill.findings.filter(settled_at=None).exclude(line=None).order_by("span_from", "pk"):
        if finding.line_id in shown:
            shown[finding.line_id].findings.append(finding)
    for comment in prebill.comments.exclude(line=None).select_related("by").order_by("at"):
        if comment.line_id in shown:
            shown[comment.line_id].comments.append(comment)
    for hold in prebill.holds.exclude(line=None).filter(ended_at=None).select_related("held_by"):
        if hold.line_id in shown:
            shown[hold.line_id].hold = hold
    entries = {x.line.entry_id: x for x in shown.values() if x.line.entry_id is not None}
    by_subject = defaultdict(list)
    waiting = Proposal.objects.filter(decision=None, withdrawal=None).select_related("kind", "prepared_by")
    for proposal in waiting.filter(subject="timesheets_entry", subject_id__in=entries):
        by_subject[entries[proposal.subject_id or 0].line.pk].append(proposal)
    for proposal in waiting.filter(subject="prebills_line", subject_id__in=shown):
        by_subject[proposal.subject_id or 0].append(proposal)
    for key, proposals in by_subject.items():
        if key in shown:
            shown[key].proposals = proposals
    return list(shown.values())


def _bills(prebill: PreBill) -> tuple[list[tuple[Payer, object]], str]:
    """What each payer would be billed, or why there is no bill."""
    if prebill.state == "invoiced":
        return [], ""
    try:
        division = divisions.division(prebill)
    except SharingError as error:
        return [], str(error)
    payers = Payer.objects.in_bulk([bill.payer for bill in division.bills])
    return [(payers[bill.payer], bill.totals) for bill in division.bills], ""


def _steps(prebill: PreBill) -> list[str]:
    """How the fee arrangement came to its figure, told in steps."""
    told = (prebill.arrangement or {}).get("terms") or {}
    return [f"{step[0]}: {step[1]} becomes {step[2]}" for term in told.values() for step in term.get("steps", [])]


@require_POST
def act(request: HttpRequest, prebill_id: int, move: str) -> HttpResponse:
    """Do one of the things that may be done to a pre-bill or one of its lines, and come back to it."""
    actor = actor_of(request)
    prebill = prebills.prebill(actor, prebill_id)
    if move not in ACTS:
        raise Invalid(f'"{move}" is nothing that is done to a pre-bill.')
    try:
        tell(request, ACTS[move](request, actor, prebill))
    except NoAuthority as refusal:
        warn(request, str(refusal))
    except Refused as refusal:
        warn(request, str(refusal))
    line = request.POST.get("line", "")
    return redirect(f"/prebills/{prebill.pk}/{f'#line-{line}' if line.isdecimal() else ''}")


def _send(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    with acting(actor):
        actions.send(actor, prebill.pk)
        actions.propose_final_bill(actor, prebill.pk)
    return f"Sent to {prebill.matter.responsible.name}, with the final bill for decision."


def _propose(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    actions.propose_final_bill(actor, prebill.pk)
    return "The bill as it stands now is put forward for decision."


def _approve(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    if request.POST.get("comments") != "seen" and prebill.comments.filter(resolved_at=None).exists():
        raise Invalid("There are open comments: resolve them, or say that the bill goes out with them open.")
    actions.approve(actor, prebill.pk, reason=request.POST.get("reason", "").strip())
    return "Approved over exactly these lines; a change of any of them asks again."


def _return(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    actions.return_to_draft(actor, prebill.pk, reason=said(request, "reason", "why it goes back"))
    return "Returned to draft."


def _issue(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    made = invoices.issue(actor, prebill.pk)
    return "Issued as " + ", ".join(bill.number for bill in made) + "."


def _hold(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    actions.hold(
        actor,
        prebill.pk,
        line_id=_line(request),
        reason=said(request, "reason", "why it is held"),
        review_on=day_of(said(request, "review_on", "on which day the hold is looked at again")),
    )
    return "Held until its review date."


def _release_hold(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    hold, reason = said(request, "hold", "which hold"), said(request, "reason", "why it may go on the bill")
    if {"attorney", "billing partner"} & access.roles(actor):
        actions.release_hold(actor, int(hold), reason=reason)
        return "The hold is released."
    actions.propose_hold_change(actor, int(hold), until=None, reason=reason)
    return "The release of the hold is put forward for decision."


def _comment(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    actions.comment(actor, prebill.pk, request.POST.get("text", ""), line_id=_line(request))
    return "The comment is on the pre-bill."


def _resolve(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    actions.resolve(actor, int(said(request, "comment", "which comment")))
    return "Resolved."


def _narrative(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    line = prebills.line(actor, _line(request) or 0)
    entry = line.entry
    if entry is None or line.prebill_id != prebill.pk:
        raise Invalid("This line has no narrative of a timekeeper.")
    before = Version.objects.get(entry=entry, number=entry.version)
    new = timesheets.NewEntry(
        kind=entry.kind,
        matter_id=entry.matter_id,
        timekeeper_id=entry.timekeeper_id,
        worked_on=before.worked_on,
        narrative=said(request, "narrative", "the new narrative"),
        hours=before.hours,
        units=before.units,
        unit_cost=before.unit_cost,
        task_code=before.task_code,
        activity_code=before.activity_code,
        expense_code=before.expense_code,
        hard_cost=before.hard_cost,
        billable=before.billable,
    )
    reason = said(request, "reason", "why it should read otherwise")
    evidence = {"findings": [f.message for f in line.findings.filter(settled_at=None)]}
    timesheets.propose_change(actor, entry.pk, new, reason=reason, evidence=evidence)
    return f"{line.timekeeper or 'The timekeeper'} decides on the new narrative."


def _write_down(request: HttpRequest, actor: Actor, prebill: PreBill) -> str:
    line = _line(request) or 0
    reason = said(request, "reason", "why the line is billed for less")
    amount = amount_of(said(request, "amount", "by how much"))
    code = request.POST.get("reason_code", "").strip()
    if "billing partner" in access.roles(actor):
        actions.write_down(actor, line, amount, reason=reason, reason_code=code)
        return "The line is written down."
    actions.propose_write_down(actor, line, amount, reason=reason, reason_code=code)
    return "The write-down is put forward for decision."


ACTS: dict[str, Callable[[HttpRequest, Actor, PreBill], str]] = {
    "send": _send,
    "propose": _propose,
    "approve": _approve,
    "return": _return,
    "issue": _issue,
    "hold": _hold,
    "release-hold": _release_hold,
    "comment": _comment,
    "resolve": _resolve,
    "narrative": _narrative,
    "write-down": _write_down,
}


def _line(request: HttpRequest) -> int | None:
    given = request.POST.get("line", "")
    return int(given) if given.isdecimal() else None
