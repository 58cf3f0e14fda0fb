"""GL-35, GL-36, GL-41, GL-79: who took part, and whether a less senior person should have.

Whether a colleague named in the line is inside the firm needs the firm's list of people; without it only roles
("associate", "our office"), the words "internal", and the activity code A105 tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.vagueness import communication
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    CLIENT,
    COMM,
    DRAFT,
    EVENT,
    INSIDE,
    INTERNAL,
    MANAGE,
    OUTSIDE,
    PLAN,
    RESEARCH,
    REVIEW,
    VAGUE,
    group,
)
from meruit.utbms import Grade

if TYPE_CHECKING:
    from collections.abc import Collection

    from meruit.guidelines.narrative.understanding import Understanding

_ATTENDEES, _LEVEL, _EXPERT, _APPROVAL = cue("attendees"), cue("level"), cue("expert"), cue("approval")

_SECOND = group("staffing.second")
_HELPING = group("staffing.helping")


def multiple_attendees(u: Understanding, *, max_attendees: int = 1) -> Detection | None:
    """More than one of the firm at one event, as far as this line shows it."""
    if max_attendees > 1:
        return None
    r = u.reading
    if u.has(_ATTENDEES):
        for k, found in enumerate(r.unit_cues):
            if not found & _ATTENDEES:
                continue
            if any(word.startswith("prep") for word in r.words):
                break
            at_event = any(b & EVENT for b in r.bits) or any(t.kinds & ATTEND for t in u.tasks)
            if not at_event:
                break
            if any(t.kinds & (PLAN | DRAFT) and not t.kinds & ATTEND for t in u.tasks[:1]):
                break
            if r.words[k] in _SECOND or (
                r.words[k] in _HELPING and any(t.kinds & (ATTEND | VAGUE) for t in u.tasks) | (not u.tasks)
            ):
                return at_units(
                    u,
                    k,
                    k,
                    "attendees-words",
                    "a second person of the firm is at the event",
                    "one attendee, or the client's written approval by number",
                )
    for task in u.tasks:
        if not task.kinds & ATTEND or (task.event is None and not _meeting(u, task.at, task.end)):
            continue
        if task.kinds & PLAN and not any(v == "attend" for v in task.verbs):
            continue
        for k in range(task.at + 1, task.end):
            if r.bits[k] & INSIDE and u.inside_at(k) and _beside(u, k):
                return at_units(
                    u,
                    k,
                    k,
                    "attendees-with",
                    "a second person of the firm is at the event",
                    "one attendee, or the client's written approval by number",
                )
    return None


def _meeting(u: Understanding, first: int, last: int) -> bool:
    return any(w.endswith(("meeting", "meetings", "trial", "hearing")) for w in u.reading.words[first:last])


def _beside(u: Understanding, k: int) -> bool:
    """ "with associate", "along with two associates"; not "deposition of associate"."""
    words = u.reading.words
    return any(w in ("with", "w/", "along with", "alongside", "and") for w in words[max(0, k - 3) : k])


_ASSIGNING = frozenset({"instruct", "assign", "delegate", "direct", "supervise"})


_MEETING_PASSES = "nothing, or where the client allows it one biller with participants, subject and value"


def internal_conference(u: Understanding, *, mode: str = "prohibit") -> Detection | None:
    """Talk inside the firm. `mode` "prohibit" is the only one a line alone can decide."""
    if mode == "allow":
        return None
    for task in u.tasks:
        if task.kinds & ATTEND and not task.kinds & PLAN and task.event in ("meeting", "meetings", "conference", None):
            k = next((k for k in range(task.at, task.end) if u.reading.bits[k] & INTERNAL), -1)
            if k >= 0:
                return at_task(u, task, "internal-meeting", "talk inside the firm is not paid", _MEETING_PASSES)
        if task.kinds & (PLAN | REVIEW) and not communication(u, task):
            k = next(
                (k for k in range(task.at + 1, task.end) if u.inside_at(k) and u.reading.words[k - 1] == "with"), -1
            )
            if k >= 0 and not task.persons & (CLIENT | OUTSIDE):
                return at_units(u, k - 1, k, "internal-with", "talk inside the firm is not paid", _MEETING_PASSES)
        if task.kinds & (CLERICAL | MANAGE | PLAN | RESEARCH | ATTEND) or not communication(u, task):
            continue
        if task.verbs[0] in _ASSIGNING:
            continue  # supervision speaks
        if task.kinds & (DRAFT | REVIEW) and not task.kinds & COMM and not task.persons & INSIDE:
            continue
        k = u.internal(task)
        if k >= 0:
            ground = (
                "internal-code"
                if k == task.at and not u.reading.bits[k] & INSIDE and " " not in u.reading.words[k]
                else "internal"
            )
            return at_task(
                u,
                task,
                ground,
                "talk inside the firm is not paid",
                "nothing, or where the client allows it one biller with participants, subject and value",
            )
    return None


#: Work a paralegal does: verbs and objects. Checking citations is a level fault for any lawyer.
_CITES = group("staffing.cites")
_CODING = group("staffing.coding")
_FIRST_LEVEL = group("staffing.first-level")
_FORMS = group("staffing.forms")


def level_of_work(u: Understanding) -> Detection | None:
    """Work that a less senior timekeeper should have done, by the class of whoever did it."""
    grade = u.grade
    if grade is None or not grade.is_lawyer or not u.has(_LEVEL) or len(u.pieces) > 1:
        return None
    r = u.reading
    senior = grade is not Grade.ASSOCIATE
    for task in u.tasks:
        told = "a less senior timekeeper, or the reason why not"
        if any(v in _CITES for v in task.verbs) and not task.kinds & DRAFT:
            return at_task(u, task, "level-cites", "checking citations is a paralegal's work", told)
        words = r.words[task.start : task.end]
        if (
            senior
            and task.kinds & REVIEW
            and (any(v in _CODING for v in task.verbs) or any(w in _FIRST_LEVEL for w in words))
        ):
            if "strategy" in words or "protocol" in words:
                continue
            return at_task(u, task, "level-coding", "first-level review is not a senior lawyer's work", told)
        if (
            task.kinds & DRAFT
            and task.verbs[0] in ("prepare", "draft", "create", "compile", "complete")
            and any(w in _FORMS for w in words[:5])
        ) and _routine_form(u, task.at, task.end):
            return at_task(u, task, "level-forms", "these forms are a paralegal's work", told)
        if (
            senior
            and task.kinds & DRAFT
            and any(
                w in ("deposition notice", "deposition notices", "privilege log", "notice of deposition")
                for w in words[:5]
            )
        ):
            return at_task(u, task, "level-senior-forms", "this is not a senior lawyer's work", told)
        if (
            senior
            and any(v in ("summarize", "summarise", "digest", "index", "organize") for v in task.verbs)
            and any(w in ("medical records", "records", "documents") for w in words)
        ):
            return at_task(u, task, "level-records", "this is not a senior lawyer's work", told)
    return None


def _routine_form(u: Understanding, first: int, last: int) -> bool:
    """Several of a kind, or forms to keepers of records: nothing that needs a lawyer's judgement."""
    words = u.reading.words[first:last]
    return any(
        w
        in (
            "providers",
            "records",
            "medical",
            "custodians",
            "medical records",
            "bates",
            "cover sheet",
            "civil cover sheet",
            "authorizations",
            "records request",
            "records requests",
            "medical authorizations",
            "employment",
        )
        for w in words
    )


