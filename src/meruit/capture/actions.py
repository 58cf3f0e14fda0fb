"""Calendars become suggestions: each once, kept with its source, and open until somebody takes or dismisses it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotFound
from meruit.capture import calendars, core
from meruit.capture.models import Suggestion
from meruit.capture.recognise import Known, Recogniser
from meruit.documents.actions import keep
from meruit.matters.models import MatterId
from meruit.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor
    from meruit.people.models import Timekeeper


@dataclass(frozen=True, slots=True)
class Captured:
    """What a calendar gave: suggestions made, changed, left as they were, and what was left out and why."""

    made: int
    changed: int
    unchanged: int
    left: Sequence[calendars.Left]


def capture_calendar(
    actor: Actor, data: bytes, timekeeper: Timekeeper, first: date, last: date, *, increment: Decimal = Decimal("0.1")
) -> Captured:
    """Read a timekeeper's calendar over some days. The same calendar twice changes nothing.

    An event that moved or changed updates its suggestion while that is open; a taken one is left alone.
    """
    authority_access.require(actor, *authority_access.PREPARES, "timekeeper")
    person = timekeeper.person
    zone = ZoneInfo(person.zone if person is not None else "UTC")
    try:
        events, left = calendars.read(data, first, last, zone, person.email if person is not None else "")
    except calendars.CalendarRefused as refused:
        raise Invalid(str(refused)) from refused
    recogniser = Recogniser(_known(person))
    twice = calendars.overlaps(events)
    known = {s.natural_key: s for s in Suggestion.objects.filter(natural_key__in=[_key(timekeeper, e) for e in events])}
    made = changed = unchanged = 0
    with acting(actor):
        source = keep(data, media_type="text/calendar", name=f"calendar of {timekeeper}.ics")
        for event in events:
            found = recogniser.recognise(event.words)
            says = {
                "matter_id": found.matter_id,
                "matter_why": found.why,
                "confidence": found.confidence,
                "worked_on": event.worked_on,
                "hours": calendars.hours(event.measured, increment),
                "text": event.title or "(no title)",
                "measured": _measured(event, twice),
            }
            before = known.get(_key(timekeeper, event))
            if before is None:
                Suggestion.objects.create(
                    natural_key=_key(timekeeper, event),
                    timekeeper=timekeeper,
                    source=source,
                    source_place=event.uid,
                    **says,
                )
                made += 1
            elif before.state == core.State.OPEN and (before.text, before.hours) != (says["text"], says["hours"]):
                Suggestion.objects.filter(pk=before.pk).update(
                    text=says["text"], hours=says["hours"], measured=says["measured"]
                )
                changed += 1
            else:
                unchanged += 1
        note(
            "calendar.captured",
            "people_timekeeper",
            timekeeper.pk,
            after={"made": made, "changed": changed, "unchanged": unchanged, "left": len(left)},
        )
    return Captured(made, changed, unchanged, left)


def visible(actor: Actor) -> QuerySet[Suggestion]:
    """The suggestions that exist for an actor: of matters he may see, or of no matter yet."""
    found = Suggestion.objects.select_related("matter", "timekeeper")
    if actor.is_system:
        return found
    seen = authority_access.matters(actor)
    return found.filter(matter__in=seen) | found.filter(matter=None)


def settle(actor: Actor, suggestion_id: int, move: core.Move, *, reason: str = "") -> Suggestion:
    """Take, dismiss or recall a suggestion. Taking is done together with preparing its entry, by `timesheets`."""
    authority_access.require(actor, *authority_access.PREPARES, "timekeeper")
    suggestion = visible(actor).filter(pk=suggestion_id).first()
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    state = core.after(core.State(suggestion.state), move)
    with acting(actor):
        settled = state is not core.State.OPEN
        Suggestion.objects.filter(pk=suggestion.pk, state=suggestion.state).update(
            state=state,
            settled_by_id=actor.person_id if settled else None,
            settled_at=moment() if settled else None,
        )
        note(
            f"suggestion.{state}" if settled else "suggestion.recalled",
            "capture_suggestion",
            suggestion.pk,
            before={"state": suggestion.state},
            after={"state": state},
            reason=reason or None,
        )
    suggestion.refresh_from_db()
    return suggestion


def _known(person: Person | None) -> list[Known]:
    if person is None:
        return []
    rows = list(authority_access.matters_of(person.pk).select_related("client"))
    ids: dict[int, list[str]] = {}
    for row in MatterId.objects.filter(matter__in=rows):
        ids.setdefault(row.matter_id, []).append(row.value)
    return [Known(m.pk, m.number, tuple(ids.get(m.pk, ())), m.name, m.client.name) for m in rows if m.closed_on is None]


def _key(timekeeper: Timekeeper, event: calendars.Event) -> str:
    return f"{timekeeper.pk}:{event.key}"


def _measured(event: calendars.Event, twice: dict[str, str]) -> dict[str, object]:
    minutes = int(event.measured.total_seconds() // 60)
    return {
        "began_at": event.began_at.isoformat(),
        "ended_at": event.ended_at.isoformat(),
        "minutes": minutes,
        "overlaps": twice.get(event.key),
        "people": list(event.people),
    }
