"""Large flat files screened by phrases and patterns alone, at the speed of the search and in constant memory.

A set whose every rule is words needs nothing of a line but its narrative, so no entries are made, and each
finding is written as it is found: one line of JSON, the same as `Finding.to_json` gives. Only counts are
kept. What a line is worth and how it is numbered is looked up only where something was found.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import chain, compress
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, TypeVar

from meruit.findings import ORDER, Finding
from meruit.guidelines import Judge
from meruit.ledes.flat.look import cleaned
from meruit.ledes.values import decimal_of
from meruit.screening.entries import net_of
from meruit.screening.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meruit.guidelines import Context, GuidelineSet
    from meruit.ledes.flat.batch import Batch

_CONTROLS = bytes({*range(32), 127})
#: Lines whose narratives are searched together.
AT_ONCE = 8192
#: Lines whose findings are put together at once: what is copied stays in the processor's cache.
TOLD_AT_ONCE = 512
_NULL = b"NULL"
#: Words of one pattern that are remembered, and how long they may be.
_MOST_SAID, _LONGEST_SAID = 256, 64
_WORKED = ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST", "LINE_ITEM_ADJUSTMENT_AMOUNT")


#: Cells of one kind that are remembered.
_MOST = 1 << 16
T = TypeVar("T")
#: What a line puts at risk: as its findings say it to their end, and as it is added up.
Worth = tuple[str, Decimal]


@dataclass(slots=True)
class Tally:
    """What was written: findings by severity, lines looked at, and money of the lines by invoice."""

    severities: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    #: invoice -> currency and the money of its lines that were found.
    at_risk: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    #: A byte for each physical line from `first_line` on: 1 where its money is counted in `at_risk`.
    hit: bytearray = field(default_factory=bytearray)
    first_line: int = 0

    def note(self, invoice: str, currency: str, lines: list[int], values: list[Decimal]) -> None:
        """What one batch came to; each line's money once, however many words were found in it."""
        known = self.at_risk.get(invoice)
        self.at_risk[invoice] = (currency, sum(values, known[1] if known else Decimal(0)))
        hit, first = self.hit, self.first_line
        if len(hit) <= lines[-1] - first:
            hit.extend(bytes(lines[-1] - first + 1 - len(hit)))
        for line in lines:
            hit[line - first] = 1

    def add(self, other: Tally) -> None:
        """Take in what a later part of the file came to."""
        self.severities += other.severities
        self.lines += other.lines
        for invoice, (currency, amount) in other.at_risk.items():
            known = self.at_risk.get(invoice)
            self.at_risk[invoice] = (currency, amount + (known[1] if known else 0))
        if other.hit:
            begin = other.first_line - self.first_line
            self.hit.extend(bytes(max(begin - len(self.hit), 0)))
            self.hit[begin:] = other.hit


@lru_cache(maxsize=65536)
def _amount(cell: bytes) -> Decimal | None:
    return decimal_of(cleaned(cell.decode("utf-8", "replace")))


class _Memory(dict[bytes, T]):
    """What was made of a cell, remembered: records repeat them. Memory stays bounded on any input."""

    def __init__(self, make: Callable[[bytes], T]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, cell: bytes) -> T:
        if len(self) >= _MOST:
            self.clear()
        made = self[cell] = self.make(cell)
        return made


@lru_cache(maxsize=256)
def _is_work(kind: bytes) -> bool:
    return kind.strip().upper() in (b"F", b"E")


#: A line's number as a JSON text.
_quoted = _Memory(lambda cell: encode_basestring(cleaned(cell.decode("utf-8", "replace"))))


class Ready:
    """A set of words made ready: the search, and what each pattern's findings say."""

    def __init__(self, guidelines: GuidelineSet, context: Context) -> None:
        judge = Judge(guidelines, context)
        self.search = Search(judge.search)
        self.says = [_Says(judge, at) for at in range(len(judge.phrases))]
        self._of = guidelines, context

    def is_of(self, guidelines: GuidelineSet, context: Context) -> bool:
        """Whether it was made from these."""
        return self._of[0] is guidelines and self._of[1] is context


