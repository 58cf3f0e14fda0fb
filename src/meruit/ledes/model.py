"""An e-bill in memory: one set of records able to carry every LEDES format.

The shape is that of LEDES XML 2.2 (firm, client, invoice, matter, line) plus the one tax a line of
98BI may have; the flat formats repeat a matter's and an invoice's values on every record, and the
reader folds them into the records below.

Reading never judges: every value is kept as the text that stood in the file, trimmed, and the empty
text is the format's null. `decimal` and `day` give typed values and answer None where the text is
empty or is not one; `place` and `raw` tell where a value stood and how it looked there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from meruit.ledes.values import day_of, decimal_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from meruit.findings import Finding


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: physical line and field from 1, byte offset in the file from 0."""

    line: int
    field: int | None = None
    byte: int | None = None


class Origin(Protocol):
    """What a reader remembers of a record: the place of each value and its untouched text."""

    @property
    def line(self) -> int: ...

    def place(self, key: str) -> Place | None: ...

    def raw(self, key: str) -> str | None: ...


@dataclass(slots=True)
class Marks:
    """The simplest origin: places and raw texts by key, as an XML reader collects them."""

    line: int
    places: dict[str, Place] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)

    def place(self, key: str) -> Place | None:
        return self.places.get(key)

    def raw(self, key: str) -> str | None:
        return self.raws.get(key)


@dataclass(slots=True, kw_only=True)
class Record:
    """What every record has besides its own values.

    `extra` holds values the record's table does not know (unknown columns or elements), `extend` the
    name and value pairs of an XML extend_header. Neither origin nor item number is part of equality:
    two bills are equal when they say the same.
    """

    extra: dict[str, str] = field(default_factory=dict)
    extend: ExtendHeader | None = None
    item_number: str = field(default="", compare=False)
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def text(self, key: str) -> str:
        """The value of `key` as text; the empty text when it is absent."""
        value = getattr(self, key)
        return value if isinstance(value, str) else ""

    def decimal(self, key: str) -> Decimal | None:
        return decimal_of(self.text(key))

    def day(self, key: str) -> date | None:
        return day_of(self.text(key))

    def place(self, key: str) -> Place | None:
        return self.origin.place(key) if self.origin else None

    def raw(self, key: str) -> str | None:
        return self.origin.raw(key) if self.origin else None


@dataclass(slots=True)
class ExtendHeader:
    """Data two parties agreed on beside the standard; kept, never interpreted."""

    vendor: str = ""
    app: str = ""
    sequence: str = ""
    date: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Address(Record):
    address_1: str = ""
    address_2: str = ""
    address_3: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""


@dataclass(slots=True, kw_only=True)
class Contact(Record):
    last_name: str = ""
    first_name: str = ""
    id: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""


@dataclass(slots=True, kw_only=True)
class Firm(Record):
    """The law firm. `id` is LAW_FIRM_ID of the flat formats and lf_vendor_id of XML (tax id or vendor id)."""

    id: str = ""
    own_id: str = ""  # lf_id: the firm's choice
    name: str = ""
    address: Address | None = None
    remit_address: Address | None = None
    billing_contact: Contact | None = None
    source_app: str = ""
    app_version: str = ""
    url: str = ""


@dataclass(slots=True, kw_only=True)
class Client(Record):
    """Who is billed. `firm_id_at_client` (cl_lf_id) is the id under which the client knows the firm."""

    id: str = ""
    firm_id_at_client: str = ""
    name: str = ""
    tax_id: str = ""
    address: Address | None = None
    contact: Contact | None = None
    email: str = ""


@dataclass(slots=True, kw_only=True)
class Party(Record):
    """Another name on the invoice: who gets the tax invoice, the bill, or pays it (XML 2.1 and 2.2)."""

    name: str = ""
    id: str = ""
    address: Address | None = None


@dataclass(slots=True, kw_only=True)
class TaxTier(Record):
    """One step of a tiered tax (XML 2.2, tax_tier_detail); the last one's maximum is `TOP`."""

    tax_id: str = ""
    number: str = ""
    minimum: str = ""
    maximum: str = ""
    percent: str = ""
    taxable_amount: str = ""
    tax_amount: str = ""


