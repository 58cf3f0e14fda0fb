"""Budgets and accruals: approved before work is paid, watched while it is spent, reported on time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Unjudged, blank, missing
from meruit.guidelines.params import flag, number
from meruit.guidelines.registry import Absent, Check, GroupCheck, StandingCheck, rule_type
from meruit.guidelines.scope import Codes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Budget, Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-73",
    "budget-required",
    "Budget required before payment",
    family="BUDG",
    level="matter",
    checkable="needs",
    fix="attorney",
    params=(
        number("due_days", "10", "days from opening the matter until its budget is due (7, 10 and 60 are seen)"),
        number("exempt_below_hours", None, "attorney hours of a matter under which it needs none"),
        flag("approved", True, "whether the budget must be approved and not only given"),
    ),
    needs=("budgets",),
)
def budget_required(p: Params, c: Context) -> Check:
    """Nothing is paid on a matter whose budget is due and not approved."""
    due, exempt, consent = int(p.number("due_days")), p.maybe("exempt_below_hours"), p.flag("approved")
    if not c.budgets:
        return Absent(missing("budget"), None)
    given: dict[str, list[Budget]] = defaultdict(list)
    for budget in c.budgets:
        given[budget.matter].append(budget)

    def key(entry: Entry) -> Hashable | Unjudged:
        return (entry.matter, entry.invoice) if entry.matter else blank("matter")

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        matter = lines[0].matter or ""
        rows = given.get(matter, [])
        if any(b.approved_on is not None or not consent for b in rows) or approved(c, "budget-required", lines[0]):
            return
        opened = c.engagement_of.get(matter)
        start = opened and (opened.opened_on or opened.starts_on)
        days = [e.date for e in lines if e.date is not None]
        if start and days and max(days) <= start + timedelta(days=due):
            return
        worked = sum((e.hours for e in lines if e.hours is not None), Decimal(0))
        if exempt is not None and worked < exempt:
            return
        yield Hit(
            entry=lines[0],
            invoice=lines[0].invoice,
            field="matter",
            found="a budget that is not approved" if rows else "no budget",
            expected="an approved budget" if consent else "a budget",
            at_risk=sum((e.value for e in lines if e.value is not None), Decimal(0)),
            message=f"Matter {matter} has {'no approved' if rows else 'no'} budget; the client pays once it "
            "has one "
            f"(due {due} days after opening). Hold the invoice until it is approved.",
        )

    return GroupCheck(key, check, kind=None)


@rule_type(
    "GL-74",
    "budget-overrun",
    "Budget overrun",
    family="BUDG",
    level="matter",
    checkable="needs",
    fix="attorney",
    params=(
        number("warn_pct", "75", "percent of the budget at which a warning is due"),
        number("approve_pct", "10", "percent over the budget above which an amendment is needed (10 and 25 are seen)"),
    ),
    needs=("budgets",),
)
def budget_overrun(p: Params, c: Context) -> Check:
    """Spending is compared with the budget of the matter and of each of its tasks: no surprises.

    What was spent before is the budget's own figure where it has one, else the earlier lines at hand.
    """
    warn, over = p.number("warn_pct"), p.number("approve_pct")
    if not c.budgets:
        return Absent(missing("budget"), None)

    def key(entry: Entry) -> Hashable | Unjudged:
        return entry.matter or blank("matter")

    def check(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        matter = lines[0].matter
        rows = [b for b in c.budgets if b.matter == matter]
        if not rows:
            yield missing("budget for the matter")
        for budget in rows:
            mine = [e for e in lines if _counts(e, budget)]
            if any(e.value is None for e in mine):
                yield blank("amount")
                continue
            before = budget.spent_before
            if before is None:
                before = sum((e.value for e in c.earlier if _counts(e, budget) and e.value is not None), Decimal(0))
            spent = before + sum((e.value for e in mine if e.value is not None), Decimal(0))
            if mine and budget.amount and not approved(c, "budget-overrun", mine[-1]):
                yield from _overrun(budget, spent, mine[-1], warn, over)

    return GroupCheck(key, check, kind=None)


def _counts(entry: Entry, budget: Budget) -> bool:
    if entry.matter != budget.matter:
        return False
    return budget.task_code is None or entry.task_code in Codes([budget.task_code])


def _overrun(budget: Budget, spent: Decimal, last: Entry, warn: Decimal, over: Decimal) -> Iterator[Hit]:
    pct = (spent / budget.amount * 100).quantize(Decimal("0.1"))
    what = f"Matter {budget.matter}" + (f", task {budget.task_code}," if budget.task_code else "")
    if spent > budget.amount * (1 + over / 100):
        yield Hit(
            entry=last,
            field="amount",
            found=f"{say.money(spent)} ({say.plain(pct)} %)",
            expected=f"at most {say.money(budget.amount)}",
            at_risk=spent - budget.amount,
            message=f"{what} has spent {say.money(spent)} of its budget of {say.money(budget.amount)} "
            f"({say.plain(pct)} %). An approved amendment passes; the excess is held until then.",
        )
    elif spent >= budget.amount * warn / 100:
        yield Hit(
            entry=last,
            field="amount",
            found=f"{say.money(spent)} ({say.plain(pct)} %)",
            expected=f"under {say.plain(warn)} %",
            at_risk=Decimal(0),
            severity="warn",
            message=f"{what} has spent {say.plain(pct)} % of its budget of {say.money(budget.amount)}; the "
            "client wants "
            f"to hear at {say.plain(warn)} %. A note with the expected total passes.",
        )


@rule_type(
    "GL-77",
    "accruals",
    "Accruals",
    family="BUDG",
    level="standing",
    checkable="needs",
    params=(
        number("penalty_first", "10000", "credit due at the late accrual that reaches the limit"),
        number("step", "2000", "by how much the credit grows with each further one"),
        number("late_allowed", "2", "late accruals in the window that cost nothing"),
        number("window_months", "6", "months over which late accruals are counted"),
    ),
    needs=("accruals",),
)
def accruals(p: Params, c: Context) -> Check:
    """Monthly accruals are given on time; from the third late one in six months on they cost a credit."""
    first, step, free, window = (p.number(n) for n in ("penalty_first", "step", "late_allowed", "window_months"))

    def check() -> Iterator[Hit | Unjudged]:
        if not c.accruals:
            yield missing("accruals")
        late: dict[str, list[date]] = defaultdict(list)
        for accrual in sorted(c.accruals, key=lambda a: a.due_on):
            given = accrual.given_on or c.as_of
            if given is None or given <= accrual.due_on:
                continue
            seen = late[accrual.matter]
            seen.append(accrual.due_on)
            recent = [on for on in seen if (accrual.due_on - on).days < 30 * window]
            count = len(recent)
            penalty = first + step * (count - free - 1) if count > free else Decimal(0)
            yield Hit(
                field="given_on",
                found=f"{count} late in {say.plain(window)} months",
                expected=f"at most {say.plain(free)}",
                at_risk=penalty,
                severity=None if penalty else "warn",
                message=f"The accrual of matter {accrual.matter} for {accrual.month} was due on "
                f"{say.day(accrual.due_on)}"
                f"{f' and came on {say.day(given)}' if accrual.given_on else ' and is not given'}; it is "
                "late accrual "
                f"number {count} in {say.plain(window)} months"
                + (f" and costs a credit of {say.money(penalty)}." if penalty else "."),
            )

    return StandingCheck(check)
