"""Files taken in: remembered mappings, batches that can be resumed, rows set aside, and sources."""

from __future__ import annotations

from django.db import models

from meruit.people.models import Person


class Owner(models.Model):
    """Who keeps a kind of record: Meruit, or the firm's own system (then its file is the truth)."""

    record = models.TextField(primary_key=True)  # people, clients, payers, matters, rates, terms, time, expenses
    owner = models.TextField()  # meruit, or the name of the firm's system


class Mapping(models.Model):
    """Which column of a kind of file is which field; suggested, then confirmed by a person, then remembered."""

    record = models.TextField()
    headers_sha256 = models.BinaryField(max_length=32)
    columns = models.JSONField()
    date_style = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "headers_sha256"], name="imports_one_mapping")]


class Batch(models.Model):
    """One file being taken in. `done_rows` is how far it has come: a stopped import goes on from there."""

    record = models.TextField()
    file_name = models.TextField()
    file_sha256 = models.BinaryField(max_length=32)
    mapping = models.ForeignKey(Mapping, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    complete = models.BooleanField(default=False)  # the file holds all records of its kind: absent means deleted
    done_rows = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    set_aside = models.BigIntegerField(default=0)


class SetAside(models.Model):
    """A row that could not be taken, with its reason; corrected and tried again, never dropped."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="rows_set_aside")
    line = models.BigIntegerField()
    raw = models.JSONField()
    reason = models.TextField()
    field = models.TextField(blank=True)
    corrected = models.JSONField(null=True)
    settled_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)  # taken, dropped by a person with a reason


class Source(models.Model):
    """A source row by its natural key: which record it became and what it said last.

    The database checks its batch by the statement (`sql/20_references.sql`), and keeps no index that nothing asks.
    """

    pk = models.CompositePrimaryKey("record", "key")
    record = models.TextField()
    key = models.TextField()
    row_sha256 = models.BinaryField(max_length=32)
    target_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    gone_at = models.DateTimeField(null=True)
