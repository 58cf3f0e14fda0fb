"""Rejections, reductions and appeals: everything a payer sent back, each with its deadline and its decision."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.disputes.hindsight import SAYS, Verdict
from meruit.documents.models import Document
from meruit.invoices.models import EBillRevision, Invoice, InvoiceLine
from meruit.portals.models import Submission
from meruit.prebills.models import Finding
from meruit.ui.fields import money


class Rejection(models.Model):
    """The whole bill came back."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="rejections")
    natural_key = models.TextField(unique=True)
    reason_code = models.TextField()
    words = models.TextField()
    line_number = models.IntegerField(null=True)
    field = models.TextField(blank=True)
    fixable_by = models.TextField()
    received_at = models.DateTimeField()
    state = models.TextField(default="open")  # open, corrected, resubmitted, given up
    corrected_by = models.ForeignKey(EBillRevision, models.PROTECT, null=True, related_name="+")


class Reduction(models.Model):
    """A line was cut. Open until it is accepted or appealed by decision; silence never accepts it."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reductions")
    natural_key = models.TextField(unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reductions")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, null=True, related_name="reductions")
    amount = money()
    tax = money(default=0)
    currency = models.TextField()
    reason_code = models.TextField()
    words = models.TextField()
    clause = models.TextField(blank=True)
    received_on = models.DateField()
    state = models.TextField(default="open")
    state_since = models.DateTimeField()


class Appeal(models.Model):
    """The firm asks for the money back. An effect of a decision over the packet."""

    reduction = models.ForeignKey(Reduction, models.PROTECT, related_name="appeals")
    round = models.IntegerField()
    amount = money()
    argument = models.TextField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reduction", "round"], name="disputes_one_round")]


class AppealTrack(models.Model):
    """Where an appeal stands; apart from the appeal itself, which is never edited."""

    appeal = models.OneToOneField(Appeal, models.PROTECT, related_name="track")
    state = models.TextField(default="ready")
    state_since = models.DateTimeField()
    packet = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    revision = models.ForeignKey(EBillRevision, models.PROTECT, null=True, related_name="+")
    recovered = money(null=True)
    answered_on = models.DateField(null=True)


class Hindsight(models.Model):
    """What one cut or returned bill teaches about our own checks; see `hindsight`. Never edited."""

    reduction = models.OneToOneField(Reduction, models.PROTECT, null=True, related_name="hindsight")
    rejection = models.OneToOneField(Rejection, models.PROTECT, null=True, related_name="hindsight")
    verdict = models.TextField()
    rule = models.TextField(blank=True)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+")
    guideline = models.TextField(blank=True)  # the set in force, by name and version
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reduction=None) ^ models.Q(rejection=None), name="disputes_hindsight_of_one"
            )
        ]

    @property
    def says(self) -> str:
        """The verdict as a sentence."""
        return SAYS[Verdict(self.verdict)]
