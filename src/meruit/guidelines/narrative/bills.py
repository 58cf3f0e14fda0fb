"""GL-18, GL-20: the firm's own bills and budgets.

An invoice, a budget or a time record may be evidence in the case, so each word is taken with the verb of its
task and with what the rest of the text says about whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    DRAFT,
    PLAN,
    RESEARCH,
    REVIEW,
    VAGUE,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_BILLING, _BUDGET = cue("billing"), cue("budget")
#: Words for the firm's own bills; the others ("invoice", "bill") may be anybody's.
_FIRMS, _ANYBODYS = group("bills.firms"), group("bills.anybodys")
_OFTEN_EVIDENCE, _LOOSE, _PAYMENT = group("bills.often-evidence"), group("bills.loose"), group("bills.payment")
_MAKING, _PAYING = group("bills.making"), group("bills.paying")
#: Somebody else's bills, or bills as evidence.
_EVIDENCE = group("bills.evidence")
_OTHERS_BUDGET = group("bills.others-budget")

_OWN = "nothing: this is the firm's own cost"
_WHY_OWN = "work on the firm's own bills is not payable"
_WHY_BILLS = "processing bills is the firm's own cost"


def billing_for_billing(u: Understanding) -> Detection | None:
    """Bills, time entries, e-billing, fee appeals, payment queries, vendors' bills."""
    if not u.has(_BILLING):
        return None
    r = u.reading
    evidence = any(word in _EVIDENCE for word in r.words)
    for task in u.tasks:
        for k in range(task.start, task.end):
            if r.unit_cues[k] & _BILLING:
                found = _bill(u, task, k, evidence)
                if found is not None:
                    ground, why = found
                    return at_task(u, task, ground, why, _OWN)
    k = u.where(_BILLING)
    if not u.tasks and (r.words[k] in _FIRMS or (r.words[k] in _ANYBODYS and not evidence and len(r) <= 3)):
        return at_units(u, k, k, "billing-bare", _WHY_OWN, _OWN)
    said = set(r.words)
    if "reductions" in said and said & {"appeal", "invoice"}:
        return at_all(u, "billing-appeal", "appealing reductions is the firm's own cost", _OWN)
    return None


def _bill(u: Understanding, task: Task, k: int, evidence: bool) -> tuple[str, str] | None:
    """(ground, reason) where the word at `k` makes `task` work on bills."""
    word = u.reading.words[k]
    if word in _FIRMS:
        as_evidence = evidence and task.kinds & (REVIEW | RESEARCH) and word in _OFTEN_EVIDENCE
        return None if as_evidence or task.kinds & RESEARCH else ("billing-own", _WHY_OWN)
    if word not in _ANYBODYS:
        return None
    if word in _PAYMENT or (any(v in _PAYING for v in task.verbs) and k - task.at <= 5):
        return "billing-vendor", _WHY_BILLS
    if evidence:
        return None
    if "payment" in u.reading.words[task.at + 1 :] and task.kinds & (COMM | CLERICAL | DRAFT | REVIEW):
        return "billing-vendor", _WHY_BILLS
    if task.kinds & COMM and 0 < task.topic_at < k <= task.topic_at + 2 and task.subject <= 4:
        return "billing-talk", "talk about bills is the firm's own cost"
    direct = k - task.at <= 4 or word == "reductions"
    legislation = word in ("bill", "bills") and task.kinds & COMM
    if task.verbs[0] in _MAKING and direct and word not in _LOOSE and not legislation:
        return "billing-make", "work on bills is the firm's own cost"
    return None


def budgets(u: Understanding, *, budgets: str = "not payable", status_reports: str = "payable") -> Detection | None:
    """Budgets, accruals, fee estimates; status reports too where the client does not pay them."""
    r = u.reading
    if budgets != "payable" and u.has(_BUDGET) and not any(word in _OTHERS_BUDGET for word in r.words):
        for task in u.tasks:
            if _makes_budget(u, task):
                return at_task(u, task, "budget", "budgets and accruals are not payable", _OWN)
        if not u.tasks:
            k = u.where(_BUDGET)
            return at_units(u, k, k, "budget-bare", "budgets and accruals are not payable", _OWN)
    if status_reports != "payable":
        for task in u.tasks:
            if task.kinds & (DRAFT | COMM) and task.doc == "report" and "status" in r.words:
                return at_task(u, task, "status-report", "status reports are not payable", _OWN)
    return None


def _makes_budget(u: Understanding, task: Task) -> bool:
    """Whether a budget is the object of the task, and not what it is about or is measured against."""
    if not task.kinds & (DRAFT | CLERICAL | PLAN | VAGUE | COMM | REVIEW):
        return False
    for k in range(task.start, task.end):
        if not u.reading.unit_cues[k] & _BUDGET:
            continue
        if task.kinds & REVIEW and not task.kinds & DRAFT and "accrual" not in u.reading.words[k]:
            return False
        if task.kinds & COMM and task.topic_at < 0:
            return False
        if k - task.at <= 4:
            return True
    return False
