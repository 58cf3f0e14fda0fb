"""GL-26, GL-27, GL-44: research beyond a limit or of the basics, and time out of proportion to the task."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import ASIDE, COMM, DRAFT, NUMBER, RESEARCH, REVIEW, group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_APPROVAL, _BASIC, _SIZE = cue("approval"), cue("basic"), cue("size")


def research_over_limit(u: Understanding, *, max_hours: Decimal = Decimal("3.0")) -> Detection | None:
    """Research above `max_hours` and no approval in the text; by the words, or by activity code A102."""
    if u.hours is None or u.hours <= max_hours:
        return None
    task = next((t for t in u.tasks if t.kinds & RESEARCH), None)
    coded = u.activity_code == "A102" and len(u.pieces) <= 1
    if (task is None and not coded) or u.has(_APPROVAL):
        return None
    if not u.tasks:
        why = f"{u.hours} hours coded as research, more than {max_hours}, name no approval"
        return at_all(u, "research-limit-code", why, "the approver, date and hours approved")
    if task is not None and len(u.pieces) > 1 and (u.pieces[0][0] is not task or u.activity_code not in (None, "A102")):
        return None
    if task is None and not u.tasks[0].kinds & (REVIEW | RESEARCH):
        return None
    return at_task(
        u,
        task or u.tasks[0],
        "research-limit" if task else "research-limit-code",
        f"{u.hours} hours of research, more than {max_hours}, name no approval",
        "the approver, date and hours approved",
    )


#: What every lawyer of the field knows, or finds in the rules in minutes.
_BASICS, _PROCEDURE, _ORDINARY = (
    group("proportion.basics"), group("proportion.procedure"), group("proportion.ordinary"),
)  # fmt: skip
_RULES_READ, _RULE_BOOKS = group("proportion.rules-read"), group("proportion.rule-books")
_OPEN_ISSUE = "an issue that is open or foreign to the firm, named"


def basic_research(u: Understanding) -> Detection | None:
    """Research into home law or procedure that the client expects the firm to know."""
    if not u.has(_BASIC) or len(u.pieces) > 1:
        return None
    r = u.reading
    asks = u.activity_code == "A102" and (not u.tasks or r.words[0] in _QUESTIONS)
    strange = sum(1 for k in range(len(r)) if _strange(u, k)) if asks else 0
    basics = _BASICS if strange == _FEW else _BASICS | _PROCEDURE
    if asks and strange <= _FEW and (r.words[0] in ("what", "when") or not basics.isdisjoint(r.words)):
        return at_all(u, "basic-elements", "the firm is expected to know this", _OPEN_ISSUE)
    for task in u.tasks:
        near = r.words[task.at : task.at + 4]
        looks_up = u.activity_code == "A102" or any(word in _RULES_READ for word in near)
        if not task.kinds & RESEARCH and not (task.kinds & REVIEW and looks_up):
            continue
        units = [k for k in range(task.start, task.end) if k != task.at]
        words = [r.words[k] for k in units]
        strange = sum(1 for k in units if _strange(u, k))
        if (any(word in _BASICS for word in words) or _asks_what_it_is(words)) and strange <= _FEW:
            return at_task(u, task, "basic-elements", "the firm is expected to know this", _OPEN_ISSUE)
        if any(word in _PROCEDURE for word in words) and strange <= 1:
            return at_task(u, task, "basic-procedure", "the firm is expected to know this", _OPEN_ISSUE)
    return None


def _asks_what_it_is(words: Sequence[str]) -> bool:
    """ "What a motion to remand is", "what consideration is needed": a question that any book answers."""
    for k, word in enumerate(words):
        if word == "what" and k + 1 < len(words):
            for j in range(k + 1, min(len(words), k + _QUESTION)):
                if words[j] in ("is", "are") and (j + 1 >= len(words) or words[j + 1] in _ENDS):
                    return True
    return False


def _strange(u: Understanding, k: int) -> bool:
    """Whether a word takes the question beyond the basics; "Rule 33" does not, "section 911.2" does."""
    r = u.reading
    if not r.weights[k] or r.words[k] in _ORDINARY or r.unit_cues[k] & _BASIC:
        return False
    if r.bits[k] & ASIDE and len(r.words[k]) <= _OF_A_RULE:
        return False  # "12(b)(6)"
    return not (r.bits[k] & NUMBER and r.words[k - 1] in _RULE_BOOKS)


#: So many words beyond the basics a basic question may have.
_FEW = 2
_QUESTIONS = frozenset({"how", "what", "when", "which", "where", "how to", "how many", "how long", "how much time"})
#: Units of such a question, and what may follow its verb.
_QUESTION, _ENDS = 8, frozenset({"and", ",", ";", "needed", "required", "necessary", "for", "in", "a", "an"})
#: Letters of a paragraph in brackets.
_OF_A_RULE = 2

_TINY, _SHORT = group("proportion.tiny"), group("proportion.short")
_EXTENDABLE = group("proportion.extendable")
_SMALL, _SMALL_PAPERS = group("proportion.small"), group("proportion.small-papers")
_TINY_FIGURE = re.compile(r"1-(?:page|paragraph|line|sentence)r?\Z")
_READING = group("proportion.reading")
#: Up to how many hours a small task is believed; a client's own figures stand above them (`benchmarks`).
BENCHMARKS: Mapping[str, Decimal] = {
    "tiny": Decimal("0.5"),
    "short": Decimal("1.5"),
    "notice": Decimal("0.4"),
    "order": Decimal("0.5"),
    "extension": Decimal("1.5"),
    "email": Decimal("0.9"),
}
#: Mails and orders that tell more than this, in quarters of a detail, may take longer.
_LONG_MAIL, _LONG_DRAFT, _LONG_ORDER = 24, 40, 8


def disproportionate_time(u: Understanding, *, benchmarks: Mapping[str, Decimal] | None = None) -> Detection | None:
    """More hours than a small task takes: a one-page notice, a two-line mail, an extension."""
    if len(u.pieces) > 1 or u.hours is None or not u.has(_SIZE):
        return None
    table = BENCHMARKS if benchmarks is None else {**BENCHMARKS, **benchmarks}
    words = u.reading.words
    if not u.tasks and u.hours > table["tiny"] and (any(word in _TINY for word in words) or _one_page(words)):
        return at_all(u, "proportion-tiny", f"{u.hours} hours are much for so small a paper", "time in proportion")
    for task in u.tasks:
        kind = _small(u, task)
        if kind is not None and u.hours > table[kind]:
            why = f"{u.hours} hours are more than the {table[kind]} this task is expected to take"
            return at_task(u, task, f"proportion-{kind}", why, "time in proportion, or what made it long")
    return None


def _one_page(words: Sequence[str]) -> bool:
    """ "(1 page)"."""
    return any(a in ("1", "one") and b == "page" for a, b in pairwise(words))


def _small(u: Understanding, task: Task) -> str | None:
    """Which kind of small task it is, if one."""
    words = u.reading.words[task.start : task.end]
    if any(word in _TINY or _TINY_FIGURE.match(word) for word in words) or _one_page(words):
        return "tiny"
    if any(word in _SHORT for word in words):
        return "short"
    following = (*words[2:], "")
    if any(a in _SMALL and b in _SMALL_PAPERS and c != "brief" for (a, b), c in zip(pairwise(words), following)):  # noqa: B905 - as long
        return "tiny"
    near = words[: task.at - task.start + 4]
    if task.kinds & DRAFT and ("extension" in words or "extend" in words) and any(w in _EXTENDABLE for w in near):
        return "extension"
    if any(word in ("notices", "orders", "emails") for word in words):
        return None
    if task.kinds & REVIEW and not task.kinds & DRAFT and len(task.verbs) == 1 and task.verbs[0] in _READING:
        counted = any(u.reading.bits[k] & NUMBER for k in range(task.at, task.end))
        if task.doc == "notice" and "notice" in near and not counted:
            return "notice"
        return "order" if task.doc == "order" and not counted and u.weight <= _LONG_ORDER else None
    if task.doc in ("email", "e-mail") and task.kinds & DRAFT and not task.kinds & COMM:
        return "email" if u.weight < _LONG_DRAFT else None
    mails = task.kinds & COMM and task.verbs == ["email"] and u.reading.words[task.at] in ("email", "e-mail")
    return "email" if mails and u.weight < _LONG_MAIL else None
