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
from meruit.ledes.flat.bill import MOST_ENTRIES, Bill, closing, differences, person_flaw, tax_flaw
from meruit.ledes.flat.judge import Judge
from meruit.ledes.flat.look import Look
from meruit.ledes.flat.quick import PREFIX, Quick
from meruit.ledes.flat.records import Flaw, RawRecord, split_records
from meruit.ledes.rules import rules
from meruit.ledes.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from meruit.ledes.flat.batch import Screen
    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.wide.way import Wide

#: A stretch of damaged records longer than this is judged as far as it goes, so that memory stays bounded.
LONGEST_DAMAGE = 1 << 20
#: Findings of one rule kept for one file; more are counted. Memory stays bounded on any input.
MOST_OF_A_RULE = 20_000
#: What parts two records while a run is cut into cells: a character that no file with it goes that way.
_MARK = b"\x1e"
_PARTED = b"|" + _MARK + b"|"
#: A common beginning longer than this, or a record longer than the other, is looked at record by record.
_LONGEST_HEAD, _FAR = 1 << 12, 1 << 16
#: Fees without codes that one invoice remembers; nobody codes more than these by hand from a list.
MOST_UNCODED = 1000


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
        return self.feed_narrow(data, final=final)

    def feed_narrow(self, data: bytes, *, final: bool) -> bytes:
        """As `feed`, without the wide way."""
        if not self.quick:
            return self._feed_slowly(data, final=final)
        plain = data.isascii()
        done, goes_on = self._straight(data, plain=plain, final=final)
        if done:
            data = data[done:]
            if not data or goes_on:
                return data
        pieces = data.split(self.end)
        tail = pieces.pop()
        i, count, begin = 0, len(pieces), self.byte
        while i < count:
            i = self._run(pieces, i, plain=plain, final=final)
            if i < 0:
                return data[self.byte - begin :]
            if i < count and (i == count or self._damaged(pieces[i])):
                stop = i + 1
                while stop < count and self._damaged(pieces[stop]):
                    stop += 1
                region = self.end.join(pieces[i:stop]) + self.end
                if stop == count and not final and len(region) + len(tail) < LONGEST_DAMAGE:
                    return region + tail
                if stop == count and final:
                    region, tail = region + tail, b""
                self._damage(region)
                i = stop
        if not final and len(tail) > LONGEST_DAMAGE:
            cut = self._last_line_end(tail)
            self._damage(tail[:cut])
            return tail[cut:]
        if final and tail:
            self._damage(tail)
            tail = b""
        return tail

    def _feed_slowly(self, data: bytes, *, final: bool) -> bytes:
        """Every record looked at by itself: other column orders, and the tests' second opinion."""
        if not final:
            safe = data.rfind(self.end, 0, max(data.rfind(self.end), 0))
            while safe > 0 and not self._cuts_well(data, safe):
                safe = data.rfind(self.end, 0, safe)
            if safe <= 0 and len(data) < LONGEST_DAMAGE:
                return data
            cut = safe + len(self.end) if safe > 0 else self._last_line_end(data)
            self._damage(data[:cut])
            return data[cut:]
        self._damage(data)
        return b""

    def _last_line_end(self, data: bytes) -> int:
        """Just behind the last physical line of `data`; its end where it has no line end at all."""
        return data.rfind(b"\r" if self.frame.newline == b"\r" else b"\n") + 1 or len(data)

    def _cuts_well(self, data: bytes, at: int) -> bool:
        """Whether the pieces before and after `at` are whole records, so that nothing joins across it."""
        start = data.rfind(self.end, 0, at)
        after = data.find(self.end, at + len(self.end))
        before = data[start + len(self.end) if start >= 0 else 0 : at]
        behind = data[at + len(self.end) : after]
        return not self._damaged(before) and after > 0 and not self._damaged(behind)

    def _damaged(self, piece: bytes) -> bool:
        return (
            piece.count(b"|") != self.pipes
            or any(mark in piece for mark in (b"\n", b"\r", b"[]"))
            or piece.endswith((b" ", b"\t"))
        )

    def _damage(self, region: bytes) -> None:
        """Judge a stretch of text record by record, putting together what was torn apart."""
        for record in split_records(region, self.line, self.byte, self.frame.layout, self.frame.newline):
            self._record(record)
        self.line += region.count(b"\r" if self.frame.newline == b"\r" else b"\n")
        self.byte += len(region)

    def _straight(self, data: bytes, *, plain: bool, final: bool) -> tuple[int, bool]:
        """Judge run after run from the beginning of `data` while nothing is damaged.

        Between two records of a run stand the end of the one and the beginning both share, so a whole run is
        cut into cells at once; what is in any way unlike that is left to be looked at record by record.
        Returned are where that begins, and whether it is only a run that may go on in the next piece.
        """
        at, size = 0, len(data)
        while at < size and _MARK not in data:
            head = data[at : at + _LONGEST_HEAD].split(b"|", PREFIX)
            if len(head) <= PREFIX:
                return at, not final and size - at < _LONGEST_HEAD
            del head[PREFIX]
            prefix = data[at : at + sum(map(len, head)) + PREFIX]
            between = self.end + prefix
            last = at
            while (found := data.rfind(between, last, last + _FAR)) >= 0:
                last = found + len(self.end)
            close = data.find(self.end, last)
            stop = close + len(self.end)
            if not final and (close < 0 or size - stop < len(prefix)):
                return at, True
            columns = None
            if close >= 0 and not data.startswith(prefix, stop):
                columns = self._cut(data[at:close], between)
            if columns is None:
                break
            self._batch(head, prefix, data[at:close], columns, plain=plain)
            at = stop
        return at, False

    def _cut(self, run: bytes, between: bytes) -> list[list[bytes]] | None:
        """The columns of a run without its records' common beginning, or None if anything in it is odd."""
        text = run.replace(between, _PARTED)
        if b"\n" in text or b"\r" in text or (b"]" in text and b"[]" in text):
            return None
        cells = text.split(b"|")
        del cells[:PREFIX]
        width = self.pipes + 1 - PREFIX
        step = width + 1
        parted = (len(run) - len(text)) // (len(between) - len(_PARTED))
        if len(cells) != parted * step + width or cells[width::step].count(_MARK) != parted:
            return None
        return self._unpadded([cells[i::step] for i in range(width)])

    @staticmethod
    def _unpadded(columns: list[list[bytes]]) -> list[list[bytes]] | None:
        """None if a blank stands before the end of a record."""
        return None if any(last.endswith((b" ", b"\t")) for last in set(columns[-1])) else columns

    def _run(self, pieces: list[bytes], start: int, *, plain: bool, final: bool) -> int:
        """Judge the records from `start` that begin alike; where they stop, or the first damaged one.

        -1 asks for more of the file: the run may go on in the next piece, and is judged whole.
        """
        first = pieces[start]
        head = first.split(b"|", PREFIX)
        if len(head) <= PREFIX or self.way is None:
            return start
        size = len(first) - len(head[PREFIX])
        prefix = first[:size]
        stop, count = start + 1, len(pieces)
        while stop < count and pieces[stop].startswith(prefix):
            stop += 1
        if stop == count and start and not final:
            return -1
        batch = pieces[start:stop]
        columns = self._columns([piece[size:] for piece in batch], prefix)
        if columns is None:
            whole = next(k for k, piece in enumerate(batch) if self._damaged(piece))
            batch = batch[:whole]
            columns = self._columns([piece[size:] for piece in batch], prefix) if batch else None
        if columns is not None:
            self._batch(head[:PREFIX], prefix, self.end.join(batch), columns, plain=plain)
        return start + len(batch)

    def _columns(self, tails: list[bytes], prefix: bytes) -> list[list[bytes]] | None:
        """The columns of records without their common beginning, or None if one of them is damaged.

        All records are split at once. Between two of them stands a cell no record can hold, the end of a
        record; where it is not found after every so many cells, some record has too few or too many.
        """
        together = b"".join(tails)
        if any(mark in together or mark in prefix for mark in (b"\n", b"\r")):
            return None
        if (b"]" in together and b"[]" in together) or b"[]" in prefix:
            return None
        width = self.pipes + 1 - PREFIX
        step = width + 1
        cells = (b"|" + self.end + b"|").join(tails).split(b"|")
        if len(cells) != len(tails) * step - 1 or cells[width::step].count(self.end) != len(tails) - 1:
            return None
        return self._unpadded([cells[i::step] for i in range(width)])

    def _batch(self, head: list[bytes], prefix: bytes, run: bytes, columns: list[list[bytes]], *, plain: bool) -> None:
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

    # -- what lines of an invoice have to do with each other -----------------------------------------

    def note_number(self, bill: Bill, number: bytes, look: Look, k: int) -> None:
        """LC03: the line's number, and whether it was used before."""
        number = number.strip()
        if not number or (len(bill.numbers) >= MOST_ENTRIES and number not in bill.numbers):
            return
        known = bill.numbers.setdefault(number, look.line_of(k))
        if known == look.line_of(k):
            return
        shown = self.decode(number)
        flaw = Flaw(
            "LC03",
            "error",
            self.judge.at["LINE_ITEM_NUMBER"],
            f'LINE_ITEM_NUMBER "{shown}" was used before in this invoice, on line {known}.',
            shown,
            "a number not used in the invoice",
        )
        look.say(bill, [flaw], k)

    def note_entry(self, bill: Bill, look: Look, k: int) -> None:
        """duplicate-line: the same day, person, amount and narrative in the same invoice and matter."""
        at = self.judge.at
        names = ("LINE_ITEM_DATE", "TIMEKEEPER_ID", "LINE_ITEM_TOTAL", "LINE_ITEM_DESCRIPTION")
        entries = bill.entries.setdefault(look.cell(k, at["LAW_FIRM_MATTER_ID"]), {})
        if len(entries) >= MOST_ENTRIES:
            return
        known = entries.setdefault(hash(tuple(look.cell(k, at[name]) for name in names)), look.line_of(k))
        if known == look.line_of(k):
            return
        expense = look.cell(k, at["EXP/FEE/INV_ADJ_TYPE"]) in (b"E", b"IE")
        flaw = Flaw(
            "duplicate-line",
            self.judge.severity("duplicate-line", "advice") or "advice",
            at["LINE_ITEM_DESCRIPTION"],
            f"Line {known} of the file has the same day, person, amount and narrative.",
            reason="DUP-EXPENSE" if expense else "DUP-LINE",
        )
        look.say(bill, [flaw], k)

    def note_uncoded(self, bill: Bill, look: Look, k: int) -> None:
        """A fee without codes: a flaw only if other fees of the invoice have them."""
        if len(bill.uncoded) < MOST_UNCODED:
            byte = look.byte_of(k, self.judge.at["LINE_ITEM_TASK_CODE"])
            entry, total = look.value(k, "LINE_ITEM_NUMBER"), look.value(k, "LINE_ITEM_TOTAL")
            bill.uncoded.append((look.line_of(k), byte, entry, total))

    def note_matter(self, bill: Bill, look: Look, k: int) -> None:
        """LC02: one client per matter of the invoice.

        Many firms number matters anew under each client, so invoices of one file are not compared.
        """
        at = self.judge.at
        client, matter = look.value(k, "CLIENT_ID"), look.value(k, "LAW_FIRM_MATTER_ID")
        owner, line = bill.matters.setdefault(matter, (client, look.line_of(k)))
        if client != owner and client and owner and matter:
            message = f'Matter "{matter}" has the client "{client}" here and "{owner}" on line {line}.'
            look.say(bill, [Flaw("LC02", "error", at["CLIENT_ID"], message, client, owner, once="invoice")], k)

    # -- the thorough way --------------------------------------------------------------------------

    def _record(self, record: RawRecord) -> None:
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
        if self.screen and layout.is_standard:
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
        self.note_number(bill, cells[at["LINE_ITEM_NUMBER"]], look, 0)
        flaws = [person_flaw(judge, bill, values, line)]
        if judge.gross:
            flaws.append(tax_flaw(judge, bill, values, line))
        look.say(bill, [flaw for flaw in flaws if flaw], 0)
        self.note_matter(bill, look, 0)
        kind = values[at["EXP/FEE/INV_ADJ_TYPE"]]
        if kind == "F" and values[at["LINE_ITEM_TASK_CODE"]]:
            bill.coded = True
        elif kind == "F" and not values[at["LINE_ITEM_ACTIVITY_CODE"]]:
            self.note_uncoded(bill, look, 0)
        total = decimal_of(values[at["LINE_ITEM_TOTAL"]])
        bill.adjustments += kind == "IF"
        bill.negative_adjustments += kind == "IF" and bool(total and total < 0)
        bill.expense_adjustments += kind == "IE"
        self.note_entry(bill, look, 0)

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
        if self.judge.gross or self.judge.dialect.slug or not bill.whole or bill.total.odd:
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
