"""The table from rule id to detector.

A detector has the shape `detect(u: Understanding, **parameters) -> Detection | None`. `u` is what
`narrative.understand(text, hours=..., timekeeper_class=..., task_code=..., activity_code=...)` gave; parameters are
the rule's own, by keyword, each with RP-1's default, so `DETECTORS["GL-26"](u, max_hours=Decimal("2.0"))` works and
so does `DETECTORS["GL-26"](u)`. A `Detection` has `words`, `span` (characters), `why`, `passes` (what would pass),
`confidence` and `ground` (the reason by its name in `data/confidence.tsv`). None means silent.

Rules yield to one another so that one fact is told once: vagueness is silent where a clerical or overhead rule
speaks, local travel takes the place of travel, and the most specific clerical rule that of the family.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative import clerical as _clerical
from meruit.guidelines.narrative import expense_text, lumping, overhead, private, proportion, staffing, travelling
from meruit.guidelines.narrative import vagueness as _vagueness
from meruit.guidelines.narrative.detection import Detection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meruit.guidelines.narrative.understanding import Understanding

    Detector = Callable[..., Detection | None]

#: Narrower rules that make vagueness (and the clerical family) silent on the same line.
_SPECIFIC: Mapping[str, Detector] = {
    "GL-18": overhead.billing_for_billing,
    "GL-19": _clerical.file_administration,
    "GL-20": overhead.budgets,
    "GL-21": overhead.training,
    "GL-22": overhead.ramp_up,
    "GL-23": _clerical.scheduling,
    "GL-24": _clerical.filing_and_service,
    "GL-25": overhead.supervision,
    "GL-28": _clerical.proofreading,
    "GL-29": overhead.summaries,
    "GL-30": overhead.transmittals,
    "GL-31": overhead.incomplete_communication,
    "GL-33": overhead.marketing,
    "GL-34": overhead.before_engagement,
    "GL-35": staffing.multiple_attendees,
    "GL-17": _clerical.clerical,
}


def specific(u: Understanding) -> bool:
    """Whether a narrower rule speaks of the line."""
    return any(detector(u) is not None for detector in _SPECIFIC.values())


def _vague(u: Understanding) -> Detection | None:
    return _vagueness.vague(u, specific=specific)


def _communication(u: Understanding) -> Detection | None:
    found = _vagueness.communication_detail(u)
    return None if found is None or specific(u) else found


DETECTORS: Mapping[str, Detector] = {
    "GL-02": lumping.block_billing,
    "GL-03": _vague,
    "GL-04": _communication,
    "GL-05": _vagueness.research_detail,
    "GL-06": _vagueness.document_review_detail,
    "GL-07": _vagueness.prohibited_phrase,
    **_SPECIFIC,
    "GL-26": proportion.research_over_limit,
    "GL-27": proportion.basic_research,
    "GL-32": travelling.waiting,
    "GL-36": staffing.internal_conference,
    "GL-41": staffing.level_of_work,
    "GL-44": proportion.disproportionate_time,
    "GL-49": travelling.travel_time,
    "GL-50": travelling.local_travel,
    "GL-65": expense_text.staff_overtime,
    "GL-66": expense_text.technology_charge,
    "GL-79": staffing.consent_event,
    "GL-80": expense_text.generative_ai,
    "GL-81": private.private_content,
}


def judge(u: Understanding) -> dict[str, Detection]:
    """All detectors that fire with their defaults, by rule id."""
    found: dict[str, Detection] = {}
    for rule, detector in DETECTORS.items():
        detection = detector(u)
        if detection is not None:
            found[rule] = detection
    return found
