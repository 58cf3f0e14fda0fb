"""At the portals: what is stuck and what to do about it, one submission, and what a person does by hand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.authority import access
from meruit.authority.acts import moment
from meruit.authority.errors import NotFound, Refused
from meruit.desk import carrying, stuck
from meruit.disputes import actions as disputes
from meruit.people.models import Person
from meruit.portals import access as portals
from meruit.portals import actions, core
from meruit.portals.actions.by_person import ANSWERS, FINDS
from meruit.portals.actions.hearing import REDUCTION, REJECTION
from meruit.portals.profiles import profile
from meruit.web import words
from meruit.web.forms import Amount, Form, Text, wanted
from meruit.web.page import actor_of, said, show, tell, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.portals.models import StatusEvent, Submission

PLACE = "bills"
CLOCK = "%Y-%m-%dT%H:%M"


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is stuck, with what to do; what nobody understood; and every bill under way."""
    actor = actor_of(request)
    under_way = portals.submissions(actor).exclude(state__in=stuck.ENDED).order_by("state_since")
    return show(
        request,
        "web/submissions.html",
        PLACE,
        {
            "stuck": [(row, words.of(words.SUBMISSION, row.submission.state)) for row in stuck.of(actor)],
            "unclear": list(stuck.unclear(actor)[:50]),
            "rows": [(s, words.of(words.SUBMISSION, s.state)) for s in under_way[:300]],
            "prepares": _prepares(actor),
        },
    )


