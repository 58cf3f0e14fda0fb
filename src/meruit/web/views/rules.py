"""Clients' rules: every version with where it stands, what changed, the page one learns it from, and dry runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe
from markdown_it import MarkdownIt

from meruit.authority import access as authority
from meruit.authority.acts import today
from meruit.authority.errors import Invalid
from meruit.disputes import dry_run
from meruit.drafting.document import is_machine_drafted
from meruit.firm import access, actions, queries
from meruit.firm.core.sets import Standing
from meruit.firm.queries import sets
from meruit.guidelines import load
from meruit.guidelines.diff import changes
from meruit.guidelines.lint import lint
from meruit.guidelines.page import page
from meruit.web.page import actor_of, day_of, said, show, tell

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from meruit.authority.acts import Actor
    from meruit.firm.models import GuidelineSet

PLACE = "rules"
PROFILE = "RP-1"
#: How far back a dry run looks unless told.
LOOKS_BACK = timedelta(days=180)
LOOKS: dict[Standing, str] = {
    Standing.DRAFT: "calm",
    Standing.PROPOSED: "waits",
    Standing.UPCOMING: "waits",
    Standing.IN_FORCE: "good",
    Standing.SUPERSEDED: "calm",
    Standing.ENDED: "stop",
    Standing.WITHDRAWN: "calm",
}
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image", "link", "autolink"])


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every version of every set that the reader may see, those that wait for acceptance first."""
    versions = queries.versions(actor_of(request))
    waiting = [v for v in versions if v.standing in (Standing.DRAFT, Standing.PROPOSED)]
    waiting.sort(key=lambda v: (v.row.due_on is None, v.row.due_on))
    rest = [v for v in versions if v not in waiting]
    return show(
        request,
        "web/rules.html",
        PLACE,
        {"groups": [("To be accepted", waiting), ("Versions", rest)], "looks": LOOKS, "today": today()},
    )


@require_safe
def one(request: HttpRequest, set_id: int) -> HttpResponse:
    """One version: where it stands, what differs from another, and the page a new hire learns it from."""
    actor = actor_of(request)
    row = access.guideline_set(actor, set_id)
    rules = sets.rules_of(row)
    remarks = list(lint(rules))
    (version,) = [v for v in queries.versions(actor, row.client_id, firm_wide=row.client_id is None) if v.row == row]
    others = _others(actor, row)
    former = _chosen(request, others) or next((o for o in others if o == sets.before(row)), None)
    roles = authority.roles(actor)
    return show(
        request,
        "web/rule_set.html",
        PLACE,
        {
            "version": version,
            "row": row,
            "look": LOOKS[version.standing],
            "rules": rules,
            "machine": is_machine_drafted(rules),
            "grave": [remark for remark in remarks if remark.grave],
            "minor": [remark for remark in remarks if not remark.grave],
            "others": others,
            "former": former,
            "changes": changes(sets.rules_of(former), rules) if former else [],
            "learn": learnt(page(rules)),
            "prepares": bool(roles & set(authority.PREPARES)),
            "may_accept": row.state == "draft" and version.proposal_id is None and "billing partner" in roles,
            "may_propose": row.state == "draft"
            and version.proposal_id is None
            and bool(roles & set(authority.PREPARES)),
            "today": today(),
        },
    )


@require_POST
def propose(request: HttpRequest, set_id: int) -> HttpResponse:
    """Put the acceptance of a version before a partner."""
    actor = actor_of(request)
    row = access.guideline_set(actor, set_id)
    proposal = actions.propose_acceptance(actor, row.pk, reason=said(request, "reason", "why it is to be accepted"))
    tell(request, "Put forward; a billing partner of the client decides.")
    return redirect("decision", proposal_id=proposal)


@require_safe
def rehearse(request: HttpRequest, set_id: int) -> HttpResponse:
    """What this version would have said of past bills beside another, and what of it was in truth cut."""
    actor = actor_of(request)
    row = access.guideline_set(actor, set_id)
    if row.client_id is None:
        raise Invalid("A set of the firm speaks of no one client's bills; a dry run is made of a client's set.")
    others = _others(actor, row)
    day = today()
    first = day_of(request.GET["first"]) if request.GET.get("first") else day - LOOKS_BACK
    last = day_of(request.GET["last"]) if request.GET.get("last") else day
    against = _chosen(request, others) or sets.before(row)
    ran = None
    if "first" in request.GET:
        old = sets.rules_of(against) if against else load(PROFILE)
        ran = dry_run.over_past_bills(actor, row.client_id, old, sets.rules_of(row), first, last)
    return show(
        request,
        "web/rule_dry_run.html",
        PLACE,
        {"row": row, "others": others, "against": against, "profile": PROFILE, "first": first, "last": last, "ran": ran}
        | ({} if ran is None else _shown(ran)),
    )


def learnt(markdown: str) -> SafeString:
    """The page one learns a set from. Tags, links and images in a client's words stay words."""
    html: str = _MARKDOWN.render(markdown)
    return mark_safe(html)  # rendered with HTML off


def _shown(ran: dry_run.DryRun) -> dict[str, Any]:
    rows = ran.rows
    cut = sum(lines.cut for _, lines in rows)
    return {
        "rows": rows,
        "cut": cut,
        "bars": [(words, lines.cut / cut if cut else 0.0, f"{lines.cut} of {cut}") for words, lines in rows]
        if cut
        else [],
    }


def _others(actor: Actor, row: GuidelineSet) -> list[GuidelineSet]:
    """The versions that one may be compared with: those of the same name, the latest first."""
    same = access.sets(actor).filter(client=row.client_id, name=row.name).exclude(pk=row.pk)
    return list(same.exclude(state="withdrawn").order_by("-effective_from", "-pk"))


def _chosen(request: HttpRequest, others: list[GuidelineSet]) -> GuidelineSet | None:
    wanted = request.GET.get("with", "")
    return next((o for o in others if str(o.pk) == wanted), None)
