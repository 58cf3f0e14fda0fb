"""Drafts of bills: lines, adjustments, holds and findings, in review with the billing partner."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.documents.models import Document
from meruit.firm.models import GuidelineSet
from meruit.matters.models import Matter, Payer
from meruit.people.models import Person, Timekeeper
from meruit.timesheets.models import Entry
from meruit.ui.fields import money


class PreBill(models.Model):
    """A matter's work of one period, drafted for review. `state` is written by `actions.move` alone."""

    natural_key = models.TextField(unique=True)  # matter, period, and which bill of the period it is
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()
    state = models.TextField(default="draft")  # draft, in review, held, approved, invoiced
    state_since = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)  # an approval of before counts no more
    reviewer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    currency = models.TextField()
    arrangement = models.JSONField(null=True)  # which arrangement applied and each step of its arithmetic
    layered = money(null=True)  # what this bill ran through the layers of the matter's shares; set when invoiced
    screened_at = models.DateTimeField(null=True)
    screened_under = models.TextField(blank=True)


class Line(models.Model):
    """An entry, in one version, on a pre-bill; or a charge of the arrangement that belongs to no single entry.

    Copied from the entry by the database. Worked is never overwritten; beside it stands what the arrangement
    makes of it, and what is billed: that less the write-downs.

    A month end writes a hundred thousand of these. Each comes out of a join with its entry, no login can write
    or delete one, and entries are never deleted: so the three references go without a constraint and an index
    of their own, which took half of the time (docs/decisions/0020-lines-without-foreign-keys.md).
    """

    class Kind(models.TextChoices):
        TIME = "time"
        EXPENSE = "expense"
        ADJUSTMENT = "adjustment"

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="lines", db_constraint=False, db_index=False)
    number = models.IntegerField()
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    version = models.IntegerField(null=True)
    kind = models.TextField(choices=Kind.choices)
    timekeeper = models.ForeignKey(
        Timekeeper, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    worked_on = models.DateField()
    narrative = models.TextField()
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    units = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    rate = money(null=True)
    standard_value = money()
    worked_value = money()
    arranged_value = money()
    billed_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    billed_value = money()
    task_code = models.TextField(blank=True)
    activity_code = models.TextField(blank=True)
    expense_code = models.TextField(blank=True)
    hard_cost = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    on_hold = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)  # left the pre-bill: transferred, held back, or its bill reversed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prebill", "number"], name="prebills_one_number"),
            models.UniqueConstraint(
                fields=["entry"], name="prebills_entry_once", condition=models.Q(removed_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(kind="adjustment", entry__isnull=True)
                | models.Q(kind__in=["time", "expense"], entry__isnull=False),
                name="prebills_line_of_entry",
            ),
        ]


class GivenUp(models.Model):
    """An entry that will never be billed: its work in progress was written off. Written by that effect alone."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class WriteDown(models.Model):
    """A line is billed for less. An effect of a decision; a trigger lowers the line's billed value."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="write_downs")
    amount = money()  # how much less
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    reason = models.TextField()
    reason_code = models.TextField(blank=True)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Hold(models.Model):
    """A specialist holds a line, or a whole pre-bill, with a reason and a review date.

    Keeping it longer, or releasing it, is decided.
    """

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="holds")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="holds")
    reason = models.TextField()
    review_on = models.DateField()
    held_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], name="prebills_held_once", condition=models.Q(ended_at=None)),
        ]


class HoldChange(models.Model):
    """A hold is released, or kept until another day. An effect of a decision."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="changes")
    kind = models.TextField()  # hold, hold-release
    review_on = models.DateField(null=True)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Finding(models.Model):
    """What a guideline or format rule says of a line, kept with the version of the rules it was made under."""

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="findings")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="findings")
    rule = models.TextField()
    severity = models.TextField()
    message = models.TextField()
    words = models.TextField(blank=True)
    span_from = models.IntegerField(null=True)
    span_to = models.IntegerField(null=True)
    clause = models.TextField(blank=True)
    guideline = models.TextField(blank=True)
    rules = models.ForeignKey(GuidelineSet, models.PROTECT, null=True, related_name="+")  # None: a built-in set
    rules_sha256 = models.BinaryField(max_length=32, null=True)  # of the text it was made under
    override = models.TextField(default="reason")  # what lets it stand: reason, decision
    parts = models.JSONField(default=list)  # of the judgement from which it comes, see `screening.again`
    fixable_by = models.TextField()
    expected = models.TextField(blank=True)
    at_risk = money(null=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_how = models.TextField(blank=True)  # cured, overridden: reason


class Override(models.Model):
    """A finding stands although the rule speaks: a partner's decision. An effect; a trigger settles the finding."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="+")
    reason = models.TextField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Screening(models.Model):
    """How a pre-bill was judged for a payer: by which rules and facts, and what was seen of each line.

    With it a later screening judges only what has changed; see `screening.again`.
    """

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="screenings")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+")
    judged_with = models.BinaryField(max_length=32)  # rules, registers and program
    seen = models.JSONField()
    unjudged = models.JSONField(default=list)  # [rule, why, lines], of all the payer's bills of the period
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prebill", "payer"], name="prebills_one_screening")]


class Receipt(models.Model):
    """Proof of a cost, and the facts that only it shows. The latest row of an entry counts."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # None: facts without paper
    vendor = models.TextField(blank=True)
    vendor_amount = money(null=True)
    fare = models.TextField(blank=True)  # coach, premium, business, first
    flight_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    international = models.BooleanField(null=True)
    booked_on = models.DateField(null=True)
    travelled_on = models.DateField(null=True)
    nights = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    days = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    miles = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class CodedHistory(models.Model):
    """What the firm's own coded entries teach of codes, learnt at night. The latest row counts.

    Words of narratives stand in the table; it is kept where they are and leaves with none of them.
    """

    at = models.DateTimeField()
    entries = models.IntegerField()  # from so many it was learnt
    latest = models.BigIntegerField()  # the last release it has seen
    table = models.TextField()  # as `guidelines.narrative.coding.Model` writes it
    measured = models.JSONField()  # kind -> right, answered, entries; on entries it was not learnt from


class Comment(models.Model):
    """A word on a line or a pre-bill, open until somebody marks it resolved."""

    prebill = models.ForeignKey(PreBill, models.PROTECT, related_name="comments")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="comments")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    resolved_at = models.DateTimeField(null=True)
