"""Clients, payers, matters, who pays which share of them, and ethical walls."""

from __future__ import annotations

from django.db import models

from meruit.people.models import Person


class Client(models.Model):
    """Who hired the firm."""

    number = models.TextField(unique=True)
    name = models.TextField()
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    origin = models.TextField(default="meruit")  # who owns the record: meruit, or the firm's own system
    needs_consent_abroad = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Payer(models.Model):
    """Who pays: a client, an insurer, an insured, a co-defendant. Tax, currency and portal are the payer's."""

    class Rounding(models.TextChoices):
        HALF_UP = "half-up"
        HALF_EVEN = "half-even"
        DOWN = "down"

    client = models.ForeignKey(Client, models.PROTECT, related_name="payers")
    name = models.TextField()
    address = models.TextField(blank=True)
    country = models.TextField(default="US")
    email = models.TextField(blank=True)
    currency = models.TextField(default="USD")
    tax_id = models.TextField(blank=True)
    tax_name = models.TextField(blank=True)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, default=0)  # 0.2000 is 20 %
    rounding = models.TextField(choices=Rounding.choices, default=Rounding.HALF_UP)
    terms_days = models.IntegerField(default=30)
    pays_in_order = models.TextField(default="costs,tax,fees")
    delivery = models.TextField(default="pdf")  # pdf, or the slug of a portal
    portal_client_id = models.TextField(blank=True)
    zone = models.TextField(default="America/New_York")
    guideline_set = models.TextField(blank=True)
    appeal_days = models.IntegerField(default=30)
    appeal_business_days = models.BooleanField(default=False)
    appeals_allowed = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Matter(models.Model):
    """One engagement."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="matters")
    number = models.TextField(unique=True)
    name = models.TextField()
    practice = models.TextField(blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    responsible = models.ForeignKey(Person, models.PROTECT, related_name="+")
    originating = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    code_set = models.TextField(default="L")
    currency = models.TextField(default="USD")
    origin = models.TextField(default="meruit")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class MatterId(models.Model):
    """What a payer's portal calls a matter, its claim or its client; one row per name, payer and portal."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="ids")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    portal = models.TextField(blank=True)
    name = models.TextField()  # client_matter_id, claim_number, po_number
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "payer", "portal", "name"], name="matters_one_id"),
        ]


class Credit(models.Model):
    """A dated share of a matter's origination or responsibility credit."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="credits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.TextField()
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    from_on = models.DateField()


class ShareSet(models.Model):
    """Who pays what of a matter from a day on; the latest set in force counts. An effect of a decision.

    `shares` is the whole arrangement as decided: a list of {payer_id, percent, layer, up_to, line,
    odd_cent}. One decision may set the shares of several matters of a client.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="share_sets")
    from_on = models.DateField()
    shares = models.JSONField()
    decision_id = models.BigIntegerField()


class Wall(models.Model):
    """An ethical wall around a client or a matter: whom it keeps out sees nothing behind it."""

    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)
