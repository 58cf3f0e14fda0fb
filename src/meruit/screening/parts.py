"""One large flat file screened by words, in one process or several.

By several, the file is cut where invoices end. The first part is worked on here and written at once; the
others are written beside and put behind it in their order. What words are found hangs on the record alone,
so it stands however the file was cut; the format is judged anew in one pass when an invoice turns out to
stand in two parts.
"""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from meruit.ledes.dialects import NONE, dialect
from meruit.ledes.flat.check import assemble, check_flat, one_pass, report_of
from meruit.ledes.flat.frame import HEAD, frame
from meruit.ledes.flat.judge import Judge as Format
from meruit.ledes.flat.parts import cuts
from meruit.ledes.flat.scan import Scattered
from meruit.ledes.text import detect
from meruit.screening.words import Ready, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from meruit.guidelines import Context, GuidelineSet
    from meruit.ledes import Report
    from meruit.ledes.flat.frame import Frame
    from meruit.ledes.flat.parts import Part
    from meruit.ledes.flat.scan import Outcome
    from meruit.screening.words import Tally

#: Parts smaller than this are not worth a process.
SMALLEST = 8 << 20


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
    if jobs > 1:
        found, parts = cut(path, jobs)
        if len(parts) > 1:
            return _in_parts(task, found, parts, out, progress)
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


def cut(path: Path, most: int) -> tuple[Frame, list[Part]]:
    """The frame of a flat file, and parts of whole invoices; none where it is small or unusual."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        encoding = detect(stream)
        found = frame(stream.read(HEAD), encoding)
    if size < 2 * SMALLEST or not found.layout.is_standard or encoding.wide or found.newline == b"\r":
        return found, []
    return found, cuts(path, found, min(most, size // SMALLEST), size)


class Done(NamedTuple):
    """What a part came to; whether its invoices were scattered."""

    outcome: Outcome
    tally: Tally
    scattered: bool


def _in_parts(
    task: Task, found: Frame, parts: Sequence[Part], out: TextIO, progress: Callable[[int], None] | None
) -> tuple[Report, Tally]:
    """The file by as many processes as parts, this one among them."""
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(len(parts) - 1) as pool:
        spools = [Path(folder) / f"{at}.jsonl" for at in range(1, len(parts))]
        others = [pool.submit(_beside, task, found, part, spool) for part, spool in zip(parts[1:], spools, strict=True)]
        done = [one_part(task, found, parts[0], out.write, progress)]
        for part, other, spool in zip(parts[1:], others, spools, strict=True):
            done.append(other.result())
            _append(spool, out)
            if progress:
                progress(part.stop - part.start)
    tally = done[0].tally
    for other_part in done[1:]:
        tally.add(other_part.tally)
    outcomes = [part.outcome for part in done]
    numbers = [invoice for outcome in outcomes for invoice in outcome.invoices]
    chosen = dialect(task.portal) if task.portal else NONE
    if any(part.scattered for part in done) or len(set(numbers)) != len(numbers):
        return check_flat(task.path, dialect=chosen, as_of=task.as_of), tally
    judge = Format(found.layout, chosen, task.as_of)
    name = str(task.path)
    return report_of(name, found, outcomes, assemble(outcomes, found, judge, name)), tally


def _beside(task: Task, found: Frame, part: Part, spool: Path) -> Done:
    """What another process does."""
    import gc

    gc.disable()
    with spool.open("w", encoding="utf-8", newline="") as out:
        return one_part(task, found, part, out.write, None)


def one_part(
    task: Task, found: Frame, part: Part, write: Callable[[str], object], progress: Callable[[int], None] | None
) -> Done:
    """The records of one part through both judges."""
    judge = Format(found.layout, dialect(task.portal) if task.portal else NONE, task.as_of)
    words = Words(ready(task.guidelines, task.context), str(task.path), write)
    scattered = False

    def pass_by(*, may_restart: bool) -> Outcome:
        with task.path.open("rb") as stream:
            return one_pass(
                stream, found, judge, str(task.path), screen=words, progress=progress, start=part.start,
                stop=part.stop, line=part.line, may_restart=may_restart,
            )  # fmt: skip

    try:
        outcome = pass_by(may_restart=False)
    except Scattered:
        scattered, outcome = True, pass_by(may_restart=True)
    words.finish()
    return Done(outcome, words.tally, scattered)


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
