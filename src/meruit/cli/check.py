"""`meruit check`: drop files on it and learn what a portal would refuse, in words and at the place.

Findings go to standard output and nothing else does; the summary and the progress go to standard error.
The path of a file is `ledes.judge(path, ...)`; with --guidelines it is `screening.core.judge_file`, which
also takes a CSV of entries. Whoever adds a kind of input adds it to `_judge`.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from meruit import ledes
from meruit.cli.check_end import progress, summary
from meruit.findings import ABOVE_ADVICE
from meruit.ledes.across import Register
from meruit.ledes.dialects import SLUGS
from meruit.screening.risk import risks, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from meruit.cli.check_guidelines import Guidelines
    from meruit.findings import Finding
    from meruit.screening.ask import Asked
    from meruit.screening.words import Tally

UNUSABLE, FINDINGS, CLEAN = 2, 1, 0


@dataclass(slots=True)
class Result:
    """One file: its report, or why it could not be used. `asked` is false for files met in a folder."""

    path: str
    report: ledes.Report | None = None
    refusal: str = ""
    asked: bool = True
    asked_guidelines: Asked | None = None


@dataclass(slots=True)
class Totals:
    """What the summary says."""

    files: int = 0
    lines: int = 0
    invoices: int = 0
    passed_over: int = 0
    unusable: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    #: Files whose findings by words were written at once, with what they came to.
    written: dict[str, Tally] = field(default_factory=dict)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--portal", type=click.Choice(SLUGS), help="Also judge by what this portal refuses.")
@click.option("--guidelines", "client", metavar="NAME|FILE.toml", help="Also judge by this client's guideline set.")
@click.option(
    "--context", type=click.Path(dir_okay=False), metavar="FILE.toml", help="Rates, people, approvals: what is known."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day by which dates are future; default today.")
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "html", "xlsx"]), default="text", show_default=True
)
@click.option("-o", "--output", type=click.Path(), help="Write the findings here instead of to standard output.")
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to share the work among."
)
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True,
    help="Where the work is done; ray: on a Ray cluster, findings as Parquet into the folder --output.",
)  # fmt: skip
def check(
    paths: tuple[str, ...],
    portal: str | None,
    client: str | None,
    context: str | None,
    as_of: datetime | None,
    shape: str,
    output: str | None,
    jobs: int,
    engine: str,
) -> None:
    """Judge LEDES files, and folders of them: structure, values, sums, codes, dates.

    With --guidelines, lines are also judged by a client's rules, and entries (CSV, Parquet) are taken as well.

    Exit code 0: nothing above advice was found; 1: something was; 2: a file or the call cannot be used.
    """
    gc.disable()  # nothing here makes cycles, and walking a million records for them costs a fifth of the time
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's linear algebra is not asked; its threads would spin
    atexit.register(gc.freeze)  # what is not frozen is walked once more when the interpreter ends
    day = as_of.date() if as_of else date.today()
    totals = Totals()
    if context and not client:
        raise click.UsageError("--context tells what guidelines need; name them with --guidelines.")
    guidelines = _usable(client, context) if client else None
    if engine == "ray":
        from meruit.cli.check_bulk import check_in_bulk

        sys.exit(check_in_bulk(_files(paths), guidelines, portal=portal, day=day, output=output))
    if output is not None and Path(output).is_dir():
        raise click.UsageError(f"{output} is a folder; name a file.")
    with _out(output, shape) as out:
        sink = out if shape == "json" else None
        results = _collected(_results(_files(paths), portal, day, jobs, guidelines, sink), totals)
        if shape == "json":
            for result in results:
                out.writelines(
                    finding.to_json() + "\n" for finding in (result.report.findings if result.report else ())
                )
        elif shape == "text":
            from meruit.cli.check_text import Page

            page = Page(colour=out.isatty() and output is None)
            for result in results:
                if result.report:
                    out.writelines(page.file(result.report))
        else:
            for _ in results:
                pass
            _write_report(totals, shape, out, day, portal)
    severities = Counter[str](finding.severity for finding in totals.findings)
    for tally in totals.written.values():
        severities += tally.severities
    summary(
        sys.stderr,
        files=totals.files,
        lines=totals.lines,
        invoices=totals.invoices,
        passed_over=totals.passed_over,
        unusable=totals.unusable,
        unjudged=totals.unjudged,
        aside=totals.aside,
        severities=severities,
        at_risk=summed(risks(totals.findings, totals.written).values()),
        left_out=totals.left_out,
    )
    if totals.unusable or not totals.files:
        sys.exit(UNUSABLE)
    sys.exit(FINDINGS if ABOVE_ADVICE & severities.keys() else CLEAN)


def _usable(name: str, context: str | None) -> Guidelines:
    """The guidelines asked for, known to be usable before any file is read; else the command ends here."""
    from meruit.cli.check_guidelines import Guidelines
    from meruit.guidelines import Refused

    guidelines = Guidelines(name, context)
    try:
        guidelines.is_words_alone  # noqa: B018 - reading the set is what refuses it
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    except OSError as error:
        click.echo(f"{error.filename}: {error.strerror}.", err=True)
        sys.exit(UNUSABLE)
    return guidelines


def _files(paths: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Every file once, folders walked in the order of their names; whether it was named itself."""
    seen: set[Path] = set()
    for path in map(Path, paths):
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p, path))
            found = [(p, False) for p in inside]
        else:
            found = [(path, True)]
        for file, asked in found:
            whole = file.absolute()
            if whole not in seen:
                seen.add(whole)
                yield str(file), asked


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _results(
    files: Iterator[tuple[str, bool]],
    portal: str | None,
    day: date,
    jobs: int,
    guidelines: Guidelines | None,
    sink: TextIO | None,
) -> Iterator[Result]:
    """The files judged, in their order, whichever process does it."""
    listed = list(files)
    if jobs > 1 and len(listed) > 1:
        with ProcessPoolExecutor(jobs) as pool:
            work = partial(_judge, portal=portal, day=day, jobs=1, guidelines=guidelines)
            size = max(1, min(64, len(listed) // (jobs * 4)))
            paths, named = [path for path, _ in listed], [asked for _, asked in listed]
            with progress(len(listed), "files") as tick:
                for result in pool.map(work, paths, named, chunksize=size):
                    tick(1)
                    yield result
        return
    sizes = sum(Path(path).stat().st_size for path, _ in listed if Path(path).is_file())
    with progress(sizes, "bytes") as tick:
        for path, asked in listed:
            yield _judge(path, asked, portal=portal, day=day, jobs=jobs, guidelines=guidelines, sink=sink, tick=tick)


def _judge(
    path: str,
    asked: bool,
    *,
    portal: str | None,
    day: date,
    jobs: int,
    guidelines: Guidelines | None = None,
    sink: TextIO | None = None,
    tick: Callable[[int], None] | None = None,
) -> Result:
    """One file judged by what it is."""
    gc.disable()
    result = Result(path, asked=asked)
    try:
        if guidelines is None:
            result.report = ledes.judge(path, portal=portal, as_of=day, jobs=jobs, progress=tick)
        else:
            from meruit.screening.ask import ask

            words_alone = guidelines.is_words_alone
            asked_of = ask(
                path, *guidelines.read(), words_alone=words_alone, portal=portal, as_of=day, jobs=jobs, sink=sink,
                tick=tick,
            )  # fmt: skip
            result.report, result.asked_guidelines = asked_of.report, asked_of
    except ledes.NotLedes as error:
        result.refusal = str(error)
    except OSError as error:
        result.refusal = f"{error.strerror or error}."
    return result


def _collected(results: Iterator[Result], totals: Totals) -> Iterator[Result]:
    """Count what passes by, and add what only several files together show."""
    register = Register()
    for result in results:
        report = result.report
        if report is None:
            if result.asked:
                totals.unusable.append(f"{result.path}: {result.refusal}")
            else:
                totals.passed_over += 1
            continue
        twice = register.twice(report)
        if twice:
            report.findings = sorted([*report.findings, *twice], key=lambda finding: finding.line or 0)
        totals.files += 1
        totals.lines += report.lines
        totals.invoices += len(report.invoices)
        totals.findings += report.findings
        totals.left_out += [f"{more:,} more of {rule} in {result.path}" for rule, more in report.left_out.items()]
        if result.asked_guidelines:
            totals.unjudged += result.asked_guidelines.unjudged
            totals.aside += result.asked_guidelines.aside
            if result.asked_guidelines.written:
                totals.written[result.path] = result.asked_guidelines.written
        yield result


@contextmanager
def _out(output: str | None, shape: str) -> Iterator[TextIO]:
    """Standard output or the file asked for; a workbook is bytes and goes under the text layer."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
    elif shape == "xlsx":
        with Path(output).open("wb") as stream:
            yield io.TextIOWrapper(stream, encoding="utf-8", write_through=True)
    else:
        with Path(output).open("w", encoding="utf-8") as text:
            yield text


def _write_report(totals: Totals, shape: str, out: TextIO, day: date, portal: str | None) -> None:
    """The page or workbook worth mailing."""
    from meruit.ledes import reports

    scope = reports.Scope(files=totals.files, invoices=totals.invoices, lines=totals.lines, as_of=day, portal=portal)
    if shape == "html":
        out.write(reports.html(totals.findings, scope))
        return
    if out.isatty():
        raise click.UsageError("A workbook cannot be shown on a terminal; name a file with --output.")
    out.buffer.write(reports.xlsx(totals.findings, scope))
    out.buffer.flush()
