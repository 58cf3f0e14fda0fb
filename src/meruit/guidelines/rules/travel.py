"""Travel: time on the road, and what the trip may cost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing, unset
from meruit.guidelines.params import choice, choices, flag, number, numbers, texts
from meruit.guidelines.phrases import lacks
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, rule_type
from meruit.guidelines.scope import Codes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

_BETTER_SEAT = re.compile(r"\b(?:first[- ]class|business[- ]class|premium economy|upgrade)\b", re.IGNORECASE)
_HOTEL = re.compile(r"\b(?:hotels?|lodging|motel|accommodations?|room (?:charge|rate)|nights?)\b", re.IGNORECASE)
_MEAL = re.compile(
    r"\b(?:meals?|lunch(?:eon)?|dinner|breakfast|catering|coffee|refreshments|per diem)\b", re.IGNORECASE
)
_WORKING_MEAL = re.compile(
    r"\b(?:working (?:lunch|dinner|breakfast|meal)|team (?:lunch|dinner|meal)|office (?:lunch|dinner|meal)|in-?house|"
    r"(?:overtime|late[- ]night) meal|"
    r"(?:lunch|dinner|meal) (?:with|for) (?:team|staff|associates?|colleagues?|attorneys?))\b",
    re.IGNORECASE,
)
_MILEAGE = re.compile(r"\b(?:mileage|miles?)\b", re.IGNORECASE)
_MILES_TOLD = re.compile(r"\b\d[\d,.]*\s*(?:miles?|mi\b)|\bmiles?:?\s*\d", re.IGNORECASE)
_LIMOUSINE = re.compile(r"\b(?:limousines?|limo|black car|town car|chauffeur\w*)\b", re.IGNORECASE)
_RENTAL = re.compile(r"\b(?:rental car|car rental|car hire|hire car|rent-a-car)\b", re.IGNORECASE)
#: Parts of words of which each of these patterns needs one (see `lacks`).
_SEATS = ("class", "premium", "upgrade")
_BEDS = ("hotel", "lodging", "motel", "accommodation", "room", "night")
_FOOD = ("meal", "lunch", "dinner", "breakfast", "catering", "coffee", "refreshments", "per diem")
_FOOD_AT_WORK = ("meal", "lunch", "dinner", "breakfast", "in-house", "inhouse")
_CARS = ("limo", "black car", "town car", "chauffeur", "rent", "hire", "mile")
_TRIP = re.compile(
    r"\b(?:travel(?:l?ed|l?ing)?|trip|flight|drive|drove|fly|flew)\b.{0,12}\b(?:to|from)\b", re.IGNORECASE
)
TRAVEL = Codes(["E110"])
_CONSENT_TOLD = re.compile(r"\bapproved by\b|\bapproval (?:of|from|by)\b|\bper [A-Z]\w+", re.IGNORECASE)


@rule_type(
    "GL-51",
    "travel-class",
    "Class of travel",
    family="TRAV",
    checkable="needs",
    params=(
        choice("air", "coach", ("coach", "premium", "business"), "the best seat the client pays for"),
        number("business_if_hours_gt", "8", "flight hours above which business class is paid"),
        flag("business_international_only", True, "that exception is for international flights alone"),
        number("book_days_before", "14", "days ahead that a scheduled trip is booked; 0 does not ask"),
    ),
    needs=("receipts",),
)
def travel_class(p: Params, c: Context) -> Check:
    """Flights are in coach, booked ahead; long international ones may be in business class."""
    order = ("coach", "premium", "business", "first")
    best, long, ahead = p.text("air"), p.number("business_if_hours_gt"), p.number("book_days_before")
    abroad = p.flag("business_international_only")

    def check(entry: Entry) -> Outcome:
        if approved(c, "travel-class", entry):
            return None
        known = c.receipt_of.get(entry.id)
        text = entry.narrative or ""
        told = None if lacks(text, _SEATS) else _BETTER_SEAT.search(text)
        if known is not None and known.fare is not None:
            exempt = (
                known.fare == "business"
                and known.flight_hours is not None
                and known.flight_hours > long
                and (known.international is True or not abroad)
            )
            if order.index(known.fare) > order.index(best) and not exempt:
                return Hit(
                    field="fare",
                    found=known.fare,
                    expected=best,
                    message=f"The fare is {known.fare}; the client pays {best}. The {best} fare of that flight passes.",
                )
            if ahead and known.booked_on and known.travelled_on:
                days = (known.travelled_on - known.booked_on).days
                if days < ahead:
                    return Hit(
                        field="booked_on",
                        found=f"{days} days ahead",
                        expected=f"at least {say.plain(ahead)}",
                        severity="warn",
                        message=f"The flight was booked {days} days ahead; the client asks for "
                        f"{say.plain(ahead)} for "
                        "events that were scheduled. It passes with the reason for the late booking.",
                    )
            return None
        if told and best == "coach":
            return Hit(
                field="narrative",
                words=told.group(),
                span=told.span(),
                confidence=0.85,
                message=f'"{told.group()}" is better than the {best} fare the client pays for. The {best} fare passes.',
            )
        return missing("fare of the flight") if entry.expense_code in TRAVEL else None

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-52",
    "hotel-cap",
    "Hotel cap",
    family="TRAV",
    params=(number("max_per_night", None, "most that the client pays a night (250 and 325 are seen)"),),
)
def hotel_cap(p: Params, c: Context) -> Check:
    """A hotel is paid up to a price a night. Nights are the units of the line, or stand on the receipt."""
    cap = p.maybe("max_per_night")

    def check(entry: Entry) -> Outcome:
        if entry.narrative is None:
            return blank("narrative")
        if lacks(entry.narrative, _BEDS) or not _HOTEL.search(entry.narrative):
            return None
        if cap is None:
            return unset("max_per_night")
        known = c.receipt_of.get(entry.id)
        nights = known.nights if known is not None and known.nights is not None else entry.units
        value = entry.value
        if value is None or not nights:
            return blank("nights or amount")
        price = value / nights
        if price <= cap:
            return None
        return Hit(
            field="amount",
            found=f"{say.money(price)} a night",
            expected=f"at most {say.money(cap)}",
            at_risk=value - cap * nights,
            message=f"The hotel costs {say.money(price)} a night; the client pays {say.money(cap)}. "
            f"{say.money(cap * nights)} passes for {say.plain(nights)} night{'s' if nights != 1 else ''}.",
        )

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-53",
    "meals",
    "Meals",
    family="TRAV",
    level="day",
    params=(
        number("max_per_day", None, "most that the client pays a person and day (60 and 75 are seen)"),
        flag("working_meals", False, "whether meals that are not on travel are paid"),
        texts("codes", ("E111",), "expense codes of meals"),
    ),
)
def meals(p: Params, c: Context) -> tuple[Check, ...]:
    """Meals are paid on travel, up to an amount a person and day; meals at work are not."""
    cap, working, codes = p.maybe("max_per_day"), p.flag("working_meals"), Codes(p.texts("codes"))

    def is_meal(entry: Entry) -> bool:
        if entry.expense_code in codes:
            return True
        text = entry.narrative or ""
        return not lacks(text, _FOOD) and bool(_MEAL.search(text))

    def check(entry: Entry) -> Outcome:
        if entry.narrative is None:
            return blank("narrative")
        told = None if lacks(entry.narrative, _FOOD_AT_WORK) else _WORKING_MEAL.search(entry.narrative)
        if working or not told or not is_meal(entry) or approved(c, "meals", entry):
            return None
        return Hit(
            field="narrative",
            words=told.group(),
            span=told.span(),
            confidence=0.9,
            message=f'"{told.group()}": the client pays for meals on travel, not at work. Write the line off.',
        )

    def key(entry: Entry) -> Hashable | Unjudged:
        if not is_meal(entry):
            return None
        if cap is None:
            return unset("max_per_day")
        if entry.value is None or entry.date is None:
            return blank("date or amount")
        return (entry.timekeeper, entry.matter, entry.date)

    def daily(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = sum((e.value for e in lines if e.value is not None), Decimal(0))
        days = Decimal(1)
        for entry in lines:
            known = c.receipt_of.get(entry.id)
            if known is not None and known.days is not None:
                days = max(days, known.days)
        if cap is not None and total > cap * days:
            yield Hit(
                entry=lines[-1],
                field="amount",
                found=say.money(total),
                expected=f"at most {say.money(cap * days)}",
                at_risk=total - cap * days,
                message=f"Meals of the day come to {say.money(total)}; the client pays {say.money(cap)} a "
                "person and day. "
                f"{say.money(cap * days)} passes.",
            )

    return LineCheck(check, kind="expense"), GroupCheck(key, daily, kind="expense")


#: Business mileage a year, in dollars: Internal Revenue Service, standard mileage rates (IR notices of
#: each December; 2022 changed on 1 July and carries the second half's figure).
IRS_MILEAGE = {"2022": "0.625", "2023": "0.655", "2024": "0.67", "2025": "0.70", "2026": "0.725"}


@rule_type(
    "GL-54",
    "ground-transport",
    "Ground transport and mileage",
    family="TRAV",
    params=(
        numbers("mileage", IRS_MILEAGE, "price of a mile by year"),
        flag("show_miles", True, "whether the line must show miles times price"),
        number("car_per_day", None, "most that a rental car may cost a day"),
        flag("limousine", False, "whether a limousine is paid"),
    ),
)
def ground_transport(p: Params, c: Context) -> Check:
    """Mileage is miles times the official price; rental cars are capped; limousines are not paid."""
    prices, show, car, limousine = (
        p.numbers("mileage"),
        p.flag("show_miles"),
        p.maybe("car_per_day"),
        p.flag("limousine"),
    )

    def check(entry: Entry) -> Outcome:
        text = entry.narrative
        if text is None:
            return blank("narrative")
        if lacks(text, _CARS):
            return None
        luxury = _LIMOUSINE.search(text)
        if luxury and not limousine:
            return Hit(
                field="narrative",
                words=luxury.group(),
                span=luxury.span(),
                confidence=0.95,
                message=f'"{luxury.group()}": the client does not pay for a limousine. The price of a taxi passes.',
            )
        if _RENTAL.search(text):
            return rented(entry)
        driven = _MILEAGE.search(text)
        return mileage(entry, driven) if driven else None

    def rented(entry: Entry) -> Outcome:
        if car is None:
            return unset("car_per_day")
        known = c.receipt_of.get(entry.id)
        days = known.days if known is not None and known.days is not None else entry.units
        if entry.value is None or not days:
            return blank("days or amount")
        if entry.value <= car * days:
            return None
        return Hit(
            field="amount",
            found=f"{say.money(entry.value / days)} a day",
            expected=f"at most {say.money(car)}",
            at_risk=entry.value - car * days,
            message=f"The car costs {say.money(entry.value / days)} a day; the client pays {say.money(car)}. "
            f"{say.money(car * days)} passes.",
        )

    def mileage(entry: Entry, driven: re.Match[str]) -> Outcome:
        units, rate = entry.units, entry.rate
        lump = units is None or (units == 1 and rate == entry.value)
        if lump and not _MILES_TOLD.search(entry.narrative or ""):
            if units is None and rate is None:
                return blank("miles")
            return (
                Hit(
                    field="units",
                    words=driven.group(),
                    span=driven.span(),
                    expected="miles times price",
                    message="The line bills mileage as a lump. Miles times the price of a mile passes.",
                )
                if show
                else None
            )
        if entry.date is None:
            return blank("date")
        price = prices.get(str(entry.date.year))
        if price is None:
            return missing(f"mileage rate of {entry.date.year}")
        if lump or rate is None or units is None or rate <= price:
            return None
        return Hit(
            field="rate",
            found=say.money(rate),
            expected=say.money(price),
            mend=f"Bill {say.money(price)}.",
            at_risk=(rate - price) * units,
            message=f"A mile is billed at {say.money(rate)}; {say.money(price)} is the rate of "
            f"{entry.date.year}. "
            f"{say.money(price * units)} passes for {say.plain(units)} miles.",
        )

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-55",
    "travel-approval",
    "Travel needs prior approval",
    family="APPR",
    checkable="needs",
    params=(
        choices("applies_to", ("fees", "expenses"), ("fees", "expenses"), "time on the road, its cost, or both"),
        flag("name_in_narrative", False, "an approver named in the narrative also passes"),
        texts("expense_codes", ("E110",), "expense codes of travel"),
        texts("activity_codes", ("A111", "A112"), "activity codes of travel"),
    ),
    needs=("approvals",),
)
def travel_approval(p: Params, c: Context) -> Check:
    """A trip is approved by the client before it is made."""
    applies, named = p.texts("applies_to"), p.flag("name_in_narrative")
    expense_codes, activity_codes = Codes(p.texts("expense_codes")), Codes(p.texts("activity_codes"))

    def is_trip(entry: Entry) -> bool:
        if entry.kind == "expense":
            return "expenses" in applies and entry.expense_code in expense_codes
        coded = entry.activity_code in activity_codes
        return "fees" in applies and (coded or bool(_TRIP.match(entry.narrative or "")))

    def check(entry: Entry) -> Outcome:
        if not is_trip(entry):
            return None
        if named and _CONSENT_TOLD.search(entry.narrative or ""):
            return None
        if not c.knows_approvals:
            return missing("register of approvals")
        if approved(c, "travel-approval", entry):
            return None
        return Hit(
            field="narrative",
            found=entry.narrative,
            expected="an approval",
            message="No approval of this trip is on file. It passes with the client's prior approval.",
        )

    return LineCheck(check, kind=None)
