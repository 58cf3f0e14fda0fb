"""Writing the protocol of a night, so that a killed run goes on where it stood and says what became of each item.

The moments are handed in by the night, which has them from the firm's clock.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from meruit.steps.models import Item, Run, Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

DONE, SKIPPED, FAILED = "done", "skipped", "failed"
#: Stands between the keys of items that are worked on together; no key holds it.
_BETWEEN = "\n"


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


def begin(step: Step, keys: Sequence[str]) -> None:
    """These items are worked on now, together."""
    Step.objects.filter(pk=step.pk).update(under_way=_BETWEEN.join(keys))


def begun(step: Step) -> list[str]:
    """The items that were worked on when this step was last written down."""
    return [key for key in step.under_way.split(_BETWEEN) if key]


def settle(step: Step, found: Sequence[tuple[str, str, str]], moment: datetime, *, then: Sequence[str] = ()) -> None:
    """Write down what became of items (key, outcome, why), and which are worked on `then`.

    The same item twice counts once.
    """
    with transaction.atomic():
        known = set(step.items.filter(key__in=[key for key, _, _ in found]).values_list("key", flat=True))
        new = [Item(step=step, key=key, outcome=o, why=why, at=moment) for key, o, why in found if key not in known]
        Item.objects.bulk_create(new)
        counted = {outcome: F(outcome) + n for outcome, n in Counter(item.outcome for item in new).items()}
        Step.objects.filter(pk=step.pk).update(under_way=_BETWEEN.join(then), **counted)


def close_step(step: Step, moment: datetime) -> None:
    """The step has gone through all it found."""
    Step.objects.filter(pk=step.pk).update(finished_at=moment)


def close_run(run: Run, moment: datetime) -> None:
    """The night is over."""
    Run.objects.filter(pk=run.pk).update(finished_at=moment)
