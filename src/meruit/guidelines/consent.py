"""The register of client approvals: which consent lifts a rule for a line.

An approval names in `what` the rule it lifts (`research-limit`, `travel-approval`); what it leaves out
(matter, person, dates, amount) it does not restrict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.context import Approval, Context
    from meruit.guidelines.entry import Entry


def approvals(context: Context, rule: str, entry: Entry) -> Iterator[Approval]:
    """The approvals that lift `rule` for this line, whatever their limits of money or hours."""
    for approval in context.approvals:
        if (
            approval.what == rule
            and approval.matter in (None, entry.matter)
            and approval.timekeeper in (None, entry.timekeeper)
            and (approval.vendor is None or _same(approval.vendor, entry.vendor))
            and (entry.date is None or approval.from_ is None or approval.from_ <= entry.date)
            and (entry.date is None or approval.to is None or entry.date <= approval.to)
        ):
            yield approval


def approved(context: Context, rule: str, entry: Entry) -> bool:
    """Whether an approval covers the line, its hours and its money included."""
    return any(
        (a.amount is None or entry.value is None or entry.value <= a.amount)
        and (a.hours is None or entry.hours is None or entry.hours <= a.hours)
        for a in approvals(context, rule, entry)
    )


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.casefold().strip() == other.casefold().strip()
