"""The understanding of narratives: what was done, by whom with whom, on what, and what is missing.

    from meruit.guidelines import narrative

    u = narrative.understand("Call client re lease; draft memo on lease", hours=Decimal("1.5"))
    u.separate              # 2 pieces of work
    u.parts                 # (Part(kind="comm", verb="call", ...), Part(kind="draft", ...))
    narrative.DETECTORS["GL-02"](u)     # Detection(words=..., span=..., why=..., passes=..., confidence=...)

`DETECTORS` is the table from rule id to detector; each takes an `Understanding` and the rule's own
parameters by keyword and gives a `Detection`, or None where the rule stays silent.
"""

from meruit.guidelines.narrative.detection import Detection
from meruit.guidelines.narrative.detectors import DETECTORS, by_grammar, judge, needs
from meruit.guidelines.narrative.understanding import (
    CODED_TRAVEL,
    NO_GRADE,
    Part,
    Participant,
    Understanding,
    understand,
)

__all__ = [
    "CODED_TRAVEL",
    "DETECTORS",
    "NO_GRADE",
    "Detection",
    "Part",
    "Participant",
    "Understanding",
    "by_grammar",
    "judge",
    "needs",
    "understand",
]
