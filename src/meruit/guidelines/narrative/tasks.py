"""The tasks of a narrative: where each begins, what it is about, and which of them are one piece of work.

Separators are weak evidence: a list of topics inside one call is one task, and two tasks may be joined by
"and", "then", "while", a slash, or nothing at all. So a task begins where a verb (or a noun standing for
one, "telephone call with") stands in the place of a head, in the form of the heads before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.heads import FORMS, event_from, handled, head_from, kind_at, runs_on, turned_round
from meruit.guidelines.narrative.task import Task, describe
from meruit.guidelines.narrative.words import (
    ANAPHOR,
    ANY_KIND,
    ASIDE,
    ATTEND,
    AUX,
    BASE,
    CLERICAL,
    CLIENT,
    COLON,
    COMM,
    DET,
    DOC,
    DRAFT,
    ED,
    EVENT,
    GENERIC,
    HEAD,
    HEAP,
    NUMBER,
    OUTSIDE,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    STEP,
    STRONG,
    TIME,
    TOPIC,
    VAGUE,
    VERB,
    WEAK,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.reading import Reading

#: At other units than these nothing begins and nothing ends.
_NOTABLE = STRONG | WEAK | TIME | ASIDE | VERB | TOPIC
_MARK = STRONG | WEAK


def segment(r: Reading) -> list[Task]:
    """The tasks in order; empty when the text names no work at all."""
    bits, words = r.bits, r.words
    count = len(bits)
    found: list[Task] = []
    head, separator, topic, start = True, "start", False, 0
    bare_so_far = True  # nothing but separators and verbs since the last head
    form = 0
    between = False  # "between" waits for its "and"
    headed = False  # the last mark was a colon after a few words, which are a heading
    others = False  # the clause tells what somebody else did: "court set trial and ordered ..."
    betweens = "between" in words
    passive = "was" in words or "were" in words
    turned = False  # a clause before was told from its object
    i = 0
    while i < count:
        b = bits[i]
        if found and not head and not b & _NOTABLE:
            bare_so_far = False
            between = between or (betweens and words[i] == "between")
            i += 1
            if not betweens:
                while i < count and not bits[i] & _NOTABLE:
                    i += 1
            continue
        if b & _MARK:
            if b & ASIDE:
                i += 1
                continue
            if words[i] == "and" and between:
                between = False  # "agreement between carrier and broker"
                i += 1
                continue
            if b & STRONG:
                if b & COLON and topic and found and found[-1].kinds & COMM:
                    i += 1  # "call with client on four things: ..."
                    continue
                separator, topic, others = "strong", False, False
                headed = bool(b & COLON) and len(found) <= 1 and i <= _HEADING
            elif not head or separator not in ("strong", "start"):
                separator = "weak"
            if not head and found:
                start = i + 1
            head = True
            i += 1
            continue
        if not found and words[i] == "including":
            separator, head, topic = "strong", True, False  # "various tasks including review of ..."
            i += 1
            continue
        if b & TIME or (b & ASIDE and found):
            i += 1
            continue
        if head and separator != "weak" and words[i] in _LEADING:
            comma = next((k for k in range(i, count) if bits[k] & (WEAK | STRONG) and words[k] != "and"), count)
            if separator == "start" and (subject := _subject_before(r, i, comma)) >= 0:
                i = start = subject
                continue
            if comma < count and bits[comma] & WEAK:
                i = comma + 1
                continue
        if head:
            at = head_from(r, i, separator, topic, form, bool(found), bool(found) and bare_so_far)
            if (
                at < 0
                and (separator != "weak" or words[i - 1] == "then")
                and (event := event_from(r, i, bool(found))) >= 0
            ):
                found.append(Task(0 if not found else i, event, ATTEND, "attend", 0, separator))
                bare_so_far = head = topic = False
                i = event + 1
                continue
            if at > i and bits[at] & ED and bits[at - 1] & (DOC | EVENT | HEAP) and separator != "weak":
                turned = True
            if at < 0 and not topic:
                if passive or turned or separator != "weak":
                    at = turned_round(r, i, "start" if turned else separator, turned)
                    turned = turned or at >= 0
                if (
                    at < 0
                    and separator == "weak"
                    and found
                    and words[i - 1] in _ADDING
                    and (paper := _one_more_paper(r, i, found[-1], form)) >= 0
                ):
                    found.append(Task(i, paper, DRAFT, "draft", 0, separator))
                    bare_so_far = head = False
                    i = paper + 1
                    continue
            if at >= 0 and separator == "weak" and not found and not bits[0] & PREP:
                first = _before_first_head(r, i, at)
                if first is not None:
                    found.append(first)
                    start, bare_so_far = i, False
            if at >= 0 and separator == "weak" and found and (others or _of_purpose(r, found[-1], at)):
                at = -1
            elif at < 0 and separator == "strong" and found:
                others = _another_speaks(r, i)
            if at >= 0:
                kinds, verb, new_form = kind_at(r, at)
                r.weights[at] = 0
                if headed:
                    found.clear()
                    start = 0
                headed = False
                if found and bare_so_far and separator == "weak" and _side_by_side(found[-1], kinds, new_form):
                    found[-1].kinds |= kinds
                    found[-1].verbs.append(verb)
                    if not joins(found[-1].verbs, kinds, found[-1].kinds):
                        found.append(Task(start, at, kinds, verb, new_form, "direct"))
                        found[-2].kinds &= ~kinds | kind_at(r, found[-2].at)[0]
                        found[-2].verbs.pop()
                else:
                    found.append(Task(start if not found else i, at, kinds, verb, new_form, separator))
                form = form or new_form
                bare_so_far = True
                head = topic = False
                i = at + 1
                if i < count and bits[i] & TOPIC:
                    topic = True
                continue
            if not (b & (AUX | ANAPHOR) and separator != "weak"):
                head = False
                bare_so_far = False
        elif b & VERB and not topic and b & form & FORMS and runs_on(r, i, form):
            kinds, verb, new_form = kind_at(r, i)
            r.weights[i] = 0
            found.append(Task(i, i, kinds, verb, new_form, "run-on"))
            bare_so_far, topic = True, False
            i += 1
            continue
        else:
            bare_so_far = False
        if b & TOPIC:
            topic = True
        between = between or (betweens and words[i] == "between")
        i += 1
    if found and found[0].separator == "strong":
        mark = next((k for k in range(found[0].at, -1, -1) if bits[k] & STRONG), -1)
        first = (_heading_event(r, found[0]) or _nameless_act(r, mark) or _papers_alone(r, mark)) if mark > 0 else None
        if first is not None:
            found[0].start = mark + 1
            found.insert(0, first)
    for k, task in enumerate(found):
        if task.kinds == VAGUE | CLERICAL:
            task.verbs.append(r.bases[handled(r, task.at)])
        task.end = found[k + 1].start if k + 1 < len(found) else count
        while task.end > task.at + 1 and bits[task.end - 1] & _MARK:
            task.end -= 1
        describe(r, task)
    return found


def _before_first_head(r: Reading, end: int, at: int) -> Task | None:
    """What is told by a noun alone before "and", "then" or a comma and the first head.

    "Two interviews and drafting of statement", "Memo on bonds, call with surety".
    """
    bits, words = r.bits, r.words
    for k in range(end):
        b = bits[k]
        following = bits[k + 1]
        if b & EVENT and following & (PREP | TOPIC | WEAK | NUMBER):
            return Task(0, k, ATTEND, "attend", 0, "start")
        if b & DOC and words[k] in _MADE and following & (PREP | TOPIC):
            alone = bits[at] & HEAD and bits[at] & COMM
            return Task(0, k, DRAFT, "draft", 0, "start") if alone or words[end - 1] in _ADDING else None
        if b & (PREP | TOPIC | WEAK | ASIDE):
            return None
    return None


def _one_more_paper(r: Reading, i: int, before: Task, form: int) -> int:
    """ "... plus a memo on drones", after what is told by nouns or was drafted too: the paper, or -1."""
    if form and not before.kinds & DRAFT:
        return -1
    for k in range(i, min(i + 4, len(r.bits) - 1)):
        if r.bits[k] & DOC and r.words[k] in _MADE:
            return k if r.bits[k + 1] & (PREP | TOPIC) else -1
        if r.bits[k] & (PREP | TOPIC | STRONG | WEAK | VERB):
            return -1
    return -1


def _subject_before(r: Reading, i: int, end: int) -> int:
    """The "I" that begins the sentence after a clause without a comma: "While waiting I marked up ..."; or -1."""
    for k in range(i + 1, min(end, len(r.bits) - 1)):
        if r.words[k] in ("i", "we") and r.bits[k + 1] & (VERB | AUX):
            return k
    return -1


_ADDING = frozenset({"plus", "then"})
#: Papers that, named alone, stand for making them.
_MADE = group("tasks.made")
#: So many units before a colon may be a heading: "Plan and DS: draft feasibility section".
_HEADING = 9


def _side_by_side(before: Task, kinds: int, form: int) -> bool:
    """Whether two heads share what follows: "review and revise", "call and email with"."""
    if not form and kinds & COMM and not before.kinds & COMM:
        return False  # "tariff review, emails"
    return bool(form & before.form or kinds & before.kinds & COMM or not form or not before.form)


#: With these a sentence sets the scene before it names the work.
_LEADING = frozenset({"following", "after", "upon", "during", "while", "having", "based", "pursuant", "in preparation"})


def _nameless_act(r: Reading, end: int) -> Task | None:
    """A first sentence whose verb is in no list: "Boarded vessel with surveyor to inspect crane; ..."."""
    bits = r.bits
    last = next((k for k in range(end) if bits[k] & STRONG), end)
    if last < _SENTENCE or bits[last] & COLON or r.bits[0] & (NUMBER | GENERIC | DOC | HEAP | PERSON | DET | ASIDE):
        return None
    if not any(r.words[k] in ("with", "to", "for", "at") for k in range(1, last)):
        return None
    return Task(0, 0, 0, r.words[0], 0, "start")


def _heading_event(r: Reading, task: Task) -> Task | None:
    """The event a text begins with where its first verb tells what was done there: "Trial, day 2: examined ..."."""
    if task.verbs[0] not in AT_THE_EVENT:
        return None
    for k in range(task.at):
        b = r.bits[k]
        if b & EVENT and not b & ANY_KIND:
            return Task(0, k, ATTEND, "attend", 0, "start") if r.bits[k + 1] & (STRONG | WEAK | PREP | TOPIC) else None
        if b & (PREP | TOPIC | STRONG | WEAK | ANY_KIND):
            return None
    return None


def _papers_alone(r: Reading, end: int) -> Task | None:
    """Papers and events listed before the first head: "Preference schedule; stay motion; call trustee"."""
    bits = r.bits
    marks = [k for k in range(end + 1) if bits[k] & STRONG]
    if len(marks) < _LISTED or any(bits[k] & COLON for k in marks):
        return None
    first, upto = 0, marks[0]
    for mark in marks:
        if not any(b & (DOC | EVENT | HEAP) for b in bits[first:mark]):
            return None
        first = mark + 1
    return Task(0, upto - 1, DRAFT, r.words[upto - 1], 0, "start")


#: So many papers are a list and not a heading.
_LISTED = 2
#: Units of a sentence long enough to tell of an act.
_SENTENCE = 4


def _of_purpose(r: Reading, task: Task, at: int) -> bool:
    """Whether a verb goes on with what a talk or a paper was for.

    "Meet with client to review answers and verify figures", "motion to assume and assign lease".
    """
    if r.words[at - 1] not in ("and", "or") or not r.bits[at] & BASE:
        return False
    talk = task.kinds & COMM and r.bits[at] & (REVIEW | STEP | COMM)
    editing = r.bases[at] in _EDITING
    if not talk and not editing and r.bases[at] not in _RELIEF:
        return False
    for k in range(task.at + 1, at - 1):
        if r.words[k] == "to" and (r.bases[k + 1] in _RELIEF or (r.bits[k + 1] & VERB and r.bits[k + 1] & BASE)):
            if editing and r.bases[k + 1] in _EDITING:
                return True
            return bool(talk or r.bits[k - 1] & (DOC | EVENT) or r.bases[k - 1] in _LEADING_ON)
    return False


def _another_speaks(r: Reading, i: int) -> bool:
    """Whether somebody outside is the subject of the clause from `i`: "court set trial ..."."""
    bits = r.bits
    k = i + 1 if bits[i] & DET and not bits[i] & PERSON else i
    if k + 1 >= len(bits) or not bits[k] & (CLIENT | OUTSIDE) or bits[k] & (DOC | HEAP):
        return False
    return bool(bits[k + 1] & VERB) or r.words[k + 1].endswith("ed")


#: What one does at an event is part of attending it: answering the court, negotiating at a mediation.
AT_THE_EVENT = group("pieces.at-the-event")
#: What papers ask for and permit.
_RELIEF = group("tasks.relief")
_EDITING = group("pieces.editing")
#: Nouns that lead on to "to" and a verb.
_LEADING_ON = group("tasks.leading-on")


def joins(verbs: list[str], new: int, together: int) -> bool:
    """Whether verbs side by side over one object are one piece of work: "review and revise", not "draft and file"."""
    old = together & ~new or together
    if old & CLERICAL and old & ~CLERICAL and verbs[0] in _FETCHING:
        old &= ~CLERICAL
    if old & new:
        return True
    pair = old | new
    if not pair & ~(DRAFT | REVIEW | PLAN | STEP):
        return True
    if not pair & ~(PLAN | ATTEND):
        return True
    if not pair & ~(REVIEW | COMM):
        return bool(new & COMM)
    if not pair & ~(RESEARCH | REVIEW | STEP):
        return True
    if verbs[-1] in _SENDING and old & DRAFT:
        return True
    if verbs[-1] in _MARKING and old & (REVIEW | CLERICAL):
        return True
    if pair & VAGUE or (verbs[0] == "negotiate" and verbs[-1] == "finalize"):
        return True
    if pair & CLERICAL and pair & (REVIEW | RESEARCH) and not pair & ~(CLERICAL | REVIEW | RESEARCH | STEP):
        return verbs[0] in _FETCHING or verbs[-1] in _FETCHING
    return not pair & ~(COMM | ATTEND)


#: Marking what one reads or puts in order.
_MARKING = frozenset({"mark", "tag", "code", "flag", "highlight", "note", "annotate", "label"})
_SENDING = frozenset({"send", "circulate", "transmit"})
#: Getting a paper is the first step of reading it.
_FETCHING = group("tasks.fetching")


__all__ = ["Task", "joins", "segment"]
