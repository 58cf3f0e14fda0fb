"""The activity of a task: by its verb, and where it is contact by whoever was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.vagueness import communication
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    CLIENT,
    COMM,
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
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_COUNSEL_WORDS = (
    "counsel", "attorney", "attorneys", "lawyer", "lawyers", "foreign associate", "foreign agent", "defense group",
    "committee", "other side", "ausa",
)  # fmt: skip


def activity_of(u: Understanding, task: Task) -> tuple[str | None, float]:
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
