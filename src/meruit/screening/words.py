"""Large flat files screened by phrases and patterns alone, at the speed of the search and in constant memory.

A set whose every rule is words needs nothing of a line but its narrative, so no entries are made, and each
finding is written as it is found: one line of JSON, the same as `Finding.to_json` gives. Only counts are
kept. What a line is worth and how it is numbered is looked up only where something was found.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import compress
from json.encoder import encode_basestring
from operator import itemgetter
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

#: Kinds of lines that are work, as files write them.
WORK = frozenset({b"F", b"E"})
_CONTROLS = bytes({*range(32), 127})
#: Lines whose narratives are searched together.
AT_ONCE = 8192
_NULL = b"NULL"
#: How a finding ends, behind its currency.
_END = "}\n"
_WORKED = ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST", "LINE_ITEM_ADJUSTMENT_AMOUNT")


#: Cells of one kind that are remembered.
_MOST = 1 << 16
T = TypeVar("T")
#: What a line puts at risk: as its findings say it, and as it is added up.
Worth = tuple[str, Decimal]
_NO_WORTH: Worth = ('"at_risk": null, "currency": ', Decimal(0))


@dataclass(slots=True)
class Tally:
    """What was written: findings by severity, lines looked at, and money of the lines by invoice."""

    severities: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    #: invoice -> currency and the money of its lines that were found.
    at_risk: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    #: A byte for each physical line: 1 where its money is counted in `at_risk`.
    hit: bytearray = field(default_factory=bytearray)

    def note(self, invoice: str, currency: str, lines: list[int], values: list[Decimal]) -> None:
        """What one batch came to; each line's money once, however many words were found in it."""
        known = self.at_risk.get(invoice)
        self.at_risk[invoice] = (currency, sum(values, known[1] if known else Decimal(0)))
        if len(self.hit) <= lines[-1]:
            self.hit.extend(bytes(lines[-1] + 1 - len(self.hit)))
        for line in lines:
            self.hit[line] = 1

    def add(self, other: Tally) -> None:
        """Take in what another part of the file came to."""
        self.severities += other.severities
        self.lines += other.lines
        for invoice, (currency, amount) in other.at_risk.items():
            known = self.at_risk.get(invoice)
            self.at_risk[invoice] = (currency, amount + (known[1] if known else 0))
        self.hit[len(self.hit) :] = other.hit[len(self.hit) :]


@lru_cache(maxsize=65536)
def _amount(cell: bytes) -> Decimal | None:
    return decimal_of(cleaned(cell.decode("utf-8", "replace")))


def _worth(amount: Decimal | None) -> Worth:
    """What a line puts at risk, as its findings say it, and as it is added up."""
    return _NO_WORTH if amount is None else (f'"at_risk": "{amount}", "currency": ', abs(amount))


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
    return kind in WORK or kind.strip().upper() in WORK


#: A line's number as a JSON text, and what its total alone makes it worth.
_quoted = _Memory(lambda cell: encode_basestring(cleaned(cell.decode("utf-8", "replace"))))
_worth_of = _Memory(lambda total: _worth(_amount(total)))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One batch whose narratives wait to be searched: those of its records at `rows`, from `first` on."""

    batch: Batch
    rows: Sequence[int]
    first: int


class Ready:
    """A set of words made ready: the search, and what each pattern's findings say."""

    def __init__(self, guidelines: GuidelineSet, context: Context) -> None:
        judge = Judge(guidelines, context)
        self.search = Search(judge.search)
        self.shapes = [_shape(judge, at) for at in range(len(judge.phrases))]
        self._of = guidelines, context

    def is_of(self, guidelines: GuidelineSet, context: Context) -> bool:
        """Whether it was made from these."""
        return self._of[0] is guidelines and self._of[1] is context


