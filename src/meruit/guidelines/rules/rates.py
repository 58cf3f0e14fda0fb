"""Rates: what was agreed, from when, with which notice, and with which discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.agreed import agreed_rate
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing
from meruit.guidelines.params import number
from meruit.guidelines.registry import Check, LineCheck, rule_type

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-45",
    "rate-above-approved",
    "Rate above the approved rate",
    family="RATE",
    params=(number("tolerance", "0", "how far above the approved rate a line may lie"),),
    needs=("rates",),
)
def rate_above_approved(p: Params, c: Context) -> Check:
    """A line is billed at no more than the rate approved for the person on that date."""
    slack = p.number("tolerance")

    def check(entry: Entry) -> Outcome:
        if not c.rates:
            return missing("approved rates")
        if entry.rate is None:
            return blank("rate")
        if not entry.timekeeper and entry.timekeeper_class is None:
            return blank("timekeeper")
        approved = agreed_rate(c, entry)
        if approved is None:
            return missing("approved rate for the timekeeper")
        if isinstance(approved, Unjudged):
            return approved
        if approved.currency and entry.currency and approved.currency != entry.currency:
            return missing(f"approved rate in {entry.currency}")
        excess = entry.rate - approved.amount
        if excess <= slack:
            return None
        return Hit(
            field="rate",
            found=say.money(entry.rate),
            expected=say.money(approved.amount),
            mend=say.plain(approved.amount),
            at_risk=excess * entry.hours if entry.hours is not None else None,
            message=f"The line is billed at {say.money(entry.rate)} an hour; {say.money(approved.amount)} is "
            "approved for "
            f"{entry.timekeeper_name or entry.timekeeper or 'this class'}. The approved rate passes.",
        )

    return LineCheck(check)
