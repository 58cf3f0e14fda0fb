"""What one may ask of final bills: what is owed and how old it is, how lines stand, what is still to be rendered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, OuterRef

from meruit.invoices import core
from meruit.invoices.models import Artefact, CreditNote, Invoice, InvoiceLine, Reversal, WriteOff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

NOTHING = Decimal(0)


def standing(invoice_id: int) -> list[core.Standing]:
    """Every line as it stands: billed, and what credits took off."""
    taken: dict[int, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING])
    for lines in CreditNote.objects.filter(invoice_id=invoice_id).values_list("lines", flat=True):
        for part in lines:
            taken[part["invoice_line_id"]][0] += Decimal(part["amount"])
            taken[part["invoice_line_id"]][1] += Decimal(part["tax"])
    return [
        core.Standing(line.pk, line.amount, line.tax, *taken[line.pk])
        for line in InvoiceLine.objects.filter(invoice_id=invoice_id).order_by("number")
    ]


def owed(invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is owed on invoices, as the ledger has it; receivables stay at the billed amount until a cut is decided."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT invoice_id, sum(amount) FROM ledger_posting WHERE account_id = 'ar' AND invoice_id = ANY (%s)"
            " GROUP BY invoice_id",
            [list(invoice_ids)],
        )
        return dict(cursor.fetchall())


def stands(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those that have not been reversed."""
    return invoices.filter(~Exists(Reversal.objects.filter(invoice=OuterRef("pk"))))


def without_artefact(form: str) -> QuerySet[Invoice]:
    """Invoices whose bytes in one form are still to be made."""
    made = Artefact.objects.filter(invoice=OuterRef("pk"), form=form)
    return Invoice.objects.filter(~Exists(made)).order_by("pk")


def paid_in_full(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those on which nothing is owed any more and nothing was ever given up: every cent of them came as money."""
    given_up = [
        rows.filter(invoice=OuterRef("pk")) for rows in (Reversal.objects, CreditNote.objects, WriteOff.objects)
    ]
    owing = [pk for pk, amount in owed(invoices.values_list("pk", flat=True)).items() if amount]
    settled = invoices.exclude(pk__in=owing).filter(total__gt=0)
    for rows in given_up:
        settled = settled.filter(~Exists(rows))
    return settled


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a payer owes in one currency and is so many days past the invoice date."""

    payer: int
    currency: str
    current: Decimal  # 0 to 30 days
    days_31: Decimal
    days_61: Decimal
    days_91: Decimal
    over_120: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.current + self.days_31 + self.days_61 + self.days_91 + self.over_120


def aging(on: date) -> list[Bucket]:
    """Receivables by payer and age of the invoice, as of a day, from the ledger alone; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH open AS (
                SELECT p.invoice_id, sum(p.amount) AS amount
                  FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
                 WHERE p.account_id = 'ar' AND e."on" <= %(on)s
                 GROUP BY p.invoice_id HAVING sum(p.amount) <> 0
            )
            SELECT i.payer_id, i.currency,
                   coalesce(sum(o.amount) FILTER (WHERE %(on)s - i.issued_on <= 30), 0),
                   coalesce(sum(o.amount) FILTER (WHERE %(on)s - i.issued_on BETWEEN 31 AND 60), 0),
                   coalesce(sum(o.amount) FILTER (WHERE %(on)s - i.issued_on BETWEEN 61 AND 90), 0),
                   coalesce(sum(o.amount) FILTER (WHERE %(on)s - i.issued_on BETWEEN 91 AND 120), 0),
                   coalesce(sum(o.amount) FILTER (WHERE %(on)s - i.issued_on > 120), 0)
              FROM open o JOIN invoices_invoice i ON i.id = o.invoice_id
             GROUP BY i.payer_id, i.currency ORDER BY i.payer_id, i.currency
            """,
            {"on": on},
        )
        return [Bucket(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A matter's work in progress by age of the work."""

    matter: int
    currency: str
    current: Decimal
    days_31: Decimal
    days_61: Decimal
    over_90: Decimal


def wip_aging(on: date) -> list[Unbilled]:
    """Released work that is on no final bill, by matter and age of the work; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.matter_id, v.currency,
                   coalesce(sum(v.worked_value) FILTER (WHERE %(on)s - v.worked_on <= 30), 0),
                   coalesce(sum(v.worked_value) FILTER (WHERE %(on)s - v.worked_on BETWEEN 31 AND 60), 0),
                   coalesce(sum(v.worked_value) FILTER (WHERE %(on)s - v.worked_on BETWEEN 61 AND 90), 0),
                   coalesce(sum(v.worked_value) FILTER (WHERE %(on)s - v.worked_on > 90), 0)
              FROM timesheets_released r JOIN timesheets_entry e ON e.id = r.entry_id
              JOIN timesheets_version v ON v.entry_id = e.id AND v.number = e.version
             WHERE v.billable AND v.worked_on <= %(on)s
               AND NOT EXISTS (SELECT 1 FROM prebills_givenup g WHERE g.entry_id = e.id)
               AND NOT EXISTS (SELECT 1 FROM prebills_line l JOIN prebills_prebill p ON p.id = l.prebill_id
                                WHERE l.entry_id = e.id AND l.removed_at IS NULL AND p.state = 'invoiced')
             GROUP BY e.matter_id, v.currency ORDER BY e.matter_id, v.currency
            """,
            {"on": on},
        )
        return [Unbilled(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class InProgress:
    """A released entry or cost that is on no final bill, as it stands now."""

    entry: int
    timekeeper: str
    worked_on: date
    narrative: str
    hours: Decimal | None
    units: Decimal | None
    value: Decimal
    currency: str
    hard_cost: bool
    prebill: int | None  # the one it is on; it leaves that when it is given up
    prebill_state: str | None
    proposal: int | None  # its write-off, put forward and waiting


def in_progress(matter_id: int) -> list[InProgress]:
    """A matter's work in progress entry by entry, the oldest first; one statement, and the sum of `wip_aging`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, concat_ws(' ', t.first_name, t.last_name), v.worked_on, v.narrative, v.hours, v.units,
                   v.worked_value, v.currency, v.hard_cost, l.prebill_id, b.state, w.id
              FROM timesheets_released r JOIN timesheets_entry e ON e.id = r.entry_id
              JOIN timesheets_version v ON v.entry_id = e.id AND v.number = e.version
              JOIN people_timekeeper t ON t.id = e.timekeeper_id
              LEFT JOIN prebills_line l ON l.entry_id = e.id AND l.removed_at IS NULL
              LEFT JOIN prebills_prebill b ON b.id = l.prebill_id
              LEFT JOIN LATERAL (
                  SELECT o.id FROM authority_proposal o
                   WHERE o.subject = 'timesheets_entry' AND o.subject_id = e.id
                     AND o.kind_id IN ('write-off', 'hard-cost')
                     AND NOT EXISTS (SELECT 1 FROM authority_decision d WHERE d.proposal_id = o.id)
                     AND NOT EXISTS (SELECT 1 FROM authority_withdrawal x WHERE x.proposal_id = o.id)
                   ORDER BY o.id DESC LIMIT 1
              ) w ON true
             WHERE e.matter_id = %s AND v.billable AND b.state IS DISTINCT FROM 'invoiced'
               AND NOT EXISTS (SELECT 1 FROM prebills_givenup g WHERE g.entry_id = e.id)
             ORDER BY v.worked_on, e.id
            """,
            [matter_id],
        )
        return [InProgress(*row) for row in cursor.fetchall()]
