"""Bills that do not move at their portal, each with how long it has stood and what to do about it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.authority.acts import moment
from meruit.night.digest import Stuck as Told
from meruit.portals import access, queries
from meruit.portals.core import State
from meruit.portals.models import Attempt
from meruit.portals.profiles import profile

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor
    from meruit.portals.models import StatusEvent, Submission

#: States in which nobody waits for anything.
ENDED = (State.CLOSED, State.WITHDRAWN, State.SUPERSEDED)
#: States in which the next word is the client's, and after how many days without one somebody asks.
WAITS_FOR_CLIENT = {State.ACCEPTED: 30, State.IN_REVIEW: 30, State.PORTAL_DRAFT: 3}


@dataclass(frozen=True, slots=True)
class Stuck:
    """A bill that does not move."""

    submission: Submission
    days: int
    why: str


def of(actor: Actor) -> list[Stuck]:
    """What the actor may see of what is stuck, the one longest silent first."""
    now = moment()
    found = {s.pk: s for s in queries.stuck(actor)}
    for s in access.submissions(actor).filter(state__in=[State.TRANSMITTED, *WAITS_FOR_CLIENT]):
        found.setdefault(s.pk, s)
    unknown = set(Attempt.objects.filter(submission__in=found, outcome="unknown").values_list("submission", flat=True))
    told = ((s, advice(s, now, unknown=s.pk in unknown)) for s in found.values())
    rows = [Stuck(s, silent_days(s, now), why) for s, why in told if why]
    return sorted(rows, key=lambda row: (-row.days, row.submission.pk))


def told(actor: Actor) -> list[Told]:
    """The same as the digest tells it."""
    return [
        Told(row.submission.invoice.number, row.submission.invoice.payer.name, row.days, row.why) for row in of(actor)
    ]


def unclear(actor: Actor) -> QuerySet[StatusEvent]:
    """What portals said that nobody has understood or taken note of."""
    return queries.not_understood(actor)


def silent_days(submission: Submission, now: datetime) -> int:
    """Whole days since the portal last said a word about a bill, or since it was sent, or came to stand as it does."""
    told = [at for at in (submission.last_heard_at, submission.sent_at) if at is not None]
    last = max(told, default=submission.state_since)  # an alarm of our own changes the state and breaks no silence
    return max((now - last).days, 0)


def advice(submission: Submission, now: datetime, *, unknown: bool | None = None) -> str:
    """What to do about a bill that does not move; empty while nothing is wrong with it.

    `unknown` says whether nobody knows what became of its last attempt, where that was looked up already.
    """
    if unknown is None:
        unknown = submission.attempts.filter(outcome="unknown").exists()
    days = silent_days(submission, now)
    state = State(submission.state)
    known = profile(submission.portal)
    title = known.title if known else submission.portal
    if unknown:
        return "Whether the last attempt arrived is not known: look at the portal, and say here what you found."
    if state is State.FIRM_HOLD:
        return f"It has not gone out: {submission.hold_reason}"
    if state is State.TRANSMITTED:
        limit = known.alarm_hours if known else 24
        if submission.alarmed_at is None and (
            submission.sent_at is None or (now - submission.sent_at).total_seconds() < limit * 3600
        ):
            return ""
        return (
            f"{title} has not said a word for {days} days; a receipt is due within {limit} hours. Look at its page"
            " under the file's name: if it is there, enter what it says; if it never arrived, send it again; if the"
            " client has it, ask who reviews it."
        )
    if state in WAITS_FOR_CLIENT:
        limit = WAITS_FOR_CLIENT[state]
        if days < limit:
            return ""
        return (
            f"The client has had it for {days} days without an answer. Ask its reviewer when it is decided, and enter"
            " what the portal shows now."
        )
    return {
        State.PORTAL_FAILED: "The portal's checks refused it: correct it, and it goes out again under the same number.",
        State.PORTAL_HOLD: "The portal holds it: ask the client what is missing, and bring it.",
        State.LOST_SIGHT: "The portal shows it no more: find it by a report, a mail or the client's word, and say how.",
    }.get(state, "")
