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

from typing import TYPE_CHECKING, Any, NamedTuple

from meruit.guidelines.narrative import (
    bills,
    digests,
    expense_text,
    filing,
    intake,
    learning,
    lumping,
    mailing,
    marketing,
    oversight,
    private,
    proofing,
    proportion,
    scheduling,
    staffing,
    travelling,
)
from meruit.guidelines.narrative import clerical as _clerical
from meruit.guidelines.narrative import vagueness as _vagueness
from meruit.guidelines.narrative.contradiction import code_contradicts
from meruit.guidelines.narrative.detection import Detection
from meruit.guidelines.narrative.opinion import family_bit, rivals, sign_of
from meruit.guidelines.narrative.second import beside
from meruit.guidelines.narrative.understanding import CODED_INSIDE, NO_KIND, cue, of_class, of_kind
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    INSIDE,
    INTERNAL,
    RESEARCH,
    REVIEW,
    TRAVEL,
    WAIT,
    WHOLE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meruit.guidelines.narrative.understanding import Understanding

    Detector = Callable[..., Detection | None]


class _Specific(NamedTuple):
    """A narrower rule, and the cues without which it cannot fire."""

    detector: Detector
    cues: int


def _specific(detector: Detector, *names: str) -> _Specific:
    return _Specific(detector, sum({cue(name) for name in names}))


def _yielding(detector: Detector, *narrower: str) -> Detector:
    """A detector that is silent where one of the `narrower` rules speaks of the line already."""

    def detect(u: Understanding, **parameters: Any) -> Detection | None:
        found = detector(u, **parameters)
        return None if found is None or any(_kept(u, rule) is not None for rule in narrower) else found

    return detect


def _clerical_work(u: Understanding, **parameters: Any) -> Detection | None:
    """The clerical rule of no narrower kind: by its words, or by the code where no other rule speaks of the line."""
    found = _clerical.clerical(u, **parameters)
    if found is not None and _kept(u, "GL-18") is not None:
        return None  # time that is entered is billing
    if found is not None or u.activity_code != "A110":
        return found
    if any(rule != "GL-17" and _kept(u, rule) is not None for rule in _SPECIFIC):
        return None
    return _clerical.clerical_by_code(u)


def _transmittals(u: Understanding) -> Detection | None:
    """What is only sent, unless a clerk's act or a date is what the line is about."""
    found = mailing.transmittals(u)
    if found is None or _clerical.clerical(u) is not None or _kept(u, "GL-23") is not None:
        return None
    return found


_FILES = _yielding(intake.file_administration, "GL-21")
_DATES = _yielding(scheduling.scheduling, "GL-18")
_PRESS = _yielding(marketing.marketing, "GL-23")
#: Talk inside the firm about office work is that office work.
_INSIDE = _yielding(staffing.internal_conference, "GL-17", "GL-18", "GL-19", "GL-23", "GL-24", "GL-25", "GL-28")

#: Narrower rules that make vagueness (and the clerical family) silent on the same line.
_SPECIFIC: Mapping[str, _Specific] = {
    "GL-18": _specific(bills.billing_for_billing, "billing"),
    "GL-19": _specific(_FILES, "file-admin"),
    "GL-20": _specific(bills.budgets, "budget"),
    "GL-21": _specific(learning.training, "training"),
    "GL-22": _specific(learning.ramp_up, "ramp-up"),
    "GL-23": _specific(_DATES, "calendar"),
    "GL-24": _specific(filing.filing_and_service, "serve"),
    "GL-25": _specific(oversight.supervision, "supervise"),
    "GL-28": _specific(proofing.proofreading, "proof"),
    "GL-29": _specific(digests.summaries, "summary"),
    "GL-30": _Specific(_transmittals, 0),
    "GL-31": _specific(mailing.incomplete_communication, "no-contact"),
    "GL-33": _specific(_PRESS, "marketing"),
    "GL-34": _specific(marketing.before_engagement, "pre-engagement"),
    "GL-35": _Specific(staffing.multiple_attendees, 0),
    "GL-17": _Specific(_clerical_work, 0),
}


#: The cues of all narrower rules that have any: without one of these, most entries need no look at them.
_ANY_CUE = 0
for _found in _SPECIFIC.values():
    _ANY_CUE |= _found.cues
_WITHOUT_CUES = tuple(rule for rule, found in _SPECIFIC.items() if not found.cues)


def _kept(u: Understanding, rule: str) -> Detection | None:
    """What a narrower rule says with its defaults, worked out once an entry."""
    if rule not in u.kept:
        detector, cues = _SPECIFIC[rule]
        u.kept[rule] = detector(u) if not cues or u.cues & cues else None
    found: Detection | None = u.kept[rule]
    return found


def specific(u: Understanding) -> bool:
    """Whether a narrower rule speaks of the line."""
    rules = _SPECIFIC if u.cues & _ANY_CUE else _WITHOUT_CUES
    return any(_kept(u, rule) is not None for rule in rules)


#: Acts that hang on an unpayable one and are nothing by themselves: sending, filing, calling about it.
_HANGING = CLERICAL | COMM | WAIT


