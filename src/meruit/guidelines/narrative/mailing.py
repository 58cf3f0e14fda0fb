"""GL-30, GL-31: letters that only enclose, mails that only forward, calls that reached nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    DRAFT,
    PERSON,
    PREP,
    RESEARCH,
    REVIEW,
    TOPIC,
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
_ENCLOSING = (
    "transmittal", "enclosing", "enclosed", "enclose", "enclosure letter", "form letter", "form notice", "cover letter",
    "cover email", "cover e-mail", "cover memo", "acknowledg", "confirm receipt", "confirming receipt", "convey",
)  # fmt: skip
_FORWARDING = ("copy of", "copies of", "forward", "transmit", "attach", "sending", "send", "provid")

_OWN = "nothing: this is the firm's own cost"
_ONLY_ENCLOSES = ("letters that only enclose are not paid", "a letter that says something: its subject")
_ONLY_FORWARDS = ("mails that only forward are not paid", "a mail that says something: its subject")


def transmittals(u: Understanding) -> Detection | None:
    """Letters that only enclose, mails that only forward, form notices."""
    if len(u.pieces) != 1:
        return None
    task = u.tasks[0]
    if task.kinds & COMM and _mails_a_paper(u, task):
        return at_task(u, task, "forwarding-paper", *_ONLY_FORWARDS)
    k = u.where(_TRANSMIT, task) if u.has(_TRANSMIT) else -1
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


def _says_more(u: Understanding, k: int) -> bool:
    """Whether advice, analysis, a request or a subject of two details goes with what is sent."""
    r = u.reading
    if any(word in _MORE for word in r.words[k + 1 :]):
        return True
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
        if word in _SURELY_MISSED:
            if any(task.kinds & (REVIEW | RESEARCH | DRAFT) and task.at < k < task.end for task in u.tasks):
                continue  # a voicemail that is read or drafted about
            return at_units(u, k, k, "missed", "nobody was reached", _OWN)
        if word.startswith(("attempt", "tried")) and any(w in _REACHING for w in r.words[k + 1 : k + 5]):
            return at_units(u, k, k, "missed-attempt", "nobody was reached", _OWN)
        if word in _MISSED and talks:
            return at_units(u, k, k, "missed", "nobody was reached", _OWN)
    return None
