"""Double entry, append only. Entries and postings are written by functions of the database from facts."""

from __future__ import annotations

from django.db import models


class Account(models.Model):
    """An account of the general ledger; the list is data (`accounts.toml`)."""

    code = models.TextField(primary_key=True)  # wip, worked, ar, fees, costs, tax, cash, unapplied, ...
    title = models.TextField()
    book = models.TextField()  # wip, receivables, trust
    normal = models.TextField()  # debit, credit


class Entry(models.Model):
    """One event in the books: balanced per currency, never edited, undone by an entry that `reverses` it.

    `on` is the day the event happened, `entered_at` the moment we learnt of it: any balance can be
    asked as of any day as known on any day.
    """

    natural_key = models.TextField(unique=True)
    event = models.TextField()
    on = models.DateField()
    entered_at = models.DateTimeField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    source_table = models.TextField()
    source_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["on"], name="ledger_day")]


class Posting(models.Model):
    """One leg: debit positive, credit negative."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.TextField()
    client_id = models.BigIntegerField(null=True)
    matter_id = models.BigIntegerField(null=True)
    payer_id = models.BigIntegerField(null=True)
    invoice_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)  # owner ledger of trust

    class Meta:
        indexes = [
            models.Index(fields=["account", "matter_id"], name="ledger_matter"),
            models.Index(fields=["account", "invoice_id"], name="ledger_invoice"),
        ]


class Close(models.Model):
    """A closed month of a book: nothing is posted into it any more."""

    book = models.TextField()
    month = models.DateField()  # its first day
    closed_at = models.DateTimeField()
    closed_by_id = models.BigIntegerField()
    figures = models.JSONField()  # opening, in, out, closing per account and currency

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "month"], name="ledger_one_close")]
