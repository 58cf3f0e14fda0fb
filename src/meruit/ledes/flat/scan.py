"""The pass over a flat file's records: quick where a record is plainly right, thorough where it is not.

Records repeat themselves: the invoice's values are the same on all of its lines, persons and codes
recur, and so do amounts. The quick way therefore takes a run of records with the same beginning, looks
at their columns side by side, and asks the rules (`judge`) only about what it has not met before. It
never decides that something is wrong; it decides that something needs to be looked at, and the same
functions then judge it as would a pass that looks at every record. Both ways give the same findings,
which the tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from meruit.findings import Finding
from meruit.ledes.flat.amounts import Amounts, Odd
from meruit.ledes.flat.bill import MOST_ENTRIES, Bill, closing, differences, person_flaw, tax_flaw
from meruit.ledes.flat.judge import OWN, Judge, cleaned
from meruit.ledes.flat.records import Flaw, RawRecord, split_records
from meruit.ledes.rules import rules
from meruit.ledes.values import day_of, decimal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.layout import Layout

#: A stretch of damaged records longer than this is judged as far as it goes, so that memory stays bounded.
LONGEST_DAMAGE = 1 << 20
_PREFIX = 8  # columns before LINE_ITEM_NUMBER, all repeated by every record of an invoice and matter
_CONTROLS = bytes(set(range(32)) | {127})
_MOST_REMEMBERED = 1 << 16


class Scattered(Exception):
    """An invoice went on after another had begun: the pass must keep every invoice open to the end."""


class Batch(NamedTuple):
    """Records of one invoice in a row, handed to whoever screens entries while the file passes by.

    `lines` are physical lines; `column(name)` gives the raw cells of one column of the format, in the
    file's encoding. A screen is called with every batch and returns its findings; `invoice` is the number.
    """

    invoice: str
    lines: Sequence[int]
    rows: Sequence[Sequence[bytes]]
    prefix: Sequence[bytes]
    layout: Layout
    encoding: str

    def column(self, name: str) -> list[bytes]:
        place = self.layout.index[name]
        if place < len(self.prefix):
            return [self.prefix[place]] * len(self.rows)
        return [row[place - len(self.prefix)] for row in self.rows]


if TYPE_CHECKING:
    Screen = Callable[[Batch], Iterable[Finding]]


class Sight(NamedTuple):
    """Where a client was first seen with a matter (LC02)."""

    line: int
    byte: int | None
    invoice: str
    entry: str
    amount: Decimal | None


@dataclass(slots=True)
class Outcome:
    """What a pass found, and what is needed to join the passes over parts of one file."""

    findings: list[Finding] = field(default_factory=list)
    lines: int = 0
    invoices: dict[str, tuple[Decimal | None, str | None, int, str]] = field(default_factory=dict)
    at_risk: dict[str, Decimal | None] = field(default_factory=dict)
    clients: dict[str, dict[str, Sight]] = field(default_factory=dict)


class Scan:
    """One pass. `feed` takes the file in pieces and returns what must come before the next piece."""

    def __init__(
        self,
        frame: Frame,
        judge: Judge,
        name: str | None,
        *,
        quick: bool = True,
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
        self.pipes = frame.layout.width - 1
        self.end = b"[]" + frame.newline
        self.out = Outcome()
        self.bills: dict[str, Bill] = {}
        self.bill: Bill | None = None
        self.low, self.high = b"00000000", b"99999999"
        self._learn()

    def _learn(self) -> None:
        """What the quick way remembers, and where it finds each column after the repeated beginning."""
        at = self.judge.at
        self.amounts = Amounts()
        self.days: set[bytes] = set()
        self.plain_numbers: set[bytes] = set()
        self.groups: dict[tuple[bytes, ...], tuple[Flaw, ...]] = {}
        own = {at[name] for name in OWN if name in at}
        width = len(self.judge.columns)
        self.fixed_places = tuple(i - _PREFIX for i in range(_PREFIX, width) if i not in own)
        self.tail_width = width - _PREFIX
        self.group_at = {
            name: self.fixed_places.index(at[name] - _PREFIX)
            for name in ("EXP/FEE/INV_ADJ_TYPE", "LINE_ITEM_TASK_CODE", "TIMEKEEPER_ID")
        }
        portal = self.judge.dialect
        self.exact_only = portal.rounding != "either" or min(portal.unit_places, portal.rate_places) < 4
        self.bounds_dates = self.judge.severity("LD02", "advice") is not None

    # -- cutting the file into records -------------------------------------------------------------

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Judge the records in `data`; the return value is their rest, to be put before what follows."""
        if not self.quick:
            return self._feed_slowly(data, final=final)
        pieces = data.split(self.end)
        tail = pieces.pop()
        breaks = data.count(b"\n") != len(pieces) * self.end.count(b"\n") or data.count(b"\r") != len(
            pieces
        ) * self.end.count(b"\r")
        plain = data.isascii()
        i, count = 0, len(pieces)
        while i < count:
            i = self._run(pieces, i, breaks=breaks, plain=plain)
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
        if final and tail:
            self._damage(tail)
            tail = b""
        return tail

    def _feed_slowly(self, data: bytes, *, final: bool) -> bytes:
        """Every record looked at by itself: other column orders, and the tests' second opinion."""
        if not final:
            stop = data.rfind(self.end)
            safe = data.rfind(self.end, 0, max(stop, 0))
            while safe > 0 and not self._cuts_well(data, safe):
                safe = data.rfind(self.end, 0, safe)
            if safe <= 0 and len(data) < LONGEST_DAMAGE:
                return data
            cut = (safe if safe > 0 else stop if stop > 0 else len(data) - len(self.end)) + len(self.end)
            self._damage(data[:cut])
            return data[cut:]
        self._damage(data)
        return b""

    def _cuts_well(self, data: bytes, at: int) -> bool:
        """Whether the pieces before and after `at` are whole records, so that nothing joins across it."""
        start = data.rfind(self.end, 0, at)
        after = data.find(self.end, at + len(self.end))
        before = data[start + len(self.end) if start >= 0 else 0 : at]
        behind = data[at + len(self.end) : after]
        return not self._damaged(before) and after > 0 and not self._damaged(behind)

    def _damaged(self, piece: bytes) -> bool:
        return piece.count(b"|") != self.pipes or b"\n" in piece or b"\r" in piece or piece.endswith((b" ", b"\t"))

    def _damage(self, region: bytes) -> None:
        """Judge a stretch of text record by record, putting together what was torn apart."""
        for record in split_records(region, self.line, self.byte, self.frame.layout, self.frame.newline):
            self._record(record)
        self.line += region.count(b"\r" if self.frame.newline == b"\r" else b"\n")
        self.byte += len(region)

    # -- the quick way -----------------------------------------------------------------------------

    def _run(self, pieces: list[bytes], start: int, *, breaks: bool, plain: bool) -> int:
        """Judge the records from `start` that begin alike; where they stop, or the first damaged one."""
        first = pieces[start]
        head = first.split(b"|", _PREFIX)
        if len(head) <= _PREFIX:
            return start
        size = len(first) - len(head[_PREFIX])
        prefix = first[:size]
        stop, count = start + 1, len(pieces)
        while stop < count and pieces[stop].startswith(prefix):
            stop += 1
        batch = pieces[start:stop]
        rows = [piece[size:].split(b"|") for piece in batch]
        whole = len(rows)
        if set(map(len, rows)) != {self.tail_width}:
            whole = next(k for k, row in enumerate(rows) if len(row) != self.tail_width)
        if breaks:
            whole = next((k for k, piece in enumerate(batch[:whole]) if b"\n" in piece or b"\r" in piece), whole)
        blank_ends = {row[-1] for row in rows if row[-1].endswith((b" ", b"\t"))}
        if blank_ends:
            whole = next((k for k, row in enumerate(rows[:whole]) if row[-1] in blank_ends), whole)
        if whole:
            self._batch(head[:_PREFIX], prefix, batch[:whole], rows[:whole], plain=plain)
        return start + whole

    def _batch(
        self, head: list[bytes], prefix: bytes, batch: list[bytes], rows: list[list[bytes]], *, plain: bool
    ) -> None:
        columns: list[tuple[bytes, ...]] = list(zip(*rows, strict=True))
        line, byte, count = self.line, self.byte, len(rows)
        look = _Look(self, head, batch, rows, line, byte)
        bill = self._bill_of(head, rows[0], line, byte)
        bill.records += count
        if prefix not in bill.prefixes:
            self._new_prefix(bill, head, rows, look, prefix)
        own = self._own_columns(columns)
        doubtful = self._sums(bill, columns, own)
        doubtful |= self._days(own["LINE_ITEM_DATE"])
        doubtful |= self._texts(own["LINE_ITEM_DESCRIPTION"], batch, plain=plain)
        doubtful |= self._numbers(bill, own["LINE_ITEM_NUMBER"], look)
        groups: list[tuple[bytes, ...]] = list(zip(*[columns[i] for i in self.fixed_places], strict=True))
        self._groups(bill, groups, look)
        self._entries(bill, groups, columns, own, look)
        for k in sorted(doubtful):
            raw, values = look.values(k)
            look.say(bill, self.judge.varying(raw, values), k)
        if self.screen:
            lines = range(line, line + count)
            batch_seen = Batch(bill.number, lines, rows, head, self.frame.layout, self.frame.encoding.name)
            self.out.findings.extend(self.screen(batch_seen))
        self.out.lines += count
        self.line += count
        self.byte += sum(map(len, batch)) + count * len(self.end)

    def _own_columns(self, columns: list[tuple[bytes, ...]]) -> dict[str, tuple[bytes, ...]]:
        at = self.judge.at
        return {name: columns[at[name] - _PREFIX] for name in OWN if name in at}

    def _new_prefix(self, bill: Bill, head: list[bytes], rows: list[list[bytes]], look: _Look, prefix: bytes) -> None:
        """The first record with this beginning is asked about all that it repeats."""
        raw, values = look.values(0)
        flaws = self.judge.repeated(raw, values)
        look.say(bill, flaws, 0)
        differ = [f for f in differences(self.judge, bill, values) if f.column < _PREFIX]
        if differ:
            for k in range(len(rows)):
                look.say(bill, differ, k)
        else:
            bill.prefixes.add(prefix)
        self._client_of_matter(values, look, 0)
        bill.matters.setdefault(values[self.judge.at["LAW_FIRM_MATTER_ID"]], look.line)

    def _sums(self, bill: Bill, columns: list[tuple[bytes, ...]], own: dict[str, tuple[bytes, ...]]) -> set[int]:
        """Add up the lines; which of them do not agree with themselves, or have nothing to multiply."""
        at = self.judge.at
        kinds = columns[at["EXP/FEE/INV_ADJ_TYPE"] - _PREFIX]
        cells = (
            own["LINE_ITEM_NUMBER_OF_UNITS"],
            columns[at["LINE_ITEM_UNIT_COST"] - _PREFIX],
            own["LINE_ITEM_ADJUSTMENT_AMOUNT"],
            own["LINE_ITEM_TOTAL"],
        )
        doubtful: set[int] = set()
        amount = self.amounts.__getitem__
        try:
            units, costs, adjusts, totals = (list(map(amount, column)) for column in cells)
        except Odd:
            units, costs, adjusts, totals = (self._odd(bill, column, doubtful) for column in cells)
            for k, cell in enumerate(cells[3]):
                if k in doubtful and not totals[k]:
                    bill.total.add(cleaned(self.decode(cell)))
        bill.total.units += sum(totals)
        if b"IF" in kinds or b"IE" in kinds:
            self._adjustments(bill, kinds, totals, doubtful)
        if self.judge.gross:
            return set(range(len(kinds))) | self._tax_sum(bill, own["LINE_ITEM_TAX_TOTAL"])
        off = [u * c + (a - t) * 10_000 for u, c, a, t in zip(units, costs, adjusts, totals, strict=True)]
        if any(off):
            for k, difference in enumerate(off):
                if difference and (self.exact_only or not -500_000 <= difference <= 500_000 or totals[k] % 100):
                    doubtful.add(k)
        if self.exact_only:
            doubtful.update(k for k, u in enumerate(units) if u % 100 or costs[k] % 100)
        if 0 in units:
            doubtful.update(k for k, u in enumerate(units) if not u and kinds[k] not in (b"IF", b"IE"))
        if 0 in totals:
            doubtful.update(k for k, t in enumerate(totals) if not t)
        if min(units) < 0:
            doubtful.update(k for k, u in enumerate(units) if u < 0)
        return doubtful

    def _odd(self, bill: Bill, column: tuple[bytes, ...], doubtful: set[int]) -> list[int]:
        """The amounts of a column in which at least one cell is unusual; those count 0 and are looked at."""
        found = []
        for k, cell in enumerate(column):
            try:
                found.append(self.amounts[cell])
            except Odd:
                found.append(0)
                doubtful.add(k)
        return found

    def _tax_sum(self, bill: Bill, taxes: tuple[bytes, ...]) -> set[int]:
        for cell in taxes:
            try:
                bill.tax.units += self.amounts[cell]
            except Odd:
                bill.tax.add(cleaned(self.decode(cell)))
        return set()

    def _adjustments(self, bill: Bill, kinds: tuple[bytes, ...], totals: list[int], doubtful: set[int]) -> None:
        for k, kind in enumerate(kinds):
            if kind == b"IF":
                bill.adjustments += 1
                bill.negative_adjustments += totals[k] < 0
            elif kind == b"IE":
                bill.expense_adjustments += 1
            else:
                continue
            if self.judge.dialect.adjustment_ways:
                doubtful.add(k)

    def _days(self, days: tuple[bytes, ...]) -> set[int]:
        """Which days are no real ones, or lie outside the bounds set by the beginning of the records."""
        low, high = self.low, self.high
        wrong = {
            day for day in set(days) if not low <= day <= high or (day not in self.days and not self._new_day(day))
        }
        return {k for k, day in enumerate(days) if day in wrong} if wrong else set()

    def _new_day(self, day: bytes) -> bool:
        if len(day) != 8 or not day.isdigit() or day_of(day.decode("ascii")) is None:
            return False
        self.days.add(day)
        return True

    def _set_bounds(self, head: Sequence[bytes]) -> None:
        """The first and last day that need no second look, as the file writes days."""
        at = self.judge.at
        names = ("BILLING_START_DATE", "BILLING_END_DATE", "INVOICE_DATE")
        start, end, invoiced = (head[at[name]].strip() for name in names)
        good = [day for day in (start, end, invoiced) if self._new_day(day)]
        self.low, self.high = b"00000000", b"99999999"
        if not self.bounds_dates:
            return
        if start in good and end in good:
            self.low, self.high = start, end
        if invoiced in good:
            self.high = min(self.high, invoiced)
        if self.judge.as_of:
            self.high = min(self.high, f"{self.judge.as_of:%Y%m%d}".encode())

    def _texts(self, texts: tuple[bytes, ...], batch: list[bytes], *, plain: bool) -> set[int]:
        """Which narratives are empty, too long, blank at an end, or hold more than plain characters."""
        doubtful: set[int] = set()
        sizes = list(map(len, texts))
        longest = self.judge.dialect.lengths.get("LINE_ITEM_DESCRIPTION", 15_000)
        if min(sizes) < 5:  # empty, or the word NULL
            doubtful.update(k for k, size in enumerate(sizes) if size < 5)
        if max(sizes) > longest:
            doubtful.update(k for k, size in enumerate(sizes) if size > longest)
        if list(map(bytes.strip, texts)) != list(texts):
            doubtful.update(k for k, text in enumerate(texts) if text != text.strip())
        together = b"".join(texts)
        if len(together.translate(None, _CONTROLS)) != len(together):
            doubtful.update(k for k, t in enumerate(texts) if len(t.translate(None, _CONTROLS)) != len(t))
        if not plain:
            doubtful.update(k for k, piece in enumerate(batch) if not piece.isascii())
        if b"[]" in together:
            doubtful.update(k for k, text in enumerate(texts) if b"[]" in text)
        return doubtful

    def _numbers(self, bill: Bill, numbers: tuple[bytes, ...], look: _Look) -> set[int]:
        """Line numbers: remembered, so that one used twice is found; unusual ones are looked at."""
        met = set(numbers)
        if len(met) == len(numbers) and bill.numbers.keys().isdisjoint(met):
            bill.numbers.update(zip(numbers, range(look.line, look.line + len(numbers)), strict=True))
        else:
            for k, number in enumerate(numbers):
                self._number(bill, number, look, k)
        doubtful: set[int] = set()
        for number in met - self.plain_numbers:
            if number.isdigit() and len(number) <= 20:
                if len(self.plain_numbers) > _MOST_REMEMBERED:
                    self.plain_numbers.clear()
                self.plain_numbers.add(number)
            else:
                doubtful.update(k for k, other in enumerate(numbers) if other == number)
        return doubtful

    def _number(self, bill: Bill, number: bytes, look: _Look, k: int) -> None:
        if not number.strip():
            return
        known = bill.numbers.setdefault(number.strip(), look.line_of(k))
        if known != look.line_of(k):
            look.say(bill, [self._twice(number.strip(), known)], k)

    def _twice(self, number: bytes, known: int) -> Flaw:
        shown = self.decode(number)
        return Flaw(
            "LC03",
            "error",
            self.judge.at["LINE_ITEM_NUMBER"],
            f'LINE_ITEM_NUMBER "{shown}" was used before in this invoice, on line {known}.',
            shown,
            "a number not used in the invoice",
        )

    def _groups(self, bill: Bill, groups: list[tuple[bytes, ...]], look: _Look) -> None:
        """Types, codes, persons, rates: each combination is judged once and then remembered."""
        kind_at, task_at = self.group_at["EXP/FEE/INV_ADJ_TYPE"], self.group_at["LINE_ITEM_TASK_CODE"]
        met = set(groups)
        flawed: list[tuple[int, tuple[bytes, ...]]] = []
        for group in met:
            flaws = self.groups.get(group)
            if flaws is None:
                flaws = self._new_group(group, look, groups.index(group))
            if flaws:
                flawed.append((groups.index(group), group))
            if group[kind_at] == b"F":
                if group[task_at]:
                    bill.coded = True
                elif not group[task_at + 2]:
                    flawed.append((groups.index(group), group))
        for first, group in sorted(set(flawed)):
            flaws = self.groups[group]
            if group[kind_at] == b"F" and not group[task_at] and not group[task_at + 2]:
                self._uncoded(bill, [k for k, other in enumerate(groups) if other == group], look)
            if all(flaw.once for flaw in flaws):
                look.say(bill, flaws, first)
            else:
                for k, other in enumerate(groups):
                    if other == group:
                        look.say(bill, flaws, k)
        new = met - bill.groups
        if new:
            self._new_to_bill(bill, new, groups, look)

    def _new_group(self, group: tuple[bytes, ...], look: _Look, k: int) -> tuple[Flaw, ...]:
        raw, values = look.values(k)
        flaws = self.judge.fixed(raw, values)
        for i in self.judge.shared_columns:
            if i >= _PREFIX:
                flaws += [flaw._replace(once=True) for flaw in self.judge.cell(i, raw[i], values[i])]
        if len(self.groups) > _MOST_REMEMBERED:
            self.groups.clear()
        self.groups[group] = tuple(flaws)
        return self.groups[group]

    def _new_to_bill(
        self, bill: Bill, new: set[tuple[bytes, ...]], groups: list[tuple[bytes, ...]], look: _Look
    ) -> None:
        """Combinations the invoice had not met: do they agree with what its first record says?"""
        for k, group in sorted((groups.index(group), group) for group in new):
            _, values = look.values(k)
            flaw = person_flaw(self.judge, bill, values, look.line_of(k))
            if flaw:
                look.say(bill, [flaw], k)
            if self.judge.gross:
                flaw = tax_flaw(self.judge, bill, values, look.line_of(k))
                if flaw:
                    look.say(bill, [flaw], k)
            differ = [f for f in differences(self.judge, bill, values) if f.column >= _PREFIX]
            if differ:
                for other, candidate in enumerate(groups):
                    if candidate == group:
                        look.say(bill, differ, other)
            else:
                bill.groups.add(group)

    def _uncoded(self, bill: Bill, rows: Iterable[int], look: _Look) -> None:
        for k in rows:
            if len(bill.uncoded) < 1000:
                _, values = look.values(k)
                at = self.judge.at
                bill.uncoded.append(
                    (
                        look.line_of(k),
                        look.byte_of(k, at["LINE_ITEM_TASK_CODE"]),
                        values[at["LINE_ITEM_NUMBER"]],
                        values[at["LINE_ITEM_TOTAL"]],
                    )
                )

    def _entries(
        self,
        bill: Bill,
        groups: list[tuple[bytes, ...]],
        columns: list[tuple[bytes, ...]],
        own: dict[str, tuple[bytes, ...]],
        look: _Look,
    ) -> None:
        """Lines that say the same as an earlier one of the invoice and matter."""
        if len(bill.entries) >= MOST_ENTRIES:
            return
        at = self.judge.at
        person, code = columns[at["TIMEKEEPER_ID"] - _PREFIX], columns[at["LINE_ITEM_EXPENSE_CODE"] - _PREFIX]
        kinds = columns[at["EXP/FEE/INV_ADJ_TYPE"] - _PREFIX]
        matter = [look.head[at["LAW_FIRM_MATTER_ID"]]] * len(kinds)
        keys = list(
            map(
                hash,
                zip(
                    own["LINE_ITEM_DATE"],
                    kinds,
                    person,
                    code,
                    own["LINE_ITEM_TOTAL"],
                    own["LINE_ITEM_DESCRIPTION"],
                    matter,
                    strict=True,
                ),
            )
        )
        met = set(keys)
        if len(met) == len(keys) and bill.entries.keys().isdisjoint(met):
            bill.entries.update(zip(keys, range(look.line, look.line + len(keys)), strict=True))
            return
        for k, key in enumerate(keys):
            known = bill.entries.setdefault(key, look.line_of(k))
            if known != look.line_of(k):
                look.say(bill, [self._same_entry(known, kinds[k])], k)

    def _same_entry(self, known: int, kind: bytes) -> Flaw:
        return Flaw(
            "duplicate-line",
            self.judge.severity("duplicate-line", "advice") or "advice",
            self.judge.at["LINE_ITEM_DESCRIPTION"],
            f"Line {known} of the file has the same day, person, amount and narrative.",
            None,
            None,
            reason="DUP-EXPENSE" if kind == b"E" else "DUP-LINE",
        )

    # -- the thorough way --------------------------------------------------------------------------

    def _record(self, record: RawRecord) -> None:
        """Judge one record by itself."""
        layout, judge = self.frame.layout, self.judge
        cells = [b"" if place is None else record.cells[place] for place in layout.places]
        if judge.at["INVOICE_NUMBER"] >= len(cells):
            return
        look = _Look.of_record(self, record, cells)
        raw, values = look.values(0)
        bill = self._bill_of(cells[:_PREFIX], cells[_PREFIX:], record.line, record.byte)
        bill.records += 1
        self.out.lines += 1
        look.say(bill, record.flaws, 0)
        if not record.usable:
            bill.whole = False
            return
        cut_off = any(flaw.rule == "LF03" and flaw.severity == "error" for flaw in record.flaws)
        if cut_off:
            self._cut_off(bill, values)
            return
        bill.total.add(values[judge.at["LINE_ITEM_TOTAL"]])
        if judge.gross:
            bill.tax.add(values[judge.at["LINE_ITEM_TAX_TOTAL"]])
        look.say(bill, judge.repeated(raw, values), 0)
        look.say(bill, judge.fixed(raw, values), 0)
        look.say(bill, judge.varying(raw, values), 0)
        look.say(bill, differences(judge, bill, values), 0)
        self._company(bill, look, cells, values)
        if self.screen and layout.is_standard:
            batch = Batch(
                bill.number, [record.line], [cells[_PREFIX:]], cells[:_PREFIX], layout, self.frame.encoding.name
            )
            self.out.findings.extend(self.screen(batch))

    def _cut_off(self, bill: Bill, values: Sequence[str]) -> None:
        """A record that ends early still adds to the invoice when its total was reached."""
        total = values[self.judge.at["LINE_ITEM_TOTAL"]]
        if total and decimal_of(total) is not None:
            bill.total.add(total)
        else:
            bill.whole = False

    def _company(self, bill: Bill, look: _Look, cells: Sequence[bytes], values: Sequence[str]) -> None:
        """What a record shares with others of the invoice: number, person, tax, codes, matter."""
        judge, at = self.judge, self.judge.at
        line = look.line_of(0)
        self._number(bill, cells[at["LINE_ITEM_NUMBER"]], look, 0)
        flaws = [person_flaw(judge, bill, values, line)]
        if judge.gross:
            flaws.append(tax_flaw(judge, bill, values, line))
        look.say(bill, [flaw for flaw in flaws if flaw], 0)
        self._client_of_matter(values, look, 0)
        bill.matters.setdefault(values[at["LAW_FIRM_MATTER_ID"]], line)
        kind = values[at["EXP/FEE/INV_ADJ_TYPE"]]
        if kind == "F":
            if values[at["LINE_ITEM_TASK_CODE"]]:
                bill.coded = True
            elif not values[at["LINE_ITEM_ACTIVITY_CODE"]]:
                self._uncoded(bill, [0], look)
        total = decimal_of(values[at["LINE_ITEM_TOTAL"]])
        if kind == "IF":
            bill.adjustments += 1
            bill.negative_adjustments += bool(total and total < 0)
        elif kind == "IE":
            bill.expense_adjustments += 1
        if len(bill.entries) < MOST_ENTRIES:
            names = (
                "LINE_ITEM_DATE",
                "EXP/FEE/INV_ADJ_TYPE",
                "TIMEKEEPER_ID",
                "LINE_ITEM_EXPENSE_CODE",
                "LINE_ITEM_TOTAL",
                "LINE_ITEM_DESCRIPTION",
                "LAW_FIRM_MATTER_ID",
            )
            key = hash(tuple(cells[at[name]] for name in names))
            known = bill.entries.setdefault(key, line)
            if known != line:
                look.say(bill, [self._same_entry(known, cells[at["EXP/FEE/INV_ADJ_TYPE"]])], 0)

    # -- invoices and the end ----------------------------------------------------------------------

    def _bill_of(self, head: Sequence[bytes], tail: Sequence[bytes], line: int, byte: int) -> Bill:
        """The invoice a record belongs to; a new one closes the one before, unless they are scattered."""
        number = cleaned(self.decode(head[self.judge.at["INVOICE_NUMBER"]]))
        self._set_bounds(head)
        if self.bill is not None and self.bill.number == number:
            return self.bill
        if number in self.bills:
            self.bill = self.bills[number]
            return self.bill
        if number in self.out.invoices:
            raise Scattered(number)
        if not self.scattered:
            self._close()
        cells = [*head, *tail]
        values = [cleaned(self.decode(cell)) for cell in cells]
        self.bill = Bill(number, line, byte, cells, values)
        if self.scattered:
            self.bills[number] = self.bill
        return self.bill

    def _client_of_matter(self, values: Sequence[str], look: _Look, k: int) -> None:
        at = self.judge.at
        client, matter = values[at["CLIENT_ID"]], values[at["LAW_FIRM_MATTER_ID"]]
        if client and matter:
            seen = self.out.clients.setdefault(matter, {})
            if client not in seen:
                seen[client] = Sight(
                    look.line_of(k),
                    look.byte_of(k, at["CLIENT_ID"]),
                    values[at["INVOICE_NUMBER"]],
                    values[at["LINE_ITEM_NUMBER"]],
                    decimal_of(values[at["LINE_ITEM_TOTAL"]]),
                )

    def _close(self) -> None:
        """Say what an invoice as a whole gives rise to, and keep only what others may ask of it."""
        bill, at = self.bill, self.judge.at
        if bill is None:
            return
        look = _Look.of_bill(self, bill)
        look.say(bill, list(closing(self.judge, bill)), 0)
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
                self.out.findings.append(self.finding(flaw, line, byte, bill.number, entry, decimal_of(total), bill))
        stated = decimal_of(bill.values[at["INVOICE_TOTAL"]])
        self.out.invoices[bill.number] = (
            stated,
            self.currency(bill),
            bill.line,
            bill.values[at["LAW_FIRM_ID"]] + "\n" + bill.values[at["CLIENT_ID"]],
        )
        self.bill = None

    def currency(self, bill: Bill) -> str | None:
        at = self.judge.at
        return (bill.values[at["INVOICE_CURRENCY"]] or None) if "INVOICE_CURRENCY" in at else None

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
        if grave and invoice is not None and (invoice not in self.out.at_risk) and bill is not None:
            self.out.at_risk[invoice] = decimal_of(bill.values[self.judge.at["INVOICE_TOTAL"]])
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


