"""UTBMS codes from narratives: suggestions with a reason, and what the firm's own coded history adds.

What is put forward is what tables learnt from coded entries hold likeliest (`history`), among the codes that the
matter's sets and the client's own list leave, where they are sure enough; the cues of `pointers` are among what the
tables weigh. It abstains rather than guesses, and a code is never filled in unasked.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from meruit import utbms
from meruit.guidelines.narrative import bills, intake, learning, marketing
from meruit.guidelines.narrative.acts import activity_of
from meruit.guidelines.narrative.history import Kind, Model, learn, measure, measure_by_parts, shipped
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.telling import telling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from meruit.guidelines.narrative.pointers import Pointer
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding
    from meruit.guidelines.narrative.weights import Guess

__all__ = [
    "Coding",
    "Model",
    "Proposal",
    "learn",
    "measure",
    "measure_by_parts",
    "shipped",
    "suggest",
]


class Proposal(NamedTuple):
    """A code put forward, how sure, and why."""

    code: str
    confidence: float
    reason: str


class Coding(NamedTuple):
    """What is put forward for one entry; None where it abstains, then `abstained` tells why."""

    task: Proposal | None
    activity: Proposal | None
    abstained: tuple[str, ...]


def suggest(
    u: Understanding,
    *,
    sets: Collection[str] | None = None,
    codes: Collection[str] | None = None,
    history: Model | None = None,
    earlier: Mapping[str, int] | None = None,
) -> Coding:
    """Task and activity for an entry, as far as its words bear them.

    `sets` are the code sets allowed for the matter, `codes` the client's own list when it has one; `history` is
    what was learnt from coded entries: the tables shipped, or `learn(rows, shipped())` of the firm's own; `earlier`
    tells how many entries of the same matter carry which task.
    """
    model = shipped() if history is None else history
    said = pointers(u)
    told = telling(u, said)
    abstained: list[str] = []
    listed = None if codes is None else frozenset(codes)
    tasks = _permitted("task", None if sets is None else frozenset(sets), listed)
    task = _task(u, model, told, said, tasks, earlier, abstained)
    activity = _activity(u, model, told, listed, abstained)
    return Coding(task, activity, tuple(abstained))


@lru_cache(maxsize=256)
def _permitted(kind: Kind, sets: frozenset[str] | None, codes: frozenset[str] | None) -> frozenset[str] | None:
    """The codes that may be put forward; None for all."""
    if sets is None and codes is None:
        return None
    return frozenset(
        row.code
        for row in utbms.every()
        if row.kind == kind and (sets is None or row.set in sets) and _as_listed(row.code, codes) is not None
    )


def _as_listed(code: str, codes: frozenset[str] | None) -> str | None:
    """`code` as the client's list has it: an activity of the newer list becomes one of the old, a task stays."""
    if codes is None or code in codes:
        return code
    return next((old for old in utbms.carried_to(code, "ABA-ACTIVITY") if old in codes), None)


def _task(
    u: Understanding,
    model: Model,
    told: Sequence[str],
    said: Mapping[str, Pointer],
    permitted: frozenset[str] | None,
    earlier: Mapping[str, int] | None,
    abstained: list[str],
) -> Proposal | None:
    if any(rule(u) is not None for rule in _NOT_WORK_ON_THE_MATTER):
        abstained.append("This is the firm's own business and is not billable, so no task fits.")
        return None
    guess = model.guess("task", told, permitted, _of_the_matter(earlier) if earlier else None) if u.weight else None
    if guess is None:
        abstained.append("Nothing in the text tells a task from another; ask the timekeeper.")
        return None
    sure = model.sure("task", signs("task", guess, u, said, permitted))
    if sure < model.least["task"] or (u.separate > 1 and _elsewhere(said, guess.code, permitted)):
        abstained.append(_not_sure(guess, u))
        return None
    return Proposal(guess.code, round(sure, 3), _because(guess, said.get(guess.code), told))


#: Cues of this strength name a paper or an event; more of it than the other tells nothing more.
_PLAIN, _STRONGEST = 4, 8


