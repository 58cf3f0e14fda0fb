"""Which tasks of a narrative are one piece of work.

One piece (guidelines reference, conventions on lumping): preparing for and attending one event; sending and
receiving mail with one person on one subject; drafting and revising one document; reading a thing and
marking what matters in it; getting a paper and reading it. All else that can be described apart is apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.tasks import AT_THE_EVENT, Task, joins
from meruit.guidelines.narrative.words import (
    ANAPHOR,
    ATTEND,
    CLERICAL,
    COLON,
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
    TIME,
    TRAVEL,
    VAGUE,
    WAIT,
    cue_bits,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.reading import Reading

#: Weighing what one has read is part of reading it, when no other paper is named.
_WEIGHING = group("pieces.weighing")
_ANSWERING = group("pieces.answering")
_SENDING = group("pieces.sending")
_COMMENTING = group("pieces.commenting")
_TALKING_THROUGH = frozenset({"go over", "go through", "discuss", "talk about", "work through"})
_FOR_SETTLEMENT = frozenset({"mediation", "settlement conference", "settlement meeting", "negotiation session"})
_ARGUING = group("pieces.arguing")
_MAIL = group("pieces.mail")
#: Seeing to the form of one paper: "proofread and cite-check", "edit, spell check and reformat".
_FORM, _CARE_OF_FORM = group("pieces.form"), group("proofing.acts")
#: Getting a paper in order to look for something in it.
_FETCHING, _LOOKING = group("tasks.fetching"), group("pieces.looking-for")


#: Working over a paper, passage by passage.
_EDITING, _PASSAGES = group("pieces.editing"), group("pieces.passages")
#: Reading one thing against another is one work; so is marking what one has read.
_SETTING_BESIDE = group("pieces.setting-beside")
#: What is done with "it" after a clerical act is that act still: "set up the call and moved it twice".
_HANDLING = group("pieces.handling")
_CONCLUDING = group("pieces.concluding")
_LEADING_IN = frozenset({"that", "whether", "which", "what", "how", "if", "why", "who", "when", "where"})
_HIM = frozenset({"him", "her", "them", "it", "us", "me", "this", "that", "these", "those"})
#: What one does while talking, without reaching anybody else.
TALKING = group("hanging.talking")
_REPLIES = frozenset({"reply", "replies", "response", "responses", "answer", "answers"})
#: Thinking about what one has read is no work apart from reading it, unless it has a paper, event or person of its own.
_THINKING, _MAKING = REVIEW | PLAN | STEP, DRAFT | COMM | CLERICAL | RESEARCH | ATTEND
_OWN_OBJECT = DOC | HEAP | EVENT | PERSON

_PROOF = cue_bits()["proof"]
_MAKING_TABLES = frozenset({"generate", "create", "prepare", "update", "check", "correct"})


#: Hours at the end of a task without brackets or unit.
_HOURS = re.compile(r"\d{0,2}\.\d{1,2}")

#: Work is taken up again within so many tasks; an entry of a thousand must not take a million comparisons.
_NEAR = 8


def pieces(r: Reading, tasks: list[Task]) -> list[list[Task]]:
    """Tasks grouped into pieces of work, in order."""
    found: list[list[Task]] = []
    for task in tasks:
        for piece in reversed(found[-_NEAR:]):
            if _continues(r, piece, task):
                piece.append(task)
                break
        else:
            found.append([task])
    return found


def _continues(r: Reading, piece: list[Task], task: Task) -> bool:
    for earlier in piece[-_NEAR:]:  # noqa: SIM110 - asked of any two tasks of every line
        if one_work(r, earlier, task):
            return True
    return False


def allocated(tasks: list[Task], r: Reading) -> bool:
    """Whether the text gives each task its own time."""
    if len(tasks) < 2:
        return False
    stated = sum(1 for b in r.bits if b & TIME)
    if not stated:
        return all(_HOURS.fullmatch(r.words[task.end - 1]) for task in tasks)  # "Reviewed complaint 0.4 / outlined ..."
    return stated >= len(tasks) or (stated >= 2 and stated >= len(tasks) - 1)


def one_work(r: Reading, a: Task, b: Task) -> bool:
    """Whether `b` continues the work of `a`."""
    if b.verbs[0] in _FORM and b.separator != "strong" and _of_form(a, b):
        return True
    if b.verbs[0] in AT_THE_EVENT and (a.kinds & ATTEND or (a.event and a.verbs[0] in AT_THE_EVENT)) and _there(r, b):
        return "negotiat" not in b.verbs[0] or a.event in _FOR_SETTLEMENT
    if b.separator == "direct":
        return False
    together = a.kinds | b.kinds
    if b.anaphoric and joins([a.verbs[-1], b.verbs[0]], b.kinds, together) and not b.kinds & CLERICAL & ~a.kinds:
        return True
    if b.verbs[0] in _SENDING and a.kinds & (DRAFT | CLERICAL | REVIEW) and b.doc is None and not b.kinds & CLERICAL:
        return True
    if a.kinds & DRAFT and b.kinds & DRAFT and a.thing is not None and a.thing == b.thing:
        return True
    if a.kinds & DRAFT and b.verbs[0] in _EDITING and (_part_of(b, a) or _under_a_heading(r, a)):
        return True
    if a.kinds & DRAFT and b.kinds & DRAFT:
        return False
    if (a.kinds & PLAN and b.kinds & ATTEND) or (a.kinds & PLAN and b.kinds & COMM and not b.weight and not b.persons):
        return a.event == b.event or b.event is None or (a.event is None and a.bits & COMM == 0)
    if a.kinds & ATTEND and b.kinds & ATTEND:
        return b.event in (None, a.event) and b.verbs[0] in _ARGUING
    if a.kinds & REVIEW and b.verbs[0] in _COMMENTING and b.doc in (None, a.doc):
        return True
    if a.kinds & COMM and b.kinds & COMM and not a.weight and not a.persons and not a.named and b.separator == "weak":
        return True  # "email to and call with"
    if a.kinds & COMM and b.kinds & (COMM | DRAFT) and b.separator != "run-on" and _same_talk(r, b):
        return True
    if a.kinds & COMM and b.kinds & COMM:
        return b.weight == 0 and _same_people(r, a, b)
    if a.kinds & COMM and b.kinds & REVIEW and b.doc in _REPLIES and not b.named and not b.persons & ~a.persons:
        return True
    if a.kinds & COMM and b.kinds & REVIEW and b.anaphoric and not r.bits[b.end - 1] & ANAPHOR:
        return True  # "Email from clerk. Read and considered."
    if a.kinds & REVIEW and b.kinds & COMM and b.verbs[0] in _ANSWERING:
        return a.doc in _MAIL or bool(a.kinds & COMM)
    if a.kinds & COMM and b.verbs[0] in _TALKING_THROUGH and b.separator == "weak":
        return True
    if a.kinds & REVIEW and b.kinds & PLAN and (a.weight == 0 or (b.verbs[0] == "outline" and not b.bits & DOC)):
        return True
    if b.kinds & STEP and a.kinds & (REVIEW | RESEARCH | PLAN | DRAFT | ATTEND):
        return True
    if a.kinds & (REVIEW | RESEARCH) and b.kinds & (REVIEW | STEP) and b.verbs[0] in _SETTING_BESIDE:
        return True
    if a.kinds & (REVIEW | RESEARCH | COMM) and b.verbs[0] in _CONCLUDING and _is_a_conclusion(r, b):
        return True
    if a.kinds & (REVIEW | RESEARCH) and b.kinds & REVIEW and b.verbs[0] in _WEIGHING:
        return b.doc is None or not b.bits & (DOC | HEAP) or b.doc == a.doc
    if a.kinds & b.kinds & (WAIT | TRAVEL | MANAGE):
        return True
    if a.kinds & _THINKING and b.kinds & _THINKING and not b.bits & _OWN_OBJECT and not b.kinds & _MAKING:
        return True
    if a.kinds & CLERICAL and b.anaphoric and b.verbs[0] in _HANDLING:
        return True
    if a.kinds & CLERICAL and (b.kinds & CLERICAL or (r.cues & _PROOF and b.verbs[0] in _MAKING_TABLES)):
        return True
    if a.verbs[0] in _FETCHING and b.verbs[0] in _LOOKING and _looks_for(r, b):
        return True
    if b.anaphoric and b.kinds & CLERICAL and a.verbs[0] in ("identify", "select", "choose"):
        return True
    return bool(a.kinds & VAGUE and b.kinds & VAGUE and b.weight == 0)


def _part_of(b: Task, a: Task) -> bool:
    """Whether what is edited is a passage or the paper of `a` itself, and no paper of its own."""
    if b.doc is None:
        return b.thing in _PASSAGES or b.anaphoric or a.verbs[0] in _EDITING
    return b.doc in _PASSAGES or b.doc == a.doc


def _under_a_heading(r: Reading, a: Task) -> bool:
    """Whether edits are listed after a colon: "Redline MSA: strike paragraph 9, add COLA, fix survivor benefits"."""
    return a.verbs[0] in _EDITING and any(r.bits[k] & COLON for k in range(a.start, a.at))


def _same_talk(r: Reading, b: Task) -> bool:
    """Whether the talk goes on with the same people: "..., and we talked that through", "advising him on ..."."""
    if b.at and r.words[b.at - 1] == "we":
        return not b.persons and not b.named
    if b.separator == "weak" and b.verbs[0] in TALKING and not b.bits & PERSON and not b.named:
        return True  # "telephoned Mr. Roe, explained the order"
    if b.verbs[0] == "answer" and ("questions" in r.words[b.at : b.end] or "question" in r.words[b.at : b.end]):
        return not b.bits & PERSON
    if not b.kinds & COMM:
        return False
    return b.at + 1 < b.end and r.words[b.at + 1] in _HIM


def _there(r: Reading, b: Task) -> bool:
    """Whether what was done may have been done at the event before: argued, "I answered", but not "; submit order"."""
    if b.separator == "weak" or (b.at and r.words[b.at - 1] in ("i", "we")):
        return True
    return not b.bits & (DOC | PERSON) or not b.kinds & (DRAFT | CLERICAL | COMM)


def _is_a_conclusion(r: Reading, b: Task) -> bool:
    """ "... and worked out which four we cannot satisfy", "... and concluded that ..."."""
    if b.kinds & COMM and b.bits & PERSON:
        return False  # "... and told client what it means"
    return any(r.words[k] in _LEADING_IN for k in range(b.at + 1, min(b.at + 4, b.end)))


def _of_form(a: Task, b: Task) -> bool:
    verbs = {*a.verbs, *b.verbs}
    return verbs <= _FORM and not verbs.isdisjoint(_CARE_OF_FORM) and (a.thing is None or b.thing in (None, a.thing))


def _looks_for(r: Reading, task: Task) -> bool:
    return task.verbs[0].endswith(" for") or (task.at + 1 < task.end and r.words[task.at + 1] == "for")


def _same_people(r: Reading, a: Task, b: Task) -> bool:
    mine, theirs = _people(r, a), _people(r, b)
    return not theirs or mine == theirs


def _people(r: Reading, task: Task) -> frozenset[str]:
    return frozenset(r.bases[k] for k in range(task.at, task.end) if r.bits[k] & PERSON)
