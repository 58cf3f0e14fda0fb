"""What has to be done by when: one row per deadline, in the zone of whoever sets it."""

from __future__ import annotations

from django.db import models

from meruit.people.models import Person


class Deadline(models.Model):
    """A last moment. `natural_key` makes the same deadline, found twice, one row."""

    natural_key = models.TextField(unique=True)
    kind = models.TextField()  # appeal, query, stale-time, hold-review, submission, decision
    title = models.TextField()
    subject = models.TextField()
    subject_id = models.BigIntegerField()
    client_id = models.BigIntegerField(null=True)
    matter_id = models.BigIntegerField(null=True)
    waits_for = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    waits_for_role = models.TextField(blank=True)
    started_on = models.DateField()
    due_at = models.DateTimeField()
    zone = models.TextField()
    explanation = models.TextField()
    met_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="agenda_open", condition=models.Q(met_at__isnull=True))]
