"""The protocol of a night: runs, steps, and each item's outcome, so that a killed run goes on."""

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
