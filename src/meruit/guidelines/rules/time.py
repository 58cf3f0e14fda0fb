"""Time and quantity: increments, sizes, hours a day, age of the work."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing, unset
from meruit.guidelines.params import choice, flag, number, texts
from meruit.guidelines.registry import Absent, Check, GroupCheck, LineCheck, rule_type
from meruit.guidelines.scope import Codes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

ZERO = Decimal(0)


@rule_type(
    "GL-01",
    "billing-increment",
    "Billing increment",
    family="TIME",
    params=(
        number("increment", "0.1", "the smallest unit of time, in hours"),
        choice(
            "rounding",
            "nearest",
            ("nearest", "down", "none"),
            "what would pass: the nearest step, the lower step only, or the exact time as entered anew",
        ),
        choice(
            "on",
            "line",
            ("line", "day"),
            "whether each line or the day's total of a timekeeper must be a whole number of steps",
        ),
    ),
)
def billing_increment(p: Params, c: Context) -> Check:
    """Time is billed in whole steps, by default tenths of an hour; a quarter hour is not one.

    Checked on the exact decimal. Courts have cut time kept in quarter hours by 7.5 to 20 percent.
    """
    step = p.number("increment")
    rounding = p.text("rounding")

    def passing(worked: Decimal) -> str:
        steps = worked / step
        low, high = (steps.to_integral_value(m) * step for m in (ROUND_FLOOR, ROUND_CEILING))
        if rounding == "down":
            return say.hours(low)
        near = steps.to_integral_value(ROUND_HALF_UP) * step
        return f"{say.hours(low)} or {say.hours(high)}" if rounding == "none" else say.hours(near)

    def hit(worked: Decimal, entry: Entry, what: str) -> Hit:
        excess = worked - (worked / step).to_integral_value(ROUND_FLOOR) * step
        over = excess * entry.rate if rounding == "down" and entry.rate is not None else None
        return Hit(
            entry=entry,
            field="hours",
            found=say.hours(worked),
            expected=passing(worked),
            at_risk=over,
            message=(
                f"{what} {say.hours(worked)}, which is not a whole number of steps of {say.hours(step)}. "
                f"{passing(worked)} would pass if that is the time actually spent."
            ),
        )

    def line(entry: Entry) -> Outcome:
        worked = entry.hours
        if worked is None:
            return blank("hours")
        return None if worked % step == 0 else hit(worked, entry, "The line bills")

    def day(lines: Sequence[Entry]) -> Iterator[Hit]:
        worked = sum((e.hours for e in lines if e.hours is not None), ZERO)
        if worked % step:
            yield hit(worked, lines[-1], "The timekeeper's lines of the day together bill")

    if p.text("on") == "day":
        return GroupCheck(lambda e: (e.timekeeper, e.date) if e.timekeeper and e.date else e.id, day)
    return LineCheck(line)


@rule_type(
    "GL-10",
    "entry-size",
    "Size of a single entry",
    family="TIME",
    severity="warn",
    fix="attorney",
    params=(
        number("max_hours_per_line", None, "hours above which one line is questioned"),
        number("min_hours_per_line", "0.1", "hours below which a line is too small to bill"),
        number("max_small_lines", None, "how many lines of the smallest size one person may bill on a day"),
    ),
)
def entry_size(p: Params, c: Context) -> tuple[Check, ...]:
    """One line is neither too long for what it says nor chipped off a larger piece.

    Chipping is the mirror fault: many smallest entries of one timekeeper on one day and matter.
    """
    most, least = p.maybe("max_hours_per_line"), p.number("min_hours_per_line")
    many = p.maybe("max_small_lines")

    def line(entry: Entry) -> Outcome:
        worked = entry.hours
        if worked is None:
            return blank("hours")
        if most is not None and worked > most:
            return Hit(
                field="hours",
                found=say.hours(worked),
                expected=f"at most {say.hours(most)}",
                at_risk=(worked - most) * entry.rate if entry.rate is not None else None,
                message=f"The line bills {say.hours(worked)}; the client questions a line above "
                f"{say.hours(most)}. "
                "It passes when it is split by task or the length is explained.",
            )
        if ZERO < worked < least:
            return Hit(
                field="hours",
                found=say.hours(worked),
                expected=f"at least {say.hours(least)}",
                message=f"The line bills {say.hours(worked)}, less than the smallest unit of "
                f"{say.hours(least)}. "
                "Combine it with the work it belongs to.",
            )
        return None

    def chipping(lines: Sequence[Entry]) -> Iterator[Hit]:
        if len(lines) > (many or 0):
            yield Hit(
                entry=lines[-1],
                field="hours",
                found=f"{len(lines)} lines of {say.hours(least)}",
                expected=f"at most {say.plain(many or ZERO)}",
                at_risk=sum((e.value for e in lines if e.value is not None), ZERO),
                message=f"{len(lines)} lines of {say.hours(least)} by one timekeeper on one day look like "
                "one piece of "
                f"work in chips (lines {say.listed(e.id for e in lines)}). The total of the actual time "
                "passes.",
            )

    def small(entry: Entry) -> Hashable:
        if entry.hours != least or not entry.timekeeper or not entry.date:
            return None
        return (entry.timekeeper, entry.date, entry.matter)

    if many is None:
        return (LineCheck(line),)
    return LineCheck(line), GroupCheck(small, chipping)


@rule_type(
    "GL-11",
    "daily-hours",
    "Maximum hours per timekeeper per day",
    family="TIME",
    level="day",
    fix="attorney",
    params=(
        number("max_hours", "12", "hours one timekeeper may bill on one date (8, 10 and 12 are seen)"),
        choice("scope", "client", ("matter", "client", "all"), "over which lines the day is summed"),
        choice(
            "cut_order",
            "last-line",
            ("last-line", "lowest-rate"),
            "whose line carries the excess: the last of the day, or the one with the lowest rate",
        ),
    ),
)
def daily_hours(p: Params, c: Context) -> Check:
    """A timekeeper bills at most so many hours on one date, lines and matters summed.

    A line whose date or timekeeper is not known is judged by itself: it alone may exceed the limit.
    With scope `all`, hours for other clients count when the context tells them.
    """
    limit, reach = p.number("max_hours"), p.text("scope")
    lowest_first = p.text("cut_order") == "lowest-rate"
    elsewhere: dict[Hashable, Decimal] = defaultdict(Decimal)
    for other in (*c.earlier, *(c.elsewhere if reach == "all" else ())):
        if other.timekeeper and other.date and other.hours is not None:
            elsewhere[_day_key(other, reach)] += other.hours

    def key(entry: Entry) -> Hashable | Unjudged:
        if entry.hours is None:
            return blank("hours")
        if not entry.timekeeper or entry.date is None:
            return ("line", entry.id, entry.line)
        return _day_key(entry, reach)

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = sum((e.hours for e in lines if e.hours is not None), ZERO)
        total += elsewhere.get(_day_key(lines[0], reach), ZERO)
        if total <= limit or any(approved(c, "daily-hours", e) for e in lines):
            return
        line = lines[-1]
        if lowest_first:
            line = min(lines, key=lambda e: e.rate if e.rate is not None else Decimal("Infinity"))
        excess = total - limit
        who = line.timekeeper_name or line.timekeeper or "The timekeeper"
        when = f" on {say.day(line.date)}" if line.date else " on one line"
        yield Hit(
            entry=line,
            field="hours",
            found=say.hours(total),
            expected=f"at most {say.hours(limit)}",
            at_risk=excess * line.rate if line.rate is not None else None,
            message=f"{who} bills {say.hours(total)}{when}; the client pays at most {say.hours(limit)} a "
            "day. "
            f"{say.hours(excess)} less would pass, or the client's waiver for the day.",
        )

    return GroupCheck(key, check)


def _day_key(entry: Entry, reach: str) -> Hashable:
    within = {"matter": entry.matter, "client": entry.client}.get(reach)
    return (entry.timekeeper, entry.date, within)


@rule_type(
    "GL-12",
    "stale-time",
    "Stale (time-barred) entries",
    family="TIME",
    params=(
        number("max_age_days", "90", "age in days above which work is not paid (60, 90, 120 are seen)"),
        flag("excusable", True, "whether an approval on file lifts the bar"),
    ),
)
def stale_time(p: Params, c: Context) -> Check:
    """Work is billed within so many days, counted to the day of submission.

    Where the submission is not known the invoice date stands for it, else the day of the judgement.
    """
    limit, excusable = p.number("max_age_days"), p.flag("excusable")

    def check(entry: Entry) -> Outcome:
        if entry.date is None:
            return blank("date")
        invoice = c.invoice_of.get(entry.invoice or "")
        until = (invoice and (invoice.submitted_on or invoice.date)) or c.as_of
        if until is None:
            return blank("date of submission")
        age = (until - entry.date).days
        if age <= limit or (excusable and approved(c, "stale-time", entry)):
            return None
        return Hit(
            field="date",
            found=f"{age} days",
            expected=f"at most {say.plain(limit)} days",
            message=f"Work of {say.day(entry.date)} is {age} days old on {say.day(until)}; the client pays "
            "for at most "
            f"{say.plain(limit)} days."
            + (" It passes with the client's written excuse on file." if excusable else " Write it off."),
        )

    return LineCheck(check, kind=None)


@rule_type(
    "GL-16",
    "not-contemporaneous",
    "Contemporaneous, not estimated or standardised time",
    family="TIME",
    level="invoice",
    checkable="text",
    severity="warn",
    fix="attorney",
    params=(
        number("round_share_max", None, "share of a timekeeper's lines that may be whole or half hours"),
        number("same_share_max", None, "share of a timekeeper's days that may total the same hours"),
        number("min_lines", "10", "lines a timekeeper must have before a pattern is spoken of"),
    ),
)
def not_contemporaneous(p: Params, c: Context) -> Check:
    """Time is recorded when it is worked. Only a pattern over an invoice hints at estimates.

    Every letter 0.3 or every day 8.0 is such a pattern; one line never shows it.
    """
    share, same, least = p.maybe("round_share_max"), p.maybe("same_share_max"), p.number("min_lines")

    if share is None and same is None:
        return Absent(unset("round_share_max or same_share_max"))

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        if len(lines) < least:
            return
        worked = [e.hours for e in lines if e.hours is not None]
        who = lines[0].timekeeper_name or lines[0].timekeeper
        round_ones = sum(1 for h in worked if h % Decimal("0.5") == 0)
        if share is not None and round_ones > share * len(worked):
            yield Hit(
                entry=lines[-1],
                invoice=lines[0].invoice,
                field="hours",
                found=f"{round_ones} of {len(worked)} lines in whole or half hours",
                expected=f"at most {say.plain(share * 100)} %",
                at_risk=ZERO,
                confidence=0.5,
                message=f"{round_ones} of {len(worked)} lines of {who} are whole or half hours, which looks "
                "estimated. "
                "Time taken from records made that day passes.",
            )
        days: dict[object, Decimal] = defaultdict(Decimal)
        for entry in lines:
            if entry.date and entry.hours is not None:
                days[entry.date] += entry.hours
        totals = list(days.values())
        top = max(totals, key=totals.count, default=ZERO)
        if same is not None and len(totals) > 2 and totals.count(top) > same * len(totals):
            yield Hit(
                entry=lines[-1],
                invoice=lines[0].invoice,
                field="hours",
                found=f"{totals.count(top)} of {len(totals)} days of exactly {say.hours(top)}",
                expected=f"at most {say.plain(same * 100)} %",
                at_risk=ZERO,
                confidence=0.5,
                message=f"{who} bills exactly {say.hours(top)} on {totals.count(top)} of {len(totals)} days, "
                "which looks "
                "standardised. Time taken from records made that day passes.",
            )

    return GroupCheck(lambda e: (e.invoice, e.timekeeper) if e.timekeeper else blank("timekeeper"), check)


@rule_type(
    "GL-82",
    "double-billed-hour",
    "One hour billed to two clients",
    family="TIME",
    level="history",
    checkable="needs",
    severity="ask",
    fix="attorney",
    params=(
        number("max_day_hours", "24", "hours of one person on one date over all clients that cannot be true"),
        texts(
            "shared",
            ("hearing", "court", "calendar call", "docket call", "travel", "wait", "waiting", "standby"),
            "words of work that several files may share",
        ),
    ),
    needs=("elsewhere",),
)
def double_billed_hour(p: Params, c: Context) -> Check:
    """An hour is billed once. The same shared work on the same date for another client must be prorated."""
    if not c.elsewhere:
        return Absent(missing("time for other clients"))
    limit = p.number("max_day_hours")
    shared = tuple(word.casefold() for word in p.texts("shared"))
    others: dict[Hashable, list[Entry]] = defaultdict(list)
    for other in c.elsewhere:
        others[other.timekeeper, other.date].append(other)

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.timekeeper or entry.date is None or entry.hours is None:
            return blank("timekeeper, date or hours")
        return (entry.timekeeper, entry.date)

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        there = others.get((lines[0].timekeeper, lines[0].date), [])
        total = sum((e.hours for e in (*lines, *there) if e.hours is not None), ZERO)
        for entry in lines:
            text = (entry.narrative or "").casefold()
            words = [word for word in shared if word in text]
            twin = next(
                (
                    o
                    for o in there
                    if o.hours == entry.hours and any(w in (o.narrative or "").casefold() for w in words)
                ),
                None,
            )
            if twin:
                yield Hit(
                    entry=entry,
                    field="hours",
                    found=say.hours(entry.hours or ZERO),
                    expected="a share of it",
                    confidence=0.7,
                    message=f"The same {say.hours(entry.hours or ZERO)} of {words[0]} on this date are also "
                    "billed to "
                    f"{twin.client or 'another client'} (line {twin.id}). Its prorated share passes.",
                )
        if total > limit:
            yield Hit(
                entry=lines[-1],
                field="hours",
                found=say.hours(total),
                expected=f"at most {say.hours(limit)}",
                message=f"Over all clients the timekeeper bills {say.hours(total)} on this date. "
                "The time actually worked passes.",
            )

    return GroupCheck(key, check)


@rule_type(
    "GL-83",
    "administrative-cap",
    "Cap for administrative time",
    family="TIME",
    level="matter",
    params=(
        number("max_hours", "1.0", "administrative hours a matter may carry"),
        texts("codes", ("L190", "B110", "C400"), "task codes that stand for administration"),
    ),
)
def administrative_cap(p: Params, c: Context) -> Check:
    """Time under the codes of case administration is paid up to a number of hours per matter."""
    limit, codes = p.number("max_hours"), Codes(p.texts("codes"))
    before: dict[str | None, Decimal] = defaultdict(Decimal)
    for other in c.earlier:
        if other.kind == "fee" and other.hours is not None and other.task_code in codes:
            before[other.matter] += other.hours

    def key(entry: Entry) -> Hashable | Unjudged:
        if entry.task_code is None or entry.hours is None:
            return blank("task code or hours")
        if entry.task_code not in codes:
            return None
        return ("matter", entry.matter) if entry.matter else ("invoice", entry.invoice, entry.file)

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = before.get(lines[0].matter, ZERO)
        for entry in lines:
            total += entry.hours or ZERO
            if total > limit:
                over = min(total - limit, entry.hours or ZERO)
                yield Hit(
                    entry=entry,
                    field="hours",
                    found=say.hours(total),
                    expected=f"at most {say.hours(limit)}",
                    at_risk=over * entry.rate if entry.rate is not None else None,
                    message=f"With this line the matter carries {say.hours(total)} of administration; the "
                    "client pays "
                    f"{say.hours(limit)}. Reducing the line by {say.hours(over)} passes.",
                )

    return GroupCheck(key, check)
