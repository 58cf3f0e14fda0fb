"""Large flat files screened by phrases and patterns alone, at the speed of the search and in constant memory.

A set whose every rule is words needs nothing of a line but its narrative, so no entries are made, and each
finding is written as it is found: one line of JSON, the same as `Finding.to_json` gives. Only counts are
kept. By several processes the file is cut where invoices end; each process writes beside the others and
the pieces are put together in their order.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from meruit.findings import ORDER, Finding
from meruit.guidelines import Judge
from meruit.ledes.dialects import NONE, dialect
from meruit.ledes.flat.check import assemble, check_flat, one_pass, report_of
from meruit.ledes.flat.frame import HEAD, frame
from meruit.ledes.flat.judge import Judge as Format
from meruit.ledes.flat.look import cleaned
from meruit.ledes.flat.parts import cuts
from meruit.ledes.flat.scan import Scattered
from meruit.ledes.text import detect
from meruit.ledes.values import decimal_of
from meruit.screening.entries import net_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from meruit.guidelines import Context, GuidelineSet
    from meruit.ledes import Report
    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.parts import Part
    from meruit.ledes.flat.scan import Batch, Outcome

#: Kinds of lines that are work, as files write them.
WORK = frozenset({b"F", b"E"})
_CONTROLS = bytes({*range(32), 127})
#: Parts smaller than this are not worth a process.
SMALLEST = 8 << 20
#: Lines whose narratives are searched together.
AT_ONCE = 8192


@dataclass(slots=True)
class Tally:
    """What was written: findings by severity, lines looked at, and money of the lines by invoice."""

    severities: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    #: invoice -> currency and the money of its lines that were found.
    at_risk: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    #: A byte for each physical line: 1 where its money is counted in `at_risk`.
    hit: bytearray = field(default_factory=bytearray)

    def note(
        self,
        invoice: str,
        currency: str,
        lines: list[int],
        values: list[Decimal],
        severities: list[str],
    ) -> None:
        """What one batch came to; each line's money once, however many words were found in it."""
        self.severities.update(severities)
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
    return decimal_of(cleaned(cell.decode("ascii", "replace")))


@lru_cache(maxsize=256)
def _is_work(kind: bytes) -> bool:
    return kind in WORK or kind.strip().upper() in WORK


@lru_cache(maxsize=65536)
def _quoted(cell: bytes) -> str:
    """A line's number as a JSON text."""
    return encode_basestring(cleaned(cell.decode("utf-8", "replace")))


@dataclass(slots=True)
class _Waiting:
    """One batch whose narratives wait to be searched: its lines that are work and were not written before."""

    batch: Batch
    lines: list[int]
    texts: list[bytes]
    plain: bool
    #: Place in the batch -> (pattern, start, end) in bytes, found so far.
    found: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)


