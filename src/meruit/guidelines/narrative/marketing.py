"""GL-33, GL-34: work for the firm's own name, watching nobody asked for, and work before the engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import COMM, DOC, DRAFT, GENERIC, RESEARCH, REVIEW, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_MARKETING, _BEFORE = cue("marketing"), cue("pre-engagement")
_SURE, _PRESS = group("marketing.sure"), group("marketing.press")
_CASE_PAPERS, _STORY, _WATCHED = group("marketing.case-papers"), group("marketing.story"), group("marketing.watched")

_OWN = "nothing: this is the firm's own cost"


def marketing(u: Understanding) -> Detection | None:
    """Pitches, client alerts, the press; watching laws and news nobody asked for."""
    if not u.has(_MARKETING):
        return None
    for task in u.tasks:
        for k in range(task.start, task.end):
            if not u.reading.unit_cues[k] & _MARKETING:
                continue
            word = u.reading.words[k]
            after = u.reading.bits[k + 1] if k + 1 < task.end else 0
            if word == "marketing" and after & DOC and not after & GENERIC:
                continue  # a marketing agreement is the client's business
            if word in _SURE and (word == "client alert" or not task.kinds & (REVIEW | RESEARCH)):
                return at_task(u, task, "marketing", "marketing is the firm's own cost", _OWN)
            if word in _PRESS and _talks_to_the_press(u, task, word):
                why = "talk with the press is not paid unless instructed"
                return at_task(u, task, "marketing-press", why, _OWN)
            if word.startswith(("monitor", "track", "follow")) and k == task.at and _watches_unasked(u, task):
                why = "monitoring nobody instructed is not paid"
                return at_task(u, task, "monitoring", why, "the client's instruction to monitor")
    if not u.tasks:
        k = next((k for k, word in enumerate(u.reading.words) if word in _SURE), -1)
        if k >= 0:
            return at_units(u, k, k, "marketing", "marketing is the firm's own cost", _OWN)
    return None


def _talks_to_the_press(u: Understanding, task: Task, word: str) -> bool:
    words = u.reading.words
    if not task.kinds & (COMM | DRAFT) or "court reporter" in words:
        return False
    if task.kinds & DRAFT and any(w in _CASE_PAPERS for w in words):
        return False
    return word != "reporter" or task.verbs[0] == "interview" or any(w in _STORY for w in words)


def _watches_unasked(u: Understanding, task: Task) -> bool:
    words = u.reading.words
    asked = any(w in ("instructed", "request", "instruction") for w in words)
    return not asked and any(w in _WATCHED for w in words[task.at + 1 : task.end])


def before_engagement(u: Understanding) -> Detection | None:
    """GL-34, as far as the text itself says it: work before the firm was engaged."""
    k = u.where(_BEFORE) if u.has(_BEFORE) else -1
    if k < 0:
        return None
    why = "the text says that the firm was not yet engaged"
    return at_units(u, k, k, "before-engagement", why, "work after the engagement began")
