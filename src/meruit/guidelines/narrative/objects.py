"""What a task has in hand: whether one of some words stands near its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

#: Nothing passes: the work is the firm's overhead, whoever does it.
CLERICAL_PASSES = "nothing: clerical work is the firm's overhead, whoever does it"


def in_hand(u: Understanding, task: Task, wanted: Collection[str], reach: int) -> bool:
    """Whether one of the words `wanted` stands within `reach` units after the verb, or before a noun head."""
    words, bases = u.reading.words, u.reading.bases
    first = task.start if task.at > task.start else task.at + 1
    last = min(task.end, task.at + 1 + reach)
    return any(
        words[k] in wanted or bases[k] in wanted or any(word in wanted for word in words[k].split(" "))
        for k in range(first, last)
        if k != task.at
    )


def after(u: Understanding, task: Task) -> list[str]:
    """The words after the verb."""
    return u.reading.words[task.at + 1 : task.end]
