"""Final bills: numbered without gaps, never changed, answered by credit notes, reversals and write-offs."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.documents.models import Document
from meruit.matters.models import Matter, Payer
from meruit.people.models import Timekeeper
from meruit.prebills.models import Line as PreBillLine
from meruit.prebills.models import PreBill
from meruit.timesheets.models import Entry
from meruit.ui.fields import money


class Issue(models.Model):
    """The use of a final-bill decision: what was approved becomes one invoice per payer.

    `bills` is the decided list of {payer_id, fees, costs, tax, total}; the invoices under an issue must be these.
    """

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="+")
    bills = models.JSONField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Number(models.Model):
    """The counter behind gapless numbers; taken last, in the transaction that issues."""

    series = models.TextField(primary_key=True)
    last = models.BigIntegerField(default=0)


class Invoice(models.Model):
    """A final bill to one payer. Immutable; what happens to it later are rows of their own."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="invoices")
    number = models.TextField(unique=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    issued_on = models.DateField()
    due_on = models.DateField()
    period_from = models.DateField()
    period_to = models.DateField()
    currency = models.TextField()
    fees = money()
    costs = money()
    tax = money()
    total = money()
    frozen = models.JSONField()  # names, addresses, ids, terms as they were on the day
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "payer"], name="invoices_one_per_payer")]


class InvoiceLine(models.Model):
    """One line as billed to this payer: its share of the pre-bill line."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    number = models.IntegerField()
    prebill_line = models.ForeignKey(PreBillLine, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    kind = models.TextField()  # time, expense, adjustment
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, null=True, related_name="+")
    worked_on = models.DateField()
    narrative = models.TextField()
    units = models.DecimalField(max_digits=14, decimal_places=4)
    rate = money()
    adjustment = money(default=0)
    amount = money()  # net of tax; units x rate + adjustment, rounded by the payer's rule
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    tax = money(default=0)
    task_code = models.TextField(blank=True)
    activity_code = models.TextField(blank=True)
    expense_code = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="invoices_one_line")]


class CreditNote(models.Model):
    """A final bill is lowered: by line and reason, with its tax. An effect of a decision.

    `kind` is credit-note, or accept-reduction where it accepts what a payer cut (a billing reduction).
    `lines` is a list of {invoice_line_id, amount, tax, reason_code}.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    number = models.TextField(unique=True)
    kind = models.TextField()
    lines = models.JSONField()
    amount = money()  # gross: net plus tax
    tax = money()
    reason = models.TextField()
    reduction_id = models.BigIntegerField(null=True, unique=True)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Reversal(models.Model):
    """A whole bill is undone by a counter-entry, and its lines are work in progress again. An effect of a decision."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="reversal")
    reason = models.TextField()
    reversed_on = models.DateField()
    reversed_at = models.DateTimeField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class WriteOff(models.Model):
    """Money given up: bad debt on an invoice, or work that will never be billed. An effect of a decision."""

    class Loss(models.TextChoices):
        BAD_DEBT = "bad-debt"
        WIP = "wip"

    loss = models.TextField(choices=Loss.choices)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="write_offs")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    amount = money()
    currency = models.TextField()
    hard_cost = models.BooleanField(default=False)
    reason = models.TextField()
    written_off_on = models.DateField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Artefact(models.Model):
    """The exact bytes of a bill in one form, rendered after its number was taken, from its frozen rows."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="artefacts")
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, null=True, related_name="artefacts")
    form = models.TextField()  # pdf, LEDES1998B, ...
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "form"], name="invoices_one_form"),
            models.UniqueConstraint(fields=["credit_note", "form"], name="invoices_one_credit_form"),
        ]


class EBillRevision(models.Model):
    """What a portal sees of a bill. Never posts to the ledger; keeps its own portal number and exact bytes."""

    class Purpose(models.TextChoices):
        ORIGINAL = "original"
        CORRECTION = "correction"
        APPEAL = "appeal"
        SHADOW = "shadow"
        ACCRUAL = "accrual"

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    purpose = models.TextField(choices=Purpose.choices)
    portal_number = models.TextField()
    format = models.TextField()
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    second_sha256 = models.BinaryField(max_length=32)  # ids, codes, format, attachments
    why = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="invoices_one_revision")]