class Words:
    """A screen of the file that passes by (`ledes.flat.scan.Screen`); it returns nothing and writes all.

    Narratives are searched some thousand lines at a time, pattern by pattern: the automata and the judging of
    the format would otherwise drive each other out of the processor's cache. `finish` searches the rest.
    """

    def __init__(self, ready: Ready, name: str, write: Callable[[str], object], first_line: int = 0) -> None:
        self.search, self.says, self.write = ready.search, ready.says, write
        self.tally = Tally(first_line=first_line)
        self._done = 0
        #: Batches whose narratives wait to be searched, and which of their records are asked about.
        self._waiting: list[tuple[Batch, Sequence[int]]] = []
        self._lines = 0
        self._head = f'{{"file": {json.dumps(name, ensure_ascii=False)}, "format": null, "line": '

    def __call__(self, batch: Batch) -> tuple[()]:
        lines = batch.lines
        if lines[-1] <= self._done:  # a file whose invoices are scattered passes by twice
            return ()
        rows = batch.worked
        if rows is None:
            rows = [row for row, kind in enumerate(batch.kinds()) if _is_work(kind)]
        if lines[0] <= self._done:
            rows = [row for row in rows if lines[row] > self._done]
        self._waiting.append((batch, rows))
        self._lines += len(rows)
        self._done = lines[-1]
        if self._lines >= AT_ONCE:
            self.finish()
        return ()

    def finish(self) -> None:
        """Search what waits, and write what is found, in the order of the lines and then of the patterns."""
        waiting, self._waiting = self._waiting, []
        self.tally.lines += self._lines
        self._lines = 0
        texts: list[bytes] = []
        which: list[list[int]] = []
        begins: list[str] = []
        ends: list[str] = []
        for batch, rows in waiting:
            narratives = _narratives(batch, rows)
            held = self.search.which(narratives)
            if any(held):
                texts += compress(narratives, held)
                which += filter(None, held)
                self._line_up(batch, list(compress(rows, held)), begins, ends)
        self._tell(texts, which, begins, ends)

    def _line_up(self, batch: Batch, rows: Sequence[int], begins: list[str], ends: list[str]) -> None:
        """What findings on some records of a batch say of their lines, before and after what they say of the words.

        The money of these lines is counted.
        """
        currency = self._currency(batch)
        lines = list(map(batch.lines.__getitem__, rows))
        numbers = map(_quoted.__getitem__, _cells(batch, "LINE_ITEM_NUMBER", rows))
        worths = _worths_in(currency).of(batch, rows)
        head, front = self._head, f', "byte": null, "invoice": {encode_basestring(batch.invoice)}, "entry": '
        begins += [f"{head}{line}{front}{number}" for line, number in zip(lines, numbers, strict=True)]
        ends += [end for end, _ in worths]
        self.tally.note(batch.invoice, currency, lines, [amount for _, amount in worths])

    def _tell(self, texts: Sequence[bytes], which: Sequence[Sequence[int]], begins: list[str], ends: list[str]) -> None:
        """Write what is found in these narratives."""
        # Pieces that are there already: a text of each finding would be copied once more and fill the cache.
        told: list[tuple[str, ...]] = [()] * len(texts)
        ascii_alone = all(map(bytes.isascii, texts))
        for pattern, places in self.search.places(texts, which):
            said = self.says[pattern]
            after = said.after
            self.tally.severities[said.severity] += len(places)
            for at, start, end in places:
                words = texts[at][start:end]
                if not ascii_alone:
                    start, end = (len(texts[at][:byte].decode()) for byte in (start, end))
                told[at] += (begins[at], said[words], f"{start}, {end}", after, ends[at])
        for at in range(0, len(told), TOLD_AT_ONCE):
            self.write("".join(chain.from_iterable(told[at : at + TOLD_AT_ONCE])))

    def _currency(self, batch: Batch) -> str:
        if "INVOICE_CURRENCY" not in batch.layout.index:
            return ""
        return cleaned(batch.encoding.decode(batch.column("INVOICE_CURRENCY")[0]))


class _Worths(_Memory["Worth"]):
    """What lines billed in one currency are worth: remembered by the total alone, where that tells it."""

    def __init__(self, currency: str) -> None:
        super().__init__(lambda total: self._of(_amount(total)))
        self._closing = f', "currency": {encode_basestring(currency) if currency else "null"}}}\n'
        self._none = f'"at_risk": null{self._closing}', Decimal(0)

    def of(self, batch: Batch, rows: Sequence[int]) -> list[Worth]:
        """What some records of a batch come to, as `Entry.value` has it."""
        totals, taxes = (_cells(batch, name, rows) for name in ("LINE_ITEM_TOTAL", "LINE_ITEM_TAX_TOTAL"))
        worths = list(map(self.__getitem__, totals))
        none = self._none
        for at, (worth, tax) in enumerate(zip(worths, taxes, strict=True)) if any(taxes) or none in worths else ():
            if worth is none or _amount(tax):
                worked = (_cells(batch, name, rows[at : at + 1])[0] for name in _WORKED)
                worths[at] = self._of(_value(*map(_amount, (totals[at], tax, *worked))))
        return worths

    def _of(self, amount: Decimal | None) -> Worth:
        return self._none if amount is None else (f'"at_risk": "{amount}"{self._closing}', abs(amount))


