"""UTBMS codes from narratives: suggestions with a reason, and what the firm's own coded history adds.

The order of decision (utbms reference, section 7): the client's own list and the matter's set; the document or
event named picks the task; the main verb picks the activity; for contact, the other person picks A105 to A108;
research takes the task of the paper it serves. It abstains rather than guesses: several pieces of work, no
object, or two tasks equally near give no code, and a code is never filled in unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from meruit import utbms
from meruit.guidelines.narrative import bills, intake, learning, marketing
from meruit.guidelines.narrative.acts import activity_of
from meruit.guidelines.narrative.history import Guess, Model, learn, measure, measure_by_parts, shipped
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.words import ATTEND, REVIEW

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

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


#: Below this a task is not put forward; the strengths of `task_cues.tsv` add up to it.
_ENOUGH = 3
#: The nearest other task must be this much weaker.
_MARGIN = 1


def suggest(
    u: Understanding,
    *,
    sets: Collection[str] | None = None,
    codes: Collection[str] | None = None,
    history: Model | None = None,
) -> Coding:
    """Task and activity for an entry, as far as its words bear them.

    `sets` are the code sets allowed for the matter, `codes` the client's own list when it has one; `history` is
    what was learnt from coded entries: the table shipped, or `learn(rows, shipped())` of the firm's own.
    """
    abstained: list[str] = []
    task = _task(u, sets, codes, shipped() if history is None else history, abstained)
    activity = _activity(u, abstained)
    if activity is not None and codes is not None and activity.code not in codes:
        carried = next((c for c in utbms.carried_to(activity.code, "ABA-ACTIVITY") if c in codes), None)
        activity = None if carried is None else activity._replace(code=carried)
    return Coding(task, activity, tuple(abstained))


def _task(
    u: Understanding,
    sets: Collection[str] | None,
    codes: Collection[str] | None,
    history: Model,
    abstained: list[str],
) -> Proposal | None:
    def allowed(code: str) -> bool:
        return (codes is None or code in codes) and (sets is None or utbms.known(code, sets))

    if u.separate > 1:
        abstained.append("Several pieces of work stand in one entry, so no single task fits.")
        return None
    if any(rule(u) is not None for rule in _NOT_WORK_ON_THE_MATTER):
        abstained.append("This is the firm's own business and is not billable, so no task fits.")
        return None
    pointed, why_not = _pointed(u, allowed)
    guess = history.guess("task", u, allowed)
    found = _weighed(pointed, guess)
    if found is None:
        if pointed is not None and guess is not None:
            why_not = f"The words point to {pointed.code}, entries like this one were coded {guess.code}."
        abstained.append(why_not)
    return found


def _pointed(u: Understanding, allowed: Callable[[str], bool]) -> tuple[Proposal | None, str]:
    """The task that the words of the table point to, or why none."""
    said = pointers(u, allowed)
    if not said:
        return _usual(u, allowed), "No document or event named points to a task; ask the timekeeper."
    scores = {code: found.strength for code, found in said.items()}
    earliest = min(said, key=lambda code: (said[code].place, code))
    reads = bool(u.tasks) and bool(u.tasks[0].kinds & REVIEW)
    scores[earliest] += 3 if reads else 1  # the object stands before its purpose
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    code, score = ranked[0]
    if score >= _ENOUGH and (len(ranked) == 1 or score - ranked[1][1] >= _MARGIN):
        sure = min(0.97, 0.80 + 0.03 * score - 0.02 * (len(ranked) - 1))
        return Proposal(code, sure, f'"{said[code].words.strip()}" points to {code} {utbms.title(code)}.'), ""
    if len(ranked) > 1:
        return None, f"The words point to {code} and {ranked[1][0]} alike."
    return None, "No document or event named points to a task plainly; ask the timekeeper."


def _weighed(pointed: Proposal | None, guess: Guess | None) -> Proposal | None:
    """What the words point to and what was learnt, together: where they differ, it abstains."""
    if guess is None:
        return pointed
    if pointed is None:
        return _from_history(guess) if guess.share >= _ALONE else None
    if pointed.code == guess.code:
        if guess.share < _DOUBTED:
            return pointed
        return pointed._replace(confidence=round(min(0.98, max(pointed.confidence, guess.share)), 3))
    return pointed if guess.share < _DOUBTED else None


def _from_history(guess: Guess) -> Proposal:
    because = f' with "{guess.because}"' if guess.because else ""
    reason = f"Entries{because} are mostly coded {guess.code} {utbms.title(guess.code)}."
    return Proposal(guess.code, round(min(0.97, guess.share), 3), reason)


#: How sure what was learnt must be to answer where no words of the table point anywhere.
_ALONE = 0.97
#: Less sure than this, it says nothing against the words.
_DOUBTED = 0.3


#: On matters of advice and of deals the act alone mostly tells the task; in litigation it does not.
_USUAL: Mapping[str, Mapping[str, str]] = {
    "C300": {"A102": "C200", "A103": "C300", "A105": "C300", "A106": "C300", "A109": "C300"},
    "P400": {"A103": "P400", "A105": "P500", "A106": "P500", "A107": "P500"},
}


def _usual(u: Understanding, allowed: Callable[[str], bool]) -> Proposal | None:
    """The task an act usually serves, where only one kind of matter is allowed."""
    task = u.tasks[0] if u.tasks else None
    if task is not None and task.kinds & ATTEND and task.event in _TRIALS and not task.doc and allowed("L450"):
        return Proposal("L450", 0.8, f"A {task.event} on no motion named is coded L450 {utbms.title('L450')}.")
    families = [family for family in ("C300", "P400", "L120", "B110", "PA430", "TR430", "WC110") if allowed(family)]
    if len(families) != 1 or families[0] not in _USUAL or not u.tasks:
        return None
    activity, sure = activity_of(u, u.tasks[0])
    code = _USUAL[families[0]].get(activity or "")
    if code is None or sure < _SURE_ACT:
        return None
    if code == "P400" and not any(verb in ("draft", "prepare") for verb in u.tasks[0].verbs):
        code = "P500"
    if not allowed(code):
        return None
    return Proposal(
        code, 0.8, f"On such matters {activity} {utbms.title(activity or '')} mostly serves {code} {utbms.title(code)}."
    )


_SURE_ACT = 0.9
_TRIALS = frozenset({"hearing", "trial", "evidentiary hearing", "motion hearing", "arbitration", "hearings"})


#: Bills, files, budgets, learning, marketing: no code makes them payable.
_NOT_WORK_ON_THE_MATTER = (
    bills.billing_for_billing,
    intake.file_administration,
    learning.training,
    learning.ramp_up,
    marketing.marketing,
)


def _activity(u: Understanding, abstained: list[str]) -> Proposal | None:
    if not u.tasks:
        abstained.append("No act of work is named, so no activity fits.")
        return None
    if u.separate > 1:
        abstained.append("Several pieces of work stand in one entry, so no single activity fits.")
        return None
    task = u.tasks[0]
    verb = " and ".join(task.verbs)
    code, sure = activity_of(u, task)
    if code is None:
        abstained.append(f'"{verb}" alone does not tell the activity.')
        return None
    return Proposal(code, sure, f'"{verb}" {_told(task, code)} is {code} {utbms.title(code)}.')


def _told(task: Task, code: str) -> str:
    if code in ("A105", "A106", "A107", "A108"):
        return {"A105": "inside the firm", "A106": "with the client", "A107": "with other counsel",
                "A108": "with somebody outside"}[code]  # fmt: skip
    return f"a {task.doc}" if task.doc else "an event" if task.event else "here"
