"""GL-17, GL-19, GL-23, GL-24, GL-28: the work of an assistant, by anyone.

"Organize", "file", "copy", "schedule", "docket", "index" and "serve" have legal meanings; so a word counts only
as the verb of a task, and with an object that a clerk would have in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    DOC,
    DRAFT,
    EVENT,
    HEAP,
    PERSON,
    REVIEW,
    VAGUE,
    group,
    groups_under,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_CALENDAR, _SERVE, _ADMIN, _PROOF = cue("calendar"), cue("serve"), cue("file-admin"), cue("proof")

#: Clerical whatever the object.
_ALWAYS = group("clerical.always")
#: Clerical when the object is one of these.
_FETCH = group("clerical.fetch")
_FETCHED = group("clerical.fetched")
_PAIRS = groups_under("clerical.object-of")

_DOCKETING = group("clerical.docketing")
_SCHEDULING = group("clerical.scheduling")
_SCHEDULED_WORDS = group("clerical.scheduled-words")
_TO_SCHEDULE = group("clerical.to-schedule")
_WATCHING = group("clerical.watching")
_DOCKETS = group("clerical.dockets")

_FILING = group("clerical.filing")
_PROOF_OF = group("clerical.proof-of")
_PROOFING = group("clerical.proofing")
_LOOKS = group("clerical.looks")
_LOOKING_AFTER = group("clerical.looking-after")

_PASSES = "nothing: clerical work is the firm's overhead, whoever does it"


def _units(u: Understanding, task: Task) -> Iterator[str]:
    words = u.reading.words
    return (words[k] for k in range(task.at + 1, task.end))


def _object_in(u: Understanding, task: Task, wanted: frozenset[str], reach: int = 6) -> bool:
    words = u.reading.words
    last = min(task.end, task.at + 1 + reach)
    first = task.start if task.at > task.start else task.at + 1
    return any(words[k] in wanted or u.reading.bases[k] in wanted for k in range(first, last) if k != task.at)


def filing_and_service(u: Understanding) -> Detection | None:
    """The mechanics of filing, serving, delivering and recording."""
    if not u.has(_SERVE):
        return None
    for task in u.tasks:
        verbs = task.verbs
        if task.kinds & CLERICAL and any(v in _FILING for v in verbs):
            if verbs[0] == "file" and not _really_files(u, task):
                continue
            return at_task(u, task, "filing", "filing, service and delivery are clerical", _PASSES)
        if any(w in _PROOF_OF for w in _units(u, task)) and task.kinds & (DRAFT | CLERICAL):
            return at_task(u, task, "filing-proof", "proofs of service are clerical", _PASSES)
        if (
            verbs[0] in ("arrange", "coordinate", "go to court", "run over to", "submit", "cause")
            and u.where(_SERVE, task) > task.at
        ) and _object_in(u, task, _ARRANGED_SERVICE, 9):
            return at_task(u, task, "filing-arranged", "filing, service and delivery are clerical", _PASSES)
    return None


_ARRANGED_SERVICE = group("clerical.arranged-service")


def _really_files(u: Understanding, task: Task) -> bool:
    """ "File review" and "file materials" are nouns; "File answer", "Filed and served" are acts."""
    k = task.at + 1
    bits, words = u.reading.bits, u.reading.words
    if words[task.at] in ("filed", "filing"):
        return True
    return not (
        k >= len(bits)
        or words[k] in ("review", "materials", "closing", "opening", "memo", "notes", "to", "for", "wrapper")
    )


def file_administration(u: Understanding) -> Detection | None:
    """Opening and closing of files, conflict checks, intake, storage."""
    if not u.has(_ADMIN):
        return None
    words = u.reading.words
    for task in u.tasks or ():
        opener = task.verbs[0]
        for k in range(task.start, task.end):
            if not u.reading.unit_cues[k] & _ADMIN:
                continue
            word = words[k]
            if "conflict" in word or word == "conflicts":
                if " " in word or opener in ("run", "clear", "check", "perform", "conduct", "process", "search"):
                    return at_task(u, task, "admin-conflicts", "conflict checks are the firm's own cost", _PASSES)
                continue
            if (
                word in ("intake", "client intake", "new client intake", "intake form")
                and task.kinds & REVIEW
                and opener != "complete"
            ):
                continue
            if word in (
                "archive",
                "archives",
                "storage",
                "archived",
                "off-site storage",
                "offsite storage",
            ) and not _object_in(u, task, frozenset({"file", "files", "box", "boxes"}), 8):
                continue
            if word in (
                "engagement letter",
                "engagement agreement",
                "retention letter",
                "fee agreement",
                "retainer agreement",
            ) and (not task.kinds & (DRAFT | COMM | CLERICAL) or "expert" in " ".join(words)):
                continue
            if word in ("matter number", "client number") and not task.kinds & CLERICAL:
                continue
            return at_task(u, task, "admin-file", "setting up and closing files are the firm's own cost", _PASSES)
    for task in u.tasks:
        if task.verbs[0] in ("open", "close") and task.kinds & CLERICAL and _object_in(u, task, _FILES, 4):
            return at_task(u, task, "admin-open", "setting up and closing files are the firm's own cost", _PASSES)
    if not u.tasks and u.reading.words and u.has(_ADMIN):
        k = u.where(_ADMIN)
        if "conflict" in words[k] or "intake" in words[k] or "file" in words[k]:
            from meruit.guidelines.narrative.detection import at_units

            return at_units(u, k, k, "admin-bare", "setting up and closing files are the firm's own cost", _PASSES)
    return None


_FILES = group("clerical.files")


def scheduling(u: Understanding) -> Detection | None:
    """Arranging dates, calendaring, docket checks."""
    if not u.has(_CALENDAR):
        return None
    for task in u.tasks:
        verb = task.verbs[0]
        if task.kinds & (CLERICAL | VAGUE) and any(v in _SCHEDULING for v in task.verbs):
            if any(v in _DOCKETING for v in task.verbs):
                if (
                    verb == "schedule"
                    and u.reading.words[task.at] in ("schedule", "schedules")
                    and _schedule_is_paper(u, task)
                ):
                    continue
                return at_task(u, task, "scheduling", "scheduling and docketing are clerical", _PASSES)
            if _object_in(u, task, _SCHEDULED_WORDS, 9) and not _object_in(u, task, _ARRANGED_SERVICE, 4):
                return at_task(u, task, "scheduling-arrange", "arranging dates and rooms is clerical", _PASSES)
        if task.kinds & COMM and task.subject <= 12 and u.internal(task) < 0 and _about_dates(u, task):
            return at_task(u, task, "scheduling-talk", "arranging dates is clerical, also by telephone", _PASSES)
        if task.kinds & REVIEW and verb in _WATCHING and _object_in(u, task, _DOCKETS, 3):
            return at_task(u, task, "scheduling-docket", "docket checks are clerical", _PASSES)
        if verb in (
            "update",
            "maintain",
            "prepare",
            "figure out",
            "obtain",
            "clear",
            "secure",
            "watch",
            "send",
            "enter",
        ) and _object_in(u, task, _CALENDARS, 5):
            return at_task(u, task, "scheduling-calendar", "keeping the calendar is clerical", _PASSES)
    if not u.tasks:
        k = u.where(_CALENDAR)
        if k >= 0 and any(w in _BARE_SCHEDULING for w in u.reading.words):
            from meruit.guidelines.narrative.detection import at_units

            return at_units(u, k, k, "scheduling-bare", "arranging dates is clerical", _PASSES)
    return None


_BARE_SCHEDULING = group("clerical.bare-scheduling")
_CALENDARS = group("clerical.calendars")


def _schedule_is_paper(u: Understanding, task: Task) -> bool:
    """ "Schedule 3.12", "schedules A, B": a list annexed to a paper."""
    k = task.at + 1
    words = u.reading.words
    return k < len(words) and (words[k][:1].isdigit() or len(words[k]) == 1)


def _about_dates(u: Understanding, task: Task) -> bool:
    """Whether a talk is to schedule: "call to reschedule"; not "mediation scheduled June 14"."""
    words = u.reading.words
    for k in range(task.at + 1, task.end):
        if words[k] in _TO_SCHEDULE:
            if words[k - 1] == "to":
                return True
            if task.topic_at in (k - 1, k - 2) and u.reading.bases[k] != words[k]:
                return True
            if task.topic_at == k - 1 and words[k] in _DATE_NOUNS:
                return True
    return False


_DATE_NOUNS = frozenset({"scheduling", "rescheduling", "availability", "calendaring", "adjournment", "logistics"})


def proofreading(u: Understanding) -> Detection | None:
    """Proofreading, formatting, word processing."""
    if not u.has(_PROOF):
        return None
    for task in u.tasks:
        if any(v in _PROOFING for v in task.verbs):
            if task.verbs[0] in ("type", "format") and task.at > task.start:
                continue
            return at_task(u, task, "proofreading", "the care of form is clerical", _PASSES)
        if task.verbs[0] in _LOOKING_AFTER and _object_in(u, task, _LOOKS, 5):
            direct = u.where(_PROOF, task)
            if task.verbs[0] in (
                "review",
                "revise",
                "draft",
                "prepare",
                "edit",
                "check",
                "finalize",
                "update",
                "conform",
            ) and (
                direct - task.at > 3 or "redline" in u.reading.words[direct] or "blackline" in u.reading.words[direct]
            ):
                continue
            return at_task(u, task, "proofreading-form", "the care of form is clerical", _PASSES)
    return None


_STAMPING = frozenset(
    {"bates stamping", "bates labeling", "bates numbering", "tabbing", "collating", "scanning", "photocopying"}
)


def clerical(u: Understanding, *, extra: frozenset[str] = frozenset()) -> Detection | None:
    """Copying, indexing, binders, data entry, ordering, redaction. `extra` are the client's own words."""
    for task in u.tasks:
        verb = task.verbs[0]
        if task.kinds & CLERICAL and any(v in _ALWAYS for v in task.verbs):
            if any(v in _FILING or v in _SCHEDULING or v in _PROOFING for v in task.verbs):
                continue
            if not _clerks_object(u, task, next(v for v in task.verbs if v in _ALWAYS)):
                continue
            return at_task(u, task, "clerical-verb", "this is an assistant's work", _PASSES)
        if task.kinds & DRAFT and any(w in _STAMPING for w in _units(u, task)):
            return at_task(u, task, "clerical-means", "this is an assistant's work", _PASSES)
        wanted = _PAIRS.get(verb)
        if wanted is not None and _object_in(u, task, wanted, 5):
            if (
                verb in ("obtain", "retrieve", "pull", "collect", "gather")
                and len(task.verbs) > 1
                and task.kinds & REVIEW
            ):
                continue
            if verb in ("set up",) and u.has(_CALENDAR) and _object_in(u, task, _SCHEDULED_WORDS, 5):
                continue
            return at_task(u, task, "clerical-object", "this is an assistant's work", _PASSES)
        if extra and (verb in extra or any(w in extra for w in _units(u, task))):
            return at_task(u, task, "clerical-client", "the client's list names this as clerical", _PASSES)
    return None