class Words:
    """A screen of the file that passes by (`ledes.flat.scan.Screen`); it returns nothing and writes all.

    Narratives are searched some thousand lines at a time, pattern by pattern: the automata and the judging of
    the format would otherwise drive each other out of the processor's cache. `finish` searches the rest.
    """

    def __init__(self, ready: Judge, name: str, write: Callable[[str], object]) -> None:
        self.ready, self.write, self.tally = ready, write, Tally()
        self._done = 0
        self._waiting: list[_Waiting] = []
        self._count = 0
        self._shapes = [_shape(ready, at, name) for at in range(len(ready.phrases))]
        self._head = f'{{"file": {json.dumps(name, ensure_ascii=False)}, "format": null, "line": '

    def __call__(self, batch: Batch) -> tuple[()]:
        last = batch.lines[-1]
        if last <= self._done:  # a file whose invoices are scattered passes by twice
            return ()
        kinds = batch.column("EXP/FEE/INV_ADJ_TYPE")
        work = [k for k, line in enumerate(batch.lines) if line > self._done and _is_work(kinds[k])]
        texts, plain = self._texts(batch)
        self._waiting.append(_Waiting(batch, work, texts, plain))
        self._done = last
        self._count += len(work)
        if self._count >= AT_ONCE:
            self.finish()
        return ()

    def finish(self) -> None:
        """Search what waits, and write what is found."""
        places = [(waiting, k) for waiting in self._waiting for k in waiting.lines]
        occurring: dict[int, list[int]] = {}
        for at, found in enumerate(map(self.ready.search.all.Match, [w.texts[k] for w, k in places])):
            for pattern in found or ():
                occurring.setdefault(pattern, []).append(at)
        for pattern in sorted(occurring):
            search = self.ready.search.patterns[pattern].finditer
            for at in occurring[pattern]:
                waiting, k = places[at]
                spans = [(pattern, *match.span()) for match in search(waiting.texts[k])]
                waiting.found.setdefault(k, []).extend(spans)
        for waiting in self._waiting:
            self._write(waiting)
        self._waiting, self._count = [], 0

    def _write(self, waiting: _Waiting) -> None:
        """All findings of a batch, in the order of its lines and then of the patterns."""
        batch, texts, plain = waiting.batch, waiting.texts, waiting.plain
        self.tally.lines += len(waiting.lines)
        if not waiting.found:
            return
        lines, numbers, currency = batch.lines, batch.column("LINE_ITEM_NUMBER"), self._currency(batch)
        end = f'"currency": {encode_basestring(currency) if currency else "null"}}}\n'
        front = f', "byte": null, "invoice": {encode_basestring(batch.invoice)}, "entry": '
        shapes, value_of = self._shapes, self._values(batch)
        out: list[str] = []
        severities: list[str] = []
        values: list[Decimal] = []
        hits = sorted(waiting.found)
        for k in hits:
            text, value = texts[k], value_of(k)
            if value is not None:
                values.append(abs(value))
            start = f"{self._head}{lines[k]}{front}{_quoted(numbers[k])}"
            rest = f'"at_risk": null, {end}' if value is None else f'"at_risk": "{value}", {end}'
            for at, i, j in waiting.found[k]:
                before, between, after, severity = shapes[at]
                words = text[i:j].decode()
                if not plain:
                    i, j = len(text[:i].decode()), len(text[:j].decode())
                if '"' in words or "\\" in words:
                    words = encode_basestring(words)[1:-1]
                out.append(f'{start}{before}{words}{between}{words}", "span": [{i}, {j}]{after}{rest}')
                severities.append(severity)
        self.write("".join(out))
        self.tally.note(batch.invoice, currency, [lines[k] for k in hits], values, severities)

    def _texts(self, batch: Batch) -> tuple[list[bytes], bool]:
        """The narratives as UTF-8, and whether all of them are plain ASCII, so that bytes are characters."""
        raw = batch.column("LINE_ITEM_DESCRIPTION")
        together = b"".join(raw)
        if together.isascii() and len(together.translate(None, _CONTROLS)) == len(together):
            return [text.strip() for text in raw], True
        return [cleaned(batch.encoding.decode(text)).encode() for text in raw], False

    def _values(self, batch: Batch) -> Callable[[int], Decimal | None]:
        """What a line of the batch comes to, as `Entry.value` has it."""
        has = batch.layout.index
        names = (
            "LINE_ITEM_TOTAL", "LINE_ITEM_TAX_TOTAL", "LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST",
            "LINE_ITEM_ADJUSTMENT_AMOUNT",
        )  # fmt: skip
        blank: list[bytes] = [b""] * len(batch.lines)
        totals, taxes, *rest = (batch.column(name) if name in has else blank for name in names)

        def value(k: int) -> Decimal | None:
            total, tax = _amount(totals[k]), _amount(taxes[k])
            if total is not None and not tax:
                return total
            units, rate, adjustment = (_amount(column[k]) for column in rest)
            total = net_of(total, tax, units, rate, adjustment)
            if total is None and units is not None and rate is not None:
                return units * rate + (adjustment or 0)
            return total

        return value

    def _currency(self, batch: Batch) -> str:
        if "INVOICE_CURRENCY" not in batch.layout.index:
            return ""
        return cleaned(batch.encoding.decode(batch.column("INVOICE_CURRENCY")[0]))


