"""What entries are worth: one by one, or many, where a rate is looked up once for the days it holds."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.firm import queries as firm
from meruit.firm.core.rates import NoRate
from meruit.matters.models import Matter
from meruit.money import CENTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from meruit.firm.core.rates import Rate, RateTable
    from meruit.people.models import Timekeeper
    from meruit.timesheets.actions import NewEntry

#: For so many pairs of matter and person rates are remembered, so that memory stays bounded.
_REMEMBERED = 20_000
_NONE = Decimal(0)


class Price(NamedTuple):
    """What an entry is worth, where its rate came from, and what is missing to price it."""

    standard_rate: Decimal | None
    agreed_rate: Decimal | None
    source: str
    standard_value: Decimal
    worked_value: Decimal


def price(new: NewEntry, matter: Matter, timekeeper: Timekeeper, rates: RateTable) -> Price:
    """Price one entry; time without an agreed rate is worth nothing yet and says why in `source`."""
    if new.kind == "expense":
        value = CENTS.round((new.units or Decimal(1)) * (new.unit_cost or Decimal(0)))
        return Price(None, None, "cost", value, value)
    return priced(new, rates.rate_for(firm.question(matter, timekeeper, new.worked_on, new.task_code)))


def priced(new: NewEntry, found: Rate | NoRate) -> Price:
    """Price time by a rate that was looked up."""
    if isinstance(found, NoRate):
        return Price(None, None, found.says, Decimal(0), Decimal(0))
    hours = new.hours or Decimal(0)
    standard = found.standard_per_hour if found.standard_per_hour is not None else found.rate_per_hour
    return Price(standard, found.rate_per_hour, found.says, worth(hours, standard), worth(hours, found.rate_per_hour))


@lru_cache(maxsize=16384)
def worth(hours: Decimal, rate: Decimal) -> Decimal:
    """Hours at a rate, rounded once; a month end asks the same few thousand products over and over."""
    return CENTS.round(hours * rate)


class _Known(NamedTuple):
    """The rate of a person on a matter from one day to another, as the price of one entry that was looked up."""

    first: date
    last: date
    price: Price
    currency: str


class Prices:
    """Prices entries by the terms that stood when the first of them was asked about."""

    def __init__(self, matters: Iterable[Matter], timekeepers: Iterable[Timekeeper]) -> None:
        self._matters = {matter.pk: matter for matter in matters}
        self._timekeepers = {timekeeper.pk: timekeeper for timekeeper in timekeepers}
        self._rates: RateTable | None = None
        self._found: dict[tuple[int, int, str], list[_Known]] = {}

    def of(self, new: NewEntry) -> tuple[Price, str]:
        """The price of an entry and its currency."""
        day = new.worked_on
        for known in self._found.get((new.matter_id, new.timekeeper_id, new.task_code), ()):
            if known.first <= day <= known.last and new.kind == "time":
                break
        else:
            matter, rates = self._terms(new.matter_id)
            if new.kind == "expense":
                return price(new, matter, self._timekeepers[new.timekeeper_id], rates), matter.currency
            known = self._look_up(new, matter, rates)
        standard, agreed, says, *_ = known.price
        if standard is None or agreed is None:
            return known.price, known.currency
        hours = new.hours or _NONE
        return Price(standard, agreed, says, worth(hours, standard), worth(hours, agreed)), known.currency

    def _look_up(self, new: NewEntry, matter: Matter, rates: RateTable) -> _Known:
        question = firm.question(matter, self._timekeepers[new.timekeeper_id], new.worked_on, new.task_code)
        found = rates.rate_for(question)
        # that there is none is said of one day
        days = (question.on, question.on) if isinstance(found, NoRate) else rates.unchanged_around(question)
        known = _Known(*days, priced(new, found), matter.currency)
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found.setdefault((new.matter_id, new.timekeeper_id, new.task_code), []).append(known)
        return known

    def _terms(self, key: int) -> tuple[Matter, RateTable]:
        """A matter and the rates; also one that this person may not see, whose entry left a complete file."""
        if key not in self._matters:
            self._matters[key] = Matter.objects.get(pk=key)
            self._rates = None
        if self._rates is None:
            self._rates = firm.rate_table({matter.client_id for matter in self._matters.values()})
        return self._matters[key], self._rates
