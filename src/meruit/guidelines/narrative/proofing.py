"""GL-28: proofreading, formatting, word processing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, in_hand
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import RESEARCH, REVIEW, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_PROOF = cue("proof")
_ACTS, _LOOKS, _LOOKING_AFTER = group("proofing.acts"), group("proofing.looks"), group("proofing.looking-after")
#: Verbs of drafting too: only right before a matter of form do they mean form.
_ANY_WAY = group("proofing.any-way")

#: Words that can only be about how a paper looks; so far from the verb they may stand.
_READING_FOR = group("proofing.reading-for")
_PUTTING = frozenset({"put", "putting", "got", "getting"})
_MERE_FORM, _REACH, _SHORT_LINE = group("proofing.mere-form"), 6, 4

_WHY = "the care of form is clerical"


def proofreading(u: Understanding) -> Detection | None:
    """Typos, tables, redline runs, dictation typing; never the reading of another side's redline."""
    if not u.has(_PROOF):
        return None
    for task in u.tasks:
        if any(verb in _ACTS for verb in task.verbs):
            if task.verbs[0] in ("type", "format") and task.at > task.start:
                continue  # "document type", "file format"
            return at_task(u, task, "proofreading", _WHY, CLERICAL_PASSES)
        if task.kinds & (REVIEW | RESEARCH) and in_hand(u, task, _READING_FOR, 7):
            return at_task(u, task, "proofreading-form", _WHY, CLERICAL_PASSES)
        if task.verbs[0] in _LOOKING_AFTER and in_hand(u, task, _LOOKS, 5) and _of_form(u, task):
            return at_task(u, task, "proofreading-form", _WHY, CLERICAL_PASSES)
    if not u.tasks:
        named = [k for k, word in enumerate(u.reading.words) if word in _MERE_FORM or word in ("format", "formatting")]
        if named and u.reading.words[0] in _PUTTING:
            return at_units(u, named[0], named[-1], "proofreading-bare", _WHY, CLERICAL_PASSES)
        if len(named) > 1 or (named and len(u.reading) <= _SHORT_LINE):
            return at_units(u, named[0], named[-1], "proofreading-bare", _WHY, CLERICAL_PASSES)
    return None


def _of_form(u: Understanding, task: Task) -> bool:
    if task.verbs[0] == "compare":
        return any(w in ("versions", "version", "drafts", "draft", "compare versions") for w in u.reading.words)
    if task.verbs[0] not in _ANY_WAY:
        return True
    k = u.where(_PROOF, task)
    word = u.reading.words[k]
    if "redline" in word or "blackline" in word:
        return task.verbs[0] == "prepare" and k - task.at <= 2  # running one, not reading or answering one
    return k - task.at <= 3 or any(w in _MERE_FORM for w in u.reading.words[task.at : task.at + _REACH])
