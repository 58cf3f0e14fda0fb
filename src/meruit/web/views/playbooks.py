"""The playbook of a payer: all that one must know to bill it, on one page that prints."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Q
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from meruit.authority import access as authority
from meruit.authority.acts import today
from meruit.authority.errors import Refused
from meruit.disputes import access as disputes
from meruit.firm import access, queries
from meruit.firm.actions.playbook import keep_playbook
from meruit.firm.models import Calendar, Playbook, Rate
from meruit.matters.models import MatterId, Payer
from meruit.portals.profiles import profile
from meruit.utbms.codes import sets as code_sets
from meruit.web.forms import Form, Text, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from meruit.firm.queries import Held

PLACE = "playbooks"


class Words(Form):
    """What people know of a payer and no table holds."""

    cadence = Text(label="How often it is billed", error_messages=wanted("Say how often, for example monthly."))
    format = Text(label="Format", error_messages=wanted("Say which, for example LEDES 1998B with a PDF."))
    portal = Text(label="Portal", required=False)
    steps = Text(label="Steps", rows=8, error_messages=wanted("Say what is done, a step on each line."))
    quirks = Text(label="Quirks", rows=5, required=False)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The payers of clients that exist for the reader."""
    payers = Payer.objects.filter(client__in=authority.clients(actor_of(request)))
    kept = dict(Playbook.objects.filter(payer__in=payers).values_list("payer", "checked_on"))
    rows = [(p, p.pk in kept, kept.get(p.pk)) for p in payers.select_related("client").order_by("client__name", "name")]
    return show(request, "web/playbooks.html", PLACE, {"rows": rows})


@require_safe
def one(request: HttpRequest, payer_id: int) -> HttpResponse:
    """One payer: rates, format, codes, portal, cadence, quirks, rules, tolerances, and what it cuts."""
    actor = actor_of(request)
    payer = access.payer(actor, payer_id)
    day = today()
    matters = authority.matters(actor).filter(client=payer.client)
    used = set(matters.values_list("code_set", flat=True))
    return show(
        request,
        "web/playbook.html",
        PLACE,
        {
            "payer": payer,
            "playbook": Playbook.objects.filter(payer=payer).first(),
            "profile": profile(payer.delivery),
            "portal_rates": access.timekeepers(actor)
            .filter(Q(until_on=None) | Q(until_on__gte=day), payer=payer, from_on__lte=day)
            .order_by("timekeeper__number", "from_on"),
            "agreed": _agreed(payer, day).filter(Q(matter=None) | Q(matter__in=matters)),
            "codes": _codes(used),
            "ids": MatterId.objects.filter(payer=payer, matter__in=matters)
            .select_related("matter")
            .order_by("matter__number", "name"),
            "held": _held(payer, day),
            "days_off": Calendar.objects.filter(payer=payer, day__gte=day).order_by("day"),
            "cuts": Counter(
                disputes.reductions(actor).filter(invoice__payer=payer).values_list("reason_code", flat=True)
            ).most_common(8),
            "prepares": bool(authority.roles(actor) & set(authority.PREPARES)),
            "today": day,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, payer_id: int) -> HttpResponse:
    """Write the words of a playbook anew."""
    actor = actor_of(request)
    authority.require(actor, *authority.PREPARES)
    payer = access.payer(actor, payer_id)
    kept = Playbook.objects.filter(payer=payer).values(*Words.base_fields).first()
    form = Words(request.POST if request.method == "POST" else None, initial=kept or {})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                keep_playbook(actor, payer.pk, **form.cleaned_data)
                tell(request, "The playbook is kept, and counts as checked today.")
                return redirect("playbook", payer_id=payer.pk)
            except Refused as refusal:
                form.refuse(refusal)
        status = 400
    return show(request, "web/playbook_edit.html", PLACE, {"payer": payer, "form": form}, status=status)


def _agreed(payer: Payer, day: date) -> QuerySet[Rate]:
    rows = Rate.objects.filter(Q(until_on=None) | Q(until_on__gte=day), client=payer.client, from_on__lte=day)
    return rows.select_related("matter", "timekeeper").order_by("level", "timekeeper__number", "-from_on")


def _codes(used: set[str]) -> list[str]:
    """The task code lists whose codes begin with the letters that the matters use."""
    return [
        found.title
        for found in code_sets().values()
        if "task" in found.kinds and any(code.code.startswith(tuple(used)) for code in found.codes)
    ]


def _held(payer: Payer, day: date) -> Held | Refused | None:
    """The rules in force, or the sentence why there are none."""
    try:
        return queries.held(payer, day)
    except Refused as refusal:
        return refusal