@dataclass(slots=True, kw_only=True)
class TierSummary(Record):
    """What a tiered tax comes to on one invoice (XML 2.2, tax_tier_summary)."""

    tax_id: str = ""
    taxable_amount: str = ""
    tax_amount: str = ""


@dataclass(slots=True, kw_only=True)
class Tax(Record):
    """A tax of the file's look-up list. `direction` is Increase, or Decrease for a withholding tax."""

    id: str = ""
    registration: str = ""  # tax_id_number
    type: str = ""
    tiered: str = ""  # Y or N
    rate: str = ""  # a fraction, always positive; empty when tiered
    country: str = ""
    locality: str = ""
    on_tax: str = ""  # Y or N
    on_tax_id: str = ""
    direction: str = ""


@dataclass(slots=True, kw_only=True)
class TaxSummary(Record):
    """What one tax comes to on one matter (tax_summary)."""

    tax_id: str = ""
    fees_base: str = ""
    fees_tax: str = ""
    expenses_base: str = ""
    expenses_tax: str = ""


@dataclass(slots=True, kw_only=True)
class Adjustment(Record):
    """A discount, credit or alternative fee of a matter or of a line (the disc_cred structures).

    `code` is MIA, MIDB, MISF, FIA, EID and so on, or Other with `note`; `direction` is Increase or
    Decrease; `split` (matters only) is Pre-Split, Post-Split or NA; `percent` is a fraction.
    """

    code: str = ""
    note: str = ""
    type: str = ""  # Percent or Flat
    category: str = ""  # Fee or Exp, on matters
    direction: str = ""
    split: str = ""
    percent: str = ""
    amount: str = ""
    tax_ids: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Timekeeper(Record):
    """A person at one level and rate, as a matter's summary lists them (tksum)."""

    id: str = ""
    last_name: str = ""
    first_name: str = ""
    level: str = ""
    rate: str = ""
    hours: str = ""  # LEDES 2000
    cost: str = ""  # LEDES 2000
    rate_other_currency: str = ""  # seen in 2.0.4
    other_currency: str = ""


@dataclass(slots=True, kw_only=True)
class Line(Record):
    """One line item: a fee, an expense, or an adjustment of the whole invoice.

    `total` is what the format states: gross in 98BI, before tax everywhere else. `order` is the place
    of the record among the file's records; `differs` holds invoice or matter values which this one
    record states differently from the first, by column name.
    """

    number: str = ""
    kind: str = ""  # F, E, IF, IE
    date: str = ""
    units: str = ""
    rate: str = ""  # LINE_ITEM_UNIT_COST
    base_amount: str = ""  # XML: units * rate
    adjustment: str = ""  # signed; XML: item_disc_cred_amount
    total: str = ""
    narrative: str = ""
    task_code: str = ""
    activity_code: str = ""
    expense_code: str = ""
    timekeeper_id: str = ""
    timekeeper_name: str = ""
    timekeeper_class: str = ""
    timekeeper_last_name: str = ""
    timekeeper_first_name: str = ""
    tax_rate: str = ""  # 98BI: a fraction
    tax_total: str = ""
    tax_type: str = ""
    charge_type: str = ""  # XML: U or F
    payee: str = ""
    work_country: str = ""
    work_locality: str = ""
    client_code_1: str = ""  # LEDES 2000
    client_code_2: str = ""
    discount_type: str = ""  # LEDES 2000: percent or flat
    discount_percent: str = ""
    adjustments: list[Adjustment] = field(default_factory=list)
    tax_ids: list[str] = field(default_factory=list)
    differs: dict[str, str] = field(default_factory=dict)
    order: int = field(default=0, compare=False)


