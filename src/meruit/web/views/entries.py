"""Time and costs: entries that wait for their timekeeper's tap, suggestions that wait to be taken."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import F, OuterRef, Subquery
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from meruit.authority import access
from meruit.authority.acts import acting
from meruit.authority.errors import Invalid, NotFound
from meruit.capture import actions as capture
from meruit.capture import core as capture_core
from meruit.capture.models import Suggestion
from meruit.timesheets import access as timesheets
from meruit.timesheets import actions
from meruit.timesheets.models import Version
from meruit.web.forms import Form, Text, wanted
from meruit.web.page import actor_of, numbers, show, tell

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.timesheets.models import Entry


def unreleased(actor: Actor) -> QuerySet[Entry]:
    """The actor's own work that was prepared and is not released."""
    return timesheets.entries(actor).filter(timekeeper__person=actor.person_id, released=None)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Entries as their timekeeper sees them before releasing them, the oldest first."""
    actor = actor_of(request)
    roles = access.roles(actor)
    mine = unreleased(actor)
    others = timesheets.entries(actor).filter(released=None).exclude(timekeeper__person=actor.person_id)
    return show(
        request,
        "web/entries.html",
        "entries",
        {
            "mine": with_version(mine),
            "others": with_version(others)[:200] if roles & {"specialist", "lead", "billing partner"} else [],
            "others_count": others.count(),
        },
    )


def with_version(entries: QuerySet[Entry]) -> list[Entry]:
    """Entries with what they say now, in the attribute `says`."""
    current = Version.objects.filter(entry=OuterRef("pk"), number=F("entry__version"))
    rows: list[Any] = list(
        entries.select_related("matter__client")
        .annotate(on=Subquery(current.values("worked_on")[:1]))
        .order_by("on", "pk")[:500]
    )
    said = Version.objects.filter(entry__in=[row.pk for row in rows], number=F("entry__version"))
    says = {version.entry_id: version for version in said}
    for row in rows:
        row.says = says[row.pk]
    return rows


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """One tap: these entries, in the versions that were shown, may be billed."""
    actor = actor_of(request)
    shown = [part.split(":") for part in request.POST.getlist("entry")]
    if not shown:
        raise Invalid("Tick at least one entry.")
    wanted = {int(pair[0]): pair[1] for pair in shown if len(pair) == 2 and pair[0].isdecimal()}
    now = dict(timesheets.entries(actor).filter(pk__in=wanted).values_list("pk", "version"))
    changed = [pk for pk, version in wanted.items() if str(now.get(pk)) != version]
    if changed:
        raise Invalid(f"Entry {changed[0]} has changed since the page was shown; look at it again.")
    actions.release(actor, sorted(wanted))
    tell(request, f"{len(wanted)} entries are released; they can be billed.")
    return redirect("entries")


class Take(Form):
    """A suggestion as it would be taken: what was guessed is there to be put right."""

    matter = forms.TypedChoiceField(
        label="Matter", coerce=int, error_messages=wanted("Say which matter the work was for.")
    )
    hours = forms.DecimalField(
        label="Hours",
        min_value=Decimal("0.1"),
        max_value=Decimal(24),
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_decimal_places"), "A number of hours, such as 0.6."
        ),
    )
    narrative = Text(label="Narrative", error_messages=wanted("Say what was done."))
    task_code = Text(label="Task", required=False, max_length=8)
    activity_code = Text(label="Activity", required=False, max_length=8)

    def __init__(self, suggestion: Suggestion, matters: list[tuple[int, str]], *args: Any, **options: Any) -> None:
        options["prefix"] = f"s{suggestion.pk}"
        options["initial"] = {
            "matter": suggestion.matter_id,
            "hours": f"{suggestion.hours.normalize():f}",
            "narrative": suggestion.text,
        }
        super().__init__(*args, **options)
        self.choose("matter", [("", "Say which"), *matters])


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What calendars suggest, by day; nothing of it is billable before it is taken and released."""
    actor = actor_of(request)
    access.require(actor, *access.PREPARES, "timekeeper")
    return _suggestions(request, actor)


def _suggestions(request: HttpRequest, actor: Actor, refused: tuple[int, Take] | None = None) -> HttpResponse:
    found = capture.visible(actor).filter(state=Suggestion.State.OPEN)
    if access.roles(actor) <= {"timekeeper"}:
        found = found.filter(timekeeper__person=actor.person_id)
    matters = _matters(actor)
    bound = dict([refused] if refused else [])
    rows = found.select_related("matter", "timekeeper").order_by("worked_on", "pk")[:300]
    return show(
        request,
        "web/suggestions.html",
        "entries",
        {"suggestions": [(row, bound.get(row.pk) or Take(row, matters)) for row in rows]},
        status=400 if refused else 200,
    )


def _matters(actor: Actor) -> list[tuple[int, str]]:
    return [(m.pk, f"{m.number} {m.name}") for m in access.matters(actor).order_by("number")]


@require_POST
def take(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """Take a suggestion: its entry is prepared, and its timekeeper releases it."""
    actor = actor_of(request)
    suggestion = capture.visible(actor).filter(pk=suggestion_id).first()
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    form = Take(suggestion, _matters(actor), request.POST)
    if not form.is_valid():
        return _suggestions(request, actor, (suggestion.pk, form))
    said = form.cleaned_data
    new = actions.NewEntry(
        kind="time",
        matter_id=said["matter"],
        timekeeper_id=suggestion.timekeeper_id,
        worked_on=suggestion.worked_on,
        narrative=said["narrative"],
        hours=said["hours"],
        task_code=said["task_code"].upper(),
        activity_code=said["activity_code"].upper(),
        suggestion_id=suggestion.pk,
    )
    try:
        with acting(actor):
            capture.settle(actor, suggestion.pk, capture_core.Move.TAKE)
            actions.prepare(actor, [new])
    except Invalid as refusal:
        form.refuse(refusal)
        return _suggestions(request, actor, (suggestion.pk, form))
    tell(request, f"Prepared for {suggestion.timekeeper}, who releases it.")
    return redirect("suggestions")


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """These were no work."""
    actor = actor_of(request)
    for suggestion in numbers(request, "suggestion"):
        capture.settle(actor, suggestion, capture_core.Move.DISMISS, reason=request.POST.get("reason", "").strip())
    tell(request, "Dismissed; they can be recalled.")
    return redirect("suggestions")
