"""The invoice as a whole: fields, sums, cycle, deadline, one matter, currency, appeals, attachments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank
from meruit.guidelines.params import choices, number, texts
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, rule_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

HALF_A_CENT = Decimal("0.005")
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

    def check(entry: Entry) -> Outcome:
        hits: list[Hit] = []
        unknown: Unjudged | None = None
        for field in require:
            if entry.kind == "expense" and field in FEE_FIELDS:
                continue
            if entry.kind == "fee" and field == "expense_code":
                continue
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
            mend=say.plain(exact.quantize(Decimal("0.01"))),
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
