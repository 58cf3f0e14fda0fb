"""Rates: what was agreed, from when, with which notice, and with which discounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.agreed import agreed_rate, history
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing
from meruit.guidelines.params import choice, flag, number, numbers, texts
from meruit.guidelines.phrases import literal
from meruit.guidelines.registry import Absent, Check, GroupCheck, LineCheck, PhraseCheck, rule_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.guidelines.context import Context, Rate
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
    if not c.rates:
        return Absent(missing("approved rates"))

    def check(entry: Entry) -> Outcome:
        if entry.rate is None:
            return blank("rate")
        if not entry.timekeeper and entry.timekeeper_class is None:
            return blank("timekeeper")
        agreed = agreed_rate(c, entry)
        if agreed is None:
            return missing("approved rate for the timekeeper")
        if isinstance(agreed, Unjudged):
            return agreed
        if agreed.currency and entry.currency and agreed.currency != entry.currency:
            return missing(f"approved rate in {entry.currency}")
        excess = entry.rate - agreed.amount
        if excess <= slack:
            return None
        return Hit(
            field="rate",
            found=say.money(entry.rate),
            expected=say.money(agreed.amount),
            mend=f"Bill {say.money(agreed.amount)}.",
            at_risk=excess * entry.hours if entry.hours is not None else None,
            message=f"The line is billed at {say.money(entry.rate)} an hour; {say.money(agreed.amount)} is "
            "approved for "
            f"{entry.timekeeper_name or entry.timekeeper or 'this class'}. The approved rate passes.",
        )

    return LineCheck(check)


@rule_type(
    "GL-46",
    "rate-increase",
    "Rate increase without notice or approval",
    family="RATE",
    checkable="needs",
    params=(
        number("notice_days", "30", "days of notice before a new rate (30 and 60 are seen)"),
        choice(
            "frozen",
            "none",
            ("none", "matter-life", "calendar-year", "two-years"),
            "for how long a rate may not rise at all",
        ),
        number("max_pct", None, "most that a rate may rise, in percent"),
        flag("approval", True, "whether the client must have approved the new rate"),
    ),
    needs=("rates", "earlier"),
)
def rate_increase(p: Params, c: Context) -> Check:
    """A rate rises only with notice and approval, not while it is frozen, and not by more than agreed.

    Judged against the dated rows of the rate table; where it has one row only, against what the same
    person was billed at before.
    """
    if not c.rates and not c.earlier:
        return Absent(missing("rate history"))
    notice, frozen, most, consent = p.number("notice_days"), p.text("frozen"), p.maybe("max_pct"), p.flag("approval")
    last: dict[tuple[str | None, str | None], Entry] = {}
    for earlier in c.earlier:
        if earlier.rate is not None and earlier.kind == "fee":
            last[earlier.timekeeper, earlier.matter] = earlier

    def why_not(new: Rate, old: Rate) -> str | None:
        start, since = new.from_, old.from_
        if frozen == "matter-life":
            return "the rate is fixed for the life of the matter"
        if frozen == "calendar-year" and start and since and start.year == since.year:
            return f"the rate is fixed for the calendar year {start.year}"
        if frozen == "two-years" and start and since and (start - since).days < 730:
            return f"the rate is fixed for two years from {say.day(since)}"
        if most is not None and new.amount > old.amount * (1 + most / 100):
            return f"the rise is more than {say.plain(most)} %"
        if consent and new.approved_on is None:
            return "the client has not approved it"
        if notice and start and (new.noticed_on is None or (start - new.noticed_on).days < notice):
            return f"{say.plain(notice)} days of notice were not given"
        return None

    def check(entry: Entry) -> Outcome:
        if entry.rate is None or not entry.timekeeper:
            return blank("rate or timekeeper")
        rows = sorted(
            (r for r in history(c, entry) if r.from_ is None or entry.date is None or r.from_ <= entry.date),
            key=lambda r: r.from_ or date.min,
        )
        if len(rows) >= 2:
            old, new = rows[-2], rows[-1]
            why = why_not(new, old) if new.amount > old.amount and entry.rate > old.amount else None
            allowed = old.amount
        else:
            before = last.get((entry.timekeeper, entry.matter))
            if before is None or before.rate is None:
                return missing("rate history of the timekeeper")
            allowed = before.rate
            known = rows[-1] if rows else None
            fine = entry.rate <= allowed or (known is not None and known.approved_on and known.amount >= entry.rate)
            why = None if fine else "no approval of a new rate is on file"
        if why is None or approved(c, "rate-increase", entry):
            return None
        return Hit(
            field="rate",
            found=say.money(entry.rate),
            expected=say.money(allowed),
            mend=f"Bill {say.money(allowed)}.",
            at_risk=(entry.rate - allowed) * entry.hours if entry.hours is not None else None,
            message=f"The rate rose from {say.money(allowed)} to {say.money(entry.rate)}, but {why}. "
            f"{say.money(allowed)} passes.",
        )

    return LineCheck(check)


@rule_type(
    "GL-47",
    "discount-terms",
    "Discounts, blended and volume terms applied",
    family="RATE",
    level="invoice",
    checkable="needs",
    params=(
        number("pct", None, "discount on fees in percent, where the set and not the context states it"),
        numbers("tiers", {}, "volume of fees from which on -> percent"),
        number("blended_rate", None, "one rate for all timekeepers"),
        choice("shown", "invoice", ("invoice", "rate"), "where the discount stands; in the rate it is not judged here"),
    ),
    needs=("terms",),
)
def discount_terms(p: Params, c: Context) -> Check:
    """An agreed discount stands on the invoice, the right tier of it, and a blended rate is kept."""
    stated = c.terms or p.maybe("pct") is not None or p.numbers("tiers") or p.maybe("blended_rate") is not None
    if not stated:
        return Absent(missing("discount terms"))
    shown, tiers = p.text("shown"), sorted((Decimal(k), v) for k, v in p.numbers("tiers").items())

    def agreed(volume: Decimal, client: str | None) -> Decimal | None:
        """The percentage for this volume of fees; None where nothing is agreed."""
        steps = [(t.from_volume or Decimal(0), t.pct) for t in c.terms if t.client in (None, client)]
        flat = p.maybe("pct")
        steps += [*tiers, *([(Decimal(0), flat)] if flat is not None else [])]
        reached = [pct for start, pct in steps if volume >= start]
        return (max(reached) if reached else Decimal(0)) if steps else None

    def check(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        values = [(e.hours, e.value) for e in lines if e.kind == "fee"]
        if any(value is None for _, value in values):
            yield blank("amount")
            return
        fees = sum((v for _, v in values if v is not None), Decimal(0))
        client = lines[0].client
        blended = p.maybe("blended_rate") or next((t.blended_rate for t in c.terms if t.blended_rate), None)
        worked = sum((h for h, _ in values if h is not None), Decimal(0))
        if blended is not None and worked and fees > blended * worked:
            yield Hit(
                invoice=lines[0].invoice,
                field="rate",
                found=say.money((fees / worked).quantize(Decimal("0.01"))),
                expected=f"at most {say.money(blended)}",
                at_risk=fees - blended * worked,
                message=f"Fees come to {say.money((fees / worked).quantize(Decimal('0.01')))} an hour on "
                "average; the "
                f"blended rate is {say.money(blended)}. {say.money(blended * worked)} passes.",
            )
        before = max((t.volume_before for t in c.terms if t.volume_before is not None), default=Decimal(0))
        pct = agreed(before + fees, client)
        if pct and shown == "invoice":
            due = (fees * pct / 100).quantize(Decimal("0.01"))
            given = -sum((e.adjustment for e in lines if e.adjustment is not None), Decimal(0))
            if invoice and invoice.discount is not None:
                given = invoice.discount
            if given < due:
                yield Hit(
                    invoice=lines[0].invoice,
                    field="discount",
                    found=say.money(given),
                    expected=say.money(due),
                    at_risk=due - given,
                    message=f"The agreed discount of {say.plain(pct)} % on fees of {say.money(fees)} is "
                    f"{say.money(due)}; "
                    f"the invoice gives {say.money(given)}. An adjustment of {say.money(due)} passes.",
                )

    return GroupCheck(lambda e: ("invoice", e.invoice), check, kind="fee")


@rule_type(
    "GL-48",
    "premium-rate",
    "Premium or overtime rates",
    family="RATE",
    params=(
        flag("allowed", False, "whether a premium passes with the client's approval"),
        texts(
            "words",
            (
                "rush fee", "rush charge", "rush surcharge", "rush rate", "premium rate", "premium fee",
                "overtime rate", "overtime premium", "time and a half", "double time", "after-hours rate",
                "weekend rate", "holiday rate", "expedited rate", "emergency rate", "surcharge for",
            ),
            "words that tell of a premium",
        ),
    ),
)  # fmt: skip
def premium_rate(p: Params, c: Context) -> tuple[Check, ...]:
    """Nights, weekends and hurry cost the client nothing more; a fee line carries no upward adjustment."""
    allowed = p.flag("allowed")
    cure = "It passes with the client's approval." if allowed else "The agreed rate without it passes."

    def raised(entry: Entry) -> Outcome:
        more = entry.adjustment
        if more is None or more <= 0 or (allowed and approved(c, "premium-rate", entry)):
            return None
        return Hit(
            field="adjustment",
            found=say.money(more),
            expected="none",
            at_risk=more,
            message=f"The fee line is raised by {say.money(more)}. {cure}",
        )

    def judge(entry: Entry, start: int, end: int) -> Hit | None:
        if allowed and approved(c, "premium-rate", entry):
            return None
        words = (entry.narrative or "")[start:end]
        return Hit(
            field="narrative",
            words=words,
            span=(start, end),
            confidence=0.85,
            message=f'"{words}" tells of a premium on the rate. {cure}',
        )

    return LineCheck(raised), PhraseCheck(tuple(literal(word) for word in p.texts("words")), judge, kind=None)


@rule_type(
    "GL-84",
    "lowest-rate-promise",
    "Most-favoured rate / lowest-rate promise",
    family="RATE",
    checkable="needs",
    severity="ask",
    fix="decider",
    params=(number("tolerance_pct", "0", "percent a line may lie above the lowest rate given to others"),),
    needs=("other_rates",),
)
def lowest_rate_promise(p: Params, c: Context) -> Check:
    """A client promised the lowest rate pays no more for a person than any other client does."""
    if not c.other_rates:
        return Absent(missing("rates for other clients"))
    slack = 1 + p.number("tolerance_pct") / 100
    lowest: dict[str, Decimal] = {}
    for row in c.other_rates:
        lowest[row.timekeeper] = min(row.amount, lowest.get(row.timekeeper, row.amount))

    def check(entry: Entry) -> Outcome:
        if entry.rate is None or not entry.timekeeper:
            return blank("rate or timekeeper")
        least = lowest.get(entry.timekeeper)
        if least is None:
            return missing("rate of the timekeeper for other clients")
        if entry.rate <= least * slack:
            return None
        return Hit(
            field="rate",
            found=say.money(entry.rate),
            expected=say.money(least),
            at_risk=(entry.rate - least) * entry.hours if entry.hours is not None else None,
            message=f"The line is billed at {say.money(entry.rate)}; another client pays {say.money(least)} "
            "for the same "
            f"person, and this one was promised the lowest rate. {say.money(least)} passes.",
        )

    return LineCheck(check)
