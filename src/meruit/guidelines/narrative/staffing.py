"""GL-35, GL-36, GL-41, GL-79: who took part, and whether a less senior person should have.

Whether a colleague named in the line is inside the firm needs the firm's list of people; without it only roles
("associate", "our office"), the words "internal", and the activity code A105 tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.heads import OUTWARD
from meruit.guidelines.narrative.learning import ramp_up, training
from meruit.guidelines.narrative.oversight import supervision
from meruit.guidelines.narrative.understanding import TURNED_OUTWARD, cue
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
    TOPIC,
    VAGUE,
    WHOLE,
    group,
)
from meruit.utbms import Grade

if TYPE_CHECKING:
    from collections.abc import Collection

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_ATTENDEES, _LEVEL, _EXPERT, _APPROVAL = cue("attendees"), cue("level"), cue("expert"), cue("approval")

_SECOND, _HELPING = group("staffing.second"), group("staffing.helping")
#: "Four of our lawyers were there".
_OF_OURS = frozenset((count, "of", "our") for count in ("two", "three", "four", "five", "several"))
_ROOMS, _CHATTING = group("staffing.rooms"), group("staffing.chatting")
_RUNNING, _PAST = group("staffing.running"), group("staffing.past")
_COUNT, _ONLOOKING, _LEADING = group("staffing.count"), group("staffing.onlooking"), group("staffing.leading")
#: Supervision speaks of these.
_ASSIGNING = group("staffing.assigning")
_MEETINGS = group("staffing.attending")
#: Work a paralegal does: verbs and objects. Checking citations is a level fault for any lawyer.
_CITES, _CODING, _FIRST_LEVEL = group("staffing.cites"), group("staffing.coding"), group("staffing.first-level")
_FORMS, _FORMS_MADE, _ROUTINE = group("staffing.forms"), group("staffing.forms-made"), group("staffing.routine")
_VERIFYING, _CITATIONS = group("staffing.verifying"), group("staffing.citations")
_INSERTING = group("staffing.inserting")
_SENIOR_FORMS = group("staffing.senior-forms")
_RECORDS_WORK, _RECORDS = group("staffing.records-work"), group("staffing.records")
#: Papers that only fetch or list records.
_RECORDS_FORMS, _KINDS_OF_RECORDS = group("staffing.records-forms"), group("staffing.kinds-of-records")
_OURS, _THEIRS = group("staffing.ours"), group("staffing.theirs")

_WHY_SECOND = "a second person of the firm is at the event"
_ONE_ATTENDEE = "one attendee, or the client's written approval by number"
_WHY_INTERNAL = "talk inside the firm is not paid"
_ONE_BILLER = "nothing, or where the client allows it one biller with participants, subject and value"
_LESS_SENIOR = "a less senior timekeeper, or the reason why not"
_APPROVER = "the approver's name and the date of the approval"


def multiple_attendees(u: Understanding, *, max_attendees: int = 1) -> Detection | None:
    """More than one of the firm at one event, as far as this line shows it."""
    if max_attendees > 1:
        return None
    k = max(_said_to_be_second(u), _counted(u)) if u.has(_ATTENDEES) else -1
    if k >= 0:
        return at_units(u, k, k, "attendees-words", _WHY_SECOND, _ONE_ATTENDEE)
    k = _helps_colleague(u) if u.bits & INSIDE and u.kinds & VAGUE else -1
    if k >= 0:
        return at_units(u, k, k, "attendees-with", _WHY_SECOND, _ONE_ATTENDEE)
    for task in u.tasks if u.bits & INSIDE and u.kinds & ATTEND else ():
        k = _with_colleague(u, task)
        if k >= 0:
            return at_units(u, k, k, "attendees-with", _WHY_SECOND, _ONE_ATTENDEE)
    return None


def _said_to_be_second(u: Understanding) -> int:
    """The unit saying that somebody sat second or helped at an event, or -1."""
    r = u.reading
    if any(word.startswith("prep") for word in r.words):
        return -1  # helping to prepare is not attending
    if not any(b & EVENT for b in r.bits) and not any(task.kinds & ATTEND for task in u.tasks):
        return -1
    if u.tasks and u.tasks[0].kinds & (PLAN | DRAFT | CLERICAL) and not u.tasks[0].kinds & ATTEND:
        return -1
    helps = not u.tasks or any(task.kinds & (ATTEND | VAGUE) for task in u.tasks)
    for k, found in enumerate(r.unit_cues):
        if found & _ATTENDEES and (r.words[k] in _SECOND or (helps and r.words[k] in _HELPING)):
            return k
    return -1


def _helps_colleague(u: Understanding) -> int:
    """The colleague helped at an event: "helped senior partner at deposition of CFO"; or -1."""
    for task in u.tasks:
        if task.kinds & VAGUE and task.verbs[0] in ("help", "assist", "support") and task.event:
            k = next((k for k in range(task.at + 1, task.end) if u.inside_at(k)), -1)
            if k >= 0 and "at" in u.reading.words[k : k + 3]:
                return k
    return -1


def _counted(u: Understanding) -> int:
    """The unit that counts the firm's people or tells of one who only looks on while another leads; or -1."""
    r = u.reading
    if u.activity_code == "A105" or not (any(b & EVENT for b in r.bits) or u.kinds & (ATTEND | COMM)):
        return -1
    k = next((k for k, word in enumerate(r.words) if word in _COUNT), -1)
    if k >= 0:
        return k
    chair = next((k for k in range(len(r) - 1) if r.words[k] == "2nd" and r.words[k + 1] == "chair"), -1)
    if chair >= 0:
        return chair
    ours = next((k for k in range(len(r) - 2) if r.words[k : k + 3] in _OF_OURS), -1)
    if ours >= 0:
        return ours
    both = next((k for k in range(len(r) - 1) if r.words[k] == "both" and "i" in r.words[k : k + 7]), -1)
    if both >= 0:
        return both  # "both J. Roe and I appeared"
    k = next((k for k, word in enumerate(r.words) if word in _ONLOOKING), -1)
    if k < 0 or not any(b & EVENT for b in r.bits):
        return -1
    if any(u.inside_at(j) or r.words[j].startswith("lead") for j in range(k + 1, min(len(r), k + 5))):
        return k
    leads = any(word in ("who", "as", "while") for word in r.words) and not _LEADING.isdisjoint(r.words)
    return k if leads else -1


