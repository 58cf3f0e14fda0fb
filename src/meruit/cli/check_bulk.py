"""The part of `meruit check` that judges hundreds of millions of lines on a Ray cluster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from meruit.cli.check_end import count, progress, summary
from meruit.findings import ABOVE_ADVICE
from meruit.guidelines import Refused
from meruit.screening.risk import summed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from meruit.cli.check_guidelines import Guidelines

UNUSABLE, FINDINGS, CLEAN = 2, 1, 0


def check_in_bulk(
    files: Iterable[tuple[str, bool]],
    guidelines: Guidelines | None,
    *,
    portal: str | None,
    day: date,
    output: str | None,
) -> int:
    """Judge the files into the folder `output`; the return value is the command's exit code."""
    if output is None:
        raise click.UsageError("--engine ray writes Parquet into a folder; name it with --output.")
    try:
        return _judged(files, guidelines, portal, day, output)
    except Refused as error:
        click.echo(str(error), err=True)
        return UNUSABLE


def _judged(
    files: Iterable[tuple[str, bool]], guidelines: Guidelines | None, portal: str | None, day: date, output: str
) -> int:
    from meruit.screening.bulk.job import Job
    from meruit.screening.bulk.on_ray import ray, spread
    from meruit.screening.bulk.plan import Folder, parts_of
    from meruit.screening.bulk.told import told
    from meruit.screening.tables import keep_findings

    ray()
    job = Job(day, portal) if guidelines is None else guidelines.job(day, portal)
    parts, folder = parts_of(files), Folder(output)
    folder.begin(job, parts)
    left = [part for part in parts if not folder.is_done(part)]
    if len(left) < len(parts):
        click.echo(f"{count(len(parts) - len(left), 'part')} of {len(parts):,} stood from an earlier run.", err=True)
    with progress(sum(part.size for part in left), "bytes") as tick:
        for part in spread(job, left, str(folder.path)):
            tick(part.size)
    out = told(map(folder.record, parts))
    keep_findings(out.across, folder.path / "across.parquet")
    summary(
        sys.stderr,
        files=out.files,
        lines=out.lines,
        invoices=out.invoices,
        passed_over=out.passed_over,
        unusable=out.unusable,
        severities=out.severities,
        at_risk=summed(out.risks.values()),
        unjudged=out.unjudged,
        aside=out.aside,
        left_out=out.left_out,
    )
    if out.unusable or not out.files:
        return UNUSABLE
    return FINDINGS if ABOVE_ADVICE & out.severities.keys() else CLEAN
