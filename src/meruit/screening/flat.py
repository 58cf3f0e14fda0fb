"""Entries taken from a flat LEDES file while its format is judged, so that the file is read once."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from meruit.guidelines import Entry, Invoice
from meruit.ledes.flat.look import cleaned
from meruit.ledes.values import day_of, decimal_of
from meruit.screening.entries import net_of

if TYPE_CHECKING:
    from meruit.ledes.flat.batch import Batch

#: Types of lines that are work; the others adjust the invoice.
WORK = frozenset({"F", "E"})
number = lru_cache(maxsize=65536)(decimal_of)
_NUMBERS = (
    "LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST", "LINE_ITEM_ADJUSTMENT_AMOUNT", "LINE_ITEM_TOTAL",
    "LINE_ITEM_TAX_TOTAL",
)  # fmt: skip
_CELLS = (
    "LINE_ITEM_NUMBER", "LINE_ITEM_TASK_CODE", "LINE_ITEM_EXPENSE_CODE", "LINE_ITEM_ACTIVITY_CODE", "TIMEKEEPER_ID",
    "LINE_ITEM_DESCRIPTION", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION", "CLIENT_ID", "LAW_FIRM_MATTER_ID",
    "CLIENT_MATTER_ID", "INVOICE_CURRENCY",
)  # fmt: skip


def _column(batch: Batch, name: str) -> list[str]:
    """The cells of a column as values (see `cleaned`), looked at together where all of them are plain text."""
    place, count = batch.layout.index.get(name), len(batch.lines)
    if place is None:
        return [""] * count
    if place < len(batch.head):
        return [cleaned(batch.encoding.decode(batch.head[place]))] * count
    together = b"|".join(batch.column(name))
    if together.isascii():
        text = together.decode("ascii")
        values = text.split("|")
        if text.isprintable() and len(values) == count and "NULL" not in text.upper():
            return [value.strip() for value in values] if " " in text else values
    return [cleaned(cell) for cell in batch.text(name)]


class Collect:
    """A screen that keeps the entries and the invoices' facts of the file that passes by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.invoices: dict[str, Invoice] = {}
        # By line, because a file whose invoices are scattered passes by twice.
        self._entries: dict[int, Entry] = {}
        self._off: dict[int, tuple[str, Decimal]] = {}

    @property
    def entries(self) -> list[Entry]:
        """The entries in the order of the file."""
        return [self._entries[line] for line in sorted(self._entries)]

    def __call__(self, batch: Batch) -> tuple[()]:
        kinds = [kind.upper() for kind in _column(batch, "EXP/FEE/INV_ADJ_TYPE")]
        cells = [_column(batch, name) for name in _CELLS]
        numbers = [list(map(number, _column(batch, name))) for name in _NUMBERS]
        days = map(day_of, _column(batch, "LINE_ITEM_DATE"))
        entries, invoice, name = self._entries, batch.invoice, self.name
        rows = zip(batch.lines, kinds, days, *numbers, *cells, strict=True)
        for (
            line,
            kind,
            day,
            quantity,
            price,
            added,
            total,
            taxed,
            id,
            task,
            expense,
            activity,
            who,
            text,
            *rest,
        ) in rows:
            person, grade, client, matter, client_matter, currency = rest
            if kind not in WORK:
                if kind in ("IF", "IE") and total is not None:
                    self._off[line] = (invoice, total)
                continue
            fee = kind == "F"
            entries[line] = Entry(
                id=id,
                kind="fee" if fee else "expense",
                narrative=text,
                date=day,
                timekeeper=who,
                timekeeper_name=person or None,
                timekeeper_class=grade or None,
                hours=quantity if fee else None,
                units=None if fee else quantity,
                rate=price,
                adjustment=added,
                amount=net_of(total, taxed, quantity, price, added) if taxed else total,
                tax=taxed,
                currency=currency or None,
                task_code=task,
                activity_code=activity if fee else None,
                expense_code=None if fee else expense,
                client=client or None,
                matter=matter,
                client_matter=client_matter,
                invoice=invoice,
                file=name,
                line=line,
            )
        if batch.invoice not in self.invoices:
            self._note(batch)
        return ()

    def _note(self, batch: Batch) -> None:
        def first(name: str) -> str:
            return cleaned(batch.text(name)[0]) if name in batch.layout.index else ""

        self.invoices[batch.invoice] = Invoice(
            number=batch.invoice,
            date=day_of(first("INVOICE_DATE")),
            period_start=day_of(first("BILLING_START_DATE")),
            period_end=day_of(first("BILLING_END_DATE")),
            currency=first("INVOICE_CURRENCY") or None,
            total=number(first("INVOICE_TOTAL")),
            tax=number(first("INVOICE_TAX_TOTAL")),
            client=first("CLIENT_ID") or None,
        )

    def facts(self, format: str) -> list[Invoice]:
        """The invoices of a file of this format, with what adjustments of the whole take off their totals."""
        taken_off: dict[str, Decimal] = defaultdict(Decimal)
        for invoice, amount in self._off.values():
            taken_off[invoice] -= amount
        return [
            dataclasses.replace(invoice, format=format, discount=taken_off.get(number))
            for number, invoice in self.invoices.items()
        ]
