"""GL-29: summaries of depositions and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import DRAFT, group
from meruit.utbms import Grade

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_SUMMARY = cue("summary")
_PAGE_LINE, _SUMMARISING = group("digests.page-line"), group("digests.summarising")
_TESTIMONY, _USE = group("digests.testimony"), group("digests.use")
_BARE = group("digests.bare")
_SAID = group("digests.said")
_NOUNS = group("digests.nouns")
_SUMMARISERS = (Grade.PARALEGAL, Grade.ASSISTANT, Grade.CLERK)


def summaries(u: Understanding, *, style: str = "topical", paralegal_allowed: bool = True) -> Detection | None:
    """Summaries page by page, by anybody; or any summary by a lawyer without a stated use."""
    if not u.has(_SUMMARY):
        return None
    if style == "topical" and _written_out(u):
        why, passes = "page-by-page summaries are not paid", "a topical summary, by a paralegal or on request"
        return at_all(u, "summary-page-line", why, passes)
    lawyer = u.grade is not None and u.grade not in _SUMMARISERS
    if not u.tasks and lawyer and not _BARE.isdisjoint(u.reading.words):
        why = "summaries by a lawyer without a stated use are not paid"
        return at_all(u, "summary-lawyer", why, "a topical summary by a paralegal, or the client's request for it")
    for task in u.tasks:
        if u.where(_SUMMARY, task) < 0 or not _summarises(u, task):
            continue
        if style == "topical" and _page_by_page(u, task):
            why, passes = "page-by-page summaries are not paid", "a topical summary, by a paralegal or on request"
            return at_task(u, task, "summary-page-line", why, passes)
        by_paralegal = paralegal_allowed and (u.grade is None or u.grade in _SUMMARISERS)
        more = len(task.verbs) > 1 or len(u.pieces) > 1
        if not by_paralegal and not more and _of_testimony(u, task) and not _has_use(u, task):
            why = "summaries by a lawyer without a stated use are not paid"
            passes = "a topical summary by a paralegal, or the client's request for it"
            return at_task(u, task, "summary-lawyer", why, passes)
    return None


def _summarises(u: Understanding, task: Task) -> bool:
    if any(verb in _SUMMARISING for verb in task.verbs):
        return True
    return bool(task.kinds & DRAFT) and any(w in _NOUNS for w in u.reading.words[task.at + 1 : task.at + 5])


def _written_out(u: Understanding) -> bool:
    """ "Went page by page through transcript writing out an abstract of every answer"."""
    words = u.reading.words
    return not (_PAGE_LINE.isdisjoint(words) or _TESTIMONY.isdisjoint(words) or _SAID.isdisjoint(words))


def _page_by_page(u: Understanding, task: Task) -> bool:
    words = u.reading.words[task.start : task.end]
    if any(word in _PAGE_LINE for word in words):
        return True
    return any(a == "page" and b == "line" for a, b in zip(words, words[2:], strict=False))  # "page/line"


def _of_testimony(u: Understanding, task: Task) -> bool:
    return any(word in _TESTIMONY for word in u.reading.words[task.at : task.end])


def _has_use(u: Understanding, task: Task) -> bool:
    words = u.reading.words
    return any(words[k] in _USE for k in range(task.at + 2, task.end - 1))
