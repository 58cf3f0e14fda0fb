"""GL-30, GL-31: letters that only enclose, mails that only forward, calls that reached nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    DOC,
    DRAFT,
    PERSON,
    PREP,
    RESEARCH,
    REVIEW,
    STRONG,
    TOPIC,
    WEAK,
    WHOLE,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_TRANSMIT, _NO_CONTACT = cue("transmit"), cue("no-contact")
_MAIL, _MORE = group("pieces.mail"), group("mailing.more")
_SENDING, _PAPERS = group("mailing.sending"), group("mailing.papers")
_SURELY_MISSED, _MISSED, _REACHING = (
    group("mailing.surely-missed"), group("mailing.missed"), group("mailing.reaching"),
)  # fmt: skip
_STOCK, _STOCK_PAPERS, _FILLING = group("mailing.stock"), group("mailing.stock-papers"), group("mailing.filling")
_VOICEMAILS, _LEFT, _DIALLING = group("mailing.voicemails"), group("mailing.left"), group("mailing.dialling")
#: What is only sent tells no more than three details.
_ALONE = ("transmittal", *group("mailing.enclosing-alone"))
_NO_MORE, _SHORT_LINE = 12, 5
_ENCLOSING = (
    "transmittal", "enclosing", "enclosed", "enclose", "enclosure letter", "form letter", "form notice", "cover letter",
    "cover email", "cover e-mail", "cover memo", "cover note", "covering", "note ", "letter ", "go along with",
    "to accompany", "accompanying", "email attaching", "e-mail attaching", "email enclosing", "with compliments",
    "compliments slip", "acknowledg", "confirm receipt", "confirming receipt", "convey", "returning",
)  # fmt: skip
_FORWARDING = ("copy of", "copies of", "forward", "transmit", "attach", "sending", "send", "provid")

_OWN = "nothing: this is the firm's own cost"
_ONLY_ENCLOSES = ("letters that only enclose are not paid", "a letter that says something: its subject")
_ONLY_FORWARDS = ("mails that only forward are not paid", "a mail that says something: its subject")


def transmittals(u: Understanding) -> Detection | None:
    """Letters that only enclose, mails that only forward, form notices."""
    if not u.tasks and u.has(_TRANSMIT) and len(u.reading) <= _SHORT_LINE and u.reading.words[0].startswith(_ALONE):
        return at_all(u, "transmittal", *_ONLY_ENCLOSES)
    if len(u.pieces) != 1:
        return None
    task = u.tasks[0]
    if task.kinds & COMM and _mails_a_paper(u, task):
        return at_task(u, task, "forwarding-paper", *_ONLY_FORWARDS)
    if not u.has(_TRANSMIT):
        return None
    if _fills_a_form(u, task):
        return at_task(u, task, "form-notice", "notices on a form are not paid", _OWN)
    if u.reading.words[0] in ("sent", "send", "sending") and u.weight <= _NO_MORE and _encloses_at_end(u):
        return at_all(u, "forwarding", *_ONLY_FORWARDS)
    k = u.where(_TRANSMIT, task)
    if k < 0 or _says_more(u, k):
        return None
    word = u.reading.words[k]
    if word.startswith(_ENCLOSING):
        reach = 7 if task.doc in _MAIL or task.kinds & COMM else 3
        if task.kinds & (DRAFT | COMM | CLERICAL) and k - task.at <= reach:
            return at_task(u, task, "transmittal", *_ONLY_ENCLOSES)
        return None
    sends = k == task.at and (task.verbs[0] in _SENDING or word.startswith(("provide", "furnish")))
    mails = (task.kinds & COMM or task.doc in _MAIL) and word.startswith(_FORWARDING) and 0 < k - task.at <= 5
    return at_task(u, task, "forwarding", *_ONLY_FORWARDS) if sends or mails else None


def _mails_a_paper(u: Understanding, task: Task) -> bool:
    """ "Emailed signed stipulation to counsel": the paper is the object and nothing is said about it."""
    k = task.at + 1
    if task.doc is None or task.topic_at >= 0 or task.verbs[0] not in _PAPERS or k >= task.end:
        return False
    return not u.reading.bits[k] & (PERSON | PREP) and "to" in u.reading.words[k : task.end]


def _encloses_at_end(u: Understanding) -> bool:
    """ "Sent: 'executed lease attached'"."""
    return any(word in ("attached", "enclosed") for word in u.reading.words[-3:])


def _fills_a_form(u: Understanding, task: Task) -> bool:
    """ "Fill out standard notice form", "complete form acknowledgment"; not a form of lease that is drafted."""
    words = u.reading.words
    if not task.kinds & DRAFT or (task.verbs[0] not in _FILLING and "form" not in words[task.at + 1 : task.at + 4]):
        return False
    near = range(task.at + 1, min(task.end, task.at + 6))
    stock = next((k for k in near if words[k] in _STOCK), -1)
    if stock < 0:
        return False
    wanted = _STOCK_PAPERS if task.verbs[0] in _FILLING else _STOCK_PAPERS - {"form", "forms", "letter"}
    return any(words[k] in wanted for k in range(stock, min(task.end, stock + 4)))


def _says_more(u: Understanding, k: int) -> bool:
    """Whether advice, analysis, a request or a subject of two details goes with what is sent."""
    r = u.reading
    if any(word in _MORE for word in r.words[k + 1 :]):
        return True
    if r.words[k] in ("attached", "enclosed") and any(
        word in _MORE or word.startswith("analysis") for word in r.words[:k]
    ):
        return True  # "email with analysis of attached term sheet"
    topic = next((i for i in range(k + 1, len(r)) if r.bits[i] & TOPIC), None)
    return topic is not None and sum(r.weights[topic:]) >= 2 * WHOLE


def incomplete_communication(u: Understanding) -> Detection | None:
    """Voicemail, no answer, attempts."""
    if not u.has(_NO_CONTACT):
        return None
    r = u.reading
    talks = any(task.kinds & COMM for task in u.tasks)
    for k, found in enumerate(r.unit_cues):
        if not found & _NO_CONTACT:
            continue
        word = r.words[k]
        if word == "missed" and k + 1 < len(r) and not r.bits[k + 1] & (WEAK | STRONG | PERSON | PREP):
            continue  # "missed exchange on 12/24"
        surely = word in _LEFT or word.startswith(("attempt", "tried")) or _stands_apart(u, k)
        if word in _VOICEMAILS and k + 1 < len(r) and not r.bits[k + 1] and r.words[k + 1] not in ("left", "message"):
            continue  # "voicemail scripts"
        if not surely and (word not in _VOICEMAILS or _is_spoken_of(u, k)):
            continue
        if word in _SURELY_MISSED:
            if any(task.kinds & (REVIEW | RESEARCH | DRAFT) and task.at < k < task.end for task in u.tasks):
                continue  # a voicemail that is read or drafted about
            return at_units(u, k, k, "missed", "nobody was reached", _OWN)
        if word.startswith(("attempt", "tried")) and any(w in _REACHING for w in r.words[k + 1 : k + 5]):
            return at_units(u, k, k, "missed-attempt", "nobody was reached", _OWN)
        if word in _MISSED and (talks or any(w in _DIALLING for w in r.words)):
            return at_units(u, k, k, "missed", "nobody was reached", _OWN)
    return None


def _stands_apart(u: Understanding, k: int) -> bool:
    """Whether the word ends the line or a mark stands before it: "called court, on hold, gave up"."""
    r = u.reading
    if k >= len(r) - 2 or k <= 1:
        return not (r.bits[k - 1] & TOPIC) if k else True
    for j in range(k - 1, max(-1, k - 4), -1):
        if r.bits[j] & TOPIC:
            return False
        if r.bits[j] & (WEAK | STRONG):
            return True
    return False


def _is_spoken_of(u: Understanding, k: int) -> bool:
    """Whether a voicemail is a thing talked about: "supervisor's voicemails", "call with voicemail vendor"."""
    r = u.reading
    if k and r.words[k - 1].endswith(("'s", "s'")):
        return True
    if k + 1 < len(r) and (r.bits[k + 1] & (PERSON | DOC) or r.words[k + 1].endswith("'s")):
        return True
    left = any(word in ("left", "leave", "leaving", "got", "reached") for word in r.words[max(0, k - 3) : k])
    return not left and any(task.kinds & COMM and 0 <= task.topic_at < k < task.end for task in u.tasks)
