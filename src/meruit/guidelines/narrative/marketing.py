"""GL-33, GL-34: work for the firm's own name, watching nobody asked for, and work before the engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import stands_alone
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import COMM, DRAFT, PREP, RESEARCH, REVIEW, STRONG, TOPIC, WEAK, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_MARKETING, _BEFORE = cue("marketing"), cue("pre-engagement")
_SURE, _PRESS = group("marketing.sure"), group("marketing.press")
_CASE_PAPERS, _STORY, _WATCHED = group("marketing.case-papers"), group("marketing.story"), group("marketing.watched")

#: Keeping watch, meals, and the work that is to be won by them; what "marketing" and "news" go with.
_WATCHING, _MEALS, _WINNING = group("marketing.watching"), group("marketing.meals"), group("marketing.winning")
_BY_REQUEST = group("marketing.by-request")
_TO_THE_PRESS = frozenset({"the", "with", "to", "from", "for", ",", "and", "news", "local", "trade"})
_MARKETING_OF, _NEWS = group("marketing.after"), group("marketing.news")

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
            if word == "marketing" and not _of_the_firm(u, k, task):
                continue  # a marketing agreement is the client's business, its marketing director a witness
            asked = any(w in ("instructed", "request", "instruction", "client's") for w in u.reading.words)
            if word in _BY_REQUEST and asked:
                continue
            serves = word == "client alert" or "for" in u.reading.words[max(0, k - 4) : k]
            if word in _SURE and (serves or not task.kinds & (REVIEW | RESEARCH)):
                return at_task(u, task, "marketing", "marketing is the firm's own cost", _OWN)
            if word in _PRESS and _talks_to_the_press(u, task, word):
                why = "talk with the press is not paid unless instructed"
                return at_task(u, task, "marketing-press", why, _OWN)
            if word in _WATCHING and any(w in _WATCHED for w in u.reading.words[k + 1 : task.end]):
                why = "monitoring nobody instructed is not paid"
                return at_task(u, task, "monitoring", why, "the client's instruction to monitor")
            if word.startswith(("monitor", "track", "follow", "watch")) and k == task.at and _watches_unasked(u, task):
                why = "monitoring nobody instructed is not paid"
                return at_task(u, task, "monitoring", why, "the client's instruction to monitor")
    k = _wins_work(u)
    if k >= 0:
        return at_units(u, k, k, "marketing", "marketing is the firm's own cost", _OWN)
    if not u.tasks:
        k = next((k for k, word in enumerate(u.reading.words) if word in _WATCHING), -1)
        if k >= 0 and not _WATCHED.isdisjoint(u.reading.words[k + 1 :]):
            why = "monitoring nobody instructed is not paid"
            return at_units(u, k, k, "monitoring", why, "the client's instruction to monitor")
        k = next((k for k, word in enumerate(u.reading.words) if word in _SURE), -1)
        if k >= 0 and stands_alone(u, k):
            return at_units(u, k, k, "marketing", "marketing is the firm's own cost", _OWN)
    return None


def _of_the_firm(u: Understanding, k: int, task: Task) -> bool:
    """Whether "marketing" is the firm's: alone, before a lunch or brochure, after "firm"; not "their marketing VP"."""
    words, bits = u.reading.words, u.reading.bits
    if k + 1 >= task.end or bits[k + 1] & (PREP | STRONG | WEAK | TOPIC):
        return k == task.start or not words[k - 1].endswith(("'s", "s'"))
    return words[k + 1] in _MARKETING_OF or words[k - 1 : k] == ("firm",)


def _wins_work(u: Understanding) -> int:
    """The unit that tells of a meal or a talk to win work: "lunch with claims director about our practice"; or -1."""
    words = u.reading.words
    k = next((k for k, word in enumerate(words) if word in _MEALS), -1)
    if k < 0:
        return -1
    work = any(a in ("getting", "get", "winning", "win", "more", "new") for a in words) and "work" in words
    return k if work or not _WINNING.isdisjoint(words) else -1


def _talks_to_the_press(u: Understanding, task: Task, word: str) -> bool:
    words = u.reading.words
    if not task.kinds & (COMM | DRAFT) or "court reporter" in words:
        return False
    k = words.index(word)
    after = words[k + 1] if k + 1 < len(words) else ""
    if word == "news" and after not in _NEWS:
        return False  # "gave her the news on the ruling"
    if word in ("press", "media") and k + 1 < len(words) and not u.reading.bits[k + 1] & (PREP | STRONG | WEAK | TOPIC):
        return after in _NEWS  # "press operators"
    if word in ("press", "media") and k and words[k - 1] not in _TO_THE_PRESS:
        return False  # "guard on press"
    if word == "reporter's" and after not in ("request", "question", "questions", "inquiry", "call", "email", "query"):
        return False  # "reporter's transcript"
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
