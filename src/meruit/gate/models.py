"""What the gate keeps beside allauth's tables: links that work once, and codes that were used."""

from __future__ import annotations

from django.db import models

from meruit.people.models import Login, Person


class Link(models.Model):
    """A secret address that lets somebody in once: to enrol, or to look at a demonstration.

    Made and used by functions of the database alone; the secret itself is known to its holder.
    """

    class Purpose(models.TextChoices):
        ENROL = "enrol"
        DEMO = "demo"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    purpose = models.TextField(choices=Purpose.choices)
    secret_sha256 = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class UsedCode(models.Model):
    """A time-based code that was used: neither it nor an older one is taken again (RFC 6238 section 5.2)."""

    login = models.ForeignKey(Login, models.PROTECT, related_name="+")
    counter = models.BigIntegerField()  # the step of 30 seconds that the code was made for

    class Meta:
        constraints = [models.UniqueConstraint(fields=["login", "counter"], name="gate_code_once")]
