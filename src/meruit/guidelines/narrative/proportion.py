"""GL-26, GL-27, GL-44: research beyond a limit or of the basics, and time out of proportion to the task."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.detection import Detection, at_task
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import COMM, DRAFT, NUMBER, RESEARCH, REVIEW, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_APPROVAL, _BASIC, _SIZE = cue("approval"), cue("basic"), cue("size")


def research_over_limit(u: Understanding, *, max_hours: Decimal = Decimal("3.0")) -> Detection | None:
    """Research above `max_hours` and no approval in the text; by the words, or by activity code A102."""
    if u.hours is None or u.hours <= max_hours:
        return None
    task = next((t for t in u.tasks if t.kinds & RESEARCH), None)
    coded = u.activity_code == "A102" and len(u.pieces) <= 1
    if (task is None and not coded) or u.has(_APPROVAL) or not u.tasks:
        return None
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
_BASICS = group("proportion.basics")
_PROCEDURE = group("proportion.procedure")
_ORDINARY = group("proportion.ordinary")


def basic_research(u: Understanding) -> Detection | None:
    """Research into home law or procedure that the client expects the firm to know."""
    if not u.has(_BASIC) or len(u.pieces) > 1:
        return None
    r = u.reading
    for task in u.tasks:
        looks = task.kinds & RESEARCH or (
            task.kinds & REVIEW
            and any(
                w in ("local rules", "local rule", "page limits", "court rules") for w in r.words[task.at : task.at + 4]
            )
        )
        if not looks:
            continue
        words = [w for k, w in enumerate(r.words[task.at + 1 : task.end], task.at + 1) if not r.bits[k] & (1 << 40)]
        strange = sum(
            1
            for k in range(task.at + 1, task.end)
            if r.weights[k] and r.words[k] not in _ORDINARY and not r.unit_cues[k] & _BASIC and not _rule_number(u, k)
        )
        if any(w in _BASICS for w in words) and strange <= 2:
            return at_task(
                u,
                task,
                "basic-elements",
                "the firm is expected to know this",
                "an issue that is open or foreign to the firm, named",
            )
        if any(w in _PROCEDURE for w in words) and strange <= 1:
            return at_task(
                u,
                task,
                "basic-procedure",
                "the firm is expected to know this",
                "an issue that is open or foreign to the firm, named",
            )
    return None


def _rule_number(u: Understanding, k: int) -> bool:
    """ "Rule 33" is procedure; "section 911.2" is a particular law."""
    return bool(u.reading.bits[k] & NUMBER) and k > 0 and u.reading.words[k - 1] in ("rule", "rules")


class Benchmark(NamedTuple):
    """Up to how many hours a small task is believed, and how it is recognised."""

    name: str
    hours: Decimal


_TINY = group("proportion.tiny")
_SHORT = group("proportion.short")
#: Benchmarks in hours; a client's own stand above them (parameter `benchmarks`).
BENCHMARKS: dict[str, Decimal] = {
    "tiny": Decimal("0.5"),
    "short": Decimal("1.5"),
    "notice": Decimal("0.4"),
    "order": Decimal("0.5"),
    "extension": Decimal("1.5"),
    "email": Decimal("0.9"),
    "handbook": Decimal("99"),
}


def disproportionate_time(u: Understanding, *, benchmarks: dict[str, Decimal] | None = None) -> Detection | None:
    """More hours than a small task takes: a one-page notice, a two-line mail, an extension."""
    if u.hours is None or not u.has(_SIZE) or len(u.pieces) > 1:
        return None
    table = BENCHMARKS if benchmarks is None else {**BENCHMARKS, **benchmarks}
    if u.hours <= min(table.values()):
        return None
    r = u.reading
    for task in u.tasks:
        kind = _small(u, task)
        if kind is not None and u.hours > table[kind]:
            return at_task(
                u,
                task,
                f"proportion-{kind}",
                f"{u.hours} hours are more than the {table[kind]} this task is expected to take",
                "time in proportion, or what made it long",
            )
    del r
    return None


def _small(u: Understanding, task: Task) -> str | None:
    words = u.reading.words[task.start : task.end]
    if any(w in _TINY for w in words):
        return "tiny"
    if any(w in _SHORT for w in words):
        return "short"
    plural = any(w.endswith("s") and w[:-1] in ("notice", "order", "email") for w in words)
    counted = any(u.reading.bits[k] & NUMBER for k in range(task.at, task.end))
    near = words[: task.at - task.start + 4]
    if task.kinds & REVIEW and not task.kinds & DRAFT and not plural and len(task.verbs) == 1:
        if "notice" in near and task.doc == "notice" and not counted and task.verbs[0] in ("review", "read", "receive"):
            return "notice"
        if task.doc == "order" and not counted and task.verbs[0] in ("review", "read", "receive") and u.weight <= 8:
            return "order"
    if (
        task.kinds & DRAFT
        and ("extension" in words or "extend" in words)
        and any(w in ("motion", "stipulation", "request", "letter") for w in near)
    ):
        return "extension"
    if (
        task.doc in ("email", "e-mail")
        and task.kinds & DRAFT
        and not task.kinds & COMM
        and not plural
        and u.weight < 40
    ):
        return "email"
    if (
        task.kinds & COMM
        and task.verbs == ["email"]
        and u.reading.words[task.at] in ("email", "e-mail")
        and u.weight < 24
    ):
        return "email"
    return None