class Heard(Form):
    """What a person read on a portal's page, in a mail or a letter, in the portal's words."""

    word = forms.ChoiceField(label="The portal says", error_messages=wanted("Say which of the portal's words it was."))
    at = forms.DateTimeField(
        label="At",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CLOCK),
        input_formats=[CLOCK, "%Y-%m-%d %H:%M"],
        error_messages={"required": "Say when.", "invalid": "This is no moment; write it as 2026-01-31 14:05."},
    )
    line = forms.IntegerField(label="About line", required=False, min_value=1, help_text="Blank: the whole bill.")
    amount = Amount(label="Amount", required=False, help_text="What was approved, cut or paid.")
    reason = forms.ChoiceField(label="Its reason", required=False)
    note = Text(label="Its words", required=False, rows=2)
    reference = Text(label="Its number", required=False, help_text="The portal's own number, or that of a payment.")

    def __init__(self, submission: Submission, zone: str, *args: Any, **options: Any) -> None:
        self.zone = ZoneInfo(zone)
        options["initial"] = {"at": moment().astimezone(self.zone).replace(tzinfo=None)}
        super().__init__(*args, **options)
        found = profile(submission.portal)
        known = [] if found is None else [(w, w) for w in found.words]
        reasons = [] if found is None else [(r, r) for r in found.reasons]
        self.choose("word", [("", "Choose"), *known])
        self.choose("reason", [("", "none given"), *reasons])
        self.fields["at"].help_text = f"On your clock, {zone}."

    def clean_at(self) -> datetime:
        """A moment on the clock of whoever writes it down, and not one to come."""
        given: datetime = self.cleaned_data["at"]
        at = given.replace(tzinfo=self.zone)
        if at > moment():
            raise forms.ValidationError("This is still to come.")
        return at


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, submission_id: int) -> HttpResponse:
    """One submission: what was tried, what was heard, and what a person can do now."""
    actor = actor_of(request)
    submission = portals.submission(actor, submission_id)
    zone = Person.objects.get(pk=actor.person_id).zone
    form = Heard(submission, zone, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        access.require(actor, *access.PREPARES)
        if form.is_valid():
            given = form.cleaned_data
            try:
                event = actions.by_hand(
                    actor,
                    submission.pk,
                    given["word"],
                    at=given["at"],
                    line=given["line"],
                    amount=given["amount"],
                    reason=given["reason"],
                    note=given["note"],
                    reference=given["reference"],
                )
                _open_work(actor, event)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                _say(request, event)
                return redirect("submission", submission_id=submission.pk)
    submission.refresh_from_db()
    return show(
        request,
        "web/submission.html",
        PLACE,
        {
            "s": submission,
            "word": words.of(words.SUBMISSION, submission.state),
            "advice": stuck.advice(submission, moment()),
            "attempts": list(submission.attempts.order_by("number")),
            "events": list(submission.events.order_by("heard_at", "pk")),
            "rejections": list(submission.rejections.select_related("hindsight__finding").order_by("pk")),
            "cuts": list(submission.reductions.select_related("line").order_by("pk")),
            "form": form,
            "by_hand": carrying.is_by_hand(submission),
            "unsettled": carrying.unsettled(submission),
            "prepares": _prepares(actor),
            "answers": bool(access.roles(actor) & set(ANSWERS)) and submission.state == core.State.QUERIED,
            "finds": [(s.value, words.of(words.SUBMISSION, s).word) for s in FINDS]
            if submission.state == core.State.LOST_SIGHT
            else [],
            "vanishes": (core.State(submission.state), core.Move.VANISH) in core.MOVES,
        },
        status=400 if form.errors else 200,
    )


@require_POST
def act(request: HttpRequest, submission_id: int, move: str) -> HttpResponse:
    """One of the things a person does about a submission; then back to it."""
    actor = actor_of(request)
    submission = portals.submission(actor, submission_id)
    if move not in ACTS:
        raise NotFound(f'"{move}" is nothing that is done to a submission.')
    try:
        tell(request, ACTS[move](request, actor, submission))
    except Refused as refusal:
        warn(request, str(refusal))
    return redirect("submission", submission_id=submission.pk)


@require_POST
def note(request: HttpRequest, event_id: int) -> HttpResponse:
    """Somebody has read what nobody understood, and says what was done about it."""
    actions.take_note(actor_of(request), event_id, said(request, "how", "what was done about it"))
    tell(request, "Noted.")
    return redirect("submissions")


def _take(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    attempt = carrying.take(actor, submission.pk)
    return f"Written down: you take {attempt.file_name} to the portal. Say here whether it arrived."


def _settle(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    attempt = carrying.unsettled(submission)
    if attempt is None:
        raise NotFound("Nothing is unknown about this bill.")
    how = said(request, "how", "how it was found out")
    arrived = request.POST.get("arrived") == "yes"
    actions.settle_by_person(actor, attempt.pk, arrived=arrived, how=how)
    return "It arrived; the portal's clock runs." if arrived else "It did not arrive, and can be sent again."


def _answer(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    actions.answer(actor, submission.pk, said(request, "text", "what is answered"))
    disputes.close_questions(actor, submission.pk)
    return "Answered; the review goes on."


def _withdraw(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    actions.withdraw(actor, submission.pk, said(request, "reason", "why it is taken back"))
    return "The bill is taken back from the portal."


def _vanish(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    actions.lose_sight(actor, submission.pk, said(request, "reason", "how it was noticed"))
    return "Out of sight; it stays on the list of what is stuck until it is found."


def _find(request: HttpRequest, actor: Actor, submission: Submission) -> str:
    try:
        state = core.State(request.POST.get("state", ""))
    except ValueError as error:
        raise NotFound("There is no such state.") from error
    actions.find(actor, submission.pk, state, said(request, "how", "how it was found"))
    return "Found again."


ACTS: dict[str, Callable[[HttpRequest, Actor, Submission], str]] = {
    "take": _take,
    "settle": _settle,
    "answer": _answer,
    "withdraw": _withdraw,
    "vanish": _vanish,
    "find": _find,
}


def _open_work(actor: Actor, event: StatusEvent) -> None:
    """What was heard opens its work with its deadline at once; the night would do the same."""
    if event.understood in (REDUCTION, REJECTION):
        disputes.open_dispute(actor, event.pk)
    elif event.understood == core.State.QUERIED:
        disputes.open_question(actor, event.pk)


def _say(request: HttpRequest, event: StatusEvent) -> None:
    if event.understood:
        tell(request, f"“{event.word}” is entered, and understood as {event.understood.replace('_', ' ')}.")
    else:
        warn(request, f"“{event.word}” is entered and kept, and could not be followed: {event.trouble}")


def _prepares(actor: Actor) -> bool:
    return bool(access.roles(actor) & set(access.PREPARES))
