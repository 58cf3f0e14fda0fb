"""Whether the second of two works says more of the first: then the entry is one work, told in two breaths.

Work of its own has a paper, event or person of its own, or is drafting, calling, researching, travelling. Reading
and weighing after reading, what was done at an event, a thought added after "and" hang on what went before.
Precision comes first: payable work must not be accused of lumping on a weak sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.pieces import TALKING
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    COMM,
    DOC,
    DRAFT,
    EVENT,
    HEAP,
    MANAGE,
    PERSON,
    PLAN,
    RESEARCH,
    REVIEW,
    STEP,
    TRAVEL,
    VAGUE,
    WAIT,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task

_OWN = DOC | HEAP | EVENT | PERSON
#: Kinds that are work of their own even without an object.
_ALONE = RESEARCH | TRAVEL
#: Verbs that cannot but make a paper; others of the class ("answer", "turn", "add") need one beside them.
_MAKING = group("hanging.making")


#: Of clerical acts after reading, those which are not part of it.
_DATES_AND_FILING = group("scheduling.acts") | group("filing.acts") | {"update"}


def hangs(first: Task, second: Task, after_a_dash: bool = False) -> bool:
    """Whether the second of two works, each told once, hangs on the first; a dash tells more of what is before it."""
    if second.separator not in ("weak", "strong") or second.kinds & _ALONE:
        return False
    weak = second.separator == "weak"
    own = bool(second.bits & _OWN or second.named)
    if second.kinds & COMM:
        talks = bool(first.kinds & (COMM | ATTEND | REVIEW if weak else COMM | ATTEND)) and all(
            verb in TALKING for verb in second.verbs
        )
        return talks and not second.bits & PERSON and not second.named
    if second.kinds & DRAFT:
        if any(verb in _MAKING for verb in second.verbs) and (first.kinds != CLERICAL or second.bits & DOC):
            return False
        return not own or first.kinds == CLERICAL or (weak and bool(first.kinds & (ATTEND | COMM)))
    if after_a_dash:
        return True
    if second.kinds & CLERICAL:
        if first.kinds & REVIEW and not any(verb in _DATES_AND_FILING for verb in second.verbs):
            return weak
        return weak and bool(first.kinds & (ATTEND | COMM)) and not first.kinds & DRAFT
    if second.kinds & ATTEND:
        return (
            weak
            and second.event is None
            and not second.bits & DOC
            and bool(first.kinds & (REVIEW | DRAFT | CLERICAL | ATTEND))
        )
    if first.kinds == CLERICAL and second.kinds & (REVIEW | STEP) and (weak or not own):
        return True
    if second.kinds & REVIEW:
        if first.kinds & (TRAVEL | WAIT):
            return False
        return (weak and bool(first.kinds & (REVIEW | RESEARCH | MANAGE))) or not second.bits & (DOC | HEAP)
    if second.kinds & (PLAN | VAGUE | MANAGE | WAIT):
        return weak and not second.bits & (DOC | EVENT)
    return bool(second.kinds & STEP)
