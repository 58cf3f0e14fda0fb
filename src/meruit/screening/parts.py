"""One large flat file screened by words, in one process or several.

By several, the file is cut where invoices end, into more parts than there are processes and ever smaller ones.
Each process takes the next part whenever it is free, so all end at about the same time, whatever else the machine
does. What cannot be written yet, because a part before it is not done, is put beside and written in its turn. What
words are found hangs on the record alone, so it stands however the file was cut; the format is judged anew in
one pass when an invoice turns out to stand in two parts.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from meruit.ledes.dialects import NONE, dialect
from meruit.ledes.flat.check import WIDE_FROM, assemble, check_flat, judge_of, one_pass, report_of
from meruit.ledes.flat.frame import HEAD, frame
from meruit.ledes.flat.parts import lines_between, starts_near
from meruit.ledes.flat.scan import Scattered
from meruit.ledes.text import detect
from meruit.screening.words import Ready, Tally, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from multiprocessing.queues import SimpleQueue

    from meruit.guidelines import Context, GuidelineSet
    from meruit.ledes import Report
    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.scan import Outcome

    #: Numbers of the parts nobody has taken yet, and behind them a None for each process.
    Untaken = SimpleQueue[int | None]

#: Smaller parts are not worth a pass of their own.
SMALLEST = WIDE_FROM
#: What is written at once when a part is put behind the rest: it stays in the processor's cache.
_PIECE = 1 << 18


class Task(NamedTuple):
    """A file, and what it is to be judged by."""

    path: Path
    guidelines: GuidelineSet
    context: Context
    portal: str | None
    as_of: date | None


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
    task = Task(path, guidelines, context, portal, as_of)
    if jobs > 1 and (parts := cut(path, jobs)):
        return _in_parts(task, parts, jobs, out, progress)
    words = Words(ready(guidelines, context), str(path), out.write)
    chosen = dialect(portal) if portal else NONE
    report = check_flat(path, dialect=chosen, as_of=as_of, screen=words, progress=progress)
    words.finish()
    return report, words.tally


#: The set of the file before, made ready: a folder of small files is searched with one.
_last: list[Ready] = []


def ready(guidelines: GuidelineSet, context: Context) -> Ready:
    """The set made ready for the search, the one of the file before where it is the same."""
    if not _last or not _last[0].is_of(guidelines, context):
        _last[:] = [Ready(guidelines, context)]
    return _last[0]


class Parts(NamedTuple):
    """A flat file cut where invoices end: each part from one of `starts` to the next, the last to `size`."""

    frame: Frame
    starts: list[int]
    size: int

    def span(self, number: int) -> tuple[int, int]:
        """Where a part begins and stops."""
        start, stop = [*self.starts, self.size][number : number + 2]
        return start, stop


def cut(path: Path, jobs: int) -> Parts | None:
    """The parts of a flat file for so many processes; none where it is small or unusual."""
    size = path.stat().st_size
    if size < 2 * SMALLEST:
        return None
    with path.open("rb") as stream:
        encoding = detect(stream)
        head = stream.read(HEAD)
    if encoding.wide:
        return None
    found = frame(head, encoding)
    if not found.layout.is_standard or found.newline == b"\r":
        return None
    starts = starts_near(path, found, aims(found.data_byte, size, jobs)[1:])
    return Parts(found, starts, size) if len(starts) > 1 else None


def aims(start: int, stop: int, jobs: int) -> list[int]:
    """Where parts had best begin: each process's share of half of what is left, again and again."""
    found, at = [], start
    while (share := (stop - at) // (2 * jobs)) >= SMALLEST:
        found += [at + share * i for i in range(jobs)]
        at += share * jobs
    left = stop - at
    last = max(1, min(jobs, left // SMALLEST))
    return [*found, *(at + left * i // last for i in range(last))]


class Done(NamedTuple):
    """What a part came to; whether its invoices were scattered."""

    outcome: Outcome
    tally: Tally
    scattered: bool


@dataclass(slots=True)
class Worker:
    """One process's share of the work on the parts of a file."""

    task: Task
    parts: Parts
    #: Up to which byte the physical lines are counted, and which one begins there.
    counted: tuple[int, int]
    done: dict[int, Done] = field(default_factory=dict)

    def judge(self, number: int, write: Callable[[str], object], progress: Callable[[int], None] | None) -> None:
        """The records of one part through both judges."""
        task, found = self.task, self.parts.frame
        start, stop = self.parts.span(number)
        judge = judge_of(found, dialect(task.portal) if task.portal else NONE, task.as_of)
        with task.path.open("rb") as stream:
            at, line = self.counted
            line += lines_between(stream, at, start)
            words = Words(ready(task.guidelines, task.context), str(task.path), write, line)

            def pass_by(*, may_restart: bool) -> Outcome:
                return one_pass(
                    stream, found, judge, str(task.path), screen=words, progress=progress, start=start, stop=stop,
                    line=line, may_restart=may_restart,
                )  # fmt: skip

            scattered = False
            try:
                outcome = pass_by(may_restart=False)
            except Scattered:
                scattered, outcome = True, pass_by(may_restart=True)
        words.finish()
        self.counted = stop, outcome.next_line
        self.done[number] = Done(outcome, words.tally, scattered)

    def judge_beside(self, number: int, folder: Path, progress: Callable[[int], None] | None) -> None:
        """The same, its findings put beside; they are whole once they have their name."""
        beside = folder / f"{number}.new"
        with beside.open("w", encoding="utf-8", newline="") as out:
            self.judge(number, out.write, progress)
        beside.rename(_spool(folder, number))


def _spool(folder: Path, number: int) -> Path:
    return folder / f"{number}.jsonl"


#: In a process that helps: the parts nobody has taken yet.
_untaken: list[Untaken] = []


def _help(task: Task, parts: Parts, folder: Path) -> dict[int, Done]:
    """What another process does: part after part, as long as there are any."""
    import gc

    gc.disable()
    worker = Worker(task, parts, (parts.frame.data_byte, parts.frame.data_line))
    while (number := _untaken[0].get()) is not None:
        worker.judge_beside(number, folder, None)
    return worker.done


def _in_parts(
    task: Task, parts: Parts, jobs: int, out: TextIO, progress: Callable[[int], None] | None
) -> tuple[Report, Tally]:
    """The file by several processes, this one among them."""
    count = len(parts.starts)
    jobs = min(jobs, count)
    untaken: Untaken = multiprocessing.SimpleQueue()
    for number in (*range(count), *[None] * jobs):
        untaken.put(number)
    worker = Worker(task, parts, (parts.frame.data_byte, parts.frame.data_line))
    written = 0
    with (
        tempfile.TemporaryDirectory() as own,
        ProcessPoolExecutor(jobs - 1, initializer=_untaken.append, initargs=(untaken,)) as pool,
    ):
        folder = Path(own)
        helpers = [pool.submit(_help, task, parts, folder) for _ in range(jobs - 1)]
        while (number := untaken.get()) is not None:
            if number == written:
                worker.judge(number, out.write, progress)
                written += 1
            else:
                worker.judge_beside(number, folder, progress)
            written = _append(folder, written, out)
        done = dict(worker.done)
        for helper in helpers:
            done |= helper.result()
        if progress:
            progress(sum(stop - start for start, stop in map(parts.span, done.keys() - worker.done.keys())))
        _append(folder, written, out)
    return _joined(task, parts.frame, [done[number] for number in range(count)])


def _joined(task: Task, found: Frame, done: list[Done]) -> tuple[Report, Tally]:
    """What all parts came to together."""
    tally = Tally()
    for part in done:
        tally.add(part.tally)
    outcomes = [part.outcome for part in done]
    numbers = [invoice for outcome in outcomes for invoice in outcome.invoices]
    chosen = dialect(task.portal) if task.portal else NONE
    if any(part.scattered for part in done) or len(set(numbers)) != len(numbers):
        return check_flat(task.path, dialect=chosen, as_of=task.as_of), tally
    name = str(task.path)
    return report_of(name, found, outcomes, assemble(outcomes, found, judge_of(found, chosen, task.as_of), name)), tally


def _append(folder: Path, written: int, out: TextIO) -> int:
    """Put the parts that are done behind those that are written; how many are written then.

    As bytes where the output takes them.
    """
    under = getattr(out, "buffer", None)
    while (spool := _spool(folder, written)).exists():
        if under is None:
            with spool.open(encoding="utf-8", newline="") as piece:
                shutil.copyfileobj(piece, out, _PIECE)
        else:
            out.flush()
            with spool.open("rb") as whole:
                shutil.copyfileobj(whole, under, _PIECE)
        spool.unlink()
        written += 1
    return written
