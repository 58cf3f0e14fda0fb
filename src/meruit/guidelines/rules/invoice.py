"""The invoice as a whole: fields, sums, cycle, deadline, one matter, currency, appeals, attachments."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing
from meruit.guidelines.params import Refused, choice, choices, flag, number, text, texts
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, StandingCheck, rule_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.guidelines.context import Context, Invoice
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

CENT, HALF_A_CENT = Decimal("0.01"), Decimal("0.005")
FIELDS = (
    "invoice", "date", "timekeeper", "timekeeper_name", "timekeeper_class", "hours", "rate", "amount",
    "narrative", "client", "matter", "client_matter", "currency", "task_code", "activity_code",
    "expense_code",
)  # fmt: skip
#: Fields that only fee lines have.
FEE_FIELDS = frozenset({"timekeeper", "timekeeper_name", "timekeeper_class", "hours", "task_code", "activity_code"})


@rule_type(
    "GL-71",
    "required-fields",
    "Required fields and format",
    family="INV",
    params=(
        choices(
            "require",
            ("invoice", "date", "timekeeper", "narrative", "client_matter"),
            FIELDS,
            "what each line must tell",
        ),
        texts("requestor_words", (), "words that name who asked for the work, where wanted"),
        texts("formats", (), "invoice formats the client takes; empty: any"),
    ),
)
def required_fields(p: Params, c: Context) -> tuple[Check, ...]:
    """Each line tells what the client needs to pay it, in a format the client takes.

    A cell known to be blank is a finding; one that was never asked for is not judged.
    """
    require = p.texts("require")
    asked = tuple(word.casefold() for word in p.texts("requestor_words"))
    formats = {name.upper() for name in p.texts("formats")}

    asked_of = {
        "fee": tuple(field for field in require if field != "expense_code"),
        "expense": tuple(field for field in require if field not in FEE_FIELDS),
    }

    def check(entry: Entry) -> Outcome:
        hits: list[Hit] = []
        unknown: Unjudged | None = None
        for field in asked_of[entry.kind]:
            value = getattr(entry, field)
            if value is None:
                unknown = blank(field.replace("_", " "))
            elif isinstance(value, str) and not value.strip():
                hits.append(
                    Hit(
                        field=field,
                        found="",
                        expected="not blank",
                        message=f"The line does not tell the {field.replace('_', ' ')}, which this client "
                        "requires. "
                        "It passes when the cell is filled.",
                    )
                )
        if asked and entry.narrative and not any(word in entry.narrative.casefold() for word in asked):
            hits.append(
                Hit(
                    field="narrative",
                    expected=f"one of: {', '.join(p.texts('requestor_words'))}",
                    confidence=0.7,
                    fixable_by="attorney",
                    message="The line does not name who at the client asked for the work. It passes with that name.",
                )
            )
        return hits or unknown

    def form(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        if invoice is None or invoice.format is None:
            yield blank("invoice format")
        elif invoice.format.upper() not in formats:
            yield Hit(
                invoice=invoice.number,
                field="format",
                found=invoice.format,
                expected=", ".join(sorted(formats)),
                at_risk=invoice.total,
                message=f"Invoice {invoice.number} is in format {invoice.format}; the client takes "
                f"{say.listed(sorted(formats))}. The same invoice in that format passes.",
            )

    if formats:
        return LineCheck(check, kind=None), GroupCheck(lambda e: e.invoice, form, kind=None)
    return (LineCheck(check, kind=None),)


@rule_type(
    "GL-72",
    "arithmetic",
    "Arithmetic",
    family="INV",
    params=(number("tolerance", "0.00", "how far a total may differ from its parts"),),
)
def arithmetic(p: Params, c: Context) -> tuple[Check, ...]:
    """A line's total is quantity times rate plus adjustment, to the cent; an invoice's the sum of its lines.

    Where the product has a half cent, the cent on either side passes: payers round differently.
    """
    slack = p.number("tolerance")

    def check(entry: Entry) -> Outcome:
        quantity, rate, amount = entry.quantity, entry.rate, entry.amount
        if quantity is None or rate is None or amount is None:
            return blank("quantity, rate or amount")
        exact = quantity * rate + (entry.adjustment or 0)
        off = abs(amount - exact)
        if off <= slack or off <= HALF_A_CENT:
            return None
        adjusted = f" {say.money(entry.adjustment)} adjustment" if entry.adjustment else ""
        return Hit(
            field="amount",
            found=say.money(amount),
            expected=say.money(exact),
            mend=f"Bill {say.money(exact.quantize(Decimal('0.01')))}.",
            at_risk=off,
            message=f"The line totals {say.money(amount)}; {say.plain(quantity)} x "
            f"{say.money(rate)}{adjusted} is "
            f"{say.money(exact)}. That amount passes, or the right quantity and rate.",
        )

    def sums(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        if invoice is None or all(v is None for v in (invoice.total, invoice.fees, invoice.expenses)):
            return
        values = [(e.kind, e.value) for e in lines]
        if any(value is None for _, value in values):
            yield blank("amount")
            return
        fees = sum((v for kind, v in values if kind == "fee" and v is not None), Decimal(0))
        costs = sum((v for kind, v in values if kind == "expense" and v is not None), Decimal(0))
        whole = fees + costs + (invoice.tax or 0) - (invoice.discount or 0)
        for what, told, found in (
            ("fees", invoice.fees, fees),
            ("expenses", invoice.expenses, costs),
            ("total", invoice.total, whole),
        ):
            if told is not None and abs(told - found) > max(slack, HALF_A_CENT):
                yield Hit(
                    invoice=invoice.number,
                    field=what,
                    found=say.money(told),
                    expected=say.money(found),
                    at_risk=abs(told - found),
                    message=f"Invoice {invoice.number} states {what} of {say.money(told)}; its lines come to "
                    f"{say.money(found)}. The sum of the lines passes.",
                )

    return LineCheck(check, kind=None), GroupCheck(lambda e: e.invoice, sums, kind=None)


@rule_type(
    "GL-67",
    "invoice-frequency",
    "Invoice frequency and minimum",
    family="INV",
    level="invoice",
    severity="warn",
    params=(
        choice("cycle", "monthly", ("monthly", "quarterly", "any"), "how much time one invoice may cover"),
        number("hold_below", "500", "total under which an invoice may wait for the next"),
        number("or_at", None, "total at which a quarterly invoice is sent earlier (5,000 is seen)"),
    ),
)
def invoice_frequency(p: Params, c: Context) -> Check:
    """An invoice covers one cycle, and a very small one waits until it is worth sending."""
    cycle, least, earlier_at = p.text("cycle"), p.maybe("hold_below"), p.maybe("or_at")
    months = {"monthly": 1, "quarterly": 3}.get(cycle)

    def check(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        dates = [e.date for e in lines if e.date is not None]
        first = (invoice and invoice.period_start) or min(dates, default=None)
        last = (invoice and invoice.period_end) or max(dates, default=None)
        number_, total = lines[0].invoice, _total(lines, invoice)
        if first is None or last is None:
            yield blank("billing period")
        elif months and _months(first, last) > months and (last - first).days > 31 * months:
            yield Hit(
                invoice=number_,
                field="period",
                found=f"{_months(first, last)} months",
                expected=f"at most {months}",
                at_risk=Decimal(0),
                message=f"The invoice covers {say.day(first)} to {say.day(last)}; the client is billed "
                f"{'every month' if months == 1 else 'every quarter'}. One invoice for each cycle passes.",
            )
        if total is None:
            yield blank("total")
            return
        if least is not None and Decimal(0) < total < least:
            yield Hit(
                invoice=number_,
                field="total",
                found=say.money(total),
                expected=f"at least {say.money(least)}",
                at_risk=Decimal(0),
                message=f"The invoice totals {say.money(total)}; under {say.money(least)} it may wait for "
                "the next one. "
                "It passes when the matter closes or the client asked for it.",
            )
        since = invoice and invoice.previous_on and invoice.date and (invoice.date - invoice.previous_on).days
        if cycle == "quarterly" and earlier_at is not None and since and since < 80 and total < earlier_at:
            yield Hit(
                invoice=number_,
                field="total",
                found=f"{say.money(total)} after {since} days",
                expected=f"a quarter, or {say.money(earlier_at)}",
                at_risk=Decimal(0),
                message=f"The last invoice is {since} days old and this one totals {say.money(total)}; the "
                "client is "
                f"billed each quarter, or at {say.money(earlier_at)}. Hold it until then.",
            )

    return GroupCheck(lambda e: e.invoice, check, kind=None)


def _total(lines: Sequence[Entry], invoice: Invoice | None) -> Decimal | None:
    """The invoice's stated total, else the sum of its lines where every line's money is known."""
    if invoice and invoice.total is not None:
        return invoice.total
    values = [e.value for e in lines]
    return None if None in values else sum((v for v in values if v is not None), Decimal(0))


def _months(first: date, last: date) -> int:
    """How many calendar months the days from `first` to `last` touch."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _deadline(invoice: Invoice, due: str, days: int) -> date | None:
    """The last day to submit, from the end of the billing period."""
    end = invoice.period_end
    if end is None:
        return None
    if due == "days-after-period":
        return end + timedelta(days=days)
    year, month = divmod(end.year * 12 + end.month - 1 + 2, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def _sent(invoice: Invoice, c: Context) -> date | None:
    """The day of submission, which is not before the invoice's date; a draft is judged by the day at hand."""
    return invoice.submitted_on or invoice.date or c.as_of


_DUE = (
    choice("due", "days-after-period", ("days-after-period", "end-of-next-month"), "how the last day is told"),
    number("days_after_period", "30", "days from the end of the period (30, 60 and 90 are seen)"),
)


@rule_type(
    "GL-68",
    "submission-deadline",
    "Submission deadline",
    family="INV",
    level="invoice",
    params=_DUE,
)
def submission_deadline(p: Params, c: Context) -> Check:
    """An invoice is submitted within so many days of the end of its period."""
    due, days = p.text("due"), int(p.number("days_after_period"))

    def check(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        last = _deadline(invoice, due, days) if invoice else None
        if invoice is None or last is None:
            yield blank("billing period")
            return
        sent = _sent(invoice, c)
        if sent is None:
            yield blank("date of submission")
        elif sent > last:
            yield Hit(
                invoice=invoice.number,
                field="submitted_on",
                found=sent.isoformat(),
                expected=f"by {last.isoformat()}",
                at_risk=_total(lines, invoice),
                message=f"The invoice was due by {say.day(last)} and "
                f"{'went' if invoice.submitted_on else 'is not'} out "
                f"{'on' if invoice.submitted_on else 'before'} {say.day(sent)}. Ask the client to accept it "
                "late.",
            )

    return GroupCheck(lambda e: e.invoice, check, kind=None)


@rule_type(
    "GL-69",
    "late-invoice-discount",
    "Late-invoice discount or forfeit",
    family="INV",
    level="invoice",
    fix="decider",
    params=(
        *_DUE,
        number("pct_per_month", "5", "percent lost for each month or part of one that the invoice is late"),
        number("forfeit_after_months", "4", "months late after which nothing is owed"),
        text("fiscal_year_end", None, "`MM-DD`; an invoice that crosses it is forfeited"),
    ),
)
def late_invoice_discount(p: Params, c: Context) -> Check:
    """A late invoice is reduced by a percentage a month, and after some months nothing is owed."""
    due, days = p.text("due"), int(p.number("days_after_period"))
    pct, forfeit, year_end = p.number("pct_per_month"), p.number("forfeit_after_months"), p.text("fiscal_year_end")
    if year_end and not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", year_end):
        raise Refused(f'fiscal_year_end is "{year_end}"; it wants month and day, such as 06-30.')

    def crosses(end: date, sent: date) -> bool:
        if not year_end:
            return False
        month, day = (int(part) for part in year_end.split("-"))
        closes = [date(y, month, day) for y in range(end.year, sent.year + 1)]
        return any(end <= close < sent for close in closes)

    def check(lines: Sequence[Entry]) -> Iterator[Hit | Unjudged]:
        invoice = c.invoice_of.get(lines[0].invoice or "")
        last = _deadline(invoice, due, days) if invoice else None
        sent = _sent(invoice, c) if invoice else None
        total = _total(lines, invoice)
        if invoice is None or last is None or sent is None or total is None or invoice.period_end is None:
            yield blank("billing period, submission or total")
            return
        if sent <= last:
            return
        late = -(-(sent - last).days // 30)
        given = invoice.discount or Decimal(0)
        if late > forfeit or crosses(invoice.period_end, sent):
            lost = total + given
        else:
            lost = ((total + given) * pct * late / 100).quantize(Decimal("0.01"))
        if given < lost:
            yield Hit(
                invoice=invoice.number,
                field="discount",
                found=say.money(given),
                expected=say.money(lost),
                at_risk=lost - given,
                message=f"The invoice is late by {late} month{'s' if late > 1 else ''} (due "
                f"{say.day(last)}); the client "
                f"deducts {say.money(lost)}, the invoice gives {say.money(given)}. The deduction passes, or "
                "a waiver.",
            )

    return GroupCheck(lambda e: e.invoice, check, kind=None)


@rule_type(
    "GL-70",
    "one-matter-per-invoice",
    "One matter per invoice",
    family="INV",
    level="invoice",
    params=(
        choices("separate_by", ("matter",), ("matter", "month"), "what one invoice may hold only one of"),
        flag("no_general_matter", False, "a matter called general or miscellaneous is not accepted"),
    ),
)
def one_matter_per_invoice(p: Params, c: Context) -> Check:
    """An invoice is for one matter, and where the client wants it for one month."""
    by, no_general = p.texts("separate_by"), p.flag("no_general_matter")

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        matters = list(dict.fromkeys(e.client_matter or e.matter for e in lines if e.client_matter or e.matter))
        if "matter" in by and len(matters) > 1:
            second = next(e for e in lines if (e.client_matter or e.matter) == matters[1])
            yield Hit(
                entry=second,
                field="matter",
                found=say.listed(str(m) for m in matters),
                expected="one matter",
                at_risk=_total(lines, c.invoice_of.get(lines[0].invoice or "")),
                message=f"The invoice holds {len(matters)} matters ({say.listed(str(m) for m in matters)}). "
                "One invoice for each passes.",
            )
        months = sorted({(e.date.year, e.date.month) for e in lines if e.date})
        if "month" in by and len(months) > 1:
            second = next(e for e in lines if e.date and (e.date.year, e.date.month) == months[1])
            yield Hit(
                entry=second,
                field="date",
                found=f"{len(months)} months",
                expected="one month",
                at_risk=_total(lines, c.invoice_of.get(lines[0].invoice or "")),
                message=f"The invoice holds work of {len(months)} months. One invoice for each passes.",
            )
        for matter in matters if no_general else ():
            if re.search(r"\b(?:general|misc(?:ellaneous)?|various|other)\b", str(matter), re.IGNORECASE):
                yield Hit(
                    entry=next(e for e in lines if matter in (e.client_matter, e.matter)),
                    field="matter",
                    found=str(matter),
                    expected="the engagement's own matter",
                    message=f'The matter is called "{matter}"; the client wants each engagement by its own name.',
                )

    return GroupCheck(lambda e: e.invoice, check, kind=None)


@rule_type(
    "GL-75",
    "currency-and-tax",
    "Currency and tax",
    family="INV",
    params=(
        texts("currencies", (), "currencies the client takes; empty: the one of the invoice"),
        choice("tax", "any", ("any", "none", "required"), "whether lines may or must carry tax"),
    ),
)
def currency_and_tax(p: Params, c: Context) -> Check:
    """Lines are in a currency the client takes, all in one, with tax as it wants it."""
    accepted, tax = {code.upper() for code in p.texts("currencies")}, p.text("tax")

    def check(entry: Entry) -> Outcome:
        hits: list[Hit] = []
        invoice = c.invoice_of.get(entry.invoice or "")
        wanted = accepted or ({invoice.currency.upper()} if invoice and invoice.currency else set())
        unknown = None
        if wanted and not entry.currency:
            unknown = blank("currency")
        elif wanted and entry.currency and entry.currency.upper() not in wanted:
            hits.append(
                Hit(
                    field="currency",
                    found=entry.currency,
                    expected=", ".join(sorted(wanted)),
                    message=f"The line is in {entry.currency}; the client takes "
                    f"{say.listed(sorted(wanted))}. "
                    "The line in that currency passes.",
                )
            )
        if tax != "any" and entry.tax is None:
            unknown = blank("tax")
        elif (tax == "none" and entry.tax) or (tax == "required" and entry.tax is not None and not entry.tax):
            hits.append(
                Hit(
                    field="tax",
                    found=say.money(entry.tax or Decimal(0)),
                    expected="no tax" if tax == "none" else "tax",
                    at_risk=entry.tax,
                    message=f"The line carries {'tax' if tax == 'none' else 'no tax'}; the client wants "
                    f"{'none' if tax == 'none' else 'it shown'}. It passes when that is put right.",
                )
            )
        return hits or unknown

    return LineCheck(check, kind=None)


@rule_type(
    "GL-76",
    "appeal-window",
    "Appeal window and form",
    family="INV",
    level="standing",
    checkable="needs",
    severity="warn",
    params=(
        number("days", "60", "days from the processing of the cut to the appeal"),
        flag("per_line_reason", True, "whether an appeal must answer each cut line"),
    ),
    needs=("appeals",),
)
def appeal_window(p: Params, c: Context) -> Check:
    """A cut is appealed within so many days, and the appeal answers each reason."""
    days, each = p.number("days"), p.flag("per_line_reason")

    def check() -> Iterator[Hit | Unjudged]:
        if not c.appeals:
            yield missing("appeals")
        for appeal in c.appeals:
            took = (appeal.appealed_on - appeal.processed_on).days
            if took > days:
                yield Hit(
                    invoice=appeal.invoice,
                    field="appealed_on",
                    found=f"day {took}",
                    expected=f"by day {say.plain(days)}",
                    message=f"The cut on invoice {appeal.invoice} was appealed on day {took}; the client "
                    "hears appeals "
                    f"until day {say.plain(days)}. Ask for leave to appeal late.",
                )
            cut, answered = appeal.lines_cut, appeal.lines_answered
            if each and cut is not None and answered is not None and answered < cut:
                yield Hit(
                    invoice=appeal.invoice,
                    field="lines_answered",
                    found=f"{answered} of {cut} lines",
                    expected="every cut line",
                    message=f"The appeal on invoice {appeal.invoice} answers {answered} of {cut} cut lines. "
                    "A reason for each passes.",
                )

    return StandingCheck(check)


_DRAFTED = re.compile(r"^\W*(?:draft|prepar|revis|writ|wrote|finali[sz])", re.IGNORECASE)


@rule_type(
    "GL-78",
    "work-product",
    "Work product attached",
    family="INV",
    checkable="needs",
    severity="ask",
    fix="attorney",
    params=(number("threshold", "1000", "amount billed on a document above which a copy is attached"),),
    needs=("attachment",),
)
def work_product(p: Params, c: Context) -> Check:
    """Where much is billed on a document, the client sees the document."""
    limit = p.number("threshold")

    def check(entry: Entry) -> Outcome:
        drafted = entry.activity_code == "A103" or _DRAFTED.match(entry.narrative or "")
        if not drafted:
            return None
        if entry.value is None:
            return blank("amount")
        if entry.value <= limit:
            return None
        if entry.attachment is None:
            return missing("note of attachments")
        if entry.attachment:
            return None
        return Hit(
            field="attachment",
            found="none",
            expected="a copy of the document",
            message=f"{say.money(entry.value, entry.currency)} are billed on a document; above "
            f"{say.money(limit)} the "
            "client wants a copy. The line passes with the document attached.",
        )

    return LineCheck(check)
