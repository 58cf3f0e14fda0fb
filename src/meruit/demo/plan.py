"""The demonstration firm as plain records, drawn from a seed: same seed and size, same firm.

Times are fixed (August to October 2026), since a demonstration's clock can be moved and a fixed firm can be
compared. `faults` names every fault put in, with the rule that should speak: whoever looks for them knows
how many there are to find.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"

#: The three months that were worked, and the evening before the night that is shown.
MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
TONIGHT = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)  # 18:30 in Boston, the morning of the 3rd in Manila
ENTRIES, EXPENSES = 5000, 400
#: The client whose portal takes bills on its page alone.
BY_HAND = "103"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """A piece of work or a cost. Matter and timekeeper are numbers as the firm's own system knows them."""

    key: str
    kind: str
    matter: str
    timekeeper: str
    worked_on: date
    narrative: str
    hours: Decimal | None = None
    units: Decimal | None = None
    unit_cost: Decimal | None = None
    task: str = ""
    activity: str = ""
    expense: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMatter:
    """A matter with who is responsible and how it is paid for."""

    number: str
    client: str
    name: str
    partner: str
    code_set: str
    currency: str
    arrangement: tuple[str, dict[str, Any]] = ("hourly", {})
    shares: tuple[dict[str, Any], ...] = ()
    team: tuple[str, ...] = ()
    client_matter_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong, put there on purpose: what, where, and which rule (or queue) should show it."""

    what: str
    where: str
    rule: str
    says: str


@dataclass(slots=True)
class Plan:
    """Everything the demonstration is built from."""

    profile: dict[str, Any]
    people: list[dict[str, Any]]
    clients: list[dict[str, Any]]
    matters: list[PlannedMatter]
    entries: list[PlannedEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unapproved: str = "AQ25"  # hired in the summer, not yet on any portal's list
    absent: str = "AQ02"  # the partner who is away, and who decides in the meantime
    stand_in: str = "AQ01"

    def client_rate(self, client: dict[str, Any], person: dict[str, Any]) -> Decimal:
        """What a client agreed to pay for an hour of a person: the standard rate less the client's discount."""
        off = Decimal(client.get("discount", "0"))
        return (Decimal(person["rate"]) * (100 - off) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def plan(seed: int = 98, times: int = 1, *, entries: int = ENTRIES, expenses: int = EXPENSES) -> Plan:
    """Draw the firm; `times` multiplies matters, entries and costs (not the people)."""
    draw = random.Random(seed)
    firm = _firm()
    people = [person | {"number": f"AQ{n:02d}"} for n, person in enumerate(firm["person"], start=1)]
    clients = [client | {"number": f"{100 + n}"} for n, client in enumerate(firm["client"], start=1)]
    made = Plan(profile=firm["profile"], people=people, clients=clients, matters=_matters(draw, people, clients, times))
    _work(draw, made, entries * times)
    _costs(draw, made, expenses * times)
    _faults(draw, made)
    made.entries.sort(key=lambda e: (e.worked_on, e.key))
    return made


def workdays(first: date, last: date) -> list[date]:
    """Mondays to Fridays from `first` to `last`."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def month_end(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@cache
def _firm() -> dict[str, Any]:
    return tomllib.loads((DATA / "firm.toml").read_text(encoding="utf-8"))


@cache
def _narratives() -> dict[str, Any]:
    return tomllib.loads((DATA / "narratives.toml").read_text(encoding="utf-8"))


#: What matters are called, by practice of their client.
_NAMES = {
    "insurance defence": ("{a} v. {b} (insured)", "{a} v. {b} Trucking (insured)", "{a} premises claim"),
    "commercial litigation": ("{a} v. {b}", "{a} supply dispute", "In re {b} arbitration"),
    "commercial property": ("Lease of {a} House", "{a} Quarter acquisition", "Refinancing of {b} Yard"),
    "employment": ("{a} charge of discrimination", "{a} v. employer", "{b} wage class"),
    "intellectual property": ("{a} application family", "{b} freedom to operate", "{a} opposition"),
    "probate": ("Administration of the estate", "{a} will contest"),
    "public law": ("{a} open meetings complaint", "{b} procurement protest", "{a} student discipline appeal"),
    "bankruptcy": ("In re {a}", "{b} preference recovery"),
}
_SURNAMES = [
    "Abney",
    "Barlow",
    "Castell",
    "Dobbs",
    "Ellery",
    "Fenwick",
    "Garrow",
    "Hollis",
    "Ingram",
    "Jessup",
    "Kinnear",
    "Loftus",
    "Merrow",
    "Nesbit",
    "Orme",
    "Pardoe",
    "Quayle",
    "Ridley",
    "Sayer",
    "Tolland",
    "Upshaw",
    "Verity",
    "Wragge",
    "Yarrow",
    "Ashby",
    "Brandt",
    "Coyle",
    "Drummond",
    "Eastman",
    "Frost",
]


def _matters(
    draw: random.Random, people: list[dict[str, Any]], clients: list[dict[str, Any]], times: int
) -> list[PlannedMatter]:
    timekeepers = [p["number"] for p in people if p.get("class")]
    made = []
    for client in clients:
        for n in range(client["matters"] * times):
            pattern = draw.choice(_NAMES[client["practice"]])
            a, b = draw.sample(_SURNAMES, 2)
            partner = people[client["partner"] - 1]["number"]
            team = (partner, *draw.sample([t for t in timekeepers if t != partner], 4))
            number = f"{client['number']}-{n + 1:03d}"
            made.append(
                PlannedMatter(
                    number=number,
                    client=client["number"],
                    name=pattern.format(a=a, b=b),
                    partner=partner,
                    code_set=client["code_set"],
                    currency=client.get("currency", "USD"),
                    arrangement=_ARRANGEMENTS.get(number, ("hourly", {})),
                    shares=_SHARES.get(number, ()),
                    team=team,
                    client_matter_id=f"{client.get('portal_client_id', client['number'])}/{2026}{n + 1:04d}",
                )
            )
    return made


#: Matters that are not plainly by the hour: a cap, a fixed fee, a contingency.
_ARRANGEMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "103-002": ("capped", {"cap": "60000.00"}),
    "110-002": ("fixed", {"fee": "18000.00", "parts": [["2026-08-31", "9000.00"], ["2026-10-31", "9000.00"]]}),
    "105-003": ("contingency", {"percent_by_stage": {"settled": "33", "tried": "40"}}),
    "106-002": ("blended", {"rate_per_hour": "425.00"}),
}
#: 60/40 between insurer and insured, after the insured has borne a deductible of 10,000. Payers by name.
_SHARES: dict[str, tuple[dict[str, Any], ...]] = {
    "101-003": (
        {"payer": "insured", "percent": "100", "layer": 1, "up_to": "10000.00"},
        {"payer": "client", "percent": "60", "layer": 2, "odd_cent": True},
        {"payer": "insured", "percent": "40", "layer": 2},
    ),
}


#: A client on paper that sends 500.00 too much, and one that sends nothing.
OVERPAYS, OVERPAID, NEVER_PAYS = "109", Decimal("500.00"), "112"
#: Whose last week is not yet released, and whose calendar lies in the inbox.
BUSY = "AQ06"
#: Billed each month, whatever else is: the cap, the fixed fee, the split with a deductible, the bill with VAT.
ALWAYS = ("103-002", "110-002", "101-003", "104-001")


def _work(draw: random.Random, made: Plan, wanted: int) -> None:
    days = [d for month in MONTHS for d in workdays(month, month_end(month))]
    lines = _narratives()["line"]
    words = _narratives()["words"]
    by_team: dict[str, list[PlannedMatter]] = {}
    for matter in made.matters:
        for member in matter.team:
            by_team.setdefault(member, []).append(matter)
    workers = sorted(by_team)
    day_load: dict[tuple[str, date], Decimal] = {}
    number = 0
    while number < wanted:
        who, day = draw.choice(workers), draw.choice(days)
        matter = draw.choice(by_team[who])
        line = draw.choice([x for x in lines if x["set"] == matter.code_set])
        hours = Decimal(draw.randint(*line["hours"])) / 10
        if day_load.get((who, day), Decimal(0)) + hours > Decimal(11):
            hours = Decimal(draw.randint(1, 4)) / 10
        if day_load.get((who, day), Decimal(0)) + hours > Decimal("11.5"):
            continue
        day_load[who, day] = day_load.get((who, day), Decimal(0)) + hours
        number += 1
        made.entries.append(
            PlannedEntry(
                key=f"T{number:06d}",
                kind="time",
                matter=matter.number,
                timekeeper=who,
                worked_on=day,
                narrative=_fill(draw, draw.choice(line["texts"]), words),
                hours=hours,
                task=line["task"],
                activity=line["activity"],
            )
        )


def _costs(draw: random.Random, made: Plan, wanted: int) -> None:
    days = [d for month in MONTHS for d in workdays(month, month_end(month))]
    rows = _narratives()["expenses"]["rows"]
    words = _narratives()["words"]
    for number in range(1, wanted + 1):
        matter = draw.choice(made.matters)
        code, text, _, price, least, most = draw.choice(rows)
        made.entries.append(
            PlannedEntry(
                key=f"X{number:06d}",
                kind="expense",
                matter=matter.number,
                timekeeper=matter.partner,
                worked_on=draw.choice(days),
                narrative=_fill(draw, text, words),
                units=Decimal(draw.randint(least, most)),
                unit_cost=Decimal(price),
                expense=code,
            )
        )


def _fill(draw: random.Random, text: str, words: dict[str, list[str]]) -> str:
    low = draw.randint(2, 14)
    return text.format(
        doc=draw.choice(words["doc"]),
        who=draw.choice(words["who"]),
        issue=draw.choice(words["issue"]),
        n=low,
        m=low + draw.randint(3, 20),
        pages=draw.randint(60, 2400),
    )


#: What is done to an entry, and the rule that should speak: rule, how many of a thousand entries, change, words.
_SPOILS: tuple[tuple[str, int, dict[str, Any], str], ...] = (
    ("billing-increment", 2, {"hours": Decimal("0.25")}, "a quarter of an hour instead of tenths"),
    ("prohibited-phrase", 3, {"narrative": "Attention to file"}, "says nothing that a client pays for"),
    ("block-billing", 4, {"narrative": "Review lease; call client re rent; draft letter; prepare for hearing"},
     "four tasks under one figure"),
    ("codes-required", 2, {"task": "", "activity": ""}, "no task and no activity code"),
    ("clerical", 2, {"narrative": "Scan and file correspondence; update calendar"}, "clerical work"),
    ("daily-hours", 1, {"hours": Decimal("13.6")}, "more than twelve hours on one day"),
)  # fmt: skip


def _faults(draw: random.Random, made: Plan) -> None:
    """Spoil some entries of the last month, each once, and list them."""
    last = [n for n, e in enumerate(made.entries) if e.kind == "time" and e.worked_on >= MONTHS[-1]]
    pool = draw.sample(last, len(last))
    for rule, of_thousand, change, words in _SPOILS:
        for _ in range(max(3, len(made.entries) * of_thousand // 1000)):
            _spoil(made, pool.pop(), rule, change, words)
    for _ in range(5):  # the same line twice
        copied = made.entries[pool.pop()]
        again = replace(copied, key=copied.key + "B")
        made.entries.append(again)
        made.faults.append(
            Fault(what="duplicate", where=again.key, rule="duplicate-line", says=f"same as {copied.key}")
        )
    for _ in range(4):  # a copy at a price above the cap
        at = draw.choice([n for n, e in enumerate(made.entries) if e.expense == "E101" and e.worked_on >= MONTHS[-1]])
        _spoil(made, at, "copies", {"unit_cost": Decimal("0.35")}, "copies at 0.35 a page")
    stale = [n for n, e in enumerate(made.entries) if e.kind == "time" and e.worked_on < MONTHS[1]]
    for at in draw.sample(stale, 3):  # late: worked in August, entered now, still unbilled
        _spoil(
            made, at, "stale-time", {"key": made.entries[at].key + "LATE"}, "worked in August, entered after its bill"
        )


def _spoil(made: Plan, at: int, rule: str, change: dict[str, Any], words: str) -> None:
    made.entries[at] = replace(made.entries[at], **change)
    made.faults.append(Fault(what=rule, where=made.entries[at].key, rule=rule, says=words))
