"""Block billing: several tasks under one figure."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines.outcome import Hit
from meruit.guidelines.params import flag, number
from meruit.guidelines.registry import Check, TextCheck, rule_type
from meruit.guidelines.wording import detector, told

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params

_PREPARE_AND_ATTEND = re.compile(
    r"\bprep\w*\b.{0,20}\b(?:and|&|/)\s*(?:attend|appear|particip|conduct|tak|defend)", re.I
)
_BOTH_WAYS = re.compile(
    r"\bexchang\w+\b.{0,15}\be-?mails?|\be-?mails?\s+(?:to and from|from and to|exchange)|\bsend and receive", re.I
)


@rule_type(
    "GL-02",
    "block-billing",
    "Block billing / lumping",
    family="BLOCK",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        number("min_tasks", "2", "how many separate tasks under one figure are too many"),
        flag("allow_allocated", True, "an entry that shows the time of each task passes"),
        number("de_minimis_hours", "0", "hours up to which small tasks may stand together (0.5 is seen)"),
        flag("prep_and_attend_is_one", True, "preparing for and attending one event is one task"),
        flag("email_exchange_is_one", True, "sending and receiving mail on one subject is one task"),
        flag("travel_may_be_combined", False, "travel may stand with the work it was for"),
        number("cut_pct", None, "percent that the client cuts (20, 30 and 50 are seen); else the whole line"),
    ),
)
def block_billing(p: Params, c: Context) -> Check:
    """Each task has its own line and time. Separators are weak evidence: what was done is read, not commas.

    One task: preparing for and attending one event; mail both ways on one subject; drafting and revising
    one document; a list of topics inside one call. Some clients refuse even entries with times in brackets.
    """
    detect = detector("GL-02")
    settings = {
        "min_tasks": int(p.number("min_tasks")),
        "allow_allocated": p.flag("allow_allocated"),
        "de_minimis_hours": p.number("de_minimis_hours"),
        "travel_may_be_combined": p.flag("travel_may_be_combined"),
    }
    cut, small = p.maybe("cut_pct"), p.number("de_minimis_hours")
    strict = [
        pattern
        for name, pattern in (("prep_and_attend_is_one", _PREPARE_AND_ATTEND), ("email_exchange_is_one", _BOTH_WAYS))
        if not p.flag(name)
    ]

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        at_risk = entry.value * cut / 100 if cut is not None and entry.value is not None else None
        detection = detect(understood, **settings)
        if detection is not None:
            hit = told(detection)
            return _risking(hit, at_risk)
        if entry.hours is not None and entry.hours <= small:
            return None
        for pattern in strict:
            match = pattern.search(entry.narrative or "")
            if match and not (settings["allow_allocated"] and understood.allocated):
                return Hit(
                    field="narrative",
                    words=match.group(),
                    span=match.span(),
                    confidence=0.8,
                    at_risk=at_risk,
                    message=f'"{match.group()}": this client counts these as two tasks. What would pass: one line for '
                    "each with its own time, which only the timekeeper knows.",
                )
        return None

    return TextCheck(check)


def _risking(hit: Hit, amount: Decimal | None) -> Hit:
    return hit if amount is None else dataclasses.replace(hit, at_risk=amount)
