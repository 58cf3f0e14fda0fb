"""Submissions of e-bills to portals and what was heard of them; states and tracks as the portal model has them."""

from __future__ import annotations

from django.db import models

from meruit.documents.models import Document
from meruit.invoices.models import EBillRevision, Invoice
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
    """A final bill on its way through a portal. `state` and `money_track` are written by `actions.moving` alone.

    It has no e-bill until it is packaged; a bill that came back and goes out anew is the next submission.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="submissions")
    number = models.IntegerField(default=1)
    revision = models.OneToOneField(EBillRevision, models.PROTECT, null=True, related_name="submission")
    key = models.TextField(unique=True, null=True)  # portal, client, invoice number, revision, file hash
    portal = models.TextField()
    file_name = models.TextField(blank=True)
    state = models.TextField(default="drafted")
    state_since = models.DateTimeField()
    hold_reason = models.TextField(blank=True)  # what is missing before it can be packaged
    sent_at = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)  # silence past the portal's limit was noticed
    accepted_on = models.DateField(null=True)  # the day the portal took it, from which many clients count
    money_track = models.TextField(default="unpaid")
    approved_amount = money(null=True)
    portal_reference = models.TextField(blank=True)
    last_heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="portals_one_submission")]


class Attempt(models.Model):
    """An outgoing act, written down before it is tried and settled afterwards.

    `intended`: nothing has been handed over yet, so that it may be tried again. `unknown`: from the moment before
    the file is handed over until a receipt, a look or a person says what became of it. `accepted` and `refused`
    are settled. `fence` counts the claims: whoever was overtaken hands nothing over.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="attempts")
    number = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    file_name = models.TextField()
    fence = models.BigIntegerField()
    intended_at = models.DateTimeField()
    outcome = models.TextField(default="intended")  # intended, accepted, refused, unknown
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(blank=True)  # transport, look, receipt, person
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="portals_one_attempt"),
            models.UniqueConstraint(
                fields=["submission"],
                condition=models.Q(outcome__in=["intended", "unknown"]),
                name="portals_one_open_attempt",
            ),
        ]


class StatusEvent(models.Model):
    """Something a portal said, in its own words, and what we understood.

    What is not understood is kept, and shown until a person has taken note of it.
    """

    natural_key = models.TextField(unique=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="events")
    portal = models.TextField()
    word = models.TextField()
    understood = models.TextField(blank=True)  # receipt, a state, reduction, payment; empty: not understood
    trouble = models.TextField(blank=True)  # why it was not understood, as a sentence
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    detail = models.JSONField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(null=True)
    noted_how = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["heard_at"], name="portals_unclear", condition=models.Q(understood="", noted_at=None))
        ]