def _value(
    total: Decimal | None, tax: Decimal | None, units: Decimal | None, rate: Decimal | None, adjustment: Decimal | None
) -> Decimal | None:
    """The value of a line by all its amounts."""
    total = net_of(total, tax, units, rate, adjustment)
    if total is None and units is not None and rate is not None:
        return units * rate + (adjustment or 0)
    return total


@lru_cache(maxsize=4)
def _worths_in(currency: str) -> _Worths:
    return _Worths(currency)


def _cells(batch: Batch, name: str, rows: Sequence[int]) -> list[bytes]:
    """The cells of some records in a column, as UTF-8; empty where the format has no such column."""
    if name not in batch.layout.index:
        return [b""] * len(rows)
    if not batch.plain:
        column, decode = batch.column(name), batch.encoding.decode
        cells = (column[row] for row in rows)
        return [cell if cell.isascii() else decode(cell).encode() for cell in cells]
    buffer, starts, ends = batch.spans(name)
    return [buffer[starts[row] : ends[row]] for row in rows]


def _narratives(batch: Batch, rows: Sequence[int]) -> list[bytes]:
    """The narratives as UTF-8 values: no blanks around them, no line breaks, nothing where it says NULL."""
    if batch.plain:
        buffer, starts, ends = batch.spans("LINE_ITEM_DESCRIPTION")
        texts = [buffer[start:end] for start, end in zip(starts, ends, strict=True)]
    else:
        texts = list(batch.column("LINE_ITEM_DESCRIPTION"))
    if len(rows) < len(texts):
        texts = [texts[row] for row in rows]
    if batch.tidy:
        return texts
    if not batch.plain:
        together = b"".join(texts)
        if not together.isascii() or len(together.translate(None, _CONTROLS)) != len(together):
            return [cleaned(batch.encoding.decode(text)).encode() for text in texts]
    texts = list(map(bytes.strip, texts))
    return [b"" if text.upper() == _NULL else text for text in texts] if len(_NULL) in map(len, texts) else texts


class _Says(dict[bytes, str]):
    """What a finding of one pattern says around its words, cut from the finding as it would be printed.

    Words -> what is said up to its span; short words are remembered, because narratives repeat them.
    """

    def __init__(self, ready: Judge, at: int) -> None:
        super().__init__()
        rule_number, check = ready.phrases[at]
        rule = ready.rules[rule_number]
        assert check.tells is not None
        before, after = check.tells
        mark = "WORDS"
        finding = Finding(
            rule=rule.type.slug,
            severity=rule.severity,
            message=f"{before}{mark}{after}",
            field="narrative",
            words=mark,
            span=(0, 0),
            clause=rule.clause,
            guideline=ready.guidelines.label,
            confidence=check.confidence,
            fixable_by=rule.type.fixable_by,
        )
        text = finding.to_json()
        start = text.index(', "field":')
        first = text.index(f"{mark}{json.dumps(after, ensure_ascii=False)[1:-1]}", start)
        second = text.index(f'"words": "{mark}"', first) + len('"words": "')
        span, risk = text.index(', "clause":', second), text.index('"at_risk":', second)
        self.severity = rule.severity
        self._before, self._between = text[start:first], text[first + len(mark) : second]
        #: What follows the two ends of the span, and what follows the money.
        self.after = f"]{text[span:risk]}"

    def __missing__(self, words: bytes) -> str:
        said = words.decode()
        if '"' in said or "\\" in said:
            said = encode_basestring(said)[1:-1]
        made = f'{self._before}{said}{self._between}{said}", "span": ['
        if len(self) < _MOST_SAID and len(words) <= _LONGEST_SAID:
            self[words] = made
        return made


if ORDER[-2:] != ("at_risk", "currency"):  # pragma: no cover - a broken assumption, at import
    raise AssertionError("The quick way writes at_risk and currency last.")