@dataclass(slots=True, kw_only=True)
class Matter(Record):
    """One engagement on an invoice, with its lines."""

    firm_matter_id: str = ""
    client_matter_id: str = ""
    name: str = ""
    description: str = ""
    po_number: str = ""
    account_type: str = ""  # O own, T third party
    billing_type: str = ""
    final_bill: str = ""
    managing_contact: Contact | None = None
    firm_contact: Contact | None = None
    client_contact: Contact | None = None
    detail_fees: str = ""
    detail_expenses: str = ""
    credit_fees: str = ""
    credit_expenses: str = ""
    credit_total: str = ""
    share_fees: str = ""
    share_expenses: str = ""
    bill_discount_fees: str = ""
    bill_discount_expenses: str = ""
    tax_on_fees: str = ""
    tax_on_expenses: str = ""
    net_fees: str = ""
    net_expenses: str = ""
    funds_applied: str = ""
    total_due: str = ""
    has_lines: str = ""  # associated_line_items, Y or N
    variable_1: str = ""  # LEDES 2000: cl_matter_var_1, cl_matter_var_2
    variable_2: str = ""
    eft_agreement: str = ""
    tax_summaries: list[TaxSummary] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    timekeepers: list[Timekeeper] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RegulatoryStatement(Record):
    heading: str = ""
    text_of_law: str = ""


@dataclass(slots=True, kw_only=True)
class Invoice(Record):
    """One bill of one firm to one client, over one or several matters.

    `total` is what the format calls the invoice's total: net in 98B, gross in 98BI, the sum due in XML.
    """

    number: str = ""
    date: str = ""
    start: str = ""
    end: str = ""
    description: str = ""
    total: str = ""
    tax_total: str = ""
    net_total: str = ""
    currency: str = ""
    reported_tax_total: str = ""
    tax_currency: str = ""
    due_date: str = ""
    tax_point_date: str = ""
    other_currency: str = ""
    exchange_rate: str = ""
    total_other_currency: str = ""
    tax_total_other_currency: str = ""
    payment_terms: str = ""
    credit_note: str = ""
    reference: str = ""
    replaces_rejected: str = ""
    tax_invoice: str = ""
    tax_authority_ref: str = ""
    image_file: str = ""
    generic_discount: str = ""  # LEDES 2000
    tax_invoice_party: Party | None = None
    bill_to: Party | None = None
    payable_by: Party | None = None
    firm: Firm = field(default_factory=Firm)
    client: Client = field(default_factory=Client)
    regulatory_statements: list[RegulatoryStatement] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    tier_summaries: list[TierSummary] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The lines of all matters in the order of the file."""
        return [line for _, line in self.matter_lines()]

    def matter_lines(self) -> list[tuple[Matter, Line]]:
        pairs = [(matter, line) for matter in self.matters for line in matter.lines]
        return sorted(pairs, key=lambda pair: pair[1].order)


@dataclass(slots=True, kw_only=True)
class Named(Record):
    """A record of a file that is no bill (a budget, a list of timekeepers), read by its own names.

    `segment` is the path of the element it stood in; its values are in `extra`.
    """

    segment: str = ""


@dataclass(slots=True, kw_only=True)
class File:
    """A file as it was read: its invoices in order, and what the reader had to put right to read it.

    `notes` are findings of the reader (structure, encoding, recovered records); they say what was met,
    and `check` passes them on. `clean` is true when writing the file again gives the same bytes.
    """

    format: str
    name: str | None = None
    encoding: str = "ascii"
    newline: str = "\r\n"
    identifier: str = ""
    ends_in_newline: bool = field(default=True, compare=False)
    #: XML: what one level is set in by; None where no line breaks stand between elements.
    indent: str | None = field(default="  ", compare=False)
    invoices: list[Invoice] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    tiers: list[TaxTier] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list, compare=False)

    @property
    def clean(self) -> bool:
        return not self.notes

    def lines(self) -> Iterator[tuple[Invoice, Matter, Line]]:
        """Every line with its invoice and matter, in the order of the file."""
        triples = [
            (invoice, matter, line) for invoice in self.invoices for matter in invoice.matters for line in matter.lines
        ]
        yield from sorted(triples, key=lambda triple: triple[2].order)
