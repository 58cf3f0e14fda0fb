"""The protocol of a night: runs, steps, each item's outcome, and mails, so that a killed run goes on."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """One night."""

    moment = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class Step(models.Model):
    """One step of a night with its counts."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="steps")
    name = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    under_way = models.TextField(blank=True, default="")  # the item begun last; after a kill, the one to ask about
    done = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="steps_one_of_a_name")]


class Item(models.Model):
    """What became of one item of a step."""

    step = models.ForeignKey(Step, models.PROTECT, related_name="items")
    key = models.TextField()
    outcome = models.TextField()  # done, skipped, failed
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "key"], name="steps_one_of_a_key")]


class Mail(models.Model):
    """A mail of one night to one address: written down before it is tried, settled afterwards, never sent twice."""

    class Outcome(models.TextChoices):
        TRIED = "tried"  # not settled: found again after a kill, it is unknown
        ACCEPTED = "accepted"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    run = models.ForeignKey(Run, models.PROTECT, related_name="mails")
    address = models.TextField()
    sha256 = models.BinaryField(max_length=32)  # of its text
    outcome = models.TextField(choices=Outcome.choices, default=Outcome.TRIED)
    said = models.TextField(blank=True)  # what the server answered, or what happened
    tried_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "address"], name="steps_one_mail")]
