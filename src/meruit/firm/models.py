"""How this firm bills: terms (rates, arrangements, shares), playbooks, guideline sets, registers."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.documents.models import Document
from meruit.matters.models import Client, Matter, Payer
from meruit.people.models import Person, Timekeeper
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
    """A timekeeper, with or without a rate, as the payer has approved them: in its portal, or by letter.

    Another fact than what the firm agreed. Without a matter it is for every matter of the client.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, related_name="+")
    classification = models.TextField()
    portal_number = models.TextField(blank=True)
    amount = money(null=True)
    currency = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    noticed_on = models.DateField(null=True)  # when the client was told of the rate
    approved_on = models.DateField(null=True)  # without: not known to differ from its first day
    approver = models.TextField(blank=True)
    reference = models.TextField(blank=True)


class GuidelineSet(models.Model):
    """One version of a client's billing rules, as one TOML text with the client's document.

    A draft may be corrected; what the firm has accepted never changes, and a later version stands in its place
    from its own first day on. `state` is written by `actions.sets` and by the effect of the acceptance.
    """

    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    payer = models.ForeignKey(Payer, models.PROTECT, null=True, related_name="+")  # where the payer's rules differ
    name = models.TextField()
    version = models.TextField()
    text = models.TextField()
    sha256 = models.BinaryField(max_length=32)  # of the text; the database's
    source = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # the client's own document
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # who keeps it right
    state = models.TextField(default="draft")  # draft, accepted, withdrawn
    due_on = models.DateField(null=True)  # until when the client wants it accepted
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    accepted_by = models.TextField(blank=True)
    accepted_on = models.DateField(null=True)
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "payer", "name", "version"],
                name="firm_one_version",
                condition=~models.Q(state="withdrawn"),
                nulls_distinct=False,
            ),
        ]


class SetAcceptance(models.Model):
    """The firm bills under a version of a client's rules from its first day on. An effect of a decision."""

    guideline_set = models.OneToOneField(GuidelineSet, models.PROTECT, related_name="acceptance")
    text_sha256 = models.TextField()  # hexadecimal, of the text that was read
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Approval(models.Model):
    """A client's consent: which rule it lifts, for what, how much of it, when, and who gave it."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    rule = models.TextField()  # the slug of the rule
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, null=True, related_name="+")
    vendor = models.TextField(blank=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    amount = money(null=True)
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    approver = models.TextField()
    reference = models.TextField(blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # entered in error, or taken back by the client
    ended_why = models.TextField(blank=True)


class Budget(models.Model):
    """One version of a matter's budget; the latest that has begun counts. Its lines are never changed."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    version = models.IntegerField()
    currency = models.TextField()
    from_on = models.DateField()
    approved_on = models.DateField(null=True)  # None: given to the client, not yet approved
    approver = models.TextField(blank=True)
    reference = models.TextField(blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="firm_one_budget")]


class BudgetLine(models.Model):
    """The amount for a task, for a phase (its code ends in 00), or with a blank code for the whole matter."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="lines")
    task_code = models.TextField(blank=True)
    amount = money()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["budget", "task_code"], name="firm_one_budget_line")]


class Vendor(models.Model):
    """A third party that a client accepts, or has refused."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    name = models.TextField()
    approved = models.BooleanField(default=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    reference = models.TextField(blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)


class Statement(models.Model):
    """What the firm has declared to a client on a matter of process, or has still to declare."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    topic = models.TextField()  # generative-ai, lowest-rate, records
    made = models.BooleanField()
    years = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    reference = models.TextField(blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)


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
