"""GL-81: privileged or personal facts in the words of a bill, which public bodies must disclose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_span, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CLIENT, COMM, DRAFT, group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_PRIVATE = cue("private")
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_BIRTH = re.compile(r"\b(?:dob|date of birth|born)\b\W{0,3}\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", re.I)
_RESERVE = re.compile(r"\breserves?\b[^.;]{0,30}\$\s?\d|\$\s?[\d,]+[^.;]{0,20}\breserve\b", re.I)
_RESERVE_SAID = re.compile(r"\breserves?\b[^.;]{0,30}\b\d+(?:\.\d+)?\s?(?:k|m|mm|million|thousand)\b", re.I)
_ACCOUNT = re.compile(
    r"\b(?:acct|account|card|passport|licen[cs]e|mrn)\b\.?\s*(?:no\.?|number|#)?\s*#?\d[\d -]{6,}\d", re.I
)
_FIGURE = re.compile(r"[\d$](?:(?<=\$)|[-/]\d)")
_FIGURES = (
    ("private-number", _SSN),
    ("private-birth", _BIRTH),
    ("private-reserve", _RESERVE),
    ("private-number", _ACCOUNT),
)
_HEALTH = group("private.health")
_OF_HEALTH = group("private.of-health")
_FAULT, _VERDICTS = group("private.fault"), group("private.verdicts")
_CONFESSING, _ADMISSIONS = group("private.confessing"), group("private.admissions") | group("private.of-confession")
_FAULTS, _BEING = group("private.faults"), group("private.being")
_OTHER_SIDE, _ASKING = group("private.other-side"), group("private.asking")
_DEEDS, _BREACHES = group("private.deeds"), group("private.breaches")
_OWN, _OWNERS = group("private.own"), group("private.owners")
#: So far before the fault stands "was", "had been".
_REACH = 3
#: What is said only in confidence: what one would pay, what one fears, what the client has owned to.
_CONFIDENCES, _IN_CONFIDENCE = group("private.confidences"), group("private.told-in-confidence")
_WHY_FIGURES = "personal or reserved figures stand in the narrative"
_PASSES = "the same work without the fact itself: what was advised on, not what was said"


def private_content(u: Understanding) -> Detection | None:
    """Numbers of persons, health, reserves, admissions."""
    text = u.text
    if ("-" in text or "/" in text or "$" in text) and _FIGURE.search(text):
        for ground, pattern in _FIGURES:
            match = pattern.search(u.text)
            if match:
                return at_span(u, match.span(), ground, _WHY_FIGURES, _PASSES)
    if not u.has(_PRIVATE):
        return None
    words = u.reading.words
    told = any(_tells_client(task) for task in u.tasks)
    k = _own_fault(u) if told else -1
    if k >= 0:
        why = "an admission or assessment of fault stands in the narrative"
        return at_units(u, max(0, k - 2), k, "private-fault", why, _PASSES)
    match = _RESERVE_SAID.search(text) or _ACCOUNT.search(text)
    if match:
        return at_span(u, match.span(), "private-reserve", _WHY_FIGURES, _PASSES)
    for k, word in enumerate(words):
        if word in _CONFIDENCES or (word in _IN_CONFIDENCE and (told or u.activity_code == "A106")):
            return at_units(u, k, k, "private-fault", "what was said in confidence stands in the narrative", _PASSES)
    for k, word in enumerate(words):
        if word in _HEALTH and any(near in _OF_HEALTH for near in words[max(0, k - 3) : k + 4]):
            return at_units(u, k, k, "private-health", "a person's health stands in the narrative", _PASSES)
        if told and _admits(word, words[k + 1 : k + 5]):
            last = min(len(words) - 1, k + 3)
            why = "an admission or assessment of fault stands in the narrative"
            return at_units(u, k, last, "private-admission", why, _PASSES)
    return None


def _own_fault(u: Understanding) -> int:
    """ "... that its driver was plainly at fault", "told insured he was to blame": the word of the fault, or -1.

    Not what is only asked ("whether"), claimed, or said of somebody on another side ("that plaintiff was speeding").
    """
    words = u.reading.words
    begun = next((k for k, b in enumerate(u.reading.bits) if b & CLIENT or words[k] == "that"), -1)
    if begun < 0 or not _ASKING.isdisjoint(words):
        return -1
    for k in range(begun + 1, len(words)):
        clause = words[begun + 1 : k]
        if words[k] == "admission":
            mine = words[k - 1] in _OWNERS
        elif words[k] in _FAULTS:
            mine = not _BEING.isdisjoint(clause[-_REACH:]) or (words[k] in _DEEDS and words[k - 1] != "that")
        else:
            mine = words[k] in _BREACHES and words[k - 1] in _OWN
        if mine and _OTHER_SIDE.isdisjoint(clause) and "not" not in clause:
            return k
    return -1


def _tells_client(task: Task) -> bool:
    """Whether a task reports or advises, so that what follows is what was said in confidence."""
    return bool(task.kinds & (COMM | DRAFT)) and (
        bool(task.persons & CLIENT) or task.verbs[0] in ("advise", "report", "inform")
    )


def _admits(word: str, near: Sequence[str]) -> bool:
    if word in _FAULT:
        return any(w in _VERDICTS for w in near)
    return word in _CONFESSING and any(w in _ADMISSIONS for w in near)
