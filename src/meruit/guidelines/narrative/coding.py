"""UTBMS codes from narratives: suggestions with a reason, and codes that contradict the text (GL-15).

The order of decision (utbms reference, section 7): the client's own list and the matter's set; the document or
event named picks the task; the main verb picks the activity; for contact, the other person picks A105 to A108;
research takes the task of the paper it serves. It abstains rather than guesses: several pieces of work, no
object, or two tasks equally near give no code, and a code is never filled in unasked.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from meruit import utbms
from meruit.guidelines.narrative import bills, intake, learning, marketing
from meruit.guidelines.narrative.detection import Detection, at_all
from meruit.guidelines.narrative.vagueness import communication
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    CLIENT,
    COMM,
    DATA,
    DRAFT,
    HEAD,
    INSIDE,
    MANAGE,
    OUTSIDE,
    PLAN,
    RESEARCH,
    REVIEW,
    STEP,
    TRAVEL,
    VAGUE,
    WAIT,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from meruit.guidelines.narrative.history import History
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding


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


@cache
def _cues() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """words -> (code, strength), with one blank on either side of the words."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for line in (DATA / "task_cues.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, strength, words = line.split("\t")
            for word in words.split(","):
                key = " + ".join(f" {part.strip()} " for part in word.split("+"))
                found[key] = (*found.get(key, ()), (code, int(strength)))
    return found


def suggest(
    u: Understanding,
    *,
    sets: Collection[str] | None = None,
    codes: Collection[str] | None = None,
    history: History | None = None,
) -> Coding:
    """Task and activity for an entry, as far as its words bear them.

    `sets` are the code sets allowed for the matter, `codes` the client's own list when it has one; `history` is
    what was learnt from the firm's own coded entries, and speaks where the words of the tables do not.
    """
    abstained: list[str] = []
    task = _task(u, sets, codes, history, abstained)
    activity = _activity(u, abstained)
    if activity is not None and codes is not None and activity.code not in codes:
        carried = next((c for c in utbms.carried_to(activity.code, "ABA-ACTIVITY") if c in codes), None)
        activity = None if carried is None else activity._replace(code=carried)
    return Coding(task, activity, tuple(abstained))


def _task(
    u: Understanding,
    sets: Collection[str] | None,
    codes: Collection[str] | None,
    history: History | None,
    abstained: list[str],
) -> Proposal | None:
    def allowed(code: str) -> bool:
        return (codes is None or code in codes) and (sets is None or utbms.known(code, sets))

    learnt = history.suggest(u.text) if history is not None else None
    if learnt is not None and not allowed(learnt.code):
        learnt = None
    if u.separate > 1:
        abstained.append("Several pieces of work stand in one entry, so no single task fits.")
        return None
    if any(rule(u) is not None for rule in _NOT_WORK_ON_THE_MATTER):
        abstained.append("This is the firm's own business and is not billable, so no task fits.")
        return None
    scores: dict[str, int] = {}
    because: dict[str, str] = {}
    text = f" {' '.join(u.reading.words)} "
    first: dict[str, int] = {}
    for words, hits in _cues().items():
        if all(part in text for part in words.split(" + ")):
            for code, strength in hits:
                if allowed(code):
                    place = text.find(words.split(" + ")[0])
                    first[code] = min(place, first.get(code, place))
                    scores[code] = scores.get(code, 0) + strength + words.strip().count(" ")
                    if len(words) > len(because.get(code, "")):
                        because[code] = words
    if scores:
        earliest = min(first, key=lambda code: (first[code], code))
        reads = bool(u.tasks) and bool(u.tasks[0].kinds & REVIEW)
        scores[earliest] += 3 if reads else 1  # the object stands before its purpose
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    if ranked and ranked[0][1] >= _ENOUGH and (len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _MARGIN):
        code, score = ranked[0]
        sure = min(0.97, 0.80 + 0.03 * score - 0.02 * (len(ranked) - 1))
        if learnt is not None and learnt.code == code:
            sure = min(0.99, sure + 0.05)
        return Proposal(code, sure, f'"{because[code].strip()}" points to {code} {_title(code)}.')
    if learnt is not None:
        return learnt
    if not ranked:
        usual = _usual(u, allowed)
        if usual is not None:
            return usual
    if len(ranked) > 1:
        abstained.append(f"The words point to {ranked[0][0]} and {ranked[1][0]} alike.")
    else:
        abstained.append("No document or event named points to a task; ask the timekeeper.")
    return None