class _Look:
    """A second look at records of one batch: their values as text, and where each stands."""

    __slots__ = ("_offsets", "_values", "batch", "byte", "head", "line", "rows", "scan")

    def __init__(
        self,
        scan: Scan,
        head: Sequence[bytes],
        batch: Sequence[bytes] | None,
        rows: Sequence[Sequence[bytes]],
        line: int,
        byte: int,
    ) -> None:
        self.scan, self.head, self.batch, self.rows = scan, head, batch, rows
        self.line, self.byte = line, byte
        self._offsets: list[int] | None = None
        self._values: dict[int, tuple[list[str], list[str]]] = {}

    @classmethod
    def of_record(cls, scan: Scan, record: RawRecord, cells: Sequence[bytes]) -> _Look:
        look = cls(scan, cells[:_PREFIX], None, [cells[_PREFIX:]], record.line, record.byte)
        if not scan.frame.layout.is_standard:
            starts = list(accumulate((len(cell) + 1 for cell in record.cells), initial=record.byte))
            look._offsets = [record.byte if place is None else starts[place] for place in scan.frame.layout.places]
        return look

    @classmethod
    def of_bill(cls, scan: Scan, bill: Bill) -> _Look:
        return cls(scan, bill.cells[:_PREFIX], None, [bill.cells[_PREFIX:]], bill.line, bill.byte)

    def line_of(self, k: int) -> int:
        return self.line + k

    def values(self, k: int) -> tuple[list[str], list[str]]:
        """The cells of record `k` as raw text and as values, in the table's order."""
        known = self._values.get(k)
        if known is None:
            raw = [self.scan.decode(cell) for cell in (*self.head, *self.rows[k])]
            known = self._values[k] = (raw, [cleaned(text) for text in raw])
        return known

    def byte_of(self, k: int, column: int) -> int:
        """The byte in the file where a cell begins."""
        if self.batch is None and self._offsets is not None:
            return self._offsets[column] if column >= 0 else self.byte
        start = self.byte
        if self.batch is not None and k:
            if self._offsets is None:
                size = len(self.scan.end)
                self._offsets = list(accumulate((len(piece) + size for piece in self.batch), initial=0))
            start += self._offsets[k]
        if column <= 0:
            return start
        cells = (*self.head, *self.rows[k])
        return start + sum(map(len, cells[:column])) + column

    def say(self, bill: Bill, flaws: Iterable[Flaw], k: int) -> None:
        """Turn flaws of record `k` into findings."""
        scan = self.scan
        at = scan.judge.at
        for flaw in flaws:
            if not bill.says(flaw):
                continue
            shared = flaw.column >= 0 and scan.judge.columns[flaw.column].record != "Line"
            values = self.values(k)[1]
            text = bill.values[at["INVOICE_TOTAL"]] if shared else values[at["LINE_ITEM_TOTAL"]]
            scan.out.findings.append(
                scan.finding(
                    flaw,
                    self.line_of(k),
                    self.byte_of(k, flaw.column),
                    bill.number,
                    None if shared and flaw.rule != "LC01" else values[at["LINE_ITEM_NUMBER"]],
                    decimal_of(text),
                    bill,
                )
            )
