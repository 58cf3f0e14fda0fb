"""The pass over a flat file's records, from the text to findings.

Whole records go the quick way (`quick`), damaged ones are put together (`records`) and judged one by
one; both ways end in the same rules and give the same findings, which the tests compare. Memory holds
one piece of the file, the invoice that is open, and a few words on those that are closed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit.findings import Finding
from meruit.ledes.flat.batch import Batch
from meruit.ledes.flat.bill import Bill, closing, differences, person_flaw, tax_flaw
from meruit.ledes.flat.company import note_entry, note_matter, note_number, note_uncoded
from meruit.ledes.flat.cutting import Cutter
from meruit.ledes.flat.judge import Judge
from meruit.ledes.flat.look import Look
from meruit.ledes.flat.quick import PREFIX, Quick
from meruit.ledes.flat.records import Flaw, RawRecord
from meruit.ledes.rules import rules
from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from meruit.ledes.flat.batch import Screen
    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.wide.way import Wide

#: Findings of one rule kept for one file; more are counted. Memory stays bounded on any input.
MOST_OF_A_RULE = 20_000


class Scattered(Exception):
    """An invoice went on after another had begun: the pass must keep every invoice open to the end."""


@dataclass(slots=True)
class Outcome:
    """What a pass found, and what is needed to join the passes over parts of one file."""

    findings: list[Finding] = field(default_factory=list)
    lines: int = 0
    #: Findings of each rule, those left out beyond `MOST_OF_A_RULE` counted too.
    counts: dict[str, int] = field(default_factory=dict)
    #: What was said once for the file: rule, column, words.
    told: set[tuple[str, int, str]] = field(default_factory=set)
    invoices: dict[str, tuple[Decimal | None, str | None, int, str]] = field(default_factory=dict)
    #: The physical line behind the last record.
    next_line: int = 0


def _wide(scan: Scan, way: Quick) -> Wide | None:
    """The wide way, where numpy is installed."""
    try:
        from meruit.ledes.flat.wide.way import Wide
    except ImportError:
        return None
    return Wide(scan, way)


class Scan:
    """One pass. `feed` takes the file in pieces and returns what must come before the next piece."""

    def __init__(
        self,
        frame: Frame,
        judge: Judge,
        name: str | None,
        *,
        quick: bool = True,
        wide: bool = False,
        scattered: bool = False,
        screen: Screen | None = None,
        line: int | None = None,
        byte: int | None = None,
    ) -> None:
        self.frame, self.judge, self.name, self.screen = frame, judge, name, screen
        self.quick = quick and frame.layout.is_standard
        self.scattered = scattered
        self.line = frame.data_line if line is None else line
        self.byte = frame.data_byte if byte is None else byte
        self.decode = frame.encoding.decode
        self.cells = judge.memory.cells(frame.encoding)
        self.pipes = frame.layout.width - 1
        self.end = b"[]" + frame.newline
        self.out = Outcome()
        self.bills: dict[str, Bill] = {}
        self.bill: Bill | None = None
        self.way = Quick(self) if self.quick else None
        self.cutter = Cutter(self)
        self.wide: Wide | None = None
        if wide and self.way is not None and not scattered and not judge.gross and frame.newline != b"\r":
            self.wide = _wide(self, self.way)

    def says(self, flaw: Flaw, bill: Bill) -> bool:
        """Whether `flaw` is to be said here: always, or the first time in the invoice or in the file."""
        if not flaw.once:
            return True
        if flaw.once == "invoice":
            return bill.says(flaw)
        key = (flaw.rule, flaw.column, flaw.message)
        if key in self.out.told:
            return False
        self.out.told.add(key)
        return True

    def room(self, rule: str) -> bool:
        """Count a finding of `rule`; whether it is still kept."""
        count = self.out.counts.get(rule, 0) + 1
        self.out.counts[rule] = count
        return count <= MOST_OF_A_RULE

    def add(self, finding: Finding) -> None:
        self.out.findings.append(finding)

    # -- cutting the file into records -------------------------------------------------------------

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Judge the records in `data`; the return value is their rest, to be put before what follows."""
        if self.wide is not None:
            return self.wide.feed(data, final=final)
        return self.cutter.feed(data, final=final)

    def batch(self, head: list[bytes], prefix: bytes, run: bytes, columns: list[list[bytes]], *, plain: bool) -> None:
        """Judge the records of `run`, the last of them without its end."""
        if self.way is None:
            return
        look = Look(self, head, columns, self.line, self.byte, run)
        bill = self.bill_of(look)
        count = len(columns[0])
        bill.records += count
        self.out.lines += count
        self.way.judge_batch(bill, prefix, look, plain=plain)
        if self.screen:
            self.show(self._seen(bill, look, range(self.line, self.line + count)))
        self.line += count
        self.byte += len(run) + len(self.end)

    def _seen(self, bill: Bill, look: Look, lines: Sequence[int]) -> Batch:
        return Batch(bill.number, lines, look.head, look.columns, self.frame.layout, self.frame.encoding)

    def show(self, batch: Batch) -> None:
        """Hand a batch to the screen."""
        if self.screen:
            self.out.findings.extend(self.screen(batch))

    # -- the thorough way --------------------------------------------------------------------------

    def record(self, record: RawRecord) -> None:
        """Judge one record by itself."""
        layout, judge = self.frame.layout, self.judge
        cells = [b"" if place is None else record.cells[place] for place in layout.places]
        look = Look.of_record(self, record, cells, PREFIX, layout)
        raw, values = look.values(0)
        bill = self.bill_of(look)
        bill.records += 1
        self.out.lines += 1
        look.say(bill, record.flaws, 0)
        if not record.usable:
            bill.whole = False
            return
        if any(flaw.rule == "LF03" and flaw.severity == "error" for flaw in record.flaws):
            self._cut_off(bill, values)
            return
        bill.total.add(values[judge.at["LINE_ITEM_TOTAL"]])
        if judge.gross:
            bill.tax.add(values[judge.at["LINE_ITEM_TAX_TOTAL"]])
        for question in (judge.repeated, judge.coding, judge.person, judge.varying):
            look.say(bill, question(raw, values), 0)
        look.say(bill, differences(judge, bill, values), 0)
        self._company(bill, look, cells, values)
        if self.screen:
            self.show(self._seen(bill, look, [record.line]))

    def _cut_off(self, bill: Bill, values: Sequence[str]) -> None:
        """A record that ends early still adds to the invoice when its total was reached."""
        total = values[self.judge.at["LINE_ITEM_TOTAL"]]
        if total and decimal_of(total) is not None:
            bill.total.add(total)
        else:
            bill.whole = False

    def _company(self, bill: Bill, look: Look, cells: Sequence[bytes], values: Sequence[str]) -> None:
        """What a record shares with others of the invoice: number, entry, person, tax, codes, matter."""
        judge, at = self.judge, self.judge.at
        line = look.line_of(0)
        if self.way is not None:
            self.way.recall(bill)
        note_number(judge, bill, cells[at["LINE_ITEM_NUMBER"]], look, 0)
        flaws = [person_flaw(judge, bill, values, line)]
        if judge.gross:
            flaws.append(tax_flaw(judge, bill, values, line))
        look.say(bill, [flaw for flaw in flaws if flaw], 0)
        note_matter(judge, bill, look, 0)
        kind = values[at["EXP/FEE/INV_ADJ_TYPE"]]
        if kind == "F" and values[at["LINE_ITEM_TASK_CODE"]]:
            bill.coded = True
        elif kind == "F" and not values[at["LINE_ITEM_ACTIVITY_CODE"]]:
            note_uncoded(judge, bill, look, 0)
        total = decimal_of(values[at["LINE_ITEM_TOTAL"]])
        bill.adjustments += kind == "IF"
        bill.negative_adjustments += kind == "IF" and bool(total and total < 0)
        bill.expense_adjustments += kind == "IE"
        note_entry(judge, bill, look, 0)

    # -- invoices and the end ----------------------------------------------------------------------

    def bill_of(self, look: Look) -> Bill:
        """The invoice of the records of `look`; a new one closes the one before, unless they are scattered."""
        number = self.cells[look.head[self.judge.at["INVOICE_NUMBER"]]][1]
        if self.bill is not None and self.bill.number == number:
            return self.bill
        if number in self.bills:
            self.bill = self.bills[number]
            return self.bill
        if number in self.out.invoices:
            raise Scattered(number)
        if not self.scattered:
            self._close()
        self.bill = Bill(number, look.line, look.byte, look.cells(0), self.cells)
        if self.scattered:
            self.bills[number] = self.bill
        return self.bill

    def _close(self) -> None:
        """Say what an invoice as a whole gives rise to, and keep only what others may ask of it."""
        bill, at = self.bill, self.judge.at
        if bill is None:
            return
        flaws = [] if self._adds_up(bill) else list(closing(self.judge, bill))
        if flaws:
            tail = [(cell,) for cell in bill.cells[PREFIX:]]
            Look(self, bill.cells[:PREFIX], tail, bill.line, bill.byte).say(bill, flaws, 0)
        if bill.coded:
            severity = self.judge.severity("LR04", "advice")
            for line, byte, entry, total in bill.uncoded if severity and not self.judge.dialect.task_required else ():
                flaw = Flaw(
                    "LR04",
                    severity or "advice",
                    at["LINE_ITEM_TASK_CODE"],
                    "The fee has no task code, while other fees of the invoice have one.",
                    reason="COD-TASK",
                )
                if self.room(flaw.rule):
                    self.add(self.finding(flaw, line, byte, bill.number, entry, decimal_of(total), bill))
        stated = decimal_of(bill.value(at["INVOICE_TOTAL"]))
        self.out.invoices[bill.number] = (
            stated,
            self.currency(bill),
            bill.line,
            sys.intern(bill.value(at["LAW_FIRM_ID"]) + "\n" + bill.value(at["CLIENT_ID"])),
        )
        self.bill = None

    def _adds_up(self, bill: Bill) -> bool:
        """Whether nothing can be said of the invoice as a whole: its lines make its total, which is above 0."""
        if self.judge.gross or self.judge.asks_more or not bill.whole or bill.total.odd:
            return False
        stated = self.judge.memory.amounts.get(bill.cells[self.judge.at["INVOICE_TOTAL"]])
        return stated is not None and stated > 0 and stated == bill.total.units

    def currency(self, bill: Bill) -> str | None:
        at = self.judge.at
        return (bill.value(at["INVOICE_CURRENCY"]) or None) if "INVOICE_CURRENCY" in at else None

    def finish(self) -> Outcome:
        """Close what is still open."""
        if self.scattered:
            for bill in list(self.bills.values()):
                self.bill = bill
                self._close()
        else:
            self._close()
        self.out.next_line = self.line
        return self.out

    def finding(
        self,
        flaw: Flaw,
        line: int,
        byte: int | None,
        invoice: str | None,
        entry: str | None,
        amount: Decimal | None,
        bill: Bill | None,
    ) -> Finding:
        """A flaw at its place."""
        rule = rules()[flaw.rule]
        grave = flaw.severity != "advice"
        name = self.judge.columns[flaw.column].name if flaw.column >= 0 else None
        return Finding(
            rule=flaw.rule,
            severity=flaw.severity,
            message=flaw.message,
            file=self.name,
            format=self.frame.format,
            line=line,
            byte=byte,
            invoice=invoice or None,
            entry=entry or None,
            field=name,
            found=flaw.found,
            expected=flaw.expected,
            mend=rule.mend,
            fixable_by=rule.fixable_by,
            portal_reason=flaw.reason or rule.reason,
            at_risk=amount if grave else None,
            currency=self.currency(bill) if bill is not None and grave and amount is not None else None,
        )
