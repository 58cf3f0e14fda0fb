"""The quick way through plainly right records: columns side by side, each new combination judged once.

It takes a run of whole records with the same beginning (one invoice and matter), and finds out which of
them need the rules at all. It never decides that something is wrong, only that it has to be looked at:
`Judge` then says what is wrong, the same functions as in a pass that looks at every record. Every
test here may therefore be coarse on one side only: it must not pass over what a rule would object to.
"""

from __future__ import annotations

from contextlib import suppress
from operator import mul, sub
from typing import TYPE_CHECKING

from meruit.ledes.ages import first_line_day
from meruit.ledes.flat.amounts import UNIT, Odd, cents
from meruit.ledes.flat.bill import differences, person_flaw, tax_flaw
from meruit.ledes.flat.company import note_entry, note_matter, note_number, note_uncoded
from meruit.ledes.flat.judge import CODING, PERSON
from meruit.ledes.flat.look import cleaned
from meruit.ledes.flat.memory import MOST
from meruit.ledes.values import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meruit.ledes.flat.bill import Bill
    from meruit.ledes.flat.look import Look
    from meruit.ledes.flat.records import Flaw
    from meruit.ledes.flat.scan import Scan

    Column = Sequence[bytes]
    Columns = Sequence[Column]
    Combination = tuple[bytes, ...]

#: Columns before LINE_ITEM_NUMBER: every record of one invoice and matter begins with the same text.
PREFIX = 8
_CONTROLS = bytes({*range(32), 127})
#: Every byte as itself, control characters as blanks.
_TAMED = bytes(32 if byte in _CONTROLS else byte for byte in range(256))
#: How most invoices number their lines; such a column need not be looked at again.
_COUNTED = [b"%d" % number for number in range(1, 2001)]
#: Half a cent in units of 10^-8, the product of two amounts in 10^-4.
HALF_CENT = 500_000
#: Shorter narratives may be empty or the word NULL; longer ones may not fit a field of 15,360 bytes.
SHORT, LONG = 5, 15_000


