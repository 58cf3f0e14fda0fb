"""Suggestions of work from calendars (later notes, mail, dictation). A suggestion is never billable."""

from __future__ import annotations

from django.db import models

from meruit.documents.models import Document
from meruit.matters.models import Matter
from meruit.people.models import Person, Timekeeper


class Suggestion(models.Model):
    """A piece of work that somebody's calendar shows. What was measured and what was guessed stay apart."""

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"
        DISMISSED = "dismissed"

    natural_key = models.TextField(unique=True)
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    matter_why = models.TextField(blank=True)
    confidence = models.DecimalField(max_digits=4, decimal_places=3)
    worked_on = models.DateField()
    hours = models.DecimalField(max_digits=8, decimal_places=2)
    text = models.TextField()
    source = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    source_place = models.TextField()
    measured = models.JSONField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