def _clerks_object(u: Understanding, task: Task, verb: str) -> bool:
    """Some clerical verbs are legal acts on other objects: "enter" a stipulation, "mark" a claim, "sort" issues."""
    if verb in (
        "enter",
        "mark",
        "number",
        "sort",
        "import",
        "export",
        "input",
        "save",
        "store",
        "post",
        "log",
        "load",
        "populate",
        "convert",
        "assemble",
        "tabulate",
        "duplicate",
        "label",
        "stamp",
        "print",
        "index",
    ):
        bits = u.reading.bits
        if verb in ("enter", "log"):
            return _object_in(
                u,
                task,
                frozenset(
                    {
                        "notes",
                        "data",
                        "documents",
                        "document",
                        "information",
                        "time",
                        "records",
                        "contacts",
                        "entries",
                        "database",
                    }
                ),
                8,
            )
        if verb == "number":
            return _object_in(u, task, frozenset({"pages", "exhibits", "documents", "page"}), 4)
        if verb == "mark":
            return _object_in(u, task, frozenset({"exhibits", "exhibit"}), 4)
        return (
            any(
                bits[k] & (DOC | HEAP | EVENT) or bits[k] == 0 or u.reading.words[k] in ("set", "production", "data")
                for k in range(task.at + 1, min(task.end, task.at + 7))
            )
            or task.end == task.at + 1
            or not bits[task.at + 1] & PERSON
        )
    return True