class Quick:
    """What one pass remembers of values it has met."""

    def __init__(self, scan: Scan) -> None:
        self.scan, self.judge = scan, scan.judge
        at = self.judge.at
        memory = self.judge.memory
        self.memory = memory
        #: Combinations of which all was told that is told once a file.
        self.told: set[Combination] = set()
        self.told_grades: set[bytes] = set()
        #: Persons of whom nothing is to be said in this file.
        self.plain_people: set[Combination] = set()
        self.amounts, self.days, self.numbers = memory.amounts, memory.days, memory.numbers
        self.codings, self.plain_codings, self.persons = memory.codings, memory.plain_codings, memory.persons
        tail = {name: at[name] - PREFIX for name in at if at[name] >= PREFIX}
        self.tail = tail
        self.coding_places = tuple(tail[name] for name in CODING)
        names = [n for n in ("TIMEKEEPER_LAST_NAME", "TIMEKEEPER_FIRST_NAME") if n in tail]
        self.person_places = tuple(tail[name] for name in (*PERSON, *names))
        self.shared_places = tuple(i - PREFIX for i in self.judge.shared_columns if i >= PREFIX)
        portal = self.judge.dialect
        self.exact_only = portal.rounding != "either" or min(portal.unit_places, portal.rate_places) < 4
        self.bounds_dates = self.judge.severity("LD02", "advice") is not None
        as_of = self.judge.as_of
        self.period_places = tuple(at[n] for n in ("BILLING_START_DATE", "BILLING_END_DATE", "INVOICE_DATE"))
        self.today = f"{as_of:%Y%m%d}".encode() if as_of else b""
        self.longest = min(portal.lengths.get("LINE_ITEM_DESCRIPTION", LONG), LONG)

    def trim(self) -> None:
        """Forget what has grown too long."""
        self.memory.trim()
        if len(self.plain_people) > MOST:
            self.plain_people.clear()

    def judge_batch(self, bill: Bill, prefix: bytes, look: Look, *, plain: bool) -> None:
        """Judge the records of `look`; `plain` says that their whole surroundings are ASCII."""
        columns = look.columns
        self.trim()
        column = columns[self.tail["LINE_ITEM_NUMBER"]]
        counted = column == _COUNTED[: len(column)]
        numbers = set() if counted else set(column)
        self.beginning(bill, prefix, look)
        self.shared(bill, prefix, look)
        doubtful = self._sums(bill, columns)
        doubtful |= self._dates(look.head, columns[self.tail["LINE_ITEM_DATE"]])
        doubtful |= self._narratives(columns[self.tail["LINE_ITEM_DESCRIPTION"]], plain=plain)
        if not numbers <= self.numbers:
            doubtful |= self._line_numbers(column, numbers)
        differ = counted or (len(numbers) == len(column) and b"" not in numbers)
        self.once(bill, look, differ=differ and self.no_two_alike(look))
        self.coding(bill, look)
        self.people(bill, look)
        if self.judge.gross:
            doubtful = set(range(len(columns[0])))
            self._taxes(bill, columns, look)
        for k in sorted(doubtful):
            raw, values = look.values(k)
            look.say(bill, self.judge.varying(raw, values), k)

    # -- what all records of the run repeat --------------------------------------------------------

    def beginning(self, bill: Bill, prefix: bytes, look: Look) -> None:
        """The first record with this beginning is asked about all that it repeats."""
        if prefix in bill.tails and prefix not in bill.unlike:
            return
        first = bill.line == look.line
        if prefix not in bill.tails:
            if not self.judge.headings.plain(bill.cells if first else look.cells(0)):
                look.say(bill, self.judge.repeated(*look.values(0)), 0)
            self._state_total(look)
            bill.tails[prefix] = self._tail(look)
            note_matter(self.judge, bill, look, 0)
        if first:
            return
        values = look.values(0)[1]
        differ = [flaw for flaw in differences(self.judge, bill, values) if flaw.column < PREFIX]
        if differ:
            bill.unlike.add(prefix)
            for k in range(look.count):
                look.say(bill, differ, k)

    def _state_total(self, look: Look) -> None:
        """Let the stated total be among the amounts, for the comparison at the end of the invoice."""
        with suppress(Odd):
            _ = self.amounts[look.head[self.judge.at["INVOICE_TOTAL"]]]

    def _tail(self, look: Look) -> Combination:
        return tuple(look.cell(0, place + PREFIX) for place in self.shared_places)

    def repeats_tail(self, bill: Bill, prefix: bytes, look: Look) -> bool:
        """Whether the first record says after its own values what the first of the invoice says there."""
        if bill.line == look.line:
            return True
        first = tuple(bill.cells[place + PREFIX] for place in self.shared_places)
        return self._tail(look) == bill.tails[prefix] == first

    def shared(self, bill: Bill, prefix: bytes, look: Look) -> None:
        """Values of firm, matter, client or invoice that stand after the line's own."""
        columns = look.columns
        unlike: set[int] = set()
        for place, known in zip(self.shared_places, bill.tails[prefix], strict=True):
            column = columns[place]
            firsts = bill.cells[place + PREFIX]
            lone = set(column)
            compared = self.judge.columns[place + PREFIX].record in ("Invoice", "Firm")
            if lone != {known} or (compared and lone != {firsts}):
                unlike.update(k for k, cell in enumerate(column) if cell != known or cell != firsts)
        for k in sorted(unlike):
            raw, values = look.values(k)
            look.say(bill, self.judge.repeated(raw, values), k)
            differ = [flaw for flaw in differences(self.judge, bill, values) if flaw.column >= PREFIX]
            look.say(bill, differ, k)

    # -- amounts -----------------------------------------------------------------------------------

    def _sums(self, bill: Bill, columns: Columns) -> set[int]:
        """Add up the lines; which of them do not agree with themselves, or have nothing to multiply."""
        names = ("NUMBER_OF_UNITS", "UNIT_COST", "ADJUSTMENT_AMOUNT", "TOTAL")
        cells = [columns[self.tail[f"LINE_ITEM_{name}"]] for name in names]
        kinds = columns[self.tail["EXP/FEE/INV_ADJ_TYPE"]]
        doubtful: set[int] = set()
        amount = self.amounts.__getitem__
        in_cents = cents(cells[3])
        try:
            units, costs, adjusts = (list(map(amount, column)) for column in cells[:3])
            totals = list(map(amount, cells[3])) if in_cents is None else [total * 100 for total in in_cents]
        except Odd:
            units, costs, adjusts, totals = (self._odd(column, doubtful) for column in cells)
            for k, cell in enumerate(cells[3]):
                if k in doubtful and not totals[k]:
                    bill.total.add(cleaned(self.scan.decode(cell)))
        bill.total.units += sum(totals)
        if b"IF" in kinds or b"IE" in kinds:
            self._adjustments(bill, kinds, totals, doubtful)
        products = list(map(mul, units, costs))
        nets = totals if not any(adjusts) else list(map(sub, totals, adjusts))
        if products != [net * UNIT for net in nets]:
            off = enumerate(p - n * UNIT for p, n in zip(products, nets, strict=True))
            doubtful.update(k for k, by in off if by and not self._rounds(by, totals[k]))
        if self.exact_only:
            doubtful.update(k for k, u in enumerate(units) if u % 100 or costs[k] % 100)
        if 0 in products:
            doubtful.update(k for k in _where(products, 0) if kinds[k] not in (b"IF", b"IE"))
        if 0 in totals:
            doubtful.update(_where(totals, 0))
        if min(units) < 0:
            doubtful.update(k for k, u in enumerate(units) if u < 0)
        return doubtful

    def _rounds(self, by: int, total: int) -> bool:
        """Whether a total in whole cents misses its product by no more than rounding."""
        return not self.exact_only and -HALF_CENT <= by <= HALF_CENT and not total % 100

    def _odd(self, column: Column, doubtful: set[int]) -> list[int]:
        """The amounts of a column in which at least one cell is unusual; those count 0 and are looked at."""
        found = []
        for k, cell in enumerate(column):
            try:
                found.append(self.amounts[cell])
            except Odd:
                found.append(0)
                doubtful.add(k)
        return found

    def _adjustments(self, bill: Bill, kinds: Column, totals: list[int], doubtful: set[int]) -> None:
        fees, expenses = _where(kinds, b"IF"), _where(kinds, b"IE")
        bill.adjustments += len(fees)
        bill.negative_adjustments += sum(totals[k] < 0 for k in fees)
        bill.expense_adjustments += len(expenses)
        if self.judge.dialect.adjustment_ways:
            doubtful.update((*fees, *expenses))

    def _taxes(self, bill: Bill, columns: Columns, look: Look) -> None:
        """98BI: every line is judged for its tax, so only what lines share is done here."""
        for cell in columns[self.tail["LINE_ITEM_TAX_TOTAL"]]:
            try:
                bill.tax.units += self.amounts[cell]
            except Odd:
                bill.tax.add(cleaned(self.scan.decode(cell)))
        for k in range(len(look.columns[0])):
            flaw = tax_flaw(self.judge, bill, look.values(k)[1], look.line_of(k))
            if flaw:
                look.say(bill, [flaw], k)

    # -- days, narratives, numbers -----------------------------------------------------------------

    def _dates(self, head: Sequence[bytes], days: Column) -> set[int]:
        """Which lines have no real day, or one outside the period, after the invoice, or in the future."""
        low, high = self.bounds(head)
        met = set(days)
        if met <= self.days and low <= min(met) and max(met) <= high:
            return set()
        wrong = {day for day in met if not low <= day <= high or not self.memory.is_day(day)}
        return {k for k, day in enumerate(days) if day in wrong} if wrong else set()

    def bounds(self, head: Sequence[bytes]) -> tuple[bytes, bytes]:
        """The first and last day that need no second look, as the file writes days."""
        start, end, invoiced = (head[place] for place in self.period_places)
        oldest = self._oldest(invoiced)
        if not self.bounds_dates:
            return oldest, b"99999999"
        if not (self.memory.is_day(start) and self.memory.is_day(end) and self.memory.is_day(invoiced)):
            return b"1", b"0"
        high = min(end, invoiced)
        return max(start, oldest), min(high, self.today) if self.today else high

    def _oldest(self, invoiced: bytes) -> bytes:
        """The first day that is not too old for the client."""
        if not self.judge.dialect.oldest_line_days:
            return b"00000000"
        day = day_of(invoiced.decode("latin-1"))
        first = first_line_day(self.judge.dialect, day, self.judge.as_of)
        return b"%04d%02d%02d" % (first.year, first.month, first.day) if first else b"00000000"

    def _narratives(self, texts: Column, *, plain: bool) -> set[int]:
        """Which narratives are short or long, or hold more than plain characters."""
        doubtful: set[int] = set()
        sizes = list(map(len, texts))
        if min(sizes) < SHORT or max(sizes) > self.longest:
            doubtful.update(k for k, size in enumerate(sizes) if not SHORT <= size <= self.longest)
        together = b"".join(texts)
        if together.translate(_TAMED) != together:
            doubtful.update(k for k, t in enumerate(texts) if len(t.translate(None, _CONTROLS)) != len(t))
        if not plain and not together.isascii():
            doubtful.update(k for k, text in enumerate(texts) if not text.isascii())
        return doubtful

    def _line_numbers(self, numbers: Column, met: set[bytes]) -> set[int]:
        """Which line numbers are not plain digits of a length that fits."""
        doubtful: set[int] = set()
        for number in met - self.numbers:
            if number.isdigit() and len(number) <= 20:
                self.numbers.add(number)
            else:
                doubtful.update(_where(numbers, number))
        return doubtful

    def once(self, bill: Bill, look: Look, *, differ: bool) -> None:
        """Line numbers and entries, which may stand only once in an invoice; whether those of the run all `differ`.

        Most invoices come in one run, and a run whose numbers and entries all differ needs no memory
        of them. The run is kept until the invoice ends or goes on; only then its lines are remembered.
        """
        if differ and bill.records == look.count and bill.run is None:
            bill.run = look
            return
        self.recall(bill)
        for k in range(look.count):
            self._remember(bill, look, k)

    def all_differ(self, look: Look) -> bool:
        """Whether no line number and no narrative stands twice in the run."""
        numbers = set(look.columns[self.tail["LINE_ITEM_NUMBER"]])
        return len(numbers) == look.count and b"" not in numbers and self.no_two_alike(look)

    def no_two_alike(self, look: Look) -> bool:
        """Whether no two narratives are the same, so that no two entries are."""
        return look.count == len(set(look.columns[self.tail["LINE_ITEM_DESCRIPTION"]]))

    def recall(self, bill: Bill) -> None:
        """Remember the lines and persons of the run that was kept, for the invoice goes on."""
        earlier, bill.run = bill.run, None
        if earlier is not None:
            for k in range(earlier.count):
                self._remember(bill, earlier, k)
        self._meet_strangers(bill)

    def _meet_strangers(self, bill: Bill) -> None:
        strangers, bill.strangers = bill.strangers, None
        if strangers is not None:
            self.people(bill, strangers)

    def _remember(self, bill: Bill, look: Look, k: int) -> None:
        note_number(self.judge, bill, look.cell(k, self.tail["LINE_ITEM_NUMBER"] + PREFIX), look, k)
        note_entry(self.judge, bill, look, k)

    # -- codes, persons, entries -------------------------------------------------------------------

    def coding(self, bill: Bill, look: Look) -> None:
        """Each combination of type and codes is judged once and then remembered."""
        columns = look.columns
        kinds, tasks, expenses, activities = (columns[i] for i in self.coding_places)
        here = set(zip(kinds, tasks, expenses, activities, strict=True))
        if not bill.coded:
            bill.coded = any(kind == b"F" and task for kind, task, _, _ in here)
        new = here - self.plain_codings - self.told - bill.codings_met
        if not new:
            return
        rows = list(zip(kinds, tasks, expenses, activities, strict=True))
        odd = []
        for met in new:
            flaws = self._coding_flaws(met)
            kind, task, _, activity = met
            bare = kind == b"F" and not task and not activity
            if flaws or bare:
                odd.append((rows.index(met), met, flaws, bare))
                if not bare and all(flaw.once for flaw in flaws):
                    for_file = all(flaw.once == "file" for flaw in flaws)
                    (self.told if for_file else bill.codings_met).add(met)
            else:
                self.plain_codings.add(met)
        for first, met, flaws, bare in sorted(odd):
            if bare:
                for k in _where(rows, met):
                    note_uncoded(self.judge, bill, look, k)
            self._say(bill, flaws, rows, met, first, look)

    def people(self, bill: Bill, look: Look) -> None:
        """Each person is judged once, and compared with what the invoice said of that person before."""
        self._meet_strangers(bill)
        rows = list(zip(*[look.columns[i] for i in self.person_places], strict=True))
        for first, who in sorted((rows.index(who), who) for who in set(rows) - bill.people_met):
            if who in self.plain_people or self._plain_person(who):
                self.plain_people.add(who)
                bill.people_met.add(who)
                self._same_person(bill, who, first, look)
                continue
            flaws = self._person_flaws(who)
            if flaws and all(flaw.once == "file" for flaw in flaws):
                self.told_grades.add(who[3])
            self._say(bill, flaws, rows, who, first, look)
            self._same_person(bill, who, first, look)
            if all(flaw.once for flaw in flaws):
                bill.people_met.add(who)

    def _plain_person(self, who: Combination) -> bool:
        """Whether nothing is to be said of this person: short plain words, and a class listed or told of."""
        kind, number, name, grade = who[:4]
        if (
            len(who) > 4
            or self.judge.asks_more
            or not (number and name)
            or not (grade in self.memory.classes or grade in self.told_grades)
        ):
            return False
        fits = 4 < len(number) <= 20 and 4 < len(name) <= 30
        words = number + name
        return (
            fits
            and words.isascii()
            and words.decode().isprintable()
            and words.strip() == words
            and (number.strip() == number and name.strip() == name and kind in (b"F", b"E", b"IF", b"IE"))
        )

    def _same_person(self, bill: Bill, who: Combination, first: int, look: Look) -> None:
        """LC05, asked only where the invoice already knows the person."""
        cells = self.scan.cells
        number, name, grade = (cells[cell][1] for cell in who[1:4])
        if not number or not (name or grade):
            return
        known = bill.people.setdefault(number, (name, grade, look.line_of(first)))
        if (name, grade) != known[:2]:
            flaw = person_flaw(self.judge, bill, look.values(first)[1], look.line_of(first))
            if flaw:
                look.say(bill, [flaw], first)

    def _learn(
        self,
        memory: dict[Combination, tuple[Flaw, ...]],
        met: Combination,
        judge: Callable[[list[str], list[str]], list[Flaw]],
        places: tuple[int, ...],
    ) -> tuple[Flaw, ...]:
        """What the rules say of a combination, which stands at `places` after the common beginning."""
        known = self.scan.cells
        raw = [""] * len(self.judge.columns)
        values = raw.copy()
        for place, cell in zip(places, met, strict=True):
            raw[PREFIX + place], values[PREFIX + place] = known[cell]
        memory[met] = tuple(judge(raw, values))
        return memory[met]

    def _coding_flaws(self, met: Combination) -> tuple[Flaw, ...]:
        flaws = self.codings.get(met)
        return self._learn(self.codings, met, self.judge.coding, self.coding_places) if flaws is None else flaws

    def _person_flaws(self, who: Combination) -> tuple[Flaw, ...]:
        flaws = self.persons.get(who)
        return self._learn(self.persons, who, self.judge.person, self.person_places) if flaws is None else flaws

    def silent_coding(self, met: Combination) -> bool:
        """Whether nothing is to be said of a type with its codes, or only what this file was told already."""
        kind, task, _, activity = met
        bare = kind == b"F" and not task and not activity
        return not bare and self._told(self._coding_flaws(met))

    def silent_person(self, who: Combination) -> bool:
        """Whether nothing is to be said of a person, or only what this file was told already."""
        return who in self.plain_people or self._plain_person(who) or self._told(self._person_flaws(who))

    def _told(self, flaws: tuple[Flaw, ...]) -> bool:
        """Whether all of these are told once a file, and were."""
        told = self.scan.out.told
        return all(flaw.once == "file" and (flaw.rule, flaw.column, flaw.message) in told for flaw in flaws)

    def _say(
        self, bill: Bill, flaws: tuple[Flaw, ...], rows: Sequence[Combination], met: Combination, first: int, look: Look
    ) -> None:
        """Flaws of a combination: on its first record what is said once, on each record what is not."""
        if not flaws:
            return
        often = [flaw for flaw in flaws if not flaw.once]
        if len(often) < len(flaws):
            look.say(bill, [flaw for flaw in flaws if flaw.once], first)
        if often:
            for k in _where(rows, met):
                look.say(bill, often, k)


def _where(values: Sequence[object], wanted: object) -> list[int]:
    """The places at which `wanted` stands."""
    found, at = [], -1
    try:
        while True:
            at = values.index(wanted, at + 1)
            found.append(at)
    except ValueError:
        return found
