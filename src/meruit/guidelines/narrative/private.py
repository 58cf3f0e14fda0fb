"""GL-81: privileged or personal facts in the words of a bill, which public bodies must disclose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_span, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CLIENT, COMM, DRAFT, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.understanding import Understanding

_PRIVATE = cue("private")
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_BIRTH = re.compile(r"\b(?:dob|date of birth|born)\b\W{0,3}\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", re.I)
_RESERVE = re.compile(r"\breserves?\b[^.;]{0,30}\$\s?\d|\$\s?[\d,]+[^.;]{0,20}\breserve\b", re.I)
_FIGURE = re.compile(r"\d[-/]\d|\$")
_FIGURES = (("private-number", _SSN), ("private-birth", _BIRTH), ("private-reserve", _RESERVE))
_HEALTH = group("private.health")
_ADMISSIONS = group("private.admissions")
_PASSES = "the same work without the fact itself: what was advised on, not what was said"


def private_content(u: Understanding) -> Detection | None:
    """Numbers of persons, health, reserves, admissions."""
    if _FIGURE.search(u.text):
        for ground, pattern in _FIGURES:
            match = pattern.search(u.text)
            if match:
                return at_span(u, match.span(), ground, "personal or reserved figures stand in the narrative", _PASSES)
    if not u.has(_PRIVATE):
        return None
    r = u.reading
    for k, word in enumerate(r.words):
        if word in _HEALTH and any(
            w in ("test", "results", "status", "positive", "diagnosis", "history", "treatment", "records", "chart")
            for w in r.words[max(0, k - 3) : k + 4]
        ):
            return at_units(u, k, k, "private-health", "a person's health stands in the narrative", _PASSES)
        if word in ("liability", "fault", "negligent", "guilty") or word in ("admitted", "admits", "lied"):
            speaks = any(
                t.kinds & (COMM | DRAFT) and (t.persons & CLIENT or t.verbs[0] in ("advise", "report", "inform"))
                for t in u.tasks
            )
            near = r.words[k + 1 : k + 5]
            if (
                speaks
                and word in ("liability", "fault")
                and any(
                    w in ("certain", "clear", "near", "likely", "probable", "admitted", "indefensible", "adverse")
                    for w in near
                )
            ):
                return at_units(
                    u,
                    k,
                    min(len(r.words) - 1, k + 3),
                    "private-admission",
                    "an admission or assessment of fault stands in the narrative",
                    _PASSES,
                )
            if (
                speaks
                and word in ("admitted", "admits", "lied", "guilty", "negligent")
                and any(w in _ADMISSIONS or w in ("he", "she", "that", "to") for w in near)
            ):
                return at_units(
                    u,
                    k,
                    min(len(r.words) - 1, k + 3),
                    "private-admission",
                    "an admission or assessment of fault stands in the narrative",
                    _PASSES,
                )
    return None
