"""What one may ask of receivables: what is open, how old it is by either clock, what is unapplied, who owes what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, OuterRef, Sum, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat

from meruit.authority import access as authority_access
from meruit.authority.errors import NotFound
from meruit.invoices import queries as invoices_queries
from meruit.invoices.models import Invoice, InvoiceLine
from meruit.ledger.queries import nothing_after
from meruit.matters.models import Matter
from meruit.portals.actions.hearing import PAYMENT
from meruit.portals.core import State as SubmissionState
from meruit.portals.models import StatusEvent, Submission
from meruit.receivables import access
from meruit.receivables.core import Bucket, Clock, Kind, OpenInvoice, OpenLine
from meruit.receivables.models import Allocation, LineAllocation, Payment, Refund

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

NOTHING = Decimal(0)


def payment_key(payer_id: int, reference: str) -> str:
    """How a payment is known again: a remittance and the bank name the same reference of a payer."""
    return f"{payer_id}/{reference.strip()}"


def unapplied(payment: Payment) -> Decimal:
    """What of a payment pays nothing yet."""
    laid = Allocation.objects.filter(payment=payment).aggregate(total=Sum("amount"))["total"] or NOTHING
    back = Refund.objects.filter(payment=payment).aggregate(total=Sum("amount"))["total"] or NOTHING
    return payment.amount - laid - back


def with_money_left(actor: Actor) -> list[tuple[Payment, Decimal]]:
    """Payments that do not pay anything in whole or part, oldest first, with what is left of each."""
    found = [(p, unapplied(p)) for p in access.payments(actor).order_by("received_on", "pk")]
    return [(payment, left) for payment, left in found if left]


def open_invoice(invoice: Invoice, held_back: Mapping[int, Decimal] | None = None) -> OpenInvoice:
    """An invoice with what is owed on each line: billed, less credits and payments, less what is held back of it."""
    paid: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    parts = LineAllocation.objects.filter(allocation__invoice=invoice).values_list("line_id", "part")
    for line, part, amount in parts.annotate(total=Sum("amount")):
        paid[line]["tax" if part == Kind.TAX else "net"] += amount
    kinds = dict(InvoiceLine.objects.filter(invoice=invoice).values_list("pk", "kind"))
    return OpenInvoice(
        invoice.pk,
        invoice.number,
        invoice.issued_on,
        tuple(
            OpenLine(
                s.line,
                Kind.COSTS if kinds[s.line] == "expense" else Kind.FEES,
                max(s.net_left - paid[s.line]["net"] - (held_back or {}).get(s.line, NOTHING), NOTHING),
                max(s.tax_left - paid[s.line]["tax"], NOTHING),
            )
            for s in invoices_queries.standing(invoice.pk)
        ),
    )


def announced() -> list[str]:
    """Keys of payments that remittances tell of and that are not entered yet."""
    known = Payment.objects.filter(natural_key=OuterRef("key"))
    events = StatusEvent.objects.filter(understood=PAYMENT, submission__isnull=False).annotate(key=_KEY)
    return sorted(set(events.filter(~Exists(known)).values_list("key", flat=True)))


def remitted(key: str) -> QuerySet[StatusEvent]:
    """What remittances say of one payment: a row for each bill."""
    events = StatusEvent.objects.filter(understood=PAYMENT, submission__isnull=False).annotate(key=_KEY)
    return events.filter(key=key).select_related("submission__invoice__payer").order_by("pk")


_KEY = Concat(
    Cast("submission__invoice__payer_id", TextField()),
    Value("/"),
    KeyTextTransform("reference", "detail"),
    output_field=TextField(),
)


def to_settle() -> QuerySet[Submission]:
    """Approved e-bills on whose invoice nothing is owed any more."""
    found = Submission.objects.filter(state=SubmissionState.APPROVED).order_by("pk")
    owed = invoices_queries.owed(found.values_list("invoice_id", flat=True))
    return found.exclude(invoice_id__in=[key for key, amount in owed.items() if amount])


@dataclass(frozen=True, slots=True)
class Age:
    """What a payer owes in one currency, by bucket of age."""

    payer: int
    currency: str
    buckets: dict[Bucket, Decimal]

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.buckets.values(), NOTHING)


#: What is owed as of a day by age in days: from the invoice date, or from the day the payer's portal took the bill.
#: A bill that goes by post or mail is accepted by being sent. Amounts are summed by bucket without asking first which
#: bills are still open: a bill that is paid adds nothing to its bucket, and a million groups cost more than they tell.
_AGES = """
    WITH accepted AS (
        SELECT b.invoice_id, min(b.accepted_on) AS accepted_on FROM portals_submission b
         WHERE %(by_acceptance)s AND b.accepted_on <= %(on)s AND b.state NOT IN ('superseded', 'withdrawn')
         GROUP BY b.invoice_id
    ), aged AS (
        SELECT i.payer_id, i.currency, p.amount,
               CASE WHEN %(by_acceptance)s AND s.accepted_on IS NULL AND y.delivery <> 'pdf' THEN 6
                    WHEN a.days <= 30 THEN 1 WHEN a.days <= 60 THEN 2 WHEN a.days <= 90 THEN 3 WHEN a.days <= 120 THEN 4
                    ELSE 5 END AS bucket
          FROM ledger_posting p JOIN invoices_invoice i ON i.id = p.invoice_id
          JOIN matters_payer y ON y.id = i.payer_id LEFT JOIN accepted s ON s.invoice_id = i.id {entries}
         CROSS JOIN LATERAL (
               SELECT %(on)s - coalesce(CASE WHEN %(by_acceptance)s THEN s.accepted_on END, i.issued_on) AS days) a
         WHERE p.account_id = 'ar' AND (%(everything)s OR i.matter_id = ANY (%(matters)s)) {of_the_day}
    ), summed AS (
        SELECT payer_id, currency, bucket, sum(amount) AS amount FROM aged GROUP BY payer_id, currency, bucket
    )
    SELECT payer_id, currency,
           coalesce(sum(amount) FILTER (WHERE bucket = 1), 0), coalesce(sum(amount) FILTER (WHERE bucket = 2), 0),
           coalesce(sum(amount) FILTER (WHERE bucket = 3), 0), coalesce(sum(amount) FILTER (WHERE bucket = 4), 0),
           coalesce(sum(amount) FILTER (WHERE bucket = 5), 0), coalesce(sum(amount) FILTER (WHERE bucket = 6), 0)
      FROM summed GROUP BY payer_id, currency HAVING bool_or(amount <> 0) ORDER BY payer_id, currency
