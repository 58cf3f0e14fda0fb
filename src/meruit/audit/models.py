"""Who did what: unchained records written inside the action's transaction, and the seals over them."""

from __future__ import annotations

from django.db import models


class Record(models.Model):
    """One thing that happened. Written only through `audit.record()` and the history triggers.

    Everything points by id and by no foreign key: the trail outlives whatever it speaks of.
    """

    at = models.DateTimeField()
    xid = models.TextField()
    person_id = models.BigIntegerField(null=True)
    session_id = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    login = models.TextField()
    origin = models.TextField()
    event = models.TextField()
    subject = models.TextField()
    subject_id = models.TextField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(null=True)
    decision_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="audit_subject"),
            models.Index(fields=["event", "at"], name="audit_event"),
        ]


class Seal(models.Model):
    """A record numbered and chained: its frozen bytes, the hash before it and its own."""

    number = models.BigIntegerField(primary_key=True)
    record_id = models.BigIntegerField(unique=True)
    frozen = models.BinaryField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)


class Receipt(models.Model):
    """What was printed in a digest: count, head, tree root and signature at one moment."""

    count = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    text = models.TextField()
