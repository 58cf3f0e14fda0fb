"""A bill as it leaves the house: everything that is printed or sent, as it was on the day, in one record.

The record is frozen when the bill is issued. Names, addresses and ids in it do not follow later changes,
and PDF and LEDES bytes are made from it alone, so they can be made again and are the same. Sums are not
fields but follow from the lines, so a document cannot contradict itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from meruit.money import Money, currency, total

NOTHING = Decimal(0)
PAPERS = ("us-letter", "a4")


class DocumentError(ValueError):
    """A document that may not leave the house as it is."""


class Kind(StrEnum):
    """What the document is. A credit note's amounts are positive and lower the invoice it names."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class LineKind(StrEnum):
    """What a line charges."""

    FEE = "fee"
    EXPENSE = "expense"
    FEE_ADJUSTMENT = "fee-adjustment"  # on all fees: a fixed fee, a discount, a success fee
    EXPENSE_ADJUSTMENT = "expense-adjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """The letterhead, and where to pay."""

    name: str
    address: tuple[str, ...]
    tax_id: str = ""
    tax_id_label: str = "Tax ID"
    ledes_id: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    remit_to: tuple[str, ...] = ()
    paper: str = "us-letter"  # or a4

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise DocumentError(f'"{self.paper}" is no paper a bill is set on; use {" or ".join(PAPERS)}.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """To whom the document is addressed."""

    name: str
    address: tuple[str, ...] = ()
    attention: str = ""
    tax_id: str = ""
    client_id: str = ""  # the firm's key for this client, as the payer knows it
    third_party: bool = False  # pays for the client: an insurer, a co-defendant


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRef:
    """What the work was about, with every id the payer wants to see."""

    number: str
    name: str
    client_name: str
    responsible: str = ""
    client_matter_id: str = ""
    po_number: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # label -> value: claim number, policy


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line: units x rate + adjustment = amount, and its tax beside it."""

    number: int
    kind: LineKind
    worked_on: date
    narrative: str
    units: Decimal
    rate: Decimal
    amount: Decimal  # net of tax
    adjustment: Decimal = NOTHING
    tax_rate: Decimal = NOTHING  # a fraction: 0.2 is 20 %
    tax: Decimal = NOTHING
    timekeeper_id: str = ""
    timekeeper_name: str = ""
    timekeeper_title: str = ""  # as a person reads it
    timekeeper_class: str = ""  # as the format codes it
    task_code: str = ""
    activity_code: str = ""
    expense_code: str = ""

    @property
    def is_fee(self) -> bool:
        """Whether the line belongs to fees rather than costs."""
        return self.kind in (LineKind.FEE, LineKind.FEE_ADJUSTMENT)


@dataclass(frozen=True, slots=True)
class TrustLine:
    """A balance the client may want to see: money held in trust, a retainer. For information only."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Applied:
    """Money already received or taken from an advance, which lowers what is due."""

    label: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier invoice that is still open."""

    number: str
    issued_on: date
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The tax in another currency, where a tax office asks for it on the invoice."""

    currency: str
    rate: Decimal  # how much of that currency one unit of the invoice's is
    rate_on: date
    source: str


@dataclass(frozen=True, slots=True)
class PersonSum:
    """Fees of one timekeeper at one rate."""

    name: str
    title: str
    hours: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Net and tax of one rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole document. `credits` and `reason` are of a credit note alone."""

    kind: Kind
    number: str
    issued_on: date
    due_on: date | None
    period_from: date
    period_to: date
    currency: str
    firm: Firm
    payer: Payer
    matter: MatterRef
    lines: tuple[DocumentLine, ...]
    description: str = ""
    terms: str = ""
    share_note: str = ""  # "Your share: 60 % of the bill"
    tax_name: str = "Tax"
    trust: tuple[TrustLine, ...] = ()
    applied: tuple[Applied, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    equivalent: Equivalent | None = None
    notes: tuple[str, ...] = ()
    credits: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.credits is not None) != (self.kind is Kind.CREDIT_NOTE):
            raise DocumentError(f"{self.number}: a credit note names the invoice it lowers, and only a credit note.")
        numbers = [line.number for line in self.lines]
        if len(set(numbers)) != len(numbers):
            raise DocumentError(f"{self.number}: two lines have the same number.")
        unit = currency(self.currency).unit
        for line in self.lines:
            self._check(line, unit)

    def _check(self, line: DocumentLine, unit: Decimal) -> None:
        """The amount is the product and the adjustment, within the rounding of one unit, and nothing finer."""
        if line.amount % unit or line.tax % unit or line.adjustment % unit:
            raise DocumentError(f"{self.number}, line {line.number}: an amount is finer than {unit} {self.currency}.")
        if abs(line.units * line.rate + line.adjustment - line.amount) >= unit:
            raise DocumentError(
                f"{self.number}, line {line.number}: {line.units} x {line.rate} + {line.adjustment} is not "
                f"{line.amount}."
            )

    @property
    def fees(self) -> Decimal:
        """Net fees."""
        return total((line.amount for line in self.lines if line.is_fee), self.currency)

    @property
    def costs(self) -> Decimal:
        """Net costs."""
        return total((line.amount for line in self.lines if not line.is_fee), self.currency)

    @property
    def net(self) -> Decimal:
        """Fees and costs before tax."""
        return self.fees + self.costs

    @property
    def tax(self) -> Decimal:
        """The tax of all lines."""
        return total((line.tax for line in self.lines), self.currency)

    @property
    def total(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax

    @property
    def due(self) -> Decimal:
        """The total less what has been received or applied already."""
        return self.total - total(a.amount for a in self.applied)

    @property
    def hours(self) -> Decimal:
        """Hours on fee lines."""
        return total(line.units for line in self.lines if line.kind is LineKind.FEE)

    def money(self, amount: Decimal) -> Money:
        """An amount of this document with its currency."""
        return Money(amount, self.currency)

    def by_timekeeper(self) -> list[PersonSum]:
        """Fees by timekeeper and rate, the highest first."""
        groups: dict[tuple[str, str, Decimal], list[DocumentLine]] = defaultdict(list)
        for line in self.lines:
            if line.kind is LineKind.FEE:
                groups[line.timekeeper_name, line.timekeeper_title, line.rate].append(line)
        sums = [
            PersonSum(name, title, total(x.units for x in own), rate, total(x.amount for x in own))
            for (name, title, rate), own in groups.items()
        ]
        return sorted(sums, key=lambda s: (-s.amount, s.name, s.rate))

    def by_tax_rate(self) -> list[TaxSum]:
        """Net and tax by rate, the highest first."""
        groups: dict[Decimal, list[DocumentLine]] = defaultdict(list)
        for line in self.lines:
            groups[line.tax_rate.normalize()].append(line)
        return [
            TaxSum(rate, total(x.amount for x in own), total(x.tax for x in own))
            for rate, own in sorted(groups.items(), reverse=True)
        ]
