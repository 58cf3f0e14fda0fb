"""Payments, their allocation to bills and lines, unapplied money and refunds."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.invoices.models import Invoice, InvoiceLine
from meruit.matters.models import Payer
from meruit.people.models import Person
from meruit.ui.fields import money


class Payment(models.Model):
    """Money received, by its natural key (bank line, remittance): seen twice it is one."""

    natural_key = models.TextField(unique=True)
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    amount = money()
    currency = models.TextField()
    received_on = models.DateField()
    reference = models.TextField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class Allocation(models.Model):
    """A part of a payment laid on an invoice. Undone by another that names it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = money()
    allocated_on = models.DateField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class LineAllocation(models.Model):
    """How an allocation falls on lines: costs, tax, fees in the payer's order, or as the remittance says."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="+")
    part = models.TextField()  # costs, tax, fees
    amount = money()


class Refund(models.Model):
    """Unapplied money goes back to its payer. An effect of a decision."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = money()
    currency = models.TextField()
    refunded_on = models.DateField()
    reason = models.TextField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")