"""
#: What the question needs of the entries when some of them are of later days. Joining them costs a third of it.
_OF_A_DAY = {"entries": "JOIN ledger_entry e ON e.id = p.entry_id", "of_the_day": 'AND e."on" <= %(on)s'}
_OF_ALL_DAYS = {"entries": "", "of_the_day": ""}


def aging(actor: Actor, on: date, clock: Clock) -> list[Age]:
    """What is owed by payer and age as of a day, by one clock; one statement over the ledger."""
    matters = [] if actor.is_system else list(authority_access.matters(actor).values_list("pk", flat=True))
    asked: dict[str, Any] = {
        "on": on,
        "by_acceptance": clock is Clock.ACCEPTANCE,
        "everything": actor.is_system,
        "matters": matters,
    }
    found = _aged(_OF_ALL_DAYS, asked) if nothing_after(on) else None
    if found is None or not nothing_after(on):  # the books only grow: what holds after the question held during it
        found = _aged(_OF_A_DAY, asked)
    return found


def _aged(entries: Mapping[str, str], asked: Mapping[str, Any]) -> list[Age]:
    with connection.cursor() as cursor:
        cursor.execute(_AGES.format(**entries), asked)
        return [Age(row[0], row[1], dict(zip(Bucket, row[2:], strict=True))) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of a statement of account: what happened, and what is owed after it."""

    on: date
    event: str
    number: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What a payer owes the firm and how that came about, in one currency."""

    payer: int
    currency: str
    movements: tuple[Movement, ...]
    owed: dict[str, Decimal]  # by number of the invoice
    unapplied: Decimal

    @property
    def balance(self) -> Decimal:
        """Owed on bills less what was paid and not applied."""
        return sum(self.owed.values(), NOTHING) - self.unapplied


def statement(actor: Actor, payer_id: int, on: date, currency: str) -> Statement:
    """A payer's account as of a day: only for whoever may see every matter of the client."""
    payer = access.payer(actor, payer_id)
    if not actor.is_system:
        hidden = Matter.objects.filter(client=payer.client).exclude(pk__in=authority_access.matters(actor))
        if hidden.exists():
            raise NotFound(f"There is no payer {payer_id}.")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e."on", e.event, coalesce(max(i.number), max(y.reference), ''), sum(p.amount),
                   sum(sum(p.amount)) OVER (ORDER BY e."on", e.id)
              FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
              LEFT JOIN invoices_invoice i ON i.id = p.invoice_id
              LEFT JOIN receivables_payment y ON e.source_table = 'receivables_payment' AND y.id = e.source_id
             WHERE p.account_id IN ('ar', 'unapplied') AND p.payer_id = %(payer)s AND p.currency = %(currency)s
               AND e."on" <= %(on)s
             GROUP BY e.id, e."on", e.event HAVING sum(p.amount) <> 0 ORDER BY e."on", e.id
            """,
            {"payer": payer_id, "currency": currency, "on": on},
        )
        movements = tuple(Movement(*row) for row in cursor.fetchall())
        cursor.execute(
            """
            SELECT i.number, sum(p.amount) FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
              LEFT JOIN invoices_invoice i ON i.id = p.invoice_id
             WHERE p.account_id IN ('ar', 'unapplied') AND p.payer_id = %(payer)s AND p.currency = %(currency)s
               AND e."on" <= %(on)s
             GROUP BY i.number HAVING sum(p.amount) <> 0 ORDER BY i.number
            """,
            {"payer": payer_id, "currency": currency, "on": on},
        )
        owed = dict(cursor.fetchall())
    return Statement(payer_id, currency, movements, owed, -owed.pop(None, NOTHING))
