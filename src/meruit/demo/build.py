"""Live the plan: terms proposed and decided, time prepared and released, month by month with the clock moved.

Every step goes through the rooms' own actions, by the people whose step it is; nothing is written that the
application could not write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from meruit.authority import actions as authority
from meruit.authority.acts import Actor
from meruit.authority.models import Decision
from meruit.demo.plan import ALWAYS, BUSY, BY_HAND, MONTHS, month_end
from meruit.firm import actions as firm
from meruit.invoices.actions import issuing, rendering
from meruit.matters.models import Payer
from meruit.prebills import actions as prebills
from meruit.prebills.actions import reviewing
from meruit.prebills.models import PreBill
from meruit.timesheets import actions as timesheets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.demo.founding import Founded
    from meruit.demo.logins import Logins
    from meruit.demo.plan import Plan, PlannedEntry, PlannedMatter

LAST_WEEK = date(2026, 10, 26)
#: So many bills are left to the night that is shown; their partners approve them in its afternoon.
KEPT, KEPT_AT = 2, datetime(2026, 11, 2, 20, tzinfo=UTC)
Say = Callable[[str, int, int], None]  # what, how many done, of how many


@dataclass(slots=True)
class Build:
    """One demonstration being built: its plan, who was enrolled, and how it speaks to the database."""

    plan: Plan
    made: Founded
    logins: Logins
    say: Say = lambda what, done, of: None

    def actor(self, number: str) -> Actor:
        """Somebody of the plan, signed in."""
        return Actor(person_id=self.made.persons[number], token=self.made.tokens[number], origin="demo")

    @property
    def specialist(self) -> Actor:
        """The specialist of the night shift."""
        return self.actor(next(p["number"] for p in self.plan.people if "specialist" in p["roles"]))

    def at(self, moment: datetime) -> None:
        """Move the firm's clock."""
        with self.logins.as_("worker"), connection.cursor() as cursor:
            cursor.execute("SELECT authority.set_clock(%s)", [moment])

    def terms(self) -> None:
        """Rate cards, discounts, arrangements and shares: each proposed by the specialist, decided by a partner."""
        self._decide_terms("rate", None, list(self._standard_rates()), "AQ01", "Rate card 2024")
        for client in self.plan.clients:
            number = self.made.clients[client["number"]]
            partner = self.plan.people[client["partner"] - 1]["number"]
            if "discount" in client:
                row = {"level": "discount", "percent": client["discount"], "currency": "USD", "from_on": "2024-01-02"}
                self._decide_terms("rate", number, [row], partner, f"Engagement letter of {client['name']}")
            arranged = [
                {
                    "matter_id": self.made.matters[m.number],
                    "kind": m.arrangement[0],
                    "terms": m.arrangement[1],
                    "from_on": "2024-01-02",
                }
                for m in self.plan.matters
                if m.client == client["number"]
            ]
            self._decide_terms("arrangement", number, arranged, partner, f"Engagement letters of {client['name']}")
            shared = [
                {
                    "matter_id": self.made.matters[m.number],
                    "from_on": "2024-01-02",
                    "shares": self._shares(m.client, m.shares),
                }
                for m in self.plan.matters
                if m.client == client["number"]
            ]
            self._decide_terms("shares", number, shared, partner, f"Who pays for {client['name']}")

    def work(self, month: date) -> None:
        """A month's entries as they came in, released by their timekeepers at its end; late ones later."""
        first, last = month, month_end(month)
        mine = [e for e in self.plan.entries if first <= e.worked_on <= last and not e.key.endswith("LATE")]
        if month == MONTHS[-1]:
            mine += [e for e in self.plan.entries if e.key.endswith("LATE")]
        self.at(datetime.combine(last, time(22), UTC))
        released: dict[str, list[int]] = defaultdict(list)
        for done, chunk in enumerate(_chunks(mine, 500), start=1):
            ids = timesheets.prepare(self.specialist, [self._entry(e) for e in chunk])
            for entry, key in zip(chunk, ids, strict=True):
                if not (entry.timekeeper == BUSY and entry.worked_on >= LAST_WEEK):
                    released[entry.timekeeper].append(key)
            self.say(f"time and costs of {month:%B}", min(done * 500, len(mine)), len(mine))
        self.at(datetime.combine(last + timedelta(days=1), time(14), UTC))
        for number, (who, keys) in enumerate(sorted(released.items()), start=1):
            timesheets.release(self.actor(who), keys)
            self.say(f"release of {month:%B}", number, len(released))

    def absence(self) -> None:
        """A partner goes away for three weeks and names who decides in the meantime."""
        self.at(datetime(2026, 10, 23, 20, tzinfo=UTC))
        authority.name_stand_in(
            self.actor(self.plan.absent),
            self.made.persons[self.plan.stand_in],
            kind=None,
            from_at=datetime(2026, 10, 26, 4, tzinfo=UTC),
            until_at=datetime(2026, 11, 16, 5, tzinfo=UTC),
        )

    def bill(self, month: date) -> None:
        """A month's bills: drafted by the specialist, approved by each partner in the next week, issued."""
        first, last = month, month_end(month)
        self.at(datetime.combine(last + timedelta(days=2), time(3), UTC))
        chosen = [self.made.matters[m.number] for m in self._billed(month)]
        drafted = prebills.draft(self.specialist, chosen, first, last)
        for number, each in enumerate(drafted, start=1):
            reviewing.send(self.specialist, each.prebill_id)
            reviewing.propose_final_bill(self.specialist, each.prebill_id)
            self.say(f"pre-bills of {month:%B}", number, len(drafted))
        self.at(datetime.combine(last + timedelta(days=6), time(15), UTC))
        by_person = {key: number for number, key in self.made.persons.items()}
        waiting = PreBill.objects.filter(state="in review").select_related("matter").exclude(pk__in=self._kept(month))
        for number, prebill in enumerate(waiting, start=1):
            partner = self.actor(by_person[prebill.matter.responsible_id])
            reviewing.approve(partner, prebill.pk)
            for invoice in issuing.issue(self.specialist, prebill.pk):
                rendering.render(self.specialist, invoice.pk, "pdf")
            self.say(f"bills of {month:%B}", number, len(drafted))

    def approve_kept(self) -> None:
        """The last of the firm's bills are approved in the afternoon: the night finds them, issues and sends them."""
        self.at(KEPT_AT)
        by_person = {key: number for number, key in self.made.persons.items()}
        for prebill in PreBill.objects.filter(state="in review").select_related("matter"):
            reviewing.approve(self.actor(by_person[prebill.matter.responsible_id]), prebill.pk)

    def _kept(self, month: date) -> list[int]:
        """What is put before its partner with the second month's bills and looked at on the last day only.

        Bills of clients whose portal takes files, and of partners who are here.
        """
        if month != MONTHS[1]:
            return []
        away, by_hand = self.made.persons[self.plan.absent], self.made.clients[BY_HAND]
        portals = Payer.objects.exclude(delivery="pdf").exclude(client=by_hand).values("client")
        found = PreBill.objects.filter(state="in review", matter__client__in=portals).exclude(matter__responsible=away)
        return list(found.order_by("-pk").values_list("pk", flat=True)[:KEPT])

    def _billed(self, month: date) -> list[PlannedMatter]:
        """Twenty matters a month, every client among them, so that two months make forty bills and a few parts."""
        worked = {e.matter for e in self.plan.entries if e.worked_on.month == month.month}
        ordered = [m for m in self.plan.matters if m.number in worked]
        share = len(self.plan.matters) // 3
        start = (month.month - MONTHS[0].month) * share // 2
        always = [m for m in ordered if m.number in ALWAYS]
        return always + [m for m in ordered[start::3] if m not in always][: share - len(always)]

    def _standard_rates(self) -> Iterable[dict[str, Any]]:
        for code in ("USD", "GBP"):
            for person in self.plan.people:
                if "class" in person:
                    timekeeper = self.made.timekeepers[person["number"]]
                    yield {
                        "level": "standard",
                        "timekeeper_id": timekeeper,
                        "amount": person["rate"],
                        "currency": code,
                        "from_on": "2024-01-02",
                    }

    def _shares(self, client: str, shares: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = list(shares) or [{"payer": "client", "percent": "100"}]
        return [
            {"payer_id": self.made.payers[client, row["payer"]]} | {k: v for k, v in row.items() if k != "payer"}
            for row in rows
        ]

    def _decide_terms(
        self, kind: str, client: int | None, rows: list[dict[str, Any]], partner: str, reason: str
    ) -> None:
        proposal = firm.propose_terms(self.specialist, kind, client, rows, reason=reason)
        decision = authority.decide(self.actor(partner), proposal, "approved", reason="As agreed.")
        firm.carry_out(self.specialist, Decision.objects.get(pk=decision))

    def _entry(self, entry: PlannedEntry) -> timesheets.NewEntry:
        return timesheets.NewEntry(
            kind=entry.kind,
            matter_id=self.made.matters[entry.matter],
            timekeeper_id=self.made.timekeepers[entry.timekeeper],
            worked_on=entry.worked_on,
            narrative=entry.narrative,
            hours=entry.hours,
            units=entry.units,
            unit_cost=entry.unit_cost,
            task_code=entry.task,
            activity_code=entry.activity,
            expense_code=entry.expense,
            source_key=entry.key,
        )


def _chunks(entries: list[PlannedEntry], size: int) -> Iterable[list[PlannedEntry]]:
    return (entries[at : at + size] for at in range(0, len(entries), size))
