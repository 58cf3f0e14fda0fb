"""Which rate an hour is billed at, and why.

Rates are looked up on a ladder. The first rung with a rate in force on the day of work wins, whatever the
rungs below would say: matter and person, matter and class, client and person, client and class, task,
discount, standard. The firm's agreed rate and the rate a portal has approved are two facts; the second
never changes the first, it only says what a bill at the first will meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from meruit.money import CENTS, Precision


class RateError(ValueError):
    """A row that could never be the answer to a question about a rate."""


class Level(StrEnum):
    """Where a rate comes from, in order of precedence."""

    MATTER_PERSON = "matter-person"
    MATTER_CLASS = "matter-class"
    CLIENT_PERSON = "client-person"
    CLIENT_CLASS = "client-class"
    TASK = "task"
    DISCOUNT = "discount"
    STANDARD = "standard"

    @property
    def words(self) -> str:
        """As a sentence says it: matter and person."""
        return self.value.replace("-", " and ")


#: The ladder: level and the keys a row of it names. Within a level the matter stands above the client.
LADDER: tuple[tuple[Level, tuple[str, ...]], ...] = (
    (Level.MATTER_PERSON, ("matter", "person")),
    (Level.MATTER_CLASS, ("matter", "grade")),
    (Level.CLIENT_PERSON, ("client", "person")),
    (Level.CLIENT_CLASS, ("client", "grade")),
    (Level.TASK, ("matter", "task_code")),
    (Level.TASK, ("client", "task_code")),
    (Level.DISCOUNT, ("matter",)),
    (Level.DISCOUNT, ("client",)),
    (Level.STANDARD, ("person",)),
    (Level.STANDARD, ("grade",)),
)
_A_DAY = timedelta(days=1)
_KEYS = ("matter", "client", "person", "grade", "task_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One line of the rate table: for whom, from when, and a rate per hour or a percent off the standard."""

    level: Level
    currency: str
    starts_on: date
    ends_on: date | None = None  # the last day on which it holds
    rate_per_hour: Decimal | None = None
    percent_off: Decimal | None = None
    matter: str | None = None
    client: str | None = None
    person: str | None = None
    grade: str | None = None  # the timekeeper's class
    task_code: str | None = None
    source: str = ""  # the engagement letter, the client's mail, the firm's rate card

    def __post_init__(self) -> None:
        if (self.level, self.keys) not in LADDER:
            wanted = " or ".join(" and ".join(keys) for level, keys in LADDER if level is self.level)
            named = ", ".join(self.keys) or "nothing"
            raise RateError(f"A rate by {self.level.words} names {wanted}; this one names {named}.")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise RateError(f"A rate from {self.starts_on} cannot end on {self.ends_on}.")
        if self.level is Level.DISCOUNT:
            if self.rate_per_hour is not None or self.percent_off is None or not 0 <= self.percent_off <= 100:
                raise RateError("A discount is a percent off the standard rate, from 0 to 100, and no rate.")
        elif self.percent_off is not None or self.rate_per_hour is None or self.rate_per_hour < 0:
            raise RateError(f"A rate by {self.level.words} is an amount per hour, not negative, and no percent.")

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys this row fills, in the ladder's spelling."""
        return tuple(key for key in _KEYS if getattr(self, key) is not None)

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One hour asks for its rate."""

    on: date
    currency: str
    matter: str
    client: str
    person: str
    grade: str | None = None
    task_code: str | None = None


Rung = tuple[Level, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rate:
    """The answer: the agreed rate, the standard one beside it, and the row that decided."""

    rate_per_hour: Decimal
    currency: str
    row: RateRow
    standard_per_hour: Decimal | None
    asked: Question
    passed: tuple[tuple[Rung, RateRow | None], ...]  # rungs tried before, with a discount that had nothing to bite on

    @property
    def level(self) -> Level:
        """The level that decided."""
        return self.row.level

    @property
    def says(self) -> str:
        """The deciding step, as the entry keeps it."""
        row, code = self.row, self.currency
        by = f"by {_label(self.asked, (row.level, row.keys))}{_source(row)}"
        if row.percent_off is None:
            return f"{self.rate_per_hour} {code} {by}."
        return f"{self.rate_per_hour} {code}: {row.percent_off} % off the standard {self.standard_per_hour} {by}."

    @property
    def steps(self) -> tuple[str, ...]:
        """Every rung on the way and the deciding one."""
        return (*_passed(self.asked, self.passed), self.says)


@dataclass(frozen=True, slots=True)
class NoRate:
    """No answer: nothing is in force, or two rows contradict each other. Someone has to settle it."""

    says: str
    steps: tuple[str, ...]


class RateTable:
    """The rows of a firm, arranged so that one lookup touches ten places and not the whole table."""

    def __init__(self, rows: Iterable[RateRow]) -> None:
        self._rows: dict[tuple[tuple[str, ...], tuple[str, ...], str], list[RateRow]] = defaultdict(list)
        for row in rows:
            values = tuple(str(getattr(row, key)) for key in row.keys)
            self._rows[row.keys, values, row.currency].append(row)

    def rate_for(self, asked: Question, precision: Precision = CENTS) -> Rate | NoRate:
        """The rate of an hour, with the rungs that were passed on the way."""
        passed: list[tuple[Rung, RateRow | None]] = []
        standard = self._standard(asked)
        for rung in LADDER:
            held = self._in_force(asked, rung[1])
            if len(held) > 1:
                return _contradiction(asked, rung, held, passed)
            if not held:
                passed.append((rung, None))
                continue
            (row,) = held
            rate = row.rate_per_hour
            if row.percent_off is not None:
                rate = None if standard is None else precision.percent(100 - row.percent_off, standard)
            if rate is not None:
                return Rate(rate, asked.currency, row, standard, asked, tuple(passed))
            passed.append((rung, row))
        whose = f"{asked.person} on matter {asked.matter} on {asked.on}"
        says = f"No rate in {asked.currency} is in force for {whose}."
        return NoRate(says, (*_passed(asked, passed), says))

    def unchanged_around(self, asked: Question) -> tuple[date, date]:
        """The first and last day around `asked.on` on which the rates in force are those of that day.

        Between them the same person on the same matter is answered by the same row, whichever the day.
        """
        first, last = date.min, date.max
        for _, keys in LADDER:
            for row in self._named(asked, keys):
                if row.starts_on > asked.on:
                    last = min(last, row.starts_on - _A_DAY)
                elif row.ends_on is None or row.ends_on >= asked.on:
                    first, last = max(first, row.starts_on), min(last, row.ends_on or last)
                else:
                    first = max(first, row.ends_on + _A_DAY)
        return first, last

    def _standard(self, asked: Question) -> Decimal | None:
        for level, keys in LADDER:
            if level is Level.STANDARD and (held := self._in_force(asked, keys)):
                return held[0].rate_per_hour if len(held) == 1 else None
        return None

    def _in_force(self, asked: Question, keys: tuple[str, ...]) -> list[RateRow]:
        return [row for row in self._named(asked, keys) if row.holds(asked.on)]

    def _named(self, asked: Question, keys: tuple[str, ...]) -> Sequence[RateRow]:
        values = tuple(getattr(asked, key) for key in keys)
        return () if None in values else self._rows.get((keys, values, asked.currency), ())


def _contradiction(
    asked: Question, rung: Rung, held: list[RateRow], passed: list[tuple[Rung, RateRow | None]]
) -> NoRate:
    since = " and ".join(sorted(row.starts_on.isoformat() for row in held))
    says = f"Two rates by {_label(asked, rung)} are in force on {asked.on}, from {since}; end one of them."
    return NoRate(says, (*_passed(asked, passed), says))


class Standing(StrEnum):
    """How the firm's agreed rate stands beside what the portal has approved for that day."""

    APPROVED = "approved"
    NOT_APPROVED = "not approved"
    ABOVE_APPROVED = "above approved"
    BELOW_APPROVED = "below approved"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Agreed and approved side by side; the difference is per hour, positive where a cut threatens."""

    standing: Standing
    agreed_per_hour: Decimal
    approved_per_hour: Decimal | None
    difference_per_hour: Decimal | None
    says: str


def compare(agreed: Rate, approved_per_hour: Decimal | None, portal: str) -> Comparison:
    """What a bill at the agreed rate will meet at the portal."""
    mine, code = agreed.rate_per_hour, agreed.currency
    if approved_per_hour is None:
        says = f"{portal} has approved no rate for this day; a line at {mine} {code} will be refused."
        return Comparison(Standing.NOT_APPROVED, mine, None, None, says)
    gap = mine - approved_per_hour
    if gap > 0:
        says = f"{portal} approved {approved_per_hour} {code}; billing {mine} puts {gap} an hour at risk."
        return Comparison(Standing.ABOVE_APPROVED, mine, approved_per_hour, gap, says)
    if gap < 0:
        says = f"{portal} approved {approved_per_hour} {code}; billing {mine} leaves {-gap} an hour unasked."
        return Comparison(Standing.BELOW_APPROVED, mine, approved_per_hour, gap, says)
    says = f"{portal} approved {mine} {code} for this day."
    return Comparison(Standing.APPROVED, mine, approved_per_hour, gap, says)


def _passed(asked: Question, passed: Iterable[tuple[Rung, RateRow | None]]) -> list[str]:
    return [
        f"No rate by {_label(asked, rung)}."
        if row is None
        else f"{row.percent_off} % off by {_label(asked, rung)}, but there is no standard rate to take it off."
        for rung, row in passed
    ]


def _label(asked: Question, rung: Rung) -> str:
    level, keys = rung
    named = (f"{key.replace('_code', '').replace('grade', 'class')} {getattr(asked, key)}" for key in keys)
    return f"{level.words} ({', '.join(named)})"


def _source(row: RateRow) -> str:
    until = f" to {row.ends_on}" if row.ends_on else ""
    return f", in force from {row.starts_on}{until}" + (f", {row.source}" if row.source else "")
