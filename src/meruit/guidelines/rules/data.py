"""Data quality: dates in the period, codes present and right, nothing billed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit import utbms
from meruit.guidelines import say
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank
from meruit.guidelines.params import Refused, choices, flag, nearest, number, texts
from meruit.guidelines.phrases import normalised
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, rule_type
from meruit.guidelines.scope import Codes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-13",
    "date-outside-period",
    "Line date outside the billing period or in the future",
    family="DATA",
    params=(number("tolerance_days", "0", "days a line may lie outside the period"),),
)
def date_outside_period(p: Params, c: Context) -> Check:
    """A line is dated inside the billing period, not after the invoice, and never in the future."""
    slack = int(p.number("tolerance_days"))

    def check(entry: Entry) -> Outcome:
        on = entry.date
        if on is None:
            return blank("date")
        invoice = c.invoice_of.get(entry.invoice or "")
        first = invoice.period_start if invoice else None
        last = invoice.period_end if invoice else None
        if first and (first - on).days > slack:
            why = f"before the billing period begins on {say.day(first)}"
        elif last and (on - last).days > slack:
            why = f"after the billing period ends on {say.day(last)}"
        elif invoice and invoice.date and (on - invoice.date).days > slack:
            why = f"after the invoice date of {say.day(invoice.date)}"
        elif c.as_of and (on - c.as_of).days > slack:
            why = f"in the future on {say.day(c.as_of)}"
        elif (first and last) or (invoice and invoice.date) or c.as_of:
            return None
        else:
            return blank("billing period")
        return Hit(
            field="date",
            found=on.isoformat(),
            expected=f"{first or ''}..{last or (invoice.date if invoice else None) or c.as_of or ''}",
            message=f"The line is dated {say.day(on)}, {why}. The right date passes, or the line on the "
            "invoice of its period.",
        )

    return LineCheck(check, kind=None)


@rule_type(
    "GL-14",
    "codes-required",
    "Task / activity / expense codes required and valid",
    family="DATA",
    params=(
        choices("require", ("task", "activity"), ("task", "activity", "expense"), "codes a line must carry"),
        texts("code_sets", (), "UTBMS sets the codes must stand in; empty: any set"),
        texts("own_codes", (), "codes of the client's own list, beside the sets (`L3*` for a group)"),
        flag("own_codes_only", False, "accept only the client's own list (project categories of a court)"),
        flag("allow_retired", True, "accept codes that a later edition of their set dropped"),
    ),
)
def codes_required(p: Params, c: Context) -> Check:
    """Each fee line carries a task and an activity code, each expense its code, all from accepted lists."""
    require, own = p.texts("require"), Codes(p.texts("own_codes"))
    sets = p.texts("code_sets") or None
    for name in sets or ():
        if name not in utbms.sets():
            raise Refused(f'"{name}" is not a UTBMS code set. {nearest(name, utbms.sets())}')
    named = utbms.sets()
    # A set of task codes says nothing of activity codes: a kind no set named here holds may be of any set.
    within = {
        kind: [name for name in sets if kind in named[name].kinds] or None if sets else None
        for kind in ("task", "activity", "expense")
    }
    only_own, retired_passes = p.flag("own_codes_only"), p.flag("allow_retired")

    # The codes that pass, worked out once; whatever else a line carries is looked at singly.
    passing = {
        kind: frozenset()
        if only_own
        else frozenset(
            row.code
            for row in utbms.every()
            if row.kind == kind
            and (retired_passes or not row.retired)
            and (within[kind] is None or row.set in (within[kind] or ()))
        )
        for kind in within
    }

    def wrong(kind: str, code: str) -> str | None:
        if code in passing[kind] or code in own:
            return None
        if only_own:
            return "is not on the client's list"
        accepted = within[kind]
        found = utbms.lookup(code, accepted)
        if found is None:
            return f"stands in none of {', '.join(accepted)}" if accepted else "stands in no UTBMS set"
        if found.kind != kind:
            return f"is a code of kind {found.kind}"
        if found.retired and not retired_passes:
            return "is retired"
        return None

    def check(entry: Entry) -> Outcome:
        cells: tuple[tuple[str, str | None], ...] = (("expense", entry.expense_code),)
        if entry.kind == "fee":
            cells = (("task", entry.task_code), ("activity", entry.activity_code))
        hits: list[Hit] = []
        unknown = None
        for kind, code in cells:
            needed = kind in require
            if code is None:
                unknown = blank(f"{kind} code") if needed else unknown
                continue
            why = wrong(kind, code) if code.strip() else ("is missing" if needed else None)
            if why:
                said = f'The {kind} code "{code}" {why}' if code.strip() else f"The {kind} code {why}"
                hits.append(
                    Hit(
                        field=f"{kind}_code",
                        found=code,
                        expected=f"a {kind} code of {', '.join(sets) if sets else 'an accepted list'}",
                        message=f"{said}. The {kind} code of the work done passes.",
                    )
                )
        return hits or unknown

    return LineCheck(check, kind=None)


@rule_type(
    "GL-38",
    "duplicate-line",
    "Exact duplicate lines or invoices",
    family="DATA",
    level="history",
    params=(
        flag("earlier_invoices", True, "compare with lines billed before, where the context holds them"),
        flag("invoice_number", True, "an invoice number billed before is a duplicate invoice"),
    ),
)
def duplicate_line(p: Params, c: Context) -> tuple[Check, ...]:
    """The same timekeeper, date, quantity and words are billed once, on this invoice or an earlier one."""
    before: dict[Hashable, Entry] = {}
    numbers: dict[str, Entry] = {}
    for entry in c.earlier if p.flag("earlier_invoices") else ():
        if not isinstance(_same_day(entry), Unjudged):
            before.setdefault(_same_work(entry), entry)
    for entry in c.earlier if p.flag("invoice_number") else ():
        if entry.invoice:
            numbers.setdefault(entry.invoice, entry)

    def lines(group: Sequence[Entry]) -> Iterator[Hit]:
        met: dict[Hashable, Entry] = {}
        for entry in group if before or len(group) > 1 else ():
            same = _same_work(entry)
            twin = before.get(same) or met.setdefault(same, entry)
            if twin is entry:
                continue
            there = f" of invoice {twin.invoice}" if twin.invoice and twin.invoice != entry.invoice else ""
            yield Hit(
                entry=entry,
                field="narrative",
                found=entry.narrative,
                expected="once",
                message=f"This line repeats line {twin.id}{there}: same person, date, quantity and words. "
                "One of them passes; if both are real, their words must differ.",
            )

    def invoices(group: Sequence[Entry]) -> Iterator[Hit]:
        number = group[0].invoice
        if number in numbers:
            yield Hit(
                invoice=number,
                entry=None,
                field="invoice",
                found=number,
                expected="a number not used before",
                at_risk=sum(e.value for e in group if e.value is not None) or None,
                message=f"Invoice number {number} was billed before. A new number passes, or the client's "
                "request to "
                "correct that invoice.",
            )

    checks: list[Check] = [GroupCheck(_same_day, lines, kind=None, least=1 if before else 2)]
    if numbers:
        checks.append(GroupCheck(lambda e: e.invoice, invoices, kind=None))
    return tuple(checks)


def _same_day(entry: Entry) -> Hashable | Unjudged:
    """Lines that could be the same: those of one person and day, or expenses of one day, of one quantity."""
    who = entry.timekeeper or entry.timekeeper_name
    if entry.date is None or entry.narrative is None or entry.quantity is None:
        return blank("date, quantity or narrative")
    if entry.kind == "fee":
        return (who, entry.matter, entry.date, entry.hours) if who else blank("timekeeper")
    return (entry.matter, entry.date, entry.expense_code, entry.units, "expense")


def _same_work(entry: Entry) -> Hashable:
    """What two lines share that are one line twice."""
    words = normalised(entry.narrative or "")
    if entry.kind == "expense":
        return (_same_day(entry), entry.value, words)
    return (_same_day(entry), words)