def _lumped(u: Understanding, **parameters: Any) -> Detection | None:
    """Lumping, unless both acts are of one unpayable kind: then that rule alone speaks of the line."""
    found = lumping.block_billing(u, **parameters)
    if found is None or len(u.pieces) != 2 or not u.cues & _ANY_CUE:
        return found
    for rule, (_, cues) in _SPECIFIC.items():
        if cues and u.cues & cues and _kept(u, rule) is not None:
            hit = [any(u.where(cues, task) >= 0 for task in piece) for piece in u.pieces]
            spare = u.pieces[hit.index(False)] if False in hit else None
            if spare is None and rule not in _LEGAL_BESIDE:
                return None
            if spare is not None and all(t.kinds and not t.kinds & ~_HANGING and t.weight <= WHOLE for t in spare):
                return None
    return found


#: Filing and dates go together with drafting and hearings, whose words they share.
_LEGAL_BESIDE = frozenset({"GL-23", "GL-24", "GL-28", "GL-29", "GL-30"})


def _vague(u: Understanding) -> Detection | None:
    return _vagueness.vague(u, specific=specific)


def _communication(u: Understanding) -> Detection | None:
    found = _vagueness.communication_detail(u)
    return None if found is None or specific(u) else found


#: What the tables of words and the grammar say alone.
_BY_GRAMMAR: Mapping[str, Detector] = {
    "GL-02": _lumped,
    "GL-03": _vague,
    "GL-04": _communication,
    "GL-05": _vagueness.research_detail,
    "GL-06": _vagueness.document_review_detail,
    "GL-07": _vagueness.prohibited_phrase,
    "GL-15": code_contradicts,
    **{rule: found.detector for rule, found in _SPECIFIC.items()},
    "GL-26": proportion.research_over_limit,
    "GL-27": proportion.basic_research,
    "GL-32": travelling.waiting,
    "GL-36": _INSIDE,
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


def _by_grammar(u: Understanding, rule: str) -> Detection | None:
    """What the grammar says of a rule with its defaults, worked out once an entry."""
    if rule in _SPECIFIC:
        return _kept(u, rule)
    if rule not in u.kept:
        u.kept[rule] = _BY_GRAMMAR[rule](u)
    found: Detection | None = u.kept[rule]
    return found


def _silent(u: Understanding, rule: str) -> bool:
    """Whether the grammar finds nothing, or nothing that is not doubted, of what would rule out another finding."""
    doubted = u.opinion.doubted
    return all(family_bit(rival) & doubted or _by_grammar(u, rival) is None for rival in rivals(rule))


#: Detectors that pass a rule's settings on to another, which has their defaults.
_SETTINGS: Mapping[str, Detector] = {
    "GL-02": lumping.block_billing,
    "GL-17": _clerical.clerical,
    "GL-36": staffing.internal_conference,
}
DETECTORS: Mapping[str, Detector] = {
    rule: beside(rule, grammar, _silent, _SETTINGS.get(rule)) for rule, grammar in _BY_GRAMMAR.items()
}


_ON_THE_WAY = cue("travel") | of_kind(TRAVEL) | NO_KIND
#: Rule -> the signs of a line (`Understanding.signs`) without one of which its detector is silent.
_NEEDS: Mapping[str, int] = {
    **{rule: found.cues for rule, found in _SPECIFIC.items() if found.cues},
    "GL-05": of_kind(RESEARCH),
    "GL-06": of_kind(REVIEW),
    "GL-26": of_kind(RESEARCH | REVIEW),
    "GL-27": cue("basic"),
    "GL-30": cue("transmit") | of_kind(COMM),
    "GL-32": cue("waiting") | of_kind(WAIT),
    "GL-35": cue("attendees") | of_class(INSIDE),
    "GL-36": of_class(INTERNAL | INSIDE) | CODED_INSIDE,
    "GL-41": cue("level"),
    "GL-44": cue("size"),
    "GL-49": _ON_THE_WAY,
    "GL-50": _ON_THE_WAY,
    "GL-65": cue("overtime"),
    "GL-66": cue("technology"),
    "GL-79": cue("expert"),
    "GL-80": cue("ai"),
}


def needs(rule: str) -> int:
    """The signs of a line without one of which the detector of a rule is silent; 0 where any line may do."""
    by_grammar = _NEEDS.get(rule, 0)
    return by_grammar | sign_of(rule) if by_grammar else 0


_ASKED = tuple((rule, detector, needs(rule)) for rule, detector in DETECTORS.items())


def judge(u: Understanding) -> dict[str, Detection]:
    """All detectors that fire with their defaults, by rule id."""
    found: dict[str, Detection] = {}
    signs = u.signs
    for rule, detector, needed in _ASKED:
        if not needed or signs & needed:
            detection = detector(u)
            if detection is not None:
                found[rule] = detection
    return found


def by_grammar(u: Understanding) -> dict[str, Detection]:
    """The same by the grammar alone, without the second opinion."""
    said = ((rule, _by_grammar(u, rule)) for rule in _BY_GRAMMAR)
    return {rule: detection for rule, detection in said if detection is not None}
