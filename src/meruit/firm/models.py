"""How this firm bills: terms (rates, arrangements, shares), playbooks, guideline sets, registers."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.matters.models import Client, Matter, Payer
from meruit.people.models import Timekeeper
from meruit.ui.fields import money


class Profile(models.Model):
    """The firm's own name, address and where to pay. Written by the owner alone."""

    name = models.TextField()
    address = models.TextField()
    tax_id = models.TextField()
    ledes_id = models.TextField()
    zone = models.TextField()
    currency = models.TextField()
    remit_to = models.TextField()
    invoice_prefix = models.TextField(blank=True)
    country = models.TextField(default="US")
    subdivision = models.TextField(blank=True)


class TermsChange(models.Model):
    """A change of rates, of an arrangement or of shares: the effect of one decision over all its rows.

    `rows` is what was decided; a trigger writes them out into `Rate`, `Arrangement` or
    `matters.ShareSet`, which nobody else can write.
    """

    kind = models.TextField()  # rate, arrangement, shares
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    rows = models.JSONField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Rate(models.Model):
    """An agreed or standard rate. Which one applies is told by the order of precedence in `core.rates`."""

    change = models.ForeignKey(TermsChange, models.PROTECT, related_name="+")
    level = models.TextField()  # matter-person, matter-class, client-person, client-class, task, discount, standard
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, null=True, related_name="+")
    classification = models.TextField(blank=True)
    task_code = models.TextField(blank=True)
    amount = money(null=True)  # per hour
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)  # a discount: 10 is 10 % off
    currency = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)


class Arrangement(models.Model):
    """A fee arrangement of a matter or phase from a day on; `terms` as `core.arrangements` reads it."""

    change = models.ForeignKey(TermsChange, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    phase = models.TextField(blank=True)
    kind = (
        models.TextField()
    )  # hourly, fixed, phased, capped, contingency, hybrid, blended, volume-discount, subscription
    terms = models.JSONField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)


class PortalRate(models.Model):
    """A timekeeper and rate as the payer's portal has approved them: another fact than what the firm agreed."""

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, related_name="+")
    classification = models.TextField()
    portal_number = models.TextField(blank=True)
    amount = money(null=True)
    currency = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)


class GuidelineSet(models.Model):
    """A client's billing rules, versioned and effective-dated, as one TOML text."""

    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    version = models.TextField()
    text = models.TextField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    accepted_by = models.TextField(blank=True)
    accepted_on = models.DateField(null=True)
    kept_at = models.DateTimeField()


class Playbook(models.Model):
    """How this firm bills this payer: steps, cadence, quirks; what a new hire is trained on."""

    payer = models.OneToOneField(Payer, models.PROTECT, related_name="playbook")
    cadence = models.TextField()  # monthly, quarterly
    format = models.TextField()
    portal = models.TextField(blank=True)
    steps = models.TextField()
    quirks = models.TextField(blank=True)
    checked_on = models.DateField(null=True)


class Calendar(models.Model):
    """Extra days off of the firm or a payer, beside the public holidays of its country."""

    payer = models.ForeignKey(Payer, models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    name = models.TextField()