#: On matters of advice and of deals the act alone mostly tells the task; in litigation it does not.
_USUAL: Mapping[str, Mapping[str, str]] = {
    "C300": {"A102": "C200", "A103": "C300", "A105": "C300", "A106": "C300", "A109": "C300"},
    "P400": {"A103": "P400", "A105": "P500", "A106": "P500", "A107": "P500"},
}


def _usual(u: Understanding, allowed: Callable[[str], bool]) -> Proposal | None:
    """The task an act usually serves, where only one kind of matter is allowed."""
    task = u.tasks[0] if u.tasks else None
    if task is not None and task.kinds & ATTEND and task.event in _TRIALS and not task.doc and allowed("L450"):
        return Proposal("L450", 0.8, f"A {task.event} on no motion named is coded L450 {_title('L450')}.")
    families = [family for family in ("C300", "P400", "L120", "B110", "PA430", "TR430", "WC110") if allowed(family)]
    if len(families) != 1 or families[0] not in _USUAL or not u.tasks:
        return None
    activity, sure = _code_of(u, u.tasks[0])
    code = _USUAL[families[0]].get(activity or "")
    if code is None or sure < _SURE_ACT:
        return None
    if code == "P400" and not any(verb in ("draft", "prepare") for verb in u.tasks[0].verbs):
        code = "P500"
    if not allowed(code):
        return None
    return Proposal(
        code, 0.8, f"On such matters {activity} {_title(activity or '')} mostly serves {code} {_title(code)}."
    )


_SURE_ACT = 0.9
_TRIALS = frozenset({"hearing", "trial", "evidentiary hearing", "motion hearing", "arbitration", "hearings"})


def _title(code: str) -> str:
    row = utbms.lookup(code)
    return row.title if row else ""


#: Bills, files, budgets, learning, marketing: no code makes them payable.
_NOT_WORK_ON_THE_MATTER = (
    bills.billing_for_billing,
    intake.file_administration,
    learning.training,
    learning.ramp_up,
    marketing.marketing,
)
_COUNSEL_WORDS = (
    "counsel", "attorney", "attorneys", "lawyer", "lawyers", "foreign associate", "foreign agent", "defense group",
    "committee", "other side", "ausa",
)  # fmt: skip


def _activity(u: Understanding, abstained: list[str]) -> Proposal | None:
    if not u.tasks:
        abstained.append("No act of work is named, so no activity fits.")
        return None
    if u.separate > 1:
        abstained.append("Several pieces of work stand in one entry, so no single activity fits.")
        return None
    task = u.tasks[0]
    verb = " and ".join(task.verbs)
    code, sure = _code_of(u, task)
    if code is None:
        abstained.append(f'"{verb}" alone does not tell the activity.')
        return None
    return Proposal(code, sure, f'"{verb}" {_told(task, code)} is {code} {_title(code)}.')


def _told(task: Task, code: str) -> str:
    if code in ("A105", "A106", "A107", "A108"):
        return {"A105": "inside the firm", "A106": "with the client", "A107": "with other counsel",
                "A108": "with somebody outside"}[code]  # fmt: skip
    return f"a {task.doc}" if task.doc else "an event" if task.event else "here"


