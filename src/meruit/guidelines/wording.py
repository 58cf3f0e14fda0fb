"""From what a narrative was understood to say to a rule's hit.

The detectors of `narrative` say whether a rule's words are there and why; the rules here add what a
client's parameters and registers change about it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit
from meruit.guidelines.registry import TextCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Detection, Understanding

#: Longer quotations are cut in messages; the span still shows the whole.
QUOTED = 60


def detector(rule: str) -> Callable[..., Detection | None]:
    """The detector of a rule, by its id."""
    from meruit.guidelines.narrative import DETECTORS

    return DETECTORS[rule]


def needs(rule: str) -> int:
    """The signs of a line without which the detector of a rule is silent (see `narrative.needs`)."""
    from meruit.guidelines.narrative import needs

    return needs(rule)


def told(detection: Detection, cure: str | None = None) -> Hit:
    """A detection as a hit: the words, why they break the rule, and what would pass."""
    words = detection.words
    quoted = words if len(words) <= QUOTED else words[: QUOTED - 1].rstrip() + "…"
    return Hit(
        field="narrative",
        words=words,
        span=detection.span,
        confidence=detection.confidence,
        message=f'"{quoted}": {detection.why}. What would pass: {cure or detection.passes}.',
    )


def text_check(
    rule: str,
    context: Context,
    lifts: str,
    *,
    kinds: Mapping[str, str] | None = None,
    include: Collection[str] | None = None,
    **parameters: object,
) -> TextCheck:
    """A rule that is its detector alone, lifted by an approval of `lifts` (the rule's slug).

    `kinds` are patterns for the kinds of such work; where `include` names some of them only, words of
    another kind pass.
    """
    detect = detector(rule)
    other = _excluded(kinds or {}, include)

    heard = functools.partial(detect, **parameters) if parameters else detect

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        detection = heard(understood)
        if detection is None or (other is not None and other.search(entry.narrative or "")):
            return None
        if context.approvals and approved(context, lifts, entry):
            return None
        return told(detection)

    return TextCheck(check, signs=needs(rule))


def _excluded(kinds: Mapping[str, str], include: Collection[str] | None) -> re.Pattern[str] | None:
    """Words of the kinds of work that the client does pay."""
    left = [pattern for kind, pattern in kinds.items() if include is not None and kind not in include]
    return re.compile(rf"\b(?:{'|'.join(left)})", re.IGNORECASE) if left else None
