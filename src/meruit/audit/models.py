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
    origin = models.TextField()  # the way in: web, api, cli, mcp, gate, night; sql where no action of ours made it
    address = models.TextField(null=True)
    event = models.TextField()
    subject = models.TextField()
    subject_id = models.TextField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(null=True)
    decision_id = models.BigIntegerField(null=True)
    evidence = models.JSONField(null=True)  # the passkey's signature, on `decision.signed` alone

    class Meta:
        # The rules of `core.record.Record`: a row that breaks one would stop the sealer, so it is never written.
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event__regex=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"), name="audit_event_word"
            ),
            models.CheckConstraint(
                condition=models.Q(subject__regex=r"^[a-z][a-z0-9_.]*$") & ~models.Q(subject_id=""),
                name="audit_subject_word",
            ),
            models.CheckConstraint(
                condition=models.Q(origin__regex=r"^[a-z][a-z0-9_]*$")
                & (models.Q(person_id__isnull=False) | models.Q(origin="sql")),
                name="audit_somebody_acts",
            ),
        ]
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


class Text(models.Model):
    """Words of a sealed record, kept beside it with their salt: erasing them breaks no proof."""

    number = models.BigIntegerField()
    pointer = models.TextField()
    salt = models.BinaryField(max_length=16)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "pointer"], name="audit_text_once")]


class Receipt(models.Model):
    """What was printed in a digest: count, head, tree root and signature at one moment.

    `state` is the sealer's head (`core.Head.to_bytes()`), from which a later one can be reached.
    """

    count = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    text = models.TextField()
    state = models.BinaryField()