def _code_of(u: Understanding, task: Task) -> tuple[str | None, float]:
    """The activity of one task by its verb, and by the counterpart where it is contact."""
    kinds = task.kinds
    if kinds & TRAVEL:
        return "A112", 0.95
    if kinds & (WAIT | VAGUE) or any(v in _EITHER for v in task.verbs):
        return None, 0.0
    if kinds & ATTEND:
        return _contact(u, task) if _calls(u, task) else ("A109", 0.94)
    if communication(u, task) and not kinds & (PLAN | CLERICAL | MANAGE):
        return _contact(u, task) if kinds & COMM or (task.doc in ("email", "e-mail") and kinds & DRAFT) else (None, 0.0)
    if kinds & CLERICAL:
        return ("A103", 0.8) if any(v in _FORM for v in task.verbs) else ("A110", 0.93)
    if (kinds & DRAFT and task.doc == "outline") or (kinds & PLAN and not kinds & DRAFT):
        return ("A106", 0.85) if task.persons & CLIENT and not task.event else ("A101", 0.92)
    if kinds & DRAFT:
        return "A103", 0.95
    if kinds & RESEARCH:
        return "A102", 0.96
    if kinds & (REVIEW | STEP):
        return (None, 0.0) if task.doc == "docket" else ("A104", 0.94)
    return ("A105", 0.85) if kinds & MANAGE and task.persons & INSIDE else (None, 0.0)


#: Verbs that lists and firms code in two ways.
_EITHER = frozenset({"cite-check", "cite check", "work up", "figure out", "monitor", "annotate", "give thought to"})
_FORM = frozenset({"proofread", "proof", "format", "type", "word processing", "word processing of", "reformat"})


def _calls(u: Understanding, task: Task) -> bool:
    """Whether what is attended is a call or an interview: contact, by its counterpart."""
    bits = u.reading.bits
    return (
        any(bits[k] & COMM and bits[k] & HEAD for k in range(task.at + 1, min(task.end, task.at + 5)))
        and ("meeting" not in (task.event or "") and task.event in (None, "interview", "calls", "negotiation session"))
    ) or task.event == "examiner interview"


def _contact(u: Understanding, task: Task) -> tuple[str | None, float]:
    if u.internal(task) >= 0:
        return "A105", 0.93
    people = [
        u.reading.bases[k]
        for k in range(task.start, task.end if task.topic_at < 0 else task.topic_at)
        if u.reading.bits[k] & (CLIENT | OUTSIDE | INSIDE)
    ]
    if task.persons & CLIENT:
        return "A106", 0.92
    if any(p.endswith(_COUNSEL_WORDS) for p in people):
        return "A107", 0.94
    if task.persons & OUTSIDE:
        return ("A107", 0.7) if "negotiate" in task.verbs else ("A108", 0.92)
    if "negotiate" in task.verbs:
        return "A107", 0.8
    return None, 0.0


#: Activities that contradict one another; the others overlap too much to say so.
_APART: Mapping[str, frozenset[str]] = {
    "A101": frozenset({"A102", "A107", "A112"}),
    "A102": frozenset({"A105", "A106", "A107", "A108", "A109", "A112"}),
    "A103": frozenset({"A102", "A105", "A109", "A112"}),
    "A104": frozenset({"A109", "A112"}),
    "A105": frozenset({"A102", "A103", "A104", "A106", "A107", "A108", "A112"}),
    "A106": frozenset({"A102", "A104", "A105", "A107", "A112"}),
    "A107": frozenset({"A102", "A104", "A105", "A106", "A112"}),
    "A108": frozenset({"A102", "A105", "A106", "A112"}),
    "A109": frozenset({"A103", "A104", "A105", "A110"}),
    "A110": frozenset({"A102", "A103", "A105", "A106"}),
    "A112": frozenset({"A102", "A103", "A104", "A106"}),
}


def code_contradicts(u: Understanding, *, at_least: float = 0.9) -> Detection | None:
    """GL-15: the activity code names another act than the text, which is sure by `at_least`.

    Catch-alls (A111) and codes that share the verb (A103 for a drafted mail) contradict nothing.
    """
    coded = u.activity_code
    if coded is None or not u.tasks or len(u.pieces) > 1:
        return None
    found, sure = _code_of(u, u.tasks[0])
    if found is None or sure < at_least or coded == found or coded not in _APART.get(found, ()):
        return None
    return at_all(
        u,
        "code-contradicts",
        f"the text reads as {found} {_title(found)}, the line is coded {coded} {_title(coded)}",
        f"{found}, or words that bear {coded}",
    )
