"""Time on the road: paid in part, or not at all when it is local."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.agreed import agreed_rate
from meruit.guidelines.consent import approved
from meruit.guidelines.context import Rate
from meruit.guidelines.outcome import Hit
from meruit.guidelines.params import choice, choices, flag, number
from meruit.guidelines.registry import Check, TextCheck, rule_type
from meruit.guidelines.wording import detector, needs, told

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params

_MILES = re.compile(r"\b(\d[\d,.]*)\s*(?:round[- ]trip )?(?:miles?|mi)\b", re.IGNORECASE)
_START_END = re.compile(r"\bfrom\b.+\bto\b|\bto\b.+\bfrom\b|\bround[- ]trip\b|\band (?:back|return)", re.IGNORECASE)
_APPROVED = re.compile(r"\b(?:approved|authori[sz]ed|approval)\b", re.IGNORECASE)
_LESS = re.compile(r"\b(?:half|reduced|discounted|no charge)\b|\b\d{1,2}\s*(?:%|percent)", re.IGNORECASE)
_NO_TRAVEL = re.compile(r"\bno travel\b", re.IGNORECASE)
_WORKED = re.compile(
    r"\b(?:while (?:travell?ing|flying|riding|in transit)|on (?:the )?(?:plane|train|flight)|during (?:the )?flight|"
    r"working travel|in flight|in transit|en route)\b",
    re.IGNORECASE,
)
NEEDS = {"start-and-end": _START_END, "miles": _MILES, "approval": _APPROVED}


@rule_type(
    "GL-49",
    "travel-time",
    "Travel time",
    family="TRAV",
    checkable="text",
    fix="attorney",
    params=(
        number("pct", "50", "percent of the rate that travel time is paid at (0, 50 and 100 are seen)"),
        flag("separate_line", True, "travel stands on a line of its own"),
        number("min_round_trip_miles", "0", "miles under which travel is not paid at all (50 is seen)"),
        choices("narrative_needs", (), tuple(NEEDS), "what a travel line must tell"),
        choice("working_travel", "pay-as-work", ("pay-as-work", "as-travel"), "work done on the way"),
        flag("state_no_travel", False, "an event without travel must say so"),
    ),
)
def travel_time(p: Params, c: Context) -> Check:
    """Travel is paid at part of the rate, and the line says so, or its rate shows it.

    Miles, start and end are facts that only the timekeeper has; the biller can only change the rate.
    """
    detect, waits = detector("GL-49"), detector("GL-32")
    pct, least = p.number("pct"), p.number("min_round_trip_miles")
    to_tell = {name: NEEDS[name] for name in p.texts("narrative_needs")}
    paid_as_work, say_none = p.text("working_travel") == "pay-as-work", p.flag("state_no_travel")

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        text = entry.narrative or ""
        found = detect(understood, pct=int(pct))
        if found is None and not (understood.travel or entry.activity_code == "A112" or say_none):
            return None
        if approved(c, "travel-time", entry):
            return None
        if found is not None and not (paid_as_work and _works_on_the_way(understood)):
            if _reduced(c, entry, pct):
                return lacking(entry, understood)
            risk = entry.value * (100 - pct) / 100 if entry.value is not None else None
            return dataclasses.replace(told(found), at_risk=risk, expected=f"{say.plain(pct)} % of the rate")
        if understood.travel:
            return lacking(entry, understood)
        if paid_as_work and _works_on_the_way(understood):
            return None
        if not understood.names_travel and waits(understood) is not None:
            return None  # waiting is another rule's
        as_travel = entry.activity_code == "A112" and pct < 100
        if as_travel and not _LESS.search(text) and not _reduced(c, entry, pct):
            return Hit(
                field="activity_code",
                found="A112",
                expected=f"{say.plain(pct)} % of the rate",
                at_risk=entry.value * (100 - pct) / 100 if entry.value is not None else None,
                confidence=0.85,
                message="The line is coded as travel (A112) and neither its words nor its rate show that it is billed "
                "at "
                f"{say.plain(pct)} %. What would pass: the reduced rate, or the code of the work done.",
            )
        if say_none and understood.events and not _NO_TRAVEL.search(text):
            return Hit(
                field="narrative",
                words=text,
                span=(0, len(text)),
                confidence=0.7,
                severity="warn",
                message='The line does not say whether travel is in it. What would pass: the words "no travel", or '
                "the travel on a line of its own.",
            )
        return None

    def lacking(entry: Entry, understood: Understanding) -> Hit | None:
        text = entry.narrative or ""
        if not understood.travel:
            return None
        miles = _MILES.search(text)
        if least and miles and Decimal(miles.group(1).replace(",", "").rstrip(".") or 0) < least:
            return Hit(
                field="narrative",
                words=miles.group(),
                span=miles.span(),
                expected=f"at least {say.plain(least)} miles",
                confidence=0.9,
                message=f"{miles.group()} are under the {say.plain(least)} from which the client pays travel. "
                "Write the line off.",
            )
        lacks = [name.replace("-", " ") for name, pattern in to_tell.items() if not pattern.search(text)]
        if not lacks:
            return None
        return Hit(
            field="narrative",
            words=text,
            span=(0, len(text)),
            expected=say.listed(lacks),
            confidence=0.85,
            message=f"The travel line does not tell {say.listed(lacks)}. What would pass: the line with "
            f"{'them' if len(lacks) > 1 else 'it'}, which only the timekeeper knows.",
        )

    from meruit.guidelines.narrative import CODED_TRAVEL

    return TextCheck(check, signs=0 if say_none else needs("GL-49") | CODED_TRAVEL)


def _works_on_the_way(understood: Understanding) -> bool:
    """Whether the line tells first of work that was done while travelling, and not of the way itself."""
    return bool(understood.tasks) and not understood.sets_out and _WORKED.search(understood.text) is not None


def _reduced(c: Context, entry: Entry, pct: Decimal) -> bool:
    """Whether the line's rate is already at or below the part of the approved rate that travel is paid at."""
    if entry.rate is None or not c.rates:
        return False
    agreed = agreed_rate(c, entry)
    return isinstance(agreed, Rate) and entry.rate <= agreed.amount * pct / 100


@rule_type(
    "GL-50",
    "local-travel",
    "Local travel",
    family="TRAV",
    checkable="text",
    params=(
        number("local_miles", "50", "miles of a round trip up to which travel is local"),
        number("pct", "0", "percent of the rate that local travel is paid at"),
    ),
)
def local_travel(p: Params, c: Context) -> Check:
    """Going to the courthouse and back is not paid."""
    detect = detector("GL-50")
    miles, pct = p.number("local_miles"), p.number("pct")

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood, pct=int(pct))
        if (found is None and not understood.travel) or pct >= 100 or approved(c, "local-travel", entry):
            return None
        stated = _MILES.search(entry.narrative or "")
        distance = Decimal(stated.group(1).replace(",", "").rstrip(".") or 0) if stated else None
        if distance is not None and understood.travel and distance > miles:
            return None
        if found is None and distance is not None and understood.travel and stated and distance <= miles:
            return Hit(
                field="narrative",
                words=stated.group(),
                span=stated.span(),
                confidence=0.9,
                message=f"{stated.group()} is local travel, which the client does not pay. Write the line off.",
            )
        return told(found) if found is not None else None

    return TextCheck(check, signs=needs("GL-50"))
