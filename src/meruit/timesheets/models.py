"""Time and expense entries, every version kept, and their release by whoever did the work."""

from __future__ import annotations

from django.db import models

from meruit.authority.models import Decision
from meruit.capture.models import Suggestion
from meruit.matters.models import Matter
from meruit.people.models import Person, Timekeeper
from meruit.ui.fields import money


class Entry(models.Model):
    """One piece of work, or one cost, for one matter. What it says is told by its current version.

    `matter` moves only by a decided transfer, `version` only by a new version; the database writes both. What it
    refers to is checked by the statement (`sql/15_references.sql`); `source_key` is kept apart by `imports.Source`.
    """

    class Kind(models.TextChoices):
        TIME = "time"
        EXPENSE = "expense"

    kind = models.TextField(choices=Kind.choices)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    timekeeper = models.ForeignKey(Timekeeper, models.PROTECT, related_name="+", db_constraint=False)
    version = models.IntegerField(default=1)
    source_key = models.TextField(null=True)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    batch_id = models.BigIntegerField(null=True)
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["matter", "kind"], name="timesheets_matter")]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"], condition=models.Q(suggestion__isnull=False), name="timesheets_one_suggestion"
            )
        ]


class Version(models.Model):
    """What an entry said at one time. Before release its preparer adds versions; afterwards a decision does.

    The database's primary key is entry and number. The trail names versions by their id, which comes from one
    sequence and has no index, since nothing asks for it: look a version up by its entry.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="versions", db_index=False, db_constraint=False)
    number = models.IntegerField()
    worked_on = models.DateField()
    narrative = models.TextField()
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    units = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    unit_cost = money(null=True)
    task_code = models.TextField(blank=True)
    activity_code = models.TextField(blank=True)
    expense_code = models.TextField(blank=True)
    hard_cost = models.BooleanField(default=False)
    billable = models.BooleanField(default=True)
    standard_rate = money(null=True)
    agreed_rate = money(null=True)
    rate_source = models.TextField(blank=True)
    standard_value = money()
    worked_value = money()  # at the agreed rate
    currency = models.TextField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    made_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    batch_id = models.BigIntegerField(null=True)  # the import it came with
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )  # the guard asks for it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=models.Q(decision__isnull=False), name="timesheets_one_decision_id"
            ),
        ]


class Release(models.Model):
    """A timekeeper's tap: these entries, in these versions, may be billed. An effect of a decision.

    `entries` is a list of [entry, version]; a trigger writes one `Released` row for each.
    """

    entries = models.JSONField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class Released(models.Model):
    """An entry that may be billed: by its timekeeper's release, or because the firm's own system owns time."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="released")
    version = models.IntegerField()
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="+")
    batch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class Transfer(models.Model):
    """An entry moves to another matter. An effect of a decision."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    from_matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    to_matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    reason = models.TextField()
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")


class SourceConflict(models.Model):
    """A source row changed or vanished after its entry was billed: somebody has to look."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    batch_id = models.BigIntegerField()
    what = models.TextField()  # changed, deleted
    before = models.JSONField()
    after = models.JSONField(null=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_how = models.TextField(blank=True)

    class Meta:
        db_table = "timesheets_conflict"
