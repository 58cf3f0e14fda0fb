"""Persons, their sign-in records, sessions and stand-alone facts about their access."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(models.Model):
    """Somebody who acts: a human, or the system itself.

    `same_person` points to the first record of one who has several accounts; rules that ask for two
    people compare the human being, not the account. Rows come only by a decision (`decision_id`) or,
    for the first two administrators and the system, from the owner at `init`.
    """

    class Kind(models.TextChoices):
        HUMAN = "human"
        SYSTEM = "system"

    name = models.TextField()
    email = models.TextField(unique=True)
    kind = models.TextField(choices=Kind.choices, default=Kind.HUMAN)
    same_person = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    zone = models.TextField(default="America/New_York")
    country = models.TextField(default="US")
    shift_starts = models.TimeField(null=True)
    shift_ends = models.TimeField(null=True)
    nda_signed_on = models.DateField(null=True)
    active_from = models.DateTimeField()
    decision_id = models.BigIntegerField(null=True, unique=True)

    def __str__(self) -> str:
        return self.name


class Departure(models.Model):
    """A person's access ends; written once, by an administrator (quick removal needs no second person)."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="departure")
    left_at = models.DateTimeField()
    reason = models.TextField()
    decision_id = models.BigIntegerField(unique=True)


class LoginManager(BaseUserManager["Login"]):
    """Finds sign-in records by mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Login:
        return self.get(email__iexact=username or "")


class Login(AbstractBaseUser):
    """How a person signs in. Only the gate may read or write this table."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = False
    is_superuser = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[LoginManager] = LoginManager()

    def get_full_name(self) -> str:
        return self.person.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Authority is never Django's: it lives in `authority` and in the database."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Session(models.Model):
    """A signed-in stretch of work. The token itself is known to its holder alone."""

    class Method(models.TextChoices):
        PASSKEY = "passkey"
        TOTP = "totp"
        RECOVERY_CODE = "recovery-code"
        DEMO_LINK = "demo-link"
        SERVICE = "service"
        COMMAND_LINE = "command-line"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    method = models.TextField(choices=Method.choices)
    address = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    country = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    may_decide = models.BooleanField(db_default=True)  # a token of the command line only where its owner said so


class AuthenticatorReset(models.Model):
    """Two people decided that somebody's lost authenticators are forgotten; the gate carries it out."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decision_id = models.BigIntegerField(unique=True)
    carried_out_at = models.DateTimeField(null=True)


class Timekeeper(models.Model):
    """Somebody whose time is billed; a person who signs in, or not."""

    number = models.TextField(unique=True)
    first_name = models.TextField()
    last_name = models.TextField()
    classification = models.TextField()  # PARTNER, OFCOUN, ASSOC, PARALG, LGLAST, CLERK, ...
    bar_year = models.IntegerField(null=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    office = models.TextField(blank=True)
    from_on = models.DateField()
    left_on = models.DateField(null=True)
    origin = models.TextField(default="meruit")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"
