"""GL-18, GL-20: the firm's own bills and budgets.

An invoice, a budget or a time record may be evidence in the case, so each word is taken with the verb of its
task and with what the rest of the text says about whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.objects import stands_alone
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
    from collections.abc import Sequence

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

#: What a reviewer takes off, and from what; words for the text of time entries, and whose text they are.
_CUTS, _CUT_FROM = group("bills.cuts"), group("bills.cut-from")
_NARRATIVES, _OF_NARRATIVES, _RIGHTING = (
    group("bills.narratives"), group("bills.of-narratives"), group("bills.righting"),
)  # fmt: skip
#: A motion about fees is work on the case.
_CONTESTED = frozenset({"opposition", "motion", "objection", "objections", "oppose", "opposing"})
#: The stages and kinds of cost of a case.
_STAGES = frozenset({"defense", "defence", "our", "legal", "trial", "appeal", "phase", "verdict", "judgment"})
#: What is asked about a bill, and how long such lines are.
_ASKED, _SHORT_LINE, _SUBJECT = frozenset({"question", "questions", "query", "queries", "inquiry", "overdue"}), 3, 7
_GOING_OUT, _OUR_THINGS, _OUR_ADJECTIVES = (
    group("bills.going-out"), group("bills.our-things"), group("bills.our-adjectives"),
)  # fmt: skip
#: What the work has cost and is expected to cost.
_SPEND, _SPENDING, _EXPECTING, _OURS = (
    group("bills.spend"), group("bills.spending"), group("bills.expecting"), group("bills.ours"),
)  # fmt: skip
#: Words that make a budget only with others.
_NOT_ALONE = _SPENDING | {"estimate", "estimates", "estimated"}

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
    if not u.tasks and (r.words[k] in _FIRMS or (r.words[k] in _ANYBODYS and not evidence and _bare(r.words))):
        return at_units(u, k, k, "billing-bare", _WHY_OWN, _OWN)
    said = set(r.words)
    if not u.tasks and "time" in said and "billing" in said and not evidence:
        return at_all(u, "billing-own", _WHY_OWN, _OWN)
    if not said.isdisjoint(_CUTS) and not said.isdisjoint(_CUT_FROM):
        return at_all(u, "billing-appeal", "appealing reductions is the firm's own cost", _OWN)
    if not said.isdisjoint(_NARRATIVES) and not said.isdisjoint(_OF_NARRATIVES) and not evidence and _fixes(u):
        return at_all(u, "billing-own", _WHY_OWN, _OWN)
    return None


def _our(words: Sequence[str], k: int) -> bool:
    """ "Our unpaid statements", "our October charges"; not "our mediation statement"."""
    for j in range(k - 1, max(-1, k - 4), -1):
        if words[j] == "our":
            return True
        if words[j] not in _OUR_ADJECTIVES:
            return False
    return False


def _bare(words: Sequence[str]) -> bool:
    """A line of three words at most, or the subject of a mail about a bill."""
    return len(words) <= _SHORT_LINE or (len(words) <= _SUBJECT and not _ASKED.isdisjoint(words))


def _fixes(u: Understanding) -> bool:
    """Whether something of one's own is put right: "fixed narratives finance bounced back", "entered time"."""
    return not u.tasks or any(verb in _RIGHTING for task in u.tasks for verb in task.verbs)


def _bill(u: Understanding, task: Task, k: int, evidence: bool) -> tuple[str, str] | None:
    """(ground, reason) where the word at `k` makes `task` work on bills."""
    word = u.reading.words[k]
    if word in _FIRMS:
        contested = task.kinds & DRAFT and not _CONTESTED.isdisjoint(u.reading.words)
        as_evidence = evidence and (task.kinds & (REVIEW | RESEARCH) or contested) and word in _OFTEN_EVIDENCE
        return None if as_evidence or task.kinds & RESEARCH else ("billing-own", _WHY_OWN)
    if any(w in ("firm's", "our") for w in u.reading.words[max(0, k - 3) : k]) and not evidence:
        return "billing-own", _WHY_OWN
    if word in _OUR_THINGS and _our(u.reading.words, k):
        return "billing-own", _WHY_OWN
    if word not in _ANYBODYS:
        return None
    going_out = not evidence and task.kinds & (REVIEW | CLERICAL) and not _GOING_OUT.isdisjoint(u.reading.words[k:])
    if going_out and word in ("invoice", "invoices", "bill", "bills"):
        return "billing-own", _WHY_OWN
    if word in _PAYMENT or (any(v in _PAYING for v in task.verbs) and k - task.at <= 5):
        return "billing-vendor", _WHY_BILLS
    if evidence:
        return None
    if task.kinds & (COMM | DRAFT) and not _ASKED.isdisjoint(u.reading.words[task.at : k]):
        return "billing-talk", "talk about bills is the firm's own cost"
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
    k = _spend(u) if budgets != "payable" and u.has(_BUDGET) else -1
    if k >= 0:
        return at_units(u, k, k, "budget", "budgets and accruals are not payable", _OWN)
    if budgets != "payable" and u.has(_BUDGET) and not any(word in _OTHERS_BUDGET for word in r.words):
        for task in u.tasks:
            if _makes_budget(u, task):
                return at_task(u, task, "budget", "budgets and accruals are not payable", _OWN)
        if not u.tasks and not _NOT_ALONE.issuperset(
            w for w, c in zip(r.words, r.unit_cues, strict=True) if c & _BUDGET
        ):
            k = u.where(_BUDGET)
            if not stands_alone(u, k) and " " not in r.words[k]:
                return None
            return at_units(u, k, k, "budget-bare", "budgets and accruals are not payable", _OWN)
    if status_reports != "payable":
        for task in u.tasks:
            if task.kinds & (DRAFT | COMM) and task.doc == "report" and "status" in r.words:
                return at_task(u, task, "status-report", "status reports are not payable", _OWN)
    return None


def _spend(u: Understanding) -> int:
    """The unit that tells of what the case has cost or will: "spend to date and forecast by phase"; or -1."""
    words = u.reading.words
    if u.tasks and u.tasks[0].kinds & RESEARCH:
        return -1
    k = next((k for k, word in enumerate(words) if word.startswith("estimate")), -1)
    costs = k >= 0 and any(word.endswith(("costs", "fees", "cost")) for word in words[k : k + 5])
    if costs and not _STAGES.isdisjoint(words[k + 1 :]) and _EVIDENCE.isdisjoint(words):
        return k
    k = next((k for k, word in enumerate(words) if word in _SPEND), -1)
    if k >= 0:
        return k
    k = next((k for k, word in enumerate(words) if word in _SPENDING), -1)
    return k if k >= 0 and not _EXPECTING.isdisjoint(words) and not _OURS.isdisjoint(words) else -1


def _makes_budget(u: Understanding, task: Task) -> bool:
    """Whether a budget is the object of the task, and not what it is about or is measured against."""
    if not task.kinds & (DRAFT | CLERICAL | PLAN | VAGUE | COMM | REVIEW):
        return False
    for k in range(task.start, task.end):
        if not u.reading.unit_cues[k] & _BUDGET or u.reading.words[k] in _NOT_ALONE:
            continue
        if task.kinds & REVIEW and not task.kinds & DRAFT and "accrual" not in u.reading.words[k]:
            return False
        if task.kinds & COMM and task.topic_at < 0:
            return False
        if k - task.at <= 4:
            return True
    return False
