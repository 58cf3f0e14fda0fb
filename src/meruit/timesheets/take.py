"""A suggestion is taken: it becomes a prepared entry, still not billable before its timekeeper releases it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority.acts import acting
from meruit.authority.errors import Invalid
from meruit.capture import actions as capture
from meruit.capture.core import Move
from meruit.timesheets import actions as timesheets

if TYPE_CHECKING:
    from decimal import Decimal

    from meruit.authority.acts import Actor


def take(
    actor: Actor,
    suggestion_id: int,
    *,
    narrative: str,
    matter_id: int | None = None,
    hours: Decimal | None = None,
    task_code: str = "",
    activity_code: str = "",
) -> int:
    """Prepare the entry of a suggestion; returns its id. Hours and matter default to those of the suggestion."""
    with acting(actor):
        suggestion = capture.settle(actor, suggestion_id, Move.TAKE)
        matter = matter_id or suggestion.matter_id
        if matter is None:
            raise Invalid("Say which matter this was for; nothing in the event names one.")
        (entry,) = timesheets.prepare(
            actor,
            [
                timesheets.NewEntry(
                    kind="time",
                    matter_id=matter,
                    timekeeper_id=suggestion.timekeeper_id,
                    worked_on=suggestion.worked_on,
                    narrative=narrative,
                    hours=hours or suggestion.hours,
                    task_code=task_code,
                    activity_code=activity_code,
                    suggestion_id=suggestion.pk,
                )
            ],
        )
    return entry
