"""Writing the protocol of a night, so that a killed run goes on where it stood and says what became of each item.

The moments are handed in by the night, which has them from the firm's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from meruit.steps.models import Item, Run, Step

if TYPE_CHECKING:
    from datetime import datetime

DONE, SKIPPED, FAILED = "done", "skipped", "failed"


def open_run(moment: datetime) -> tuple[Run, bool]:
    """The run that was killed before it finished, or a new one; and whether it is the old one."""
    unfinished = Run.objects.filter(finished_at=None).order_by("pk").last()
    if unfinished is not None:
        return unfinished, True
    return Run.objects.create(moment=moment, started_at=moment), False


def open_step(run: Run, name: str, moment: datetime) -> Step:
    """The step of a name in a run; made when it first begins."""
    return Step.objects.get_or_create(run=run, name=name, defaults={"started_at": moment})[0]


def settled(step: Step) -> set[str]:
    """The keys of items that are done, skipped or failed in this step already."""
    return set(step.items.values_list("key", flat=True))


def begin(step: Step, key: str) -> None:
    """An item is worked on now."""
    Step.objects.filter(pk=step.pk).update(under_way=key)


def settle(step: Step, key: str, outcome: str, why: str, moment: datetime, *, then: str = "") -> None:
    """Write down what became of an item, and which is worked on `then`; the same item twice counts once."""
    with transaction.atomic():
        made = Item.objects.bulk_create(
            [Item(step=step, key=key, outcome=outcome, why=why, at=moment)], ignore_conflicts=True
        )
        counted = {outcome: F(outcome) + 1} if made else {}
        Step.objects.filter(pk=step.pk).update(under_way=then, **counted)


def close_step(step: Step, moment: datetime) -> None:
    """The step has gone through all it found."""
    Step.objects.filter(pk=step.pk).update(finished_at=moment)


def close_run(run: Run, moment: datetime) -> None:
    """The night is over."""
    Run.objects.filter(pk=run.pk).update(finished_at=moment)
