"""The client behind the portal: what happens to a bill from its arrival to its payment.

`tick` does whatever is due: takes the inbox in, hands bills to the reviewer, passes or reduces them, pays them.
A person at the page can do each of it sooner, or otherwise.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import Any

from meruit.portals.rehearsal.judge import RateCard, Remark, Unreadable, judge
from meruit.portals.rehearsal.store import Store, said

DATA = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
REASONS: dict[str, str] = DATA.pop("reasons")
WORDS: dict[str, str] = DATA


@dataclass(slots=True)
class Manner:
    """How this client behaves: how long it takes, and what ails its portal. Read anew at each tick."""

    review_after: timedelta = timedelta(seconds=0)
    decide_after: timedelta = timedelta(seconds=0)
    pay_after: timedelta = timedelta(seconds=0)
    slow_seconds: float = 0.0
    down: bool = False
    silent_after_upload: bool = False  # takes the file and drops the connection before it answers
    by_hand: bool = False  # nothing passes and nothing is paid until a person says so
    card: RateCard = field(default_factory=RateCard)
    seed: int | None = None


@dataclass(slots=True)
class Portal:
    """The portal's work over its store. Whoever calls from another thread holds `lock`."""

    store: Store
    manner: Manner
    now: Callable[[], datetime]
    lock: RLock = field(default_factory=RLock)

    def tick(self) -> int:
        """Do what is due and publish what was said; returns the number of outbox files written."""
        with self.lock:
            return 0 if self.manner.down else self._tick()

    def _tick(self) -> int:
        self._collect()
        for bill in self.store.bills("logged"):
            if self._due(bill, self.manner.review_after):
                self.take_up(bill)
        if not self.manner.by_hand:
            for bill in self.store.bills("with_reviewer"):
                if self._due(bill, self.manner.decide_after):
                    self.decide(bill, deductions_of(bill))
            for bill in self.store.bills("passed"):
                if self._due(bill, self.manner.pay_after):
                    self.pay(bill)
        return self.store.publish()

    def decide(self, bill: sqlite3.Row, deductions: list[Remark]) -> None:
        """Pass a bill, with or without deductions."""
        off = sum((r.amount for r in deductions), Decimal(0))
        approved = Decimal(bill["total"]) - off
        events = [said(bill["number"], WORDS["reduced" if deductions else "passed"], amount=str(approved))]
        events += [said(bill["number"], WORDS["reduced"], r, reason=REASONS[r.reason]) for r in deductions]
        self.store.move(bill, "passed", self.now(), events, approved=str(approved))

    def send_back(self, bill: sqlite3.Row, reason: str, note: str) -> None:
        """Send a whole bill back."""
        remark = Remark(0, reason, Decimal(0), note)
        event = said(bill["number"], WORDS["sent_back"], remark, reason=REASONS[reason])
        self.store.move(bill, "sent_back", self.now(), [event])

    def ask(self, bill: sqlite3.Row, note: str) -> None:
        """Ask the firm something; the bill waits."""
        self.store.move(bill, "question", self.now(), [said(bill["number"], WORDS["question"], note=note)])

    def take_up(self, bill: sqlite3.Row) -> None:
        """The firm has answered, and the reviewer goes on."""
        self.store.move(bill, "with_reviewer", self.now(), [said(bill["number"], WORDS["with_reviewer"])])

    def pay(self, bill: sqlite3.Row) -> None:
        """Pay what was passed; the reference is what the bank will show."""
        reference = f"RP{bill['id']:06d}"
        event = said(bill["number"], WORDS["paid"], amount=bill["approved"], reference=reference)
        self.store.move(bill, "paid", self.now(), [event], reference=reference)

    def _collect(self) -> None:
        for path in self.store.waiting():
            if self.store.took(path):
                path.unlink()  # killed after it was written down and before the inbox was emptied
                continue
            data = path.read_bytes()
            at = self.now()
            if self.store.seen(hashlib.sha256(data).hexdigest()):
                self.store.take(
                    path,
                    at,
                    [],
                    [said("", WORDS["duplicate"], note="These bytes were received before; nothing was done.")],
                )
                continue
            try:
                bills = judge(data, self.manner.card, at.date(), self.manner.seed)
            except Unreadable as error:
                self.store.take(path, at, [], [said("", WORDS["unreadable"], note=str(error))])
                continue
            except Exception as error:  # a file that our reader chokes on must not hold up the ones behind it
                note = f"Our system could not read it ({type(error).__name__})."
                self.store.take(path, at, [], [said("", WORDS["unreadable"], note=note)])
                continue
            events: list[dict[str, Any]] = []
            made = []
            for bill in bills:
                events.append(said(bill.number, WORDS["received"]))
                refused = list(bill.refused)
                if self.store.holds(bill.number):
                    refused = [Remark(0, "number", Decimal(0), bill.number)]
                if refused:
                    events += [said(bill.number, WORDS["sent_back"], r, reason=REASONS[r.reason]) for r in refused]
                else:
                    events.append(said(bill.number, WORDS["logged"]))
                made.append((bill, "sent_back" if refused else "logged"))
            self.store.take(path, at, made, events)

    def _due(self, bill: sqlite3.Row, after: timedelta) -> bool:
        return datetime.fromisoformat(bill["at"]) + after <= self.now()


def deductions_of(bill: sqlite3.Row) -> list[Remark]:
    """What the client's reviewer found in a bill when it came."""
    return [
        Remark(r["line"], r["reason"], Decimal(r["amount"]), r["note"])
        for r in json.loads(bill["judged"])["deductions"]
    ]


def lines_of(bill: sqlite3.Row) -> list[tuple[int, str, Decimal, str]]:
    """Number, timekeeper, amount and description of each line."""
    return [(n, who, Decimal(amount), what) for n, who, amount, what in json.loads(bill["judged"])["lines"]]
