"""What a conversion does to a bill, entry by entry, told before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from meruit.ledes.model import Adjustment, File, Invoice, Line

Kind = Literal["refused", "lost", "changed", "missing", "added", "derived", "mended"]

#: Worst first, with the words a person reads.
KINDS: dict[Kind, str] = {
    "refused": "would be lost, so nothing is written",
    "lost": "has no place in the new format",
    "changed": "is there in another form",
    "missing": "is required by the new format and not known",
    "added": "is new",
    "mended": "was mended",
    "derived": "is not carried because it follows from the lines",
}

#: What a refusal may be about; a person who means it names it to `accept`.
Money = Literal["tax", "withholding", "tiers", "funds", "share", "discount", "difference"]
MONEY: dict[Money, str] = {
    "tax": "tax that is charged",
    "withholding": "tax that the client withholds",
    "tiers": "a tax in tiers",
    "funds": "trust or client money applied to the bill",
    "share": "the share of another payor",
    "discount": "a discount on the whole invoice",
    "difference": "a difference between the stated total and the lines",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One value and its fate. `field` is the name in the format it came from, or goes to."""

    kind: Kind
    field: str
    says: str
    invoice: str = ""
    line: str = ""
    value: str = ""
    amount: Decimal | None = None
    about: Money | None = None


@dataclass(slots=True)
class Conversion:
    """The bill in its new shape and the report. A refused conversion must not be written."""

    file: File
    to: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def refused(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == "refused"]

    def of(self, kind: Kind) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]


class Reporter:
    """Collects entries; knows the invoice at hand and what the caller gave up beforehand."""

    def __init__(self, accept: Iterable[Money] = ()) -> None:
        self.accept = frozenset(accept)
        self.entries: list[Entry] = []
        self.invoice = ""

    def on(self, invoice: Invoice | None) -> None:
        self.invoice = invoice.number if invoice else ""

    def add(
        self,
        kind: Kind,
        name: str,
        says: str,
        *,
        line: Line | None = None,
        value: str = "",
        amount: Decimal | None = None,
        about: Money | None = None,
    ) -> None:
        number = (line.number or line.item_number) if line else ""
        self.entries.append(Entry(kind, name, says, self.invoice, number, value, amount, about))

    def money(self, about: Money, name: str, says: str, amount: Decimal | None, line: Line | None = None) -> bool:
        """Money that the target cannot carry: refused, or lost where the caller accepts it. True: accepted."""
        accepted = about in self.accept
        self.add("lost" if accepted else "refused", name, says, line=line, amount=amount, about=about)
        return accepted


def spelled(entry: Adjustment) -> str:
    """Everything an entry says besides its amount, in the words of the format."""
    parts = (entry.code, entry.note, entry.type, entry.category, entry.direction, entry.split, entry.percent)
    return " ".join(filter(None, parts))


def grouped(entries: Iterable[Entry]) -> Iterator[tuple[Entry, int, Decimal | None]]:
    """Entries of the same kind, field and words as one, with how often and how much money, worst first."""
    order: dict[tuple[Kind, str, str], Entry] = {}
    counts: Counter[tuple[Kind, str, str]] = Counter()
    sums: dict[tuple[Kind, str, str], Decimal] = {}
    for entry in entries:
        key = (entry.kind, entry.field, entry.says)
        order.setdefault(key, entry)
        counts[key] += 1
        if entry.amount is not None:
            sums[key] = sums.get(key, Decimal(0)) + entry.amount
    ranks = {kind: i for i, kind in enumerate(KINDS)}
    for key, entry in sorted(order.items(), key=lambda item: ranks[item[1].kind]):
        yield entry, counts[key], sums.get(key)
