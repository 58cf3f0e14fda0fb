"""What entries are worth: one by one, or many, where a rate is looked up once for the days it holds."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.firm import queries as firm
from meruit.firm.core.rates import NoRate
from meruit.matters.models import Matter
from meruit.money import CENTS
from meruit.timesheets import bulk

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
        return cost(new.units, new.unit_cost)
    return priced(new.hours, rates.rate_for(firm.question(matter, timekeeper, new.worked_on, new.task_code)))


def priced(hours: Decimal | None, found: Rate | NoRate) -> Price:
    """Price time by a rate that was looked up."""
    if isinstance(found, NoRate):
        return Price(None, None, found.says, _NONE, _NONE)
    hours = hours or _NONE
    standard = found.standard_per_hour if found.standard_per_hour is not None else found.rate_per_hour
    return Price(standard, found.rate_per_hour, found.says, worth(hours, standard), worth(hours, found.rate_per_hour))


@lru_cache(maxsize=16384)
def cost(units: Decimal | None, unit_cost: Decimal | None) -> Price:
    """Price a cost: it has no rate."""
    value = CENTS.round((units or Decimal(1)) * (unit_cost or Decimal(0)))
    return Price(None, None, "cost", value, value)


@lru_cache(maxsize=16384)
def worth(hours: Decimal, rate: Decimal) -> Decimal:
    """Hours at a rate, rounded once; a month end asks the same few thousand products over and over."""
    return CENTS.round(hours * rate)


class _Known(NamedTuple):
    """What is known of a person's rate on a matter from one day to another, as the cells that say it.

    `worth` holds the cells of hours that were priced at these rates, whoever worked them.
    """

    first: date
    last: date
    price: Price
    currency: str
    rated: bytes
    worth: dict[Decimal, bytes]

    def of(self, hours: Decimal | None) -> Price:
        """The price of so many hours."""
        standard, agreed, says, *_ = self.price
        if standard is None or agreed is None:
            return self.price
        hours = hours or _NONE
        return Price(standard, agreed, says, worth(hours, standard), worth(hours, agreed))

    def valued(self, hours: Decimal) -> bytes:
        """The cells of what so many hours are worth, when they are first met."""
        self.worth[hours] = made = bulk.valued(self.of(hours), self.currency)
        return made


class Prices:
    """Prices entries by the terms that stand when it is made, or when a matter that was not told is first met."""

    def __init__(self, matters: Iterable[Matter], timekeepers: Iterable[Timekeeper]) -> None:
        self._matters = {matter.pk: matter for matter in matters}
        self._timekeepers = {timekeeper.pk: timekeeper for timekeeper in timekeepers}
        self._rates = self._read()
        self._found: dict[tuple[int, int, str], list[_Known]] = {}
        self._worth: dict[tuple[Decimal | None, Decimal | None, str], dict[Decimal, bytes]] = {}

    def of(self, new: NewEntry) -> tuple[Price, str]:
        """The price of an entry and its currency."""
        if new.kind == "expense":
            return cost(new.units, new.unit_cost), self.currency(new.matter_id)
        known = self._known((new.matter_id, new.timekeeper_id, new.task_code), new.worked_on)
        return known.of(new.hours), known.currency

    def currency(self, matter_id: int) -> str:
        """The currency of a matter."""
        return self._matter(matter_id).currency

    def of_time(
        self, whose: Iterable[tuple[int, int, str]], days: Iterable[date], hours: Iterable[Decimal]
    ) -> tuple[list[bytes], list[bytes]]:
        """The same of much time, as cells of rates and of worth: matter, person and task; day; hours of each row.

        Asks no database where all matters were told.
        """
        rated, valued = [], []
        found = self._found
        for key, day, many in zip(whose, days, hours, strict=True):
            for known in found.get(key, ()):
                if known.first <= day <= known.last:
                    break
            else:
                known = self._look_up(key, day)
            rated.append(known.rated)
            valued.append(known.worth.get(many) or known.valued(many))
        return rated, valued

    def _known(self, key: tuple[int, int, str], day: date) -> _Known:
        for known in self._found.get(key, ()):
            if known.first <= day <= known.last:
                return known
        return self._look_up(key, day)

    def _look_up(self, key: tuple[int, int, str], day: date) -> _Known:
        matter, timekeeper = self._matter(key[0]), self._timekeepers[key[1]]
        question = firm.question(matter, timekeeper, day, key[2])
        found = self._rates.rate_for(question)
        # that there is none is said of one day
        days = (day, day) if isinstance(found, NoRate) else self._rates.unchanged_around(question)
        price = priced(_NONE, found)
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
            self._worth.clear()
        worth = self._worth.setdefault((price.standard_rate, price.agreed_rate, matter.currency), {})
        known = _Known(*days, price, matter.currency, bulk.rated(price), worth)
        self._found.setdefault(key, []).append(known)
        return known

    def _matter(self, key: int) -> Matter:
        """A matter; also one that this person may not see, whose entry left a complete file."""
        if key not in self._matters:
            self._matters[key] = Matter.objects.get(pk=key)
            self._rates = self._read()
        return self._matters[key]

    def _read(self) -> RateTable:
        return firm.rate_table({matter.client_id for matter in self._matters.values()})
