"""Submissions of e-bills to portals and what was heard of them; states and tracks as the portal model has them."""

from __future__ import annotations

from django.db import models

from meruit.documents.models import Document
from meruit.invoices.models import EBillRevision
from meruit.matters.models import Payer
from meruit.ui.fields import money


class Connection(models.Model):
    """How a payer's bills reach its portal. Secrets are kept in MERUIT_HOME and named here."""

    payer = models.OneToOneField(Payer, models.PROTECT, related_name="connection")
    portal = models.TextField()
    route = models.TextField()  # sftp, mail, by hand
    address = models.JSONField()  # host, port, user, host key, inbox and outbox folders; no secret
    secret_name = models.TextField(blank=True)
    active = models.BooleanField(default=True)


class Submission(models.Model):
    """One e-bill revision on its way. `state` and `money_track` are written by `actions.move` alone."""

    revision = models.OneToOneField(EBillRevision, models.PROTECT, related_name="submission")
    key = models.TextField(unique=True)  # portal, client, invoice number, revision, file hash
    portal = models.TextField()
    file_name = models.TextField()
    state = models.TextField(default="drafted")
    state_since = models.DateTimeField()
    money_track = models.TextField(default="unpaid")
    approved_amount = money(null=True)
    portal_reference = models.TextField(blank=True)
    last_heard_at = models.DateTimeField(null=True)


class Attempt(models.Model):
    """An outgoing act, written down before it is tried and settled afterwards: accepted, refused or unknown."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="attempts")
    number = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    file_name = models.TextField()
    fence = models.BigIntegerField()  # the claim it was made under
    intended_at = models.DateTimeField()
    outcome = models.TextField(default="intended")  # intended, accepted, refused, unknown
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(blank=True)  # transport, receipt, person
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="portals_one_attempt")]


class StatusEvent(models.Model):
    """Something a portal said, in its own words, and what we understood."""

    natural_key = models.TextField(unique=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="events")
    portal = models.TextField()
    word = models.TextField()
    understood = models.TextField(blank=True)  # a move, or empty: an unknown word is kept and shown
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    detail = models.JSONField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
