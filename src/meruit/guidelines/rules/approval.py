"""Consent of the client: work within the engagement, research, events that need a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, blank, missing
from meruit.guidelines.params import flag
from meruit.guidelines.registry import Check, LineCheck, rule_type

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-34",
    "outside-engagement",
    "Work outside the engagement or before it",
    family="APPR",
    checkable="needs",
    params=(flag("after_end", True, "whether work after the engagement's end is outside it as well"),),
    needs=("engagements",),
)
def outside_engagement(p: Params, c: Context) -> Check:
    """Work begins with the engagement and ends with it. Whether it is within its scope a person must say."""
    after = p.flag("after_end")

    def check(entry: Entry) -> Outcome:
        if not c.engagements:
            return missing("engagement date")
        if not entry.matter or entry.date is None:
            return blank("matter or date")
        engagement = c.engagement_of.get(entry.matter)
        if engagement is None or engagement.starts_on is None:
            return missing("engagement date for the matter")
        if entry.date < engagement.starts_on:
            why = f"before the engagement began on {say.day(engagement.starts_on)}"
        elif after and engagement.ends_on and entry.date > engagement.ends_on:
            why = f"after the engagement ended on {say.day(engagement.ends_on)}"
        else:
            return None
        if approved(c, "outside-engagement", entry):
            return None
        return Hit(
            field="date",
            found=entry.date.isoformat(),
            expected=f"from {engagement.starts_on.isoformat()}",
            message=f"The work of {say.day(entry.date)} lies {why}. It passes with the client's written order for it.",
        )

    return LineCheck(check, kind=None)
