"""Decisions: the list of what waits, one with its evidence, a batch bound by what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meruit.authority import actions as authority
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid, NotFound, NotNow, Refused
from meruit.authority.models import Attestation, Decision
from meruit.desk import effects
from meruit.desk import queries as desk
from meruit.web import told, words
from meruit.web.page import actor_of, numbers, said, show, tell, warn

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.authority.models import Proposal
    from meruit.desk.queries import Waiting

VERDICTS = {"approve": "approved", "refuse": "refused", "amend": "amended"}


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for whoever looks, by due time; filtered by kind or client."""
    actor = actor_of(request)
    everything = desk.waiting(actor)
    kind, client = request.GET.get("kind", ""), request.GET.get("client", "")
    shown = [
        w
        for w in everything
        if (not kind or w.proposal.kind_id == kind) and (not client or str(w.proposal.client_id) == client)
    ]
    kinds: dict[str, tuple[str, int]] = {}
    clients: dict[int, tuple[str, int]] = {}
    for one in everything:
        p = one.proposal
        kinds[p.kind_id] = (p.kind.title, kinds.get(p.kind_id, ("", 0))[1] + 1)
        if p.client is not None:
            clients[p.client.pk] = (p.client.name, clients.get(p.client.pk, ("", 0))[1] + 1)
    return show(
        request,
        "web/decisions.html",
        "decisions",
        {
            "waiting": shown,
            "count": len(everything),
            "kinds": sorted((k, *v) for k, v in kinds.items()),
            "clients": sorted((k, *v) for k, v in clients.items()),
            "kind": kind,
            "client": client,
            "batchable": any(_batchable(w) for w in shown),
            "put_forward": list(desk.put_forward(actor)[:50]),
        },
    )


@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """First show the list that would be decided; then decide exactly that list, or nothing."""
    actor = actor_of(request)
    wanted = set(numbers(request, "proposal"))
    if not wanted:
        raise Invalid("Tick at least one decision.")
    chosen = [w for w in desk.waiting(actor) if w.proposal.pk in wanted]
    if {w.proposal.pk for w in chosen} != wanted:
        raise NotFound("The list has changed: one of these is no longer waiting for you.")
    if not all(_batchable(w) for w in chosen):
        raise Invalid("One of these is decided one by one: it is signed, or taken for somebody else.")
    ids = sorted(wanted)
    if request.POST.get("sure") != "yes":
        return show(
            request,
            "web/batch.html",
            "decisions",
            {
                "chosen": [(w.proposal, told.tell(w.proposal)) for w in chosen],
                "digest": _digest(actor, ids).hex(),
            },
        )
    try:
        seen = bytes.fromhex(request.POST.get("digest", ""))
    except ValueError as error:
        raise Invalid("The digest of the list is no digest.") from error
    with acting(actor):
        made = authority.decide_batch(actor, ids, seen, "approved", reason=request.POST.get("reason", "").strip())
        for decision in made:
            effects.follow(actor, decision)
    tell(request, f"{len(made)} decisions are approved and have taken effect where they may at once.")
    return redirect("decisions")


def _digest(actor: Actor, ids: list[int]) -> bytes:
    with acting(actor):
        return authority.batch_digest(ids)