def consent_event(
    u: Understanding, *, events: Collection[str] = ("experts",), name_in_narrative: bool = True
) -> Detection | None:
    """GL-79: an event that needs the client's consent, with no approver named in the text.

    Whether consent exists is for the register of approvals; this only says that the event is there.
    """
    if name_in_narrative and u.has(_APPROVAL):
        return None
    r = u.reading
    if "experts" in events and u.has(_EXPERT):
        for task in u.tasks:
            k = u.where(_EXPERT, task)
            ours = any(w in ("retained", "our", "retain", "engage", "retention") for w in r.words) or bool(
                task.kinds & COMM
            )
            theirs = any(
                w in ("plaintiff's", "opposing", "defendant's", "their", "plaintiffs'", "deposition") for w in r.words
            )
            if k >= 0 and ours and not theirs:
                return at_units(
                    u,
                    k,
                    k,
                    "consent-expert",
                    "work with an expert names no approval by the client",
                    "the approver's name and the date of the approval",
                )
    for task in u.tasks:
        if "depositions" in events and task.event in ("deposition", "depositions") and task.kinds & ATTEND:
            return at_task(
                u,
                task,
                "consent-deposition",
                "a deposition names no approval by the client",
                "the approver's name and the date of the approval",
            )
        if "motions" in events and task.doc in ("motion", "motions") and task.kinds & DRAFT:
            return at_task(
                u,
                task,
                "consent-motion",
                "a motion names no approval by the client",
                "the approver's name and the date of the approval",
            )
    return None