def _with_colleague(u: Understanding, task: Task) -> int:
    """The unit naming somebody of the firm beside whom the event was attended, or -1."""
    if not task.kinds & ATTEND or (task.event is None and not _meets(u, task)):
        return -1
    if task.kinds & PLAN and "attend" not in task.verbs:
        return -1
    return next((k for k in range(task.at + 1, task.end) if u.inside_at(k) and _beside(u, k)), -1)


def _meets(u: Understanding, task: Task) -> bool:
    words = u.reading.words[task.at : task.end]
    return any(word.endswith(("meeting", "meetings", "trial", "hearing")) for word in words)


def _beside(u: Understanding, k: int) -> bool:
    """ "with associate", "along with two associates"; not "deposition of associate"."""
    near = u.reading.words[max(0, k - 4) : k]
    return any(word in ("with", "along with", "alongside", "and") for word in near)


def internal_conference(u: Understanding, *, mode: str = "prohibit") -> Detection | None:
    """Talk inside the firm. `mode` "prohibit" is the only one a line alone can decide."""
    if mode == "allow" or not (u.bits & (INTERNAL | INSIDE) or u.activity_code == "A105"):
        return None
    for task in u.tasks:
        found = _talks_inside(u, task)
        if found is not None:
            return at_task(u, task, found, _WHY_INTERNAL, _ONE_BILLER)
    k = _tried_on_colleague(u) if u.bits & INSIDE else -1
    if k >= 0:
        return at_units(u, 0, k, "internal", _WHY_INTERNAL, _ONE_BILLER)
    return _internal_by_code(u) if u.activity_code == "A105" else None


def _tried_on_colleague(u: Understanding) -> int:
    """The colleague in "ran argument past senior associate", "bounced theory off partner"; or -1."""
    words = u.reading.words
    for k in range(len(words) - 1):
        if words[k + 1] in _ROOMS and u.inside_at(k) and not _CHATTING.isdisjoint(words) and not _turned_outward(u):
            return k  # "walked to partner's office to talk over standing"
    if words[0] not in _RUNNING:
        return -1
    for k in range(1, len(words) - 1):
        if words[k] in _PAST:
            return next((j for j in range(k + 1, min(len(words), k + 4)) if u.inside_at(j)), -1)
    return -1


def _internal_by_code(u: Understanding) -> Detection | None:
    """What is coded as talk inside the firm (A105), with nobody from outside beside it and no rule of its own."""
    if len(u.pieces) > 1 or not len(u.reading) or u.weight < WHOLE or _turned_outward(u):
        return None
    if u.tasks and (u.tasks[0].kinds & (DRAFT | RESEARCH) or u.tasks[0].verbs[0] in TURNED_OUTWARD):
        return None
    if supervision(u) is not None or training(u) is not None or ramp_up(u) is not None:
        return None
    return at_units(u, 0, len(u.reading) - 1, "internal-code", _WHY_INTERNAL, _ONE_BILLER)


def _turned_outward(u: Understanding) -> bool:
    """Whether the text has somebody from outside beside it: "with adjuster", "to opposing counsel"."""
    r = u.reading
    for k, bits in enumerate(r.bits):
        if bits & TOPIC:
            return False
        if bits & (CLIENT | OUTSIDE) and any(word in OUTWARD for word in r.words[max(0, k - 3) : k]):
            return True
    return False