def _shape(ready: Judge, at: int, name: str) -> tuple[str, str, str, str]:
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
        file=name,
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


def screen_words(
    path: Path,
    guidelines: GuidelineSet,
    context: Context,
    out: TextIO,
    *,
    portal: str | None = None,
    as_of: date | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> tuple[Report, Tally]:
    """A flat file judged by its format, and screened by words; the words' findings go to `out` at once."""
    chosen = dialect(portal) if portal else NONE
    if jobs > 1:
        both = _in_parts(path, guidelines, context, out, portal, as_of, jobs)
        if both is not None:
            return both
    words = Words(Judge(guidelines, context), str(path), out.write)
    report = check_flat(path, dialect=chosen, as_of=as_of, screen=words, progress=progress)
    words.finish()
    return report, words.tally


def _in_parts(
    path: Path,
    guidelines: GuidelineSet,
    context: Context,
    out: TextIO,
    portal: str | None,
    as_of: date | None,
    jobs: int,
) -> tuple[Report, Tally] | None:
    """The same by several processes; None where the file is small or cannot be cut between invoices."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        encoding = detect(stream)
        found = frame(stream.read(HEAD), encoding)
    if size < 2 * SMALLEST or not found.layout.is_standard or encoding.wide or found.newline == b"\r":
        return None
    parts = cuts(path, found, min(jobs, size // SMALLEST), size)
    if len(parts) < 2:
        return None
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(len(parts)) as pool:
        spools = [Path(folder) / f"{at}.jsonl" for at in range(len(parts))]
        work = [
            pool.submit(_part, path, found, part, guidelines, context, portal, as_of, spool)
            for part, spool in zip(parts, spools, strict=True)
        ]
        try:
            done = [task.result() for task in work]
        except Scattered:
            return None
        outcomes = [outcome for outcome, _ in done]
        numbers = [invoice for outcome in outcomes for invoice in outcome.invoices]
        if len(set(numbers)) != len(numbers):
            return None
        tally = Tally()
        for (_, part_tally), spool in zip(done, spools, strict=True):
            tally.add(part_tally)
            _append(spool, out)
    judge = Format(found.layout, dialect(portal) if portal else NONE, as_of)
    return report_of(str(path), found, outcomes, assemble(outcomes, found, judge, str(path))), tally


def _append(spool: Path, out: TextIO) -> None:
    """What a process wrote, put behind the rest; as bytes where the output takes them."""
    under = getattr(out, "buffer", None)
    if under is None:
        with spool.open(encoding="utf-8", newline="") as piece:
            shutil.copyfileobj(piece, out, 1 << 20)
        return
    out.flush()
    with spool.open("rb") as whole:
        shutil.copyfileobj(whole, under, 1 << 20)


def _part(
    path: Path,
    found: Frame,
    part: Part,
    guidelines: GuidelineSet,
    context: Context,
    portal: str | None,
    as_of: date | None,
    spool: Path,
) -> tuple[Outcome, Tally]:
    """What one process does."""
    import gc

    gc.disable()
    judge = Format(found.layout, dialect(portal) if portal else NONE, as_of)
    with path.open("rb") as stream, spool.open("w", encoding="utf-8", newline="") as out:
        words = Words(Judge(guidelines, context), str(path), out.write)
        outcome = one_pass(
            stream, found, judge, str(path), screen=words, start=part.start, stop=part.stop, line=part.line,
            may_restart=False,
        )  # fmt: skip
        words.finish()
    return outcome, words.tally
