"""One invoice while its records pass by: what they repeat, what they add up to, what was already said."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes.flat.amounts import UNIT, agrees, plain
from meruit.ledes.flat.records import Flaw
from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.ledes.flat.judge import Judge
    from meruit.ledes.flat.look import Cells, Look

#: Entries of one invoice among which equal ones are looked for; memory stays bounded beyond it.
MOST_ENTRIES = 100_000


@dataclass(slots=True)
class Sum:
    """A running total: whole numbers of 1/10000 for nearly all amounts, a decimal for the odd rest."""

    units: int = 0
    odd: Decimal = Decimal(0)
    readable: bool = True

    def add(self, text: str) -> None:
        amount = decimal_of(text) if text else Decimal(0)
        if amount is None:
            self.readable = False
        else:
            self.odd += amount

    @property
    def value(self) -> Decimal:
        return Decimal(self.units) / UNIT + self.odd


@dataclass(slots=True)
class Bill:
    """The state of one invoice; `cells` are those of its first record, `line` and `byte` where it stands."""

    number: str
    line: int
    byte: int
    cells: Sequence[bytes]
    texts: Cells
    total: Sum = field(default_factory=Sum)
    tax: Sum = field(default_factory=Sum)
    #: False once a record could not be read whole: its sums can no longer be judged.
    whole: bool = True
    records: int = 0
    #: Beginning of records -> what the first record with it repeats after its own values (quick way).
    tails: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    #: Beginnings that differ from the first record's where they must not.
    unlike: set[bytes] = field(default_factory=set)
    people_met: set[tuple[bytes, ...]] = field(default_factory=set)
    codings_met: set[tuple[bytes, ...]] = field(default_factory=set)
    #: The run of records so far whose numbers and narratives are all different (quick way).
    run: Look | None = None
    #: The first run of the invoice whose persons are known to the file and were not yet compared (wide way).
    strangers: Look | None = None
    numbers: dict[bytes, int] = field(default_factory=dict)
    #: Matter -> hash of day, person, amount and narrative -> line.
    entries: dict[bytes, dict[int, int]] = field(default_factory=dict)
    said: set[tuple[str, int, str]] = field(default_factory=set)
    people: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    rates: dict[str, tuple[str, int]] = field(default_factory=dict)
    #: Matter -> its client and the line that first said so.
    matters: dict[str, tuple[str, int]] = field(default_factory=dict)
    coded: bool = False
    uncoded: list[tuple[int, int, str, str]] = field(default_factory=list)
    adjustments: int = 0
    expense_adjustments: int = 0
    negative_adjustments: int = 0
    _values: list[str] | None = None

    def value(self, place: int) -> str:
        """One value of the first record."""
        return self.texts[self.cells[place]][1]

    @property
    def values(self) -> list[str]:
        """The values of the first record."""
        if self._values is None:
            self._values = [self.texts[cell][1] for cell in self.cells]
        return self._values

    def says(self, flaw: Flaw) -> bool:
        """Whether a flaw said once an invoice has not been said yet."""
        key = (flaw.rule, flaw.column, flaw.message)
        if key in self.said:
            return False
        self.said.add(key)
        return True


def differences(judge: Judge, bill: Bill, values: Sequence[str]) -> list[Flaw]:
    """LC01: values of the invoice or firm which this record states otherwise than the first one."""
    flaws = []
    for i in judge.shared_columns:
        column = judge.columns[i]
        if column.record in ("Invoice", "Firm") and values[i] != bill.values[i]:
            default = judge.severity("LC01", "advice" if column.name == "INVOICE_DESCRIPTION" else "error")
            if default:
                flaws.append(
                    Flaw(
                        "LC01",
                        default,
                        i,
                        f'{column.name} is "{values[i]}" here and "{bill.values[i]}" on line {bill.line}, the first '
                        "of the invoice.",
                        values[i],
                        bill.values[i],
                    )
                )
    return flaws


def person_flaw(judge: Judge, bill: Bill, values: Sequence[str], line: int) -> Flaw | None:
    """LC05: one timekeeper under a second name or class."""
    at = judge.at
    who, name, grade = (values[at[f"TIMEKEEPER_{n}"]] for n in ("ID", "NAME", "CLASSIFICATION"))
    if not who or not (name or grade):
        return None
    known = bill.people.setdefault(who, (name, grade, line))
    if (name, grade) == known[:2]:
        return None
    severity = judge.severity("LC05", "advice")
    if not severity:
        return None
    field_name = "TIMEKEEPER_NAME" if name != known[0] else "TIMEKEEPER_CLASSIFICATION"
    found, first = (name, known[0]) if name != known[0] else (grade, known[1])
    return Flaw(
        "LC05",
        severity,
        at[field_name],
        f'Timekeeper {who} is "{found}" here and "{first}" on line {known[2]}.',
        found,
        first,
        once="invoice",
        reason="TK-NAME" if field_name == "TIMEKEEPER_NAME" else "TK-ROLE",
    )


def tax_flaw(judge: Judge, bill: Bill, values: Sequence[str], line: int) -> Flaw | None:
    """LA06: one tax type at a second rate; lines at rate 0 are untaxed and set none."""
    at = judge.at
    kind, rate = values[at["LINE_ITEM_TAX_TYPE"]], values[at["LINE_ITEM_TAX_RATE"]]
    amount = decimal_of(rate)
    if not kind or not amount:
        return None
    known = bill.rates.setdefault(kind, (rate, line))
    if decimal_of(known[0]) == amount:
        return None
    answer = judge.dialect.rate_per_tax_type
    if answer == "off":
        return None
    return Flaw(
        "LA06",
        "portal" if answer == "refuse" else "advice",
        at["LINE_ITEM_TAX_RATE"],
        f'Tax "{kind}" has the rate {rate} here and {known[0]} on line {known[1]}.',
        rate,
        known[0],
        once="invoice",
    )


def closing(judge: Judge, bill: Bill) -> Iterator[Flaw]:
    """What can be said of an invoice only when all its records were seen."""
    at, values = judge.at, bill.values
    places = judge.places_of(values)
    total = decimal_of(values[at["INVOICE_TOTAL"]])
    lines = bill.total.value
    if total is not None and bill.whole and bill.total.readable and not agrees(total, lines, places):
        off = abs(total - lines)
        count = f"{bill.records} line" if bill.records == 1 else f"{bill.records} lines"
        yield Flaw(
            "LA03",
            "error",
            at["INVOICE_TOTAL"],
            f"The {count} of the invoice add up to {plain(lines)}; INVOICE_TOTAL says "
            f"{values[at['INVOICE_TOTAL']]}, {plain(off)} too {'much' if total > lines else 'little'}.",
            values[at["INVOICE_TOTAL"]],
            plain(lines),
        )
    if judge.gross:
        yield from _taxes(judge, bill, total, places)
    if total is None or total > 0:
        pass
    elif total < 0:
        severity = judge.severity("LA08", "advice")
        if severity:
            yield Flaw(
                "LA08",
                severity,
                at["INVOICE_TOTAL"],
                f"The invoice comes to {plain(total)}, below zero.",
                values[at["INVOICE_TOTAL"]],
            )
    else:
        severity = judge.severity("LA09", "advice")
        if severity:
            yield Flaw(
                "LA09", severity, at["INVOICE_TOTAL"], "The invoice comes to nothing.", values[at["INVOICE_TOTAL"]]
            )
    if judge.asks_more:
        yield from _portal_counts(judge, bill)


def _taxes(judge: Judge, bill: Bill, total: Decimal | None, places: int) -> Iterator[Flaw]:
    """LA04: the invoice's tax is the sum of its lines' taxes, its net the total less the tax."""
    at, values = judge.at, bill.values
    if bill.records == 0 or not judge.layout.is_standard:
        return
    stated_tax, stated_net = values[at["INVOICE_TAX_TOTAL"]], values[at["INVOICE_NET_TOTAL"]]
    tax = decimal_of(stated_tax)
    lines = bill.tax.value
    if stated_tax and tax is not None and bill.whole and bill.tax.readable and not agrees(tax, lines, places):
        yield Flaw(
            "LA04",
            "error",
            at["INVOICE_TAX_TOTAL"],
            f"The taxes of the lines add up to {plain(lines)}; INVOICE_TAX_TOTAL says {stated_tax}.",
            stated_tax,
            plain(lines),
        )
    net = decimal_of(stated_net)
    part = tax if stated_tax else lines
    if net is None or total is None or part is None or agrees(net, total - part, places):
        return
    yield Flaw(
        "LA04",
        "error",
        at["INVOICE_NET_TOTAL"],
        f"INVOICE_TOTAL less the tax is {plain(total - part)}; INVOICE_NET_TOTAL says {stated_net}.",
        stated_net,
        plain(total - part),
    )


def _portal_counts(judge: Judge, bill: Bill) -> Iterator[Flaw]:
    """LR07 and LF07: how many adjustment lines and matters the portal takes in one invoice."""
    portal = judge.dialect
    counts = (
        (portal.most_if, bill.adjustments, "IF lines"),
        (portal.most_ie, bill.expense_adjustments, "IE lines"),
        (portal.most_negative_if, bill.negative_adjustments, "IF lines below zero"),
    )
    for most, found, what in counts:
        if most and found > most:
            yield Flaw(
                "LR07",
                "portal",
                judge.at["EXP/FEE/INV_ADJ_TYPE"],
                f"The invoice has {found} {what}; {portal.title} takes {most}.",
                str(found),
                str(most),
            )
    answer = portal.severity.get("LF07")
    if (portal.one_matter or answer in ("refuse", "warn")) and len(bill.matters) > 1:
        matters = ", ".join(list(bill.matters)[:4])
        yield Flaw(
            "LF07",
            "advice" if answer == "warn" else "portal",
            judge.at["LAW_FIRM_MATTER_ID"],
            f"The invoice bills {len(bill.matters)} matters ({matters}); {portal.title} takes one.",
            str(len(bill.matters)),
            "1",
        )