def signs(
    kind: Kind, guess: Guess, u: Understanding, said: Mapping[str, Pointer], permitted: frozenset[str] | None
) -> tuple[float, ...]:
    """What tells how far a guess is to be believed: its share, its lead, what is for and against it, the pieces.

    For and against a task speak the cues, for and against an activity what the verb and the counterpart tell.
    """
    share = min(max(guess.share, 1e-6), 1 - 1e-6)
    if kind == "task":
        pointer = said.get(guess.code)
        favour = min(pointer.strength, _STRONGEST) / _PLAIN if pointer else 0.0
        against = _elsewhere(said, guess.code, permitted)
    else:
        act = activity_of(u, u.tasks[0])[0] if u.tasks else None
        favour, against = float(act == guess.code), act not in (None, guess.code)
    lead = guess.share - guess.next
    return math.log(share / (1 - share)), lead, favour, float(against), float(u.separate > 1), 1.0


def _elsewhere(said: Mapping[str, Pointer], code: str, permitted: frozenset[str] | None) -> bool:
    """Whether cues point plainly to another task besides."""
    return any(
        one.strength >= _PLAIN and other != code and (permitted is None or other in permitted)
        for other, one in said.items()
    )


def _not_sure(guess: Guess, u: Understanding) -> str:
    if u.separate > 1:
        return "Several pieces of work stand in one entry, and no single task fits plainly."
    return f"The words lean to {guess.code} {utbms.title(guess.code)}, but not plainly enough; ask the timekeeper."


def _because(guess: Guess, pointer: Pointer | None, told: Sequence[str]) -> str:
    """Why, by the words of the text that a biller finds again in it."""
    means = f"{guess.code} {utbms.title(guess.code)}"
    if pointer is not None:
        return f'"{pointer.words}" points to {means}.'
    words = guess.because(told)
    return f'Entries with "{words}" are mostly coded {means}.' if words else f"It reads like {means}."


#: How far the matter's own entries move a score, and how many of them are believed at most.
_MATTER, _BELIEVED = 0.5, 50.0


def _of_the_matter(earlier: Mapping[str, int]) -> dict[str, float]:
    """What the tasks of the matter's entries so far speak for: the stage that it has reached."""
    whole = sum(earlier.values())
    share = min(1.0, _BELIEVED / whole) if whole else 0.0
    return {code: _MATTER * math.log1p(count * share) for code, count in earlier.items()}


#: Bills, files, budgets, learning, marketing: no code makes them payable.
_NOT_WORK_ON_THE_MATTER = (
    bills.billing_for_billing,
    intake.file_administration,
    learning.training,
    learning.ramp_up,
    marketing.marketing,
)


def _activity(
    u: Understanding, model: Model, told: Sequence[str], listed: frozenset[str] | None, abstained: list[str]
) -> Proposal | None:
    guess = model.guess("activity", told, _permitted("activity", None, listed))
    sure = 0.0 if guess is None else model.sure("activity", signs("activity", guess, u, {}, None))
    if guess is None or sure < model.least["activity"]:
        abstained.append(_no_activity(u))
        return None
    code = _as_listed(guess.code, listed)
    assert code is not None  # only such codes are permitted
    if u.tasks and activity_of(u, u.tasks[0])[0] == guess.code:
        verbs = " and ".join(u.tasks[0].verbs)
        reason = f'"{verbs}" {_told(u.tasks[0], guess.code)} is {guess.code} {utbms.title(guess.code)}.'
    else:
        reason = _because(guess, None, told)
    return Proposal(code, round(sure, 3), reason)


def _no_activity(u: Understanding) -> str:
    if not u.tasks:
        return "No act of work is named, so no activity fits."
    if u.separate > 1:
        return "Several pieces of work stand in one entry, so no single activity fits."
    return f'"{" and ".join(u.tasks[0].verbs)}" does not tell the activity plainly.'


def _told(task: Task, code: str) -> str:
    if code in ("A105", "A106", "A107", "A108"):
        return {"A105": "inside the firm", "A106": "with the client", "A107": "with other counsel",
                "A108": "with somebody outside"}[code]  # fmt: skip
    return f"a {task.doc}" if task.doc else "an event" if task.event else "here"
