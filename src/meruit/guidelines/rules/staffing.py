"""Staffing: who may work on a matter, how many at one event, and whether two do the same."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import events, say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing, unset
from meruit.guidelines.params import choice, choices, flag, number, texts
from meruit.guidelines.people import class_of, classes_named
from meruit.guidelines.registry import Absent, Check, GroupCheck, LineCheck, TextCheck, rule_type
from meruit.guidelines.wording import detector, needs, told
from meruit.utbms import Grade

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params


@rule_type(
    "GL-35",
    "multiple-attendees",
    "Multiple attendees at one event",
    family="STAFF",
    level="day",
    fix="attorney",
    params=(
        number("max_attendees", "1", "how many timekeepers the client pays for at one event (1 and 2 are seen)"),
        choices("events", events.KINDS, events.KINDS, "the events that count"),
        choice("keep", "first", ("first", "cheapest", "senior"), "whose line stands when there are too many"),
        flag("explanation_suffices", False, "a reason given in the narrative makes a further attendee payable"),
        number("hours_apart", "0.5", "hours by which two lines of one event may differ before somebody asks"),
    ),
)
def multiple_attendees(p: Params, c: Context) -> tuple[Check, ...]:
    """One event is attended by as many as the client pays for; further lines need its written approval.

    Lines meet by matter, date and kind of event, unless the proper names in them say that these are two
    events. A line that itself tells of company ("second chair") is a finding of its own, and so is one event
    told two ways: the same hearing at 1.0 and at 2.4 hours.
    """
    most, keep, explained = int(p.number("max_attendees")), p.text("keep"), p.flag("explanation_suffices")
    wanted, apart = set(p.texts("events")), p.number("hours_apart")

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.narrative:
            return blank("narrative")
        kind = events.attended(entry.narrative)
        if kind is None or kind not in wanted:
            return None
        if entry.date is None or not entry.timekeeper or not (entry.matter or entry.client_matter):
            return blank("date, timekeeper or matter")
        return (entry.matter, entry.client_matter, entry.date, kind)

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        for together in events.same_event(lines):
            people: dict[str, list[Entry]] = defaultdict(list)
            for entry in together:
                people[entry.timekeeper or ""].append(entry)
            ranked = sorted(people.values(), key=lambda own: _rank(own[0], keep))
            for own in ranked[most:]:
                entry = own[0]
                if approved(c, "multiple-attendees", entry) or tells_itself(entry):
                    continue
                if explained and events.explained(entry.narrative or ""):
                    continue
                kind = events.attended(entry.narrative or "") or "event"
                others = [o[0] for o in ranked if o is not own]
                yield Hit(
                    entry=entry,
                    field="timekeeper",
                    found=f"{len(people)} timekeepers",
                    expected=f"at most {most}",
                    confidence=0.9,
                    message=f"{len(people)} timekeepers bill the same {kind}: see also "
                    f"{say.listed(f'line {o.id}' for o in others)}. The client pays for {most}; the line "
                    "passes with "
                    "the client's written approval"
                    + (", or with the reason for the further attendee in the narrative." if explained else "."),
                )

            yield from _told_two_ways(together, apart)

    alone = detector("GL-35")

    def tells_itself(entry: Entry) -> bool:
        from meruit.guidelines.narrative import understand

        return alone(understand(entry.narrative or "", entry.hours), max_attendees=most) is not None

    def line(entry: Entry, understood: Understanding) -> Hit | None:
        found = alone(understood, max_attendees=most)
        if found is None or approved(c, "multiple-attendees", entry):
            return None
        return None if explained and events.explained(entry.narrative or "") else told(found)

    return GroupCheck(key, check, least=2), TextCheck(line, signs=needs("GL-35"))


def _told_two_ways(lines: Sequence[Entry], apart: Decimal) -> Iterator[Hit]:
    """The longest line of an event whose lines disagree about how long it took."""
    timed = [(e.hours, e) for e in lines if e.hours is not None]
    if not timed:
        return
    (least, short), (most, long) = (pick(timed, key=lambda pair: pair[0]) for pick in (min, max))
    if most - least > apart and short.timekeeper != long.timekeeper:
        yield Hit(
            entry=long,
            field="hours",
            found=say.hours(most),
            expected=say.hours(least),
            at_risk=(most - least) * long.rate if long.rate is not None else None,
            confidence=0.5,
            severity="warn",
            message=f"One event is told two ways: {say.hours(most)} here, {say.hours(least)} on line {short.id}. "
            "What would pass: the same time, or what this person did beside it on a line of its own.",
        )


def _rank(entry: Entry, keep: str) -> Decimal:
    rate = entry.rate if entry.rate is not None else Decimal(0)
    return {"first": Decimal(0), "cheapest": rate, "senior": -rate}[keep]


@rule_type(
    "GL-39",
    "unapproved-timekeeper",
    "Unapproved timekeeper",
    family="STAFF",
    checkable="full",
    params=(flag("per_matter", True, "approval is for the matters named; without, for the client"),),
    needs=("timekeepers",),
)
def unapproved_timekeeper(p: Params, c: Context) -> Check:
    """Only timekeepers whom the client approved for the matter, on the date, may bill."""
    per_matter = p.flag("per_matter")
    if not c.timekeepers:
        return Absent(missing("list of approved timekeepers"))

    def check(entry: Entry) -> Outcome:
        if not entry.timekeeper:
            return blank("timekeeper")
        person = c.roster.get(entry.timekeeper)
        who = entry.timekeeper_name or (person and person.name) or entry.timekeeper
        if person is not None and person.approved is None:
            return missing("list of approved timekeepers")
        if person is None or not person.approved:
            why = f"{who} is not on the client's list of approved timekeepers."
        elif per_matter and person.matters and entry.matter is None:
            return blank("matter")
        elif per_matter and person.matters and entry.matter not in person.matters:
            why = f"{who} is approved for other matters, not for {entry.matter}."
        elif entry.date is None and (person.approved_from or person.approved_to):
            return blank("date")
        elif entry.date and person.approved_from and entry.date < person.approved_from:
            why = f"{who} is approved from {say.day(person.approved_from)}; the line is of {say.day(entry.date)}."
        elif entry.date and person.approved_to and entry.date > person.approved_to:
            why = f"{who} was approved until {say.day(person.approved_to)}; the line is of {say.day(entry.date)}."
        else:
            return None
        if approved(c, "unapproved-timekeeper", entry):
            return None
        return Hit(
            field="timekeeper",
            found=entry.timekeeper,
            expected="an approved timekeeper",
            message=f"{why} The line passes once the client has approved this person for it.",
        )

    return LineCheck(check)


@rule_type(
    "GL-40",
    "prohibited-class",
    "Prohibited timekeeper classes",
    family="STAFF",
    params=(
        texts("classes", ("summer", "clerk", "librarian", "secretary"), "classes the client does not pay for"),
        number("years_min", "1", "years since admission an associate must have; 0 turns this part off"),
    ),
)
def prohibited_class(p: Params, c: Context) -> Check:
    """Summer associates, clerks, librarians and secretaries are not paid, nor lawyers in their first year.

    The class on a bill does not show a first year; that part needs the day of admission.
    """
    banned, years = classes_named(p.texts("classes")), p.number("years_min")

    def check(entry: Entry) -> Outcome:
        grade = class_of(entry, c)
        if grade is None:
            return blank("timekeeper class")
        if grade in banned and not approved(c, "prohibited-class", entry):
            return Hit(
                field="timekeeper_class",
                found=entry.timekeeper_class or grade.value,
                expected=f"none of {', '.join(sorted(g.value for g in banned))}",
                message=f"The client does not pay for time of the class {grade.value}. It passes only with "
                "the client's "
                "approval; write it off otherwise.",
            )
        if grade is not Grade.ASSOCIATE or not years:
            return None
        person = c.roster.get(entry.timekeeper or "")
        if person is None or person.bar_on is None:
            return missing("day of admission")
        if entry.date is None:
            return blank("date")
        admitted = person.bar_on
        since = (entry.date.year - admitted.year) - (
            (entry.date.month, entry.date.day) < (admitted.month, admitted.day)
        )
        if since >= years or approved(c, "prohibited-class", entry):
            return None
        return Hit(
            field="timekeeper_class",
            found=f"admitted {say.day(admitted)}",
            expected=f"at least {say.plain(years)} full years since admission",
            message=f"The associate was admitted on {say.day(admitted)}; the client pays from "
            f"{say.plain(years)} "
            "full years on. It passes with the client's written approval.",
        )

    return LineCheck(check)


@rule_type(
    "GL-42",
    "team-size",
    "Team size cap",
    family="STAFF",
    level="invoice",
    severity="warn",
    fix="attorney",
    params=(
        number("max_timekeepers", None, "timekeepers a matter may carry on one invoice"),
        number("max_attorneys", None, "attorneys among them"),
        number("max_lead", None, "partners among them"),
    ),
)
def team_size(p: Params, c: Context) -> Check:
    """A matter is staffed with at most so many people; the team is the core few, not the floor."""
    caps = (
        (p.maybe("max_timekeepers"), "timekeepers", frozenset(Grade)),
        (p.maybe("max_attorneys"), "attorneys", frozenset(g for g in Grade if g.is_lawyer)),
        (p.maybe("max_lead"), "partners", frozenset({Grade.PARTNER})),
    )

    if all(cap is None for cap, _, _ in caps):
        return Absent(unset("max_timekeepers"))

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        for cap, what, grades in caps:
            if cap is None:
                continue
            team: dict[str, Entry] = {}
            hours: dict[str, Decimal] = defaultdict(Decimal)
            for entry in lines:
                grade = class_of(entry, c)
                if entry.timekeeper and (what == "timekeepers" or grade in grades):
                    team.setdefault(entry.timekeeper, entry)
                    hours[entry.timekeeper] += entry.hours or 0
            if len(team) > cap:
                least = min(team, key=lambda one: hours[one])
                yield Hit(
                    entry=team[least],
                    invoice=lines[0].invoice,
                    field="timekeeper",
                    found=f"{len(team)} {what}",
                    expected=f"at most {say.plain(cap)}",
                    at_risk=sum((e.value for e in lines if e.timekeeper == least and e.value is not None), Decimal(0)),
                    message=f"{len(team)} {what} bill this matter; the client's cap is {say.plain(cap)}. "
                    "A smaller team passes, or the client's consent to this one.",
                )

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.timekeeper:
            return blank("timekeeper")
        return (entry.invoice, entry.matter)

    return GroupCheck(key, check)


@rule_type(
    "GL-43",
    "transitory-timekeeper",
    "Transitory timekeepers",
    family="STAFF",
    level="invoice",
    severity="warn",
    fix="attorney",
    params=(number("min_hours_in_period", None, "hours below which a timekeeper was only passing through"),),
)
def transitory_timekeeper(p: Params, c: Context) -> Check:
    """Someone who bills a few minutes on a matter costs the client a start-up and brings no continuity."""
    least = p.maybe("min_hours_in_period")
    if least is None:
        return Absent(unset("min_hours_in_period"))
    before = {(e.timekeeper, e.matter) for e in c.earlier}

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.timekeeper or entry.hours is None:
            return blank("timekeeper or hours")
        return (entry.invoice, entry.matter, entry.timekeeper)

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = sum((e.hours for e in lines if e.hours is not None), Decimal(0))
        entry = lines[0]
        known = (entry.timekeeper, entry.matter) in before
        if total < least and not known and not approved(c, "transitory-timekeeper", entry):
            yield Hit(
                entry=entry,
                field="timekeeper",
                found=say.hours(total),
                expected=f"at least {say.hours(least)}",
                at_risk=sum((e.value for e in lines if e.value is not None), Decimal(0)),
                message=f"{entry.timekeeper_name or entry.timekeeper} bills only {say.hours(total)} on this "
                "matter in the "
                f"period; below {say.hours(least)} the client asks why. A specialist's reason in the "
                "narrative passes.",
            )

    return GroupCheck(key, check)
