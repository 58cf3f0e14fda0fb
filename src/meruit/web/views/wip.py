"""Work in progress: what is released and not billed, by matter and age; some of it is put forward to be given up."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from meruit.authority import access
from meruit.authority.acts import acting, today
from meruit.authority.errors import Refused
from meruit.invoices import actions, queries
from meruit.prebills.core.states import State
from meruit.web.forms import Form, Text, wanted
from meruit.web.page import actor_of, numbers, show, tell

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.invoices.queries import InProgress

PLACE = "prebills"
#: Who looks at what is not billed yet.
LOOKS = (*access.PREPARES, "manager", "auditor")
#: States in which lines of a pre-bill can still change.
CHANGES = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What every matter has in work in progress, by age of the work, the largest of each currency first."""
    actor = actor_of(request)
    access.require(actor, *LOOKS)
    seen = {m.pk: m for m in access.matters(actor).select_related("client")}
    rows = [row for row in queries.wip_aging(today()) if row.matter in seen]
    ages = [(seen[r.matter], r, r.current + r.days_31 + r.days_61 + r.over_90) for r in rows]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _, row, total in ages:
        sums[row.currency] += total
    ages.sort(key=lambda one: (one[1].currency, -one[2], one[0].number))
    return show(request, "web/wip.html", PLACE, {"rows": ages, "sums": sorted(sums.items())})


class GiveUp(Form):
    """Why work will never be billed."""

    reason = Text(
        label="Why it will never be billed", rows=2, error_messages=wanted("Say why: whoever decides it reads this.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, matter_id: int) -> HttpResponse:
    """A matter's work in progress; entries ticked here are put forward to be written off, whole, each by itself."""
    actor = actor_of(request)
    access.require(actor, *LOOKS)
    matter = access.matter(actor, matter_id)
    rows = queries.in_progress(matter.pk)
    form = GiveUp(request.POST if request.method == "POST" else None)
    ticked: list[int] = []
    if request.method == "POST":
        access.require(actor, *access.PREPARES)
        ticked = numbers(request, "entry")
        if (made := _put_forward(request, form, rows, ticked)) is not None:
            chosen = [row for row in rows if row.entry in ticked]
            tell(request, f"Put forward: {_sum(chosen)}; {matter.responsible.name} or another partner decides.")
            return redirect("decision", proposal_id=made[0]) if len(made) == 1 else redirect("wip-matter", matter.pk)
    return show(
        request,
        "web/wip_matter.html",
        PLACE,
        {
            "matter": matter,
            "rows": [(row, _is_free(row), row.entry in ticked) for row in rows],
            "sums": _sums(rows),
            "form": form,
            "prepares": bool(access.roles(actor) & set(access.PREPARES)),
            "any_free": any(_is_free(row) for row in rows),
        },
        status=400 if request.method == "POST" else 200,
    )


def _put_forward(request: HttpRequest, form: GiveUp, rows: list[InProgress], ticked: list[int]) -> list[int] | None:
    """A proposal for each entry that was ticked, all of them or none; None where the form says why not."""
    free = {row.entry for row in rows if _is_free(row)}
    if not ticked:
        form.refuse("Tick at least one entry.")
    elif not free.issuperset(ticked):
        form.refuse("One of these has been billed, given up or put forward meanwhile; look at the list again.")
    if not form.is_valid():
        return None
    actor = actor_of(request)
    try:
        with acting(actor):
            return [
                actions.propose_wip_write_off(actor, entry, reason=form.cleaned_data["reason"])
                for entry in sorted(set(ticked))
            ]
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _is_free(row: InProgress) -> bool:
    """Whether it may be put forward: on no pre-bill or on one that can still change, and not put forward yet."""
    return row.prebill_state in (None, *CHANGES) and row.proposal is None


def _sums(rows: list[InProgress]) -> list[tuple[str, Decimal]]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row.currency] += row.value
    return sorted(found.items())


def _sum(rows: list[InProgress]) -> str:
    money = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in _sums(rows))
    return f"{len(rows)} {'entry' if len(rows) == 1 else 'entries'}, {money}"