def _batchable(waiting: Waiting) -> bool:
    kind = waiting.proposal.kind
    return kind.batch and not kind.signed and waiting.on_behalf_of is None and not waiting.needs_another


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One decision: content, evidence, effect, what changed, and the options."""
    actor = actor_of(request)
    proposal = desk.proposal(actor, proposal_id)
    waiting = next((w for w in desk.waiting(actor) if w.proposal.pk == proposal_id), None)
    if request.method == "POST":
        return _decide(request, actor, proposal, waiting)
    return _page(request, actor, proposal, waiting)


def _decide(request: HttpRequest, actor: Actor, proposal: Proposal, waiting: Waiting | None) -> HttpResponse:
    wanted = request.POST.get("verdict", "")
    if wanted == "withdraw":
        authority.withdraw(actor, proposal.pk, said(request, "reason", "why it is taken back"))
        tell(request, "It is taken back and takes no effect.")
        return redirect("decision", proposal_id=proposal.pk)
    if wanted == "carry-out":
        return _carry_out(request, actor, proposal)
    if wanted not in VERDICTS:
        raise Invalid("Approve, refuse or amend.")
    reason = request.POST.get("reason", "").strip()
    if wanted != "approve" and not reason:
        raise Invalid("A refusal asks its question, and an amendment says why: whoever prepared it will read it.")
    amended = None
    if wanted == "amend":
        key = told.AMENDABLE.get(proposal.kind_id)
        if key is None:
            raise Invalid("This kind is approved or refused as it stands.")
        amended = proposal.content | {key[0]: said(request, "amended", "what it is amended to")}
    behalf = None if waiting is None or waiting.on_behalf_of is None else waiting.on_behalf_of.pk
    try:
        with acting(actor):
            decision = authority.decide(
                actor, proposal.pk, VERDICTS[wanted], reason=reason, amended=amended, on_behalf_of=behalf
            )
            done = effects.follow(actor, decision)
    except Refused as refusal:
        warn(request, str(refusal))
        return redirect("decision", proposal_id=proposal.pk)
    tell(request, _outcome(proposal, Decision.objects.get(pk=decision), done))
    if request.POST.get("then") == "stay":
        return redirect("decision", proposal_id=proposal.pk)
    onward = [w for w in desk.waiting(actor) if w.proposal.kind_id == proposal.kind_id]
    return redirect("decision", proposal_id=onward[0].proposal.pk) if onward else redirect("decisions")


def _carry_out(request: HttpRequest, actor: Actor, proposal: Proposal) -> HttpResponse:
    """Let what was decided take effect now that it may, instead of waiting for the night."""
    decision = Decision.objects.select_related("proposal").filter(proposal=proposal).first()
    if decision is None or not effects.is_due(decision):
        raise NotNow("There is nothing here that could take effect now.")
    try:
        effects.carry_out(actor, decision.pk)
    except Refused as refusal:
        warn(request, str(refusal))
    else:
        tell(request, f"{proposal.kind.title} {proposal.pk} has taken effect.")
    return redirect("decision", proposal_id=proposal.pk)


def _outcome(proposal: Proposal, decision: Decision, done: bool) -> str:
    title = proposal.kind.title
    if decision.verdict == Decision.Verdict.REFUSED:
        return f"{title} {proposal.pk} is refused; {proposal.prepared_by.name} sees your question."
    if done:
        return f"{title} {proposal.pk} is approved and has taken effect."
    if decision.not_before > decision.decided_at:
        return f"{title} {proposal.pk} is approved; it takes effect from {decision.not_before:%d %b %Y %H:%M} UTC on."
    return f"{title} {proposal.pk} is approved."


def _page(request: HttpRequest, actor: Actor, proposal: Proposal, waiting: Waiting | None) -> HttpResponse:
    decision = (
        Decision.objects.filter(proposal=proposal)
        .select_related("decided_by", "on_behalf_of", "consumption", "kind", "proposal")
        .first()
    )
    withdrawn = getattr(proposal, "withdrawal", None)
    state = "withdrawn" if withdrawn else decision.verdict if decision else "waits"
    signed = False
    if proposal.kind.signed and waiting is not None:
        used = Decision.objects.exclude(attestation=None).values("attestation")
        signed = (
            Attestation.objects.filter(person=actor.person_id, proposal=proposal, expires_at__gt=desk.now())
            .exclude(pk__in=used)
            .exists()
        )
    earlier = list(
        Decision.objects.filter(proposal__subject=proposal.subject, proposal__subject_id=proposal.subject_id)
        .exclude(proposal=proposal)
        .exclude(proposal__subject_id=None)
        .select_related("proposal", "proposal__kind", "decided_by")
        .order_by("-pk")[:6]
    )
    return show(
        request,
        "web/decision.html",
        "decisions",
        {
            "proposal": proposal,
            "told": told.tell(proposal),
            "waiting": waiting,
            "decision": decision,
            "withdrawn": withdrawn,
            "word": words.of(words.DECISION, state),
            "verdict": words.of(words.DECISION, decision.verdict) if decision else None,
            "own": proposal.prepared_by_id == actor.person_id,
            "signed": signed,
            "sign_at": f"{settings.ADDRESSES.gate}/gate/sign/{proposal.pk}/",
            "earlier": earlier,
            "is_due": decision is not None and effects.is_due(decision),
            "may_stop": decision is not None
            and withdrawn is None
            and not hasattr(decision, "consumption")
            and desk.may_stop(actor, decision),
        },
    )