class Words:
    """A screen of the file that passes by (`ledes.flat.scan.Screen`); it returns nothing and writes all.

    Narratives are searched some thousand lines at a time, pattern by pattern: the automata and the judging of
    the format would otherwise drive each other out of the processor's cache. `finish` searches the rest.
    """

    def __init__(self, ready: Ready, name: str, write: Callable[[str], object]) -> None:
        self.search, self.write, self.tally = ready.search, write, Tally()
        self._done = 0
        self._waiting: list[_Waiting] = []
        self._texts: list[bytes] = []
        self._shapes = ready.shapes
        self._head = f'{{"file": {json.dumps(name, ensure_ascii=False)}, "format": null, "line": '

    def __call__(self, batch: Batch) -> tuple[()]:
        lines = batch.lines
        if lines[-1] <= self._done:  # a file whose invoices are scattered passes by twice
            return ()
        texts: Sequence[bytes] = _narratives(batch)
        rows: Sequence[int] = range(len(lines))
        kinds = batch.kinds()
        if lines[0] <= self._done or not WORK.issuperset(kinds):
            wanted = [line > self._done and _is_work(kind) for line, kind in zip(lines, kinds, strict=True)]
            rows, texts = list(compress(rows, wanted)), list(compress(texts, wanted))
        self._waiting.append(_Waiting(batch, rows, len(self._texts)))
        self._texts += texts
        self._done = lines[-1]
        if len(self._texts) >= AT_ONCE:
            self.finish()
        return ()

    def finish(self) -> None:
        """Search what waits, and write what is found, in the order of the lines and then of the patterns."""
        texts, waiting = self._texts, self._waiting
        self._texts, self._waiting = [], []
        self.tally.lines += len(texts)
        found: list[tuple[int, int, int, int]] = []
        for pattern, places in self.search.places(texts):
            self.tally.severities[self._shapes[pattern][3]] += len(places)
            found += [(at, pattern, start, end) for at, start, end in places]
        if not found:
            return
        found.sort(key=itemgetter(0))
        around = self._around(list(dict.fromkeys(map(itemgetter(0), found))), waiting)
        out: list[str] = []
        shapes = self._shapes
        for at, pattern, start, end in found:
            text = texts[at]
            words = text[start:end].decode()
            if not text.isascii():
                start, end = len(text[:start].decode()), len(text[:end].decode())
            if '"' in words or "\\" in words:
                words = encode_basestring(words)[1:-1]
            head, tail = around[at]
            before, between, after, _ = shapes[pattern]
            # Pieces that are there already; a text of each finding would be copied once more and fill the cache.
            out += (head, before, words, between, words, f'", "span": [{start}, {end}]', after, tail, _END)
        self.write("".join(out))

    def _around(self, hits: Sequence[int], waiting: Sequence[_Waiting]) -> dict[int, tuple[str, str]]:
        """What findings on these narratives say of their lines, before and after what they say of the words."""
        around: dict[int, tuple[str, str]] = {}
        begin = 0
        for one, following in zip(waiting, [*waiting[1:], None], strict=True):
            stop = bisect_left(hits, following.first, begin) if following else len(hits)
            if stop > begin:
                self._line_up(one, hits[begin:stop], around)
            begin = stop
        return around

    def _line_up(self, waiting: _Waiting, hits: Sequence[int], around: dict[int, tuple[str, str]]) -> None:
        """The same for one batch, which is also counted."""
        batch, all_rows, first = waiting.batch, waiting.rows, waiting.first
        currency = self._currency(batch)
        rows = [all_rows[at - first] for at in hits]
        lines = [batch.lines[row] for row in rows]
        numbers = map(_quoted.__getitem__, _cells(batch, "LINE_ITEM_NUMBER", rows))
        worths = _worths(batch, rows)
        head, front = self._head, f', "byte": null, "invoice": {encode_basestring(batch.invoice)}, "entry": '
        end = encode_basestring(currency) if currency else "null"
        for at, line, number, worth in zip(hits, lines, numbers, worths, strict=True):
            around[at] = f"{head}{line}{front}{number}", worth[0] + end
        self.tally.note(batch.invoice, currency, lines, [amount for _, amount in worths])

    def _currency(self, batch: Batch) -> str:
        if "INVOICE_CURRENCY" not in batch.layout.index:
            return ""
        return cleaned(batch.encoding.decode(batch.column("INVOICE_CURRENCY")[0]))


def _worths(batch: Batch, rows: Sequence[int]) -> list[Worth]:
    """What some records of the batch come to, as `Entry.value` has it."""
    totals, taxes = (_cells(batch, name, rows) for name in ("LINE_ITEM_TOTAL", "LINE_ITEM_TAX_TOTAL"))
    worths = list(map(_worth_of.__getitem__, totals))
    for at, (worth, tax) in enumerate(zip(worths, taxes, strict=True)) if any(taxes) or _NO_WORTH in worths else ():
        if worth is _NO_WORTH or _amount(tax):
            worked = (_cells(batch, name, rows[at : at + 1])[0] for name in _WORKED)
            worths[at] = _whole_worth(*map(_amount, (totals[at], tax, *worked)))
    return worths


def _whole_worth(
    total: Decimal | None, tax: Decimal | None, units: Decimal | None, rate: Decimal | None, adjustment: Decimal | None
) -> Worth:
    """`_worth` of a line by all its amounts."""
    total = net_of(total, tax, units, rate, adjustment)
    if total is None and units is not None and rate is not None:
        return _worth(units * rate + (adjustment or 0))
    return _worth(total)


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


def _narratives(batch: Batch) -> list[bytes]:
    """The narratives as UTF-8 values: no blanks around them, no line breaks, nothing where it says NULL."""
    if batch.plain:
        buffer, starts, ends = batch.spans("LINE_ITEM_DESCRIPTION")
        texts = [buffer[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    else:
        raw = batch.column("LINE_ITEM_DESCRIPTION")
        together = b"".join(raw)
        if not together.isascii() or len(together.translate(None, _CONTROLS)) != len(together):
            return [cleaned(batch.encoding.decode(text)).encode() for text in raw]
        texts = list(map(bytes.strip, raw))
    return [b"" if text.upper() == _NULL else text for text in texts] if len(_NULL) in map(len, texts) else texts


def _shape(ready: Judge, at: int) -> tuple[str, str, str, str]:
    """What a finding of one pattern says around its words, cut from the finding as it would be printed."""
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
    return text[start:first], text[first + len(mark) : second], text[span:risk], rule.severity


if ORDER[-2:] != ("at_risk", "currency"):  # pragma: no cover - a broken assumption, at import
    raise AssertionError("The quick way writes at_risk and currency last.")
