"""Consent of the client: work within the engagement, research, events that need a yes."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing
from meruit.guidelines.params import choice, choices, flag, number
from meruit.guidelines.registry import Absent, Check, GroupCheck, LineCheck, TextCheck, rule_type
from meruit.guidelines.wording import detector, needs, text_check, told

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
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
def outside_engagement(p: Params, c: Context) -> tuple[Check, ...]:
    """Work begins with the engagement and ends with it. Whether it is within its scope a person must say.

    A line whose own words tell that it was done before the engagement needs no date.
    """
    after = p.flag("after_end")

    def check(entry: Entry) -> Outcome:
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

    words = text_check("GL-34", c, "outside-engagement")
    if not c.engagements:
        return Absent(missing("engagement date"), None), words
    return LineCheck(check, kind=None), words


@rule_type(
    "GL-26",
    "research-limit",
    "Legal research over N hours without approval",
    family="APPR",
    checkable="text",
    fix="attorney",
    params=(
        number("max_hours", "3.0", "hours of research that need no approval (0, 2, 3 and 4 are seen)"),
        choice("per", "line", ("line", "matter"), "whether the limit is for each line or for the matter's invoice"),
        flag("approval_in_text", True, "an approval told in the narrative passes"),
    ),
    needs=("approvals",),
)
def research_limit(p: Params, c: Context) -> tuple[Check, ...]:
    """Research above some hours is approved before. Known by the words, or by activity code A102."""
    limit, per_matter, in_text = p.number("max_hours"), p.text("per") == "matter", p.flag("approval_in_text")
    detect = detector("GL-26")

    def excess(entry: Entry, over: Decimal) -> Decimal | None:
        return over * entry.rate if entry.rate is not None else None

    def line(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood, max_hours=limit)
        if found is None or entry.hours is None or _covered(c, "research-limit", entry):
            return None
        return dataclasses.replace(
            told(found),
            found=say.hours(entry.hours),
            expected=f"at most {say.hours(limit)}",
            at_risk=excess(entry, entry.hours - limit),
        )

    def key(entry: Entry) -> Hashable | Unjudged:
        if entry.activity_code is None or entry.hours is None:
            return blank("activity code or hours")
        return (entry.matter, entry.invoice) if entry.activity_code.strip().upper() == "A102" else None

    def together(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = Decimal(0)
        for entry in lines:
            if in_text and _APPROVED.search(entry.narrative or ""):
                continue
            if _covered(c, "research-limit", entry):
                continue
            hours = entry.hours or Decimal(0)
            total += hours
            if total > limit and hours <= limit:
                over = min(total - limit, hours)
                yield Hit(
                    entry=entry,
                    field="hours",
                    found=say.hours(total),
                    expected=f"at most {say.hours(limit)}",
                    at_risk=excess(entry, over),
                    confidence=0.9,
                    message=f"With this line the matter carries {say.hours(total)} of research; above "
                    f"{say.hours(limit)} "
                    "the client's approval is needed. It passes with the approval on file.",
                )

    on_line = TextCheck(line, signs=needs("GL-26"))
    return (on_line, GroupCheck(key, together)) if per_matter else (on_line,)


_APPROVED = re.compile(r"\b(?:approved|authori[sz]ed|pre-?approved|consent)\b|\bapproval\b", re.IGNORECASE)


def _covered(c: Context, rule: str, entry: Entry) -> bool:
    return bool(c.approvals) and approved(c, rule, entry)


@rule_type(
    "GL-79",
    "named-approver",
    "Approver named for events needing consent",
    family="APPR",
    checkable="text",
    fix="attorney",
    params=(
        choices(
            "events",
            ("experts",),
            ("experts", "motions", "depositions", "second-attendee", "settlement-offers"),
            "the events that need consent; experts are those most often cut",
        ),
        flag("name_in_narrative", True, "an approver named in the narrative passes"),
    ),
    needs=("approvals",),
)
def named_approver(p: Params, c: Context) -> Check:
    """Events that the client must consent to name whoever consented, or have the consent on file."""
    events, named = p.texts("events"), p.flag("name_in_narrative")
    detect = detector("GL-79")
    company = detector("GL-35") if "second-attendee" in events else None

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        narrative = entry.narrative or ""
        found = detect(understood, events=events, name_in_narrative=named)
        if found is None and company is not None:
            found = company(understood)
        offer = _OFFER.search(narrative) if found is None and "settlement-offers" in events else None
        if found is None and offer is None:
            return None
        if _covered(c, "named-approver", entry) or (named and _APPROVED.search(narrative)):
            return None
        if found is not None:
            return told(found, "the approver's name and the date of consent")
        if offer is None:
            return None
        return Hit(
            field="narrative",
            words=offer.group(),
            span=offer.span(),
            confidence=0.7,
            message=f'"{offer.group()}": the client must have given authority. What would pass: the name of whoever '
            "gave it and the date.",
        )

    return TextCheck(check, signs=needs("GL-79") if set(events) == {"experts"} else 0)


_OFFER = re.compile(
    r"\b(?:make|made|convey(?:ed)?|extend(?:ed)?|communicate[d]?|draft(?:ed)?|send|sent)\b.{0,40}"
    r"\b(?:settlement offer|offer of settlement|counter-?offer|offer of judgment|demand)\b",
    re.IGNORECASE,
)
