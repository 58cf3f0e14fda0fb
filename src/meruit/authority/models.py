"""Grants, proposals, decisions. No row here is written except by functions of the database."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from meruit.matters.models import Client, Matter, Payer
from meruit.people.models import Person, Session
from meruit.ui.fields import money


class Kind(models.Model):
    """One kind of thing that is decided; the matrix of authority, copied from `kinds.toml` by the owner."""

    slug = models.TextField(primary_key=True)
    title = models.TextField()
    question = models.TextField()
    four_eyes = models.TextField()  # always, above, never
    four_eyes_above = money(null=True)
    signed = models.BooleanField()
    delay_hours = models.IntegerField()
    lasts_days = models.IntegerField()
    batch = models.BooleanField()
    standing = models.BooleanField()
    trust = models.BooleanField()
    alone = models.TextField()  # the compensating review of a one- or two-person firm; empty: never alone
    describes = models.TextField()  # the SQL function that says what a content is about


class Rule(models.Model):
    """One line of the matrix: who may decide a kind, and how far that reaches."""

    kind = models.ForeignKey(Kind, models.PROTECT, related_name="rules")
    role = models.TextField()
    reach = models.TextField()  # own: the thing is the decider's; granted: inside the grant's scope
    limited = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "role", "reach"], name="authority_rule_once")]


class Mode(models.Model):
    """How many people the firm has for its decisions: standard, two-person, one-person. Latest counts."""

    mode = models.TextField()
    declared_at = models.DateTimeField()
    declared_by = models.TextField()


class Grant(models.Model):
    """A role given to a person: scoped, dated, conditional. An effect of a decision."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.TextField()
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    needs_nda = models.BooleanField(default=False)
    needs_consent = models.BooleanField(default=False)
    limit_amount = money(null=True)
    limit_currency = models.TextField(blank=True, default="")
    decision_id = models.BigIntegerField(null=True, unique=True)


class Limit(models.Model):
    """How much one decision under a grant may be worth, in one currency. The latest row counts."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="limits")
    currency = models.TextField()
    amount = money()
    from_at = models.DateTimeField()
    decision_id = models.BigIntegerField(unique=True)


class Revocation(models.Model):
    """A grant ends at once."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="revocation")
    at = models.DateTimeField()
    decision_id = models.BigIntegerField(unique=True)


class Consent(models.Model):
    """A client's recorded consent to (or disclosure of) work from abroad."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    countries = ArrayField(models.TextField())
    recorded_on = models.DateField()
    until_on = models.DateField(null=True)
    evidence = models.TextField()


class Proposal(models.Model):
    """What a preparer puts forward. Scope, amount and digest are computed by the database from `content`."""

    kind = models.ForeignKey(Kind, models.PROTECT, related_name="+")
    subject = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    content = models.JSONField()
    content_sha256 = models.BinaryField(max_length=32)
    live_sha256 = models.BinaryField(max_length=32, null=True)
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="+")
    payer = models.ForeignKey(Payer, models.PROTECT, null=True, related_name="+")
    owner_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    amount = money(null=True)
    currency = models.TextField(null=True)
    evidence = models.JSONField()
    reason = models.TextField()
    due_at = models.DateTimeField(null=True)
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    prepared_session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField()
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    natural_key = models.TextField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject_id"], name="authority_subject")]


class Withdrawal(models.Model):
    """A proposal taken back by its preparer or overtaken by another."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()


class Standing(models.Model):
    """A decision given in advance for a kind, payer and reason, capped and dated; never for trust."""

    kind = models.ForeignKey(Kind, models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, models.PROTECT, null=True, related_name="+")
    reason_code = models.TextField(blank=True)
    cap_item = money()
    cap_month = money()
    currency = models.TextField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class StandIn(models.Model):
    """Who decides in somebody's place: by dates, or when a deadline is near and unanswered."""

    decider = models.ForeignKey(Person, models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    within_hours = models.IntegerField(null=True)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Attestation(models.Model):
    """A passkey's signature over one content, checked by the gate and kept as evidence."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="+")
    verdict = models.TextField()
    content_sha256 = models.BinaryField(max_length=32)
    nonce = models.BinaryField(max_length=32, unique=True)
    rp_id = models.TextField()
    credential_id = models.BinaryField()
    public_key = models.BinaryField()
    authenticator_data = models.BinaryField()
    client_data = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField()


class Decision(models.Model):
    """What was decided, by whom, under which grant. Made by `authority.decide()` and nothing else."""

    class Verdict(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"
        AMENDED = "amended"

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="decision")
    kind = models.ForeignKey(Kind, models.PROTECT, related_name="+")
    verdict = models.TextField(choices=Verdict.choices)
    content = models.JSONField()
    content_sha256 = models.BinaryField(max_length=32)
    amount = money(null=True)
    currency = models.TextField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+")
    standing = models.ForeignKey(Standing, models.PROTECT, null=True, related_name="+")
    batch_sha256 = models.BinaryField(max_length=32, null=True)
    attestation = models.OneToOneField(Attestation, models.PROTECT, null=True, related_name="+")
    direct = models.BooleanField()
    compensating = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    not_before = models.DateTimeField()
    valid_until = models.DateTimeField()
    reason = models.TextField()


class Review(models.Model):
    """The compensating review that a decision taken alone owes, and when it was done."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="review")
    reviewed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    note = models.TextField()


class Consumption(models.Model):
    """A decision used, once. Written by the guard of the effect's table."""

    decision = models.OneToOneField(Decision, models.PROTECT, primary_key=True, related_name="consumption")
    effect_table = models.TextField()
    effect_id = models.BigIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