def _talks_inside(u: Understanding, task: Task) -> str | None:
    """The ground on which a task is talk inside the firm, if it is."""
    r = u.reading
    units = range(task.at, task.end)
    if task.kinds & ATTEND and not task.kinds & PLAN and (task.event is None or task.event in _MEETINGS):
        return "internal-meeting" if any(r.bits[k] & INTERNAL for k in units) else None
    talks = communication(u, task)
    if task.kinds & (PLAN | REVIEW) and not talks and not task.persons & (CLIENT | OUTSIDE):
        together = any(u.inside_at(k) and r.words[k - 1] == "with" for k in units[1:])
        return "internal-with" if together else None
    if not talks or task.kinds & (CLERICAL | MANAGE | PLAN | RESEARCH | ATTEND) or task.verbs[0] in _ASSIGNING:
        return None
    if task.kinds & (DRAFT | REVIEW) and not task.kinds & COMM and not task.persons & INSIDE:
        return None
    k = u.internal(task)
    if k < 0:
        return None
    by_code = k == task.at and not r.bits[k] & INSIDE and " " not in r.words[k]
    return "internal-code" if by_code else "internal"


def level_of_work(u: Understanding) -> Detection | None:
    """Work that a less senior timekeeper should have done, by the class of whoever did it."""
    if u.grade is None or not u.grade.is_lawyer or not u.has(_LEVEL):
        return None
    senior = u.grade is not Grade.ASSOCIATE
    if len(u.pieces) > 1 and not all(t.kinds & CLERICAL or _below(u, t, senior=senior) for t in u.tasks):
        return None
    for task in u.tasks:
        found = _below(u, task, senior=senior)
        if found is not None:
            return at_task(u, task, *found, _LESS_SENIOR)
    return None


def _below(u: Understanding, task: Task, *, senior: bool) -> tuple[str, str] | None:
    """(ground, reason) where a task is below a lawyer, or below a senior one."""
    words = u.reading.words[task.start : task.end]
    if any(verb in _CITES for verb in task.verbs) and not task.kinds & DRAFT:
        return "level-cites", "checking citations is a paralegal's work"
    near = words[:5]
    verifies = any(verb in _VERIFYING for verb in task.verbs) and any(word in _CITATIONS for word in near)
    if verifies and not task.persons:
        return "level-cites", "checking citations is a paralegal's work"
    forms = task.kinds & DRAFT and task.verbs[0] in _FORMS_MADE and any(word in _FORMS for word in near)
    if forms and any(word in _ROUTINE for word in words):
        return "level-forms", "these forms are a paralegal's work"
    if not senior:
        return None
    if any(verb in _INSERTING for verb in task.verbs) and any(word in _CITATIONS for word in near):
        return "level-cites", "checking citations is a paralegal's work"
    coding = any(verb in _CODING for verb in task.verbs) or any(word in _FIRST_LEVEL for word in words)
    if task.kinds & REVIEW and coding:
        designs = "strategy" in words or "protocol" in words
        return None if designs else ("level-coding", "first-level review is not a senior lawyer's work")
    if task.kinds & DRAFT and any(word in _SENIOR_FORMS for word in near):
        return "level-senior-forms", "this is not a senior lawyer's work"
    lists = task.doc in _RECORDS_FORMS or task.thing in _RECORDS_FORMS
    if lists and task.verbs[0] in _FORMS_MADE and not _KINDS_OF_RECORDS.isdisjoint(u.reading.words):
        return "level-senior-forms", "this is not a senior lawyer's work"
    if any(verb in _RECORDS_WORK for verb in task.verbs) and any(word in _RECORDS for word in words):
        return "level-records", "this is not a senior lawyer's work"
    return None


def consent_event(
    u: Understanding, *, events: Collection[str] = ("experts",), name_in_narrative: bool = True
) -> Detection | None:
    """GL-79: an event that needs the client's consent, with no approver named in the text.

    Whether consent exists is for the register of approvals; this only says that the event is there.
    """
    if name_in_narrative and u.has(_APPROVAL):
        return None
    expert = "experts" in events and u.has(_EXPERT)
    if not expert and not {"depositions", "motions"} & set(events):
        return None
    words = u.reading.words
    theirs = not _THEIRS.isdisjoint(words)
    for task in u.tasks:
        k = u.where(_EXPERT, task) if expert else -1
        if k >= 0 and not theirs and (task.kinds & COMM or not _OURS.isdisjoint(words)):
            why = "work with an expert names no approval by the client"
            return at_units(u, k, k, "consent-expert", why, _APPROVER)
        if "depositions" in events and task.event in ("deposition", "depositions") and task.kinds & ATTEND:
            why = "a deposition names no approval by the client"
            return at_task(u, task, "consent-deposition", why, _APPROVER)
        if "motions" in events and task.doc in ("motion", "motions") and task.kinds & DRAFT:
            return at_task(u, task, "consent-motion", "a motion names no approval by the client", _APPROVER)
    return None
