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
_FIGURE = re.compile(r"\d[-/]\d|\$")
_FIGURES = (("private-number", _SSN), ("private-birth", _BIRTH), ("private-reserve", _RESERVE))
_HEALTH = group("private.health")
_OF_HEALTH = group("private.of-health")
_FAULT, _VERDICTS = group("private.fault"), group("private.verdicts")
_CONFESSING, _ADMISSIONS = group("private.confessing"), group("private.admissions") | group("private.of-confession")
_PASSES = "the same work without the fact itself: what was advised on, not what was said"


def private_content(u: Understanding) -> Detection | None:
    """Numbers of persons, health, reserves, admissions."""
    text = u.text
    if ("-" in text or "/" in text or "$" in text) and _FIGURE.search(text):
        for ground, pattern in _FIGURES:
            match = pattern.search(u.text)
            if match:
                return at_span(u, match.span(), ground, "personal or reserved figures stand in the narrative", _PASSES)
    if not u.has(_PRIVATE):
        return None
    words = u.reading.words
    told = any(_tells_client(task) for task in u.tasks)
    for k, word in enumerate(words):
        if word in _HEALTH and any(near in _OF_HEALTH for near in words[max(0, k - 3) : k + 4]):
            return at_units(u, k, k, "private-health", "a person's health stands in the narrative", _PASSES)
        if told and _admits(word, words[k + 1 : k + 5]):
            last = min(len(words) - 1, k + 3)
            why = "an admission or assessment of fault stands in the narrative"
            return at_units(u, k, last, "private-admission", why, _PASSES)
    return None


def _tells_client(task: Task) -> bool:
    """Whether a task reports or advises, so that what follows is what was said in confidence."""
    return bool(task.kinds & (COMM | DRAFT)) and (
        bool(task.persons & CLIENT) or task.verbs[0] in ("advise", "report", "inform")
    )


def _admits(word: str, near: Sequence[str]) -> bool:
    if word in _FAULT:
        return any(w in _VERDICTS for w in near)
    return word in _CONFESSING and any(w in _ADMISSIONS for w in near)
