"""What is known beside the lines: rates, people, approvals, budgets, receipts, vendors, earlier bills.

One record for both ways in: `--context FILE.toml` and the registers of the application. A register
that is empty is *not on file*; the rules that need it then cannot judge, and say so.

    as_of = 2026-03-31
    people = ["J. Hale"]

    [[rate]]
    timekeeper = "0441"
    from = 2026-01-01
    amount = 540

Each table's keys are the fields of the record of that name below; `TABLES` lists the tables.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from meruit.guidelines.entry import Entry

Fare = Literal["coach", "premium", "business", "first"]
Topic = Literal["generative-ai", "lowest-rate", "records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timekeeper:
    """A person whose time is billed. `matters` empty means approved for every matter of the client.

    `approved` None: the person is known, and the client's list of approved timekeepers is not on file.
    """

    id: str
    name: str | None = None
    class_: str | None = None
    bar_on: date | None = None
    matters: tuple[str, ...] = ()
    approved: bool | None = True
    approved_from: date | None = None
    approved_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The rate a client agreed, by person or class; the narrower row wins over the wider."""

    amount: Decimal
    timekeeper: str | None = None
    class_: str | None = None
    matter: str | None = None
    client: str | None = None
    from_: date | None = None
    to: date | None = None
    currency: str | None = None
    noticed_on: date | None = None
    approved_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A consent of the client: what it allows, for whom, how much of it, when, and who gave it."""

    what: str
    matter: str | None = None
    timekeeper: str | None = None
    vendor: str | None = None
    from_: date | None = None
    to: date | None = None
    amount: Decimal | None = None
    hours: Decimal | None = None
    approver: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An approved amount for a matter, or for one task or phase of it."""

    matter: str
    amount: Decimal
    task_code: str | None = None
    approved_on: date | None = None
    spent_before: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof of an expense and the facts that only it shows."""

    entry: str
    attached: bool = True
    vendor_amount: Decimal | None = None
    fare: Fare | None = None
    flight_hours: Decimal | None = None
    international: bool | None = None
    booked_on: date | None = None
    travelled_on: date | None = None
    nights: Decimal | None = None
    days: Decimal | None = None
    miles: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A third party the client accepts."""

    name: str
    approved: bool = True
    from_: date | None = None
    to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """When work on a matter was ordered, and where its administration stands."""

    matter: str
    starts_on: date | None = None
    ends_on: date | None = None
    opened_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """Facts of one invoice that stand beside its lines."""

    number: str
    date: dt.date | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    submitted_on: dt.date | None = None
    previous_on: dt.date | None = None
    currency: str | None = None
    total: Decimal | None = None
    fees: Decimal | None = None
    expenses: Decimal | None = None
    tax: Decimal | None = None
    discount: Decimal | None = None
    client: str | None = None
    matter: str | None = None
    client_matter: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Discounts agreed with a client: a percentage, from a volume of fees on where one is named."""

    pct: Decimal
    client: str | None = None
    from_volume: Decimal | None = None
    blended_rate: Decimal | None = None
    volume_before: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """One month's accrual of a matter: when due, when given."""

    matter: str
    month: str
    due_on: date
    given_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal against cuts of an invoice: when the cut was processed, when appealed, lines answered."""

    invoice: str
    processed_on: date
    appealed_on: date
    lines_cut: int | None = None
    lines_answered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the firm has declared on a matter of process, or has not."""

    topic: Topic
    made: bool
    matter: str | None = None
    invoice: str | None = None
    years: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRate:
    """The rate of a timekeeper for another client, for promises of the lowest rate."""

    timekeeper: str
    amount: Decimal
    client: str | None = None


@dataclass(frozen=True, kw_only=True)
class Context:
    """All registers. `as_of` is the day the judgement is made for; nothing here reads a clock.

    `people` are names inside the firm, `earlier` lines already billed to this client, `elsewhere` lines of
    the same timekeepers for other clients. `no_approvals` says the register of approvals is kept and empty.
    """

    as_of: date | None = None
    people: tuple[str, ...] = ()
    no_approvals: bool = False
    timekeepers: tuple[Timekeeper, ...] = ()
    rates: tuple[Rate, ...] = ()
    approvals: tuple[Approval, ...] = ()
    budgets: tuple[Budget, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    terms: tuple[Terms, ...] = ()
    accruals: tuple[Accrual, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    statements: tuple[Statement, ...] = ()
    other_rates: tuple[OtherRate, ...] = ()
    earlier: tuple[Entry, ...] = ()
    elsewhere: tuple[Entry, ...] = ()

    @cached_property
    def roster(self) -> dict[str, Timekeeper]:
        return {t.id: t for t in self.timekeepers}

    @cached_property
    def invoice_of(self) -> dict[str, Invoice]:
        return {i.number: i for i in self.invoices}

    @cached_property
    def receipt_of(self) -> dict[str, Receipt]:
        return {r.entry: r for r in self.receipts}

    @cached_property
    def engagement_of(self) -> dict[str, Engagement]:
        return {e.matter: e for e in self.engagements}

    @cached_property
    def rates_of(self) -> dict[str, list[Rate]]:
        """Rates by timekeeper; rows for a class stand under the empty name."""
        out: dict[str, list[Rate]] = {}
        for rate in self.rates:
            out.setdefault(rate.timekeeper or "", []).append(rate)
        return out

    @property
    def knows_approvals(self) -> bool:
        """Whether a register of approvals is at hand."""
        return bool(self.approvals) or self.no_approvals

    def replace(self, **changes: object) -> Context:
        """The same context with some registers exchanged."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # the fields check themselves


#: Table name in a context file -> field of `Context`.
TABLES: dict[str, tuple[str, type]] = {
    "timekeeper": ("timekeepers", Timekeeper),
    "rate": ("rates", Rate),
    "approval": ("approvals", Approval),
    "budget": ("budgets", Budget),
    "receipt": ("receipts", Receipt),
    "vendor": ("vendors", Vendor),
    "engagement": ("engagements", Engagement),
    "invoice": ("invoices", Invoice),
    "terms": ("terms", Terms),
    "accrual": ("accruals", Accrual),
    "appeal": ("appeals", Appeal),
    "statement": ("statements", Statement),
    "other_rate": ("other_rates", OtherRate),
    "earlier": ("earlier", Entry),
    "elsewhere": ("elsewhere", Entry),
}
